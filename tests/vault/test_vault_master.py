from __future__ import annotations

import base64
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import Permanent
from vault.fields import DataKey, binding
from vault.master import MasterKeys

HERE = binding("data_key", "wrapped", "row-1")
ONCE = settings(deadline=None, database=None, max_examples=80)
OLD, NEW = bytes(range(32)), bytes(range(32, 64))  # fixed: they stand in the names of tests


def entry(id: str, raw: bytes) -> str:
    return f"{id}:{base64.b64encode(raw).decode()}"


def ring(*entries: tuple[str, bytes]) -> MasterKeys:
    return MasterKeys.parse(",".join(entry(id, raw) for id, raw in entries))


@ONCE
@given(
    id=st.from_regex(r"[a-z0-9-]{1,16}", fullmatch=True),
    master=st.binary(min_size=32, max_size=32),
    key=st.binary(min_size=32, max_size=32),
    place=st.binary(max_size=40),
)
def test_a_wrapped_key_comes_back(id: str, master: bytes, key: bytes, place: bytes) -> None:
    keys = ring((id, master))
    wrapped = keys.wrap(key, binding=place)

    assert keys.unwrap(wrapped, binding=place) == key
    assert keys.wrapped_under(wrapped) == id == keys.newest
    assert key not in wrapped


@ONCE
@given(data=st.data())
def test_a_single_flipped_bit_anywhere_is_refused(data: st.DataObject) -> None:
    keys = ring(("k2", NEW), ("k1", OLD))
    wrapped = bytearray(keys.wrap(os.urandom(32), binding=HERE))
    bit = data.draw(st.integers(0, len(wrapped) * 8 - 1))
    wrapped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Permanent, match=r"^vault\.(tampered|unknown_master|master_mismatch)"):
        keys.unwrap(bytes(wrapped), binding=HERE)


@ONCE
@given(
    garbage=st.binary(max_size=120), start=st.sampled_from([b"", b"\x03", b"\x03\x02k1", b"\x03\x02A\n" + bytes(44)])
)
def test_garbage_is_refused_and_not_repeated(garbage: bytes, start: bytes) -> None:
    with pytest.raises(Permanent) as caught:
        ring(("k1", OLD)).unwrap(start + garbage, binding=HERE)

    assert caught.value.code in ("vault.tampered", "vault.unknown_master", "vault.master_mismatch")
    assert re.fullmatch(r"[a-z0-9-]{0,16}", str(caught.value.facts.get("master", "")))


def test_every_cut_and_a_wrong_place_are_tampering() -> None:
    keys = ring(("k1", OLD))
    wrapped = keys.wrap(os.urandom(32), binding=HERE)

    for cut in range(len(wrapped)):
        with pytest.raises(Permanent, match=r"^vault\.tampered$"):
            keys.unwrap(wrapped[:cut], binding=HERE)
    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        keys.unwrap(wrapped, binding=binding("data_key", "wrapped", "row-2"))


def test_a_master_key_that_left_the_ring_is_named() -> None:
    wrapped = ring(("k1", OLD)).wrap(os.urandom(32), binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.unknown_master \(master=k1\)$"):
        ring(("k2", NEW)).unwrap(wrapped, binding=HERE)


def test_a_master_key_that_was_exchanged_under_its_id_is_named() -> None:
    wrapped = ring(("k1", OLD)).wrap(os.urandom(32), binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.master_mismatch \(master=k1\)$"):
        ring(("k1", NEW)).unwrap(wrapped, binding=HERE)


def test_rotation_moves_a_key_to_the_newest_master_and_keeps_it() -> None:
    key = os.urandom(32)
    before = ring(("k1", OLD)).wrap(key, binding=HERE)
    rotating = ring(("k2", NEW), ("k1", OLD))

    assert rotating.newest == "k2"
    assert rotating.needs_rewrap(before)
    after = rotating.rewrap(before, binding=HERE)
    assert not rotating.needs_rewrap(after)
    assert ring(("k2", NEW)).unwrap(after, binding=HERE) == key


def test_a_row_that_was_tampered_with_is_not_rewrapped() -> None:
    rotating = ring(("k2", NEW), ("k1", OLD))
    wrapped = ring(("k1", OLD)).wrap(os.urandom(32), binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        rotating.rewrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]), binding=HERE)


def test_a_data_key_wrapped_by_a_master_is_no_field() -> None:
    wrapped = ring(("k1", OLD)).wrap(os.urandom(32), binding=HERE)

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        DataKey(OLD).open(wrapped, binding=HERE)


def test_only_whole_keys_are_wrapped() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ring(("k1", OLD)).wrap(b"short", binding=HERE)


def test_keys_wrapped_by_earlier_releases_still_open() -> None:
    keys = MasterKeys.parse(entry("k1", bytes(range(32))), random=lambda length: bytes(range(length)))
    wrapped = bytes.fromhex(
        "03026b31bf4ecd438c8797d78cb4c5880346afd5000102030405060708090a0b8772f96021acd0ba7177f879a36c84e28978"
        "0de1fc4950d46e61bbd9c20e7f554ed42092cb0acdfe7176207e849d3fc7"
    )

    assert keys.wrap(b"\x07" * 32, binding=HERE) == wrapped
    assert keys.unwrap(wrapped, binding=HERE) == b"\x07" * 32


SHORT = base64.b64encode(b"x" * 31).decode()
WHOLE = base64.b64encode(OLD).decode()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "master key 1 in the list"),
        ("k1", "master key 1 in the list"),
        (WHOLE, "master key 1 in the list"),
        (f"{WHOLE}:k1", "master key 1 in the list"),
        (f":{WHOLE}", "master key 1 in the list"),
        (f"K1:{WHOLE}", "master key 1 in the list"),
        (f"a-name-of-17-char:{WHOLE}", "master key 1 in the list"),
        (f"k2:{WHOLE},", "master key 2 in the list"),
        (f"k1:{WHOLE}\n:x", "k1"),
        (f"k1:{SHORT}", "k1: the key has 31 bytes"),
        ("k1:", "k1: the key has 0 bytes"),
        (f"k1:{WHOLE[:-1]}", "k1: the key is not valid base64"),
        (f"k1:!{WHOLE}", "k1: the key is not valid base64"),
        (f"k1:schlüssel{WHOLE}", "k1: the key is not valid base64"),
        (f"k1:{WHOLE},k1:{base64.b64encode(NEW).decode()}", "k1: this id stands twice"),
        (f"k1:{WHOLE},k2:{WHOLE}", "k2: has the same key as k1"),
    ],
)
def test_a_bad_ring_is_refused_by_name_and_never_by_key(text: str, named: str) -> None:
    with pytest.raises(ValueError) as caught:
        MasterKeys.parse(text)

    assert named in str(caught.value)
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert WHOLE[:12] not in told
    assert SHORT[:12] not in told


def test_a_ring_shows_its_ids_and_no_key() -> None:
    keys = ring(("k2", NEW), ("k1", OLD))

    assert repr(keys) == str(keys) == "<MasterKeys k2,k1>"


def test_spaces_around_entries_do_no_harm() -> None:
    assert MasterKeys.parse(f" {entry('k2', NEW)} , {entry('k1', OLD)} ").newest == "k2"
