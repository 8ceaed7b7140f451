from __future__ import annotations

import hashlib
import os
import pickle

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import Permanent
from vault.fields import OVERHEAD, DataKey, binding

HERE = binding("account", "first_name", "row-1")
ONCE = settings(deadline=None, database=None, max_examples=80)
keys = st.binary(min_size=32, max_size=32).map(DataKey)


def counting(length: int) -> bytes:
    return bytes(range(length))


@ONCE
@given(key=keys, plain=st.binary(max_size=300), place=st.binary(max_size=60))
def test_what_was_sealed_opens_to_the_same_bytes(key: DataKey, plain: bytes, place: bytes) -> None:
    sealed = key.seal(plain, binding=place)

    assert key.open(sealed, binding=place) == plain
    assert len(sealed) == len(plain) + OVERHEAD
    assert len(plain) < 4 or plain not in sealed


@ONCE
@given(plain=st.binary(max_size=40), data=st.data())
def test_a_single_flipped_bit_anywhere_is_refused(plain: bytes, data: st.DataObject) -> None:
    key = DataKey.new()
    sealed = bytearray(key.seal(plain, binding=HERE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Permanent, match=r"^vault\.(tampered|wrong_key)$"):
        key.open(bytes(sealed), binding=HERE)


@ONCE
@given(plain=st.binary(max_size=40), data=st.data())
def test_a_value_cut_short_or_made_longer_is_refused(plain: bytes, data: st.DataObject) -> None:
    key = DataKey.new()
    sealed = key.seal(plain, binding=HERE)
    cut = data.draw(st.integers(0, len(sealed) - 1))

    for wrong in (sealed[:cut], sealed + b"\0"):
        with pytest.raises(Permanent, match=r"^vault\.tampered$"):
            key.open(wrong, binding=HERE)


def test_a_value_moved_to_another_row_is_refused() -> None:
    key = DataKey.new()
    sealed = key.seal(b"Anna", binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        key.open(sealed, binding=binding("account", "first_name", "row-2"))


def test_another_key_is_told_from_tampering() -> None:
    sealed = DataKey.new().seal(b"Anna", binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.wrong_key$"):
        DataKey.new().open(sealed, binding=HERE)


def test_the_commitment_decides_and_not_only_the_tag() -> None:
    """Else one ciphertext could be made that opens under two keys."""
    key = DataKey.new()
    other = DataKey.new()
    sealed, foreign = key.seal(b"Anna", binding=HERE), other.seal(b"Bob", binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.wrong_key$"):
        key.open(foreign[:17] + sealed[17:], binding=HERE)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    key = DataKey.new()

    assert len({key.seal(b"Anna", binding=HERE)[17:29] for _ in range(200)}) == 200


@ONCE
@given(key=keys, other=keys)
def test_a_wrapped_key_comes_back(key: DataKey, other: DataKey) -> None:
    wrapped = key.wrap(other, binding=HERE)

    assert key.unwrap(wrapped, binding=HERE).raw == other.raw
    assert other.raw not in wrapped


def test_a_wrapped_key_is_bound_to_its_place_and_its_key() -> None:
    key = DataKey.new()
    wrapped = key.wrap(DataKey.new(), binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        key.unwrap(wrapped, binding=binding("elsewhere"))
    with pytest.raises(Permanent, match=r"^vault\.wrong_key$"):
        DataKey.new().unwrap(wrapped, binding=HERE)


def test_a_wrapped_key_cannot_be_read_as_a_field_even_with_its_format_byte_changed() -> None:
    key = DataKey.new()
    wrapped, field = key.wrap(DataKey.new(), binding=HERE), key.seal(bytes(32), binding=HERE)

    for wrong in (wrapped, field[:1] + wrapped[1:]):
        with pytest.raises(Permanent, match=r"^vault\.tampered$"):
            key.open(wrong, binding=HERE)
    for wrong in (field, wrapped[:1] + field[1:]):
        with pytest.raises(Permanent, match=r"^vault\.tampered$"):
            key.unwrap(wrong, binding=HERE)


def test_values_sealed_by_earlier_releases_still_open() -> None:
    key = DataKey(bytes(range(32)), random=counting)
    sealed = bytes.fromhex(
        "01f523dd4f21ad6693a40b944a2c61a9b0000102030405060708090a0b2270d31d56b83c0314fe489c10610e285e52fb88"
    )

    assert key.seal(b"Anna", binding=HERE) == sealed
    assert key.wrap(key, binding=HERE)[:29] == b"\x02" + sealed[1:29]
    assert key.open(sealed, binding=HERE) == b"Anna"


def test_the_key_in_use_is_derived_as_documented() -> None:
    raw = os.urandom(32)
    derived = hashlib.blake2b(key=raw, person=b"miomio field", digest_size=48).digest()
    sealed = DataKey(raw).seal(b"Anna", binding=HERE)

    assert sealed[:17] == b"\x01" + derived[32:]
    assert AESGCM(derived[:32]).decrypt(sealed[17:29], sealed[29:], b"\x01" + HERE) == b"Anna"


@ONCE
@given(one=st.lists(st.text(max_size=5), max_size=4), two=st.lists(st.text(max_size=5), max_size=4))
def test_two_places_are_bound_alike_only_if_they_are_the_same(one: list[str], two: list[str]) -> None:
    assert (binding(*one) == binding(*two)) == (one == two)


def test_parts_of_a_place_do_not_run_together() -> None:
    assert len({binding("ab", "c"), binding("a", "bc"), binding("abc"), binding("abc", ""), binding("", "abc")}) == 5


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(bytes(length))


def test_a_key_shows_itself_nowhere() -> None:
    key = DataKey(b"\xabKEYKEYKEYKEYKEYKEYKEYKEYKEYKEYK")

    assert repr(key) == str(key) == f"{key}" == "<DataKey>"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        vars(key)


def test_new_keys_come_from_the_source_of_randomness_given() -> None:
    assert DataKey.new(counting).raw == bytes(range(32))
    assert DataKey.new().raw != DataKey.new().raw
