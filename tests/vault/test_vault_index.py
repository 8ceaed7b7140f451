from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.index import BlindIndex

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))  # fixed: they stand in the names of tests


def keys(*entries: tuple[int, bytes]) -> str:
    return ",".join(f"{version}:{base64.b64encode(raw).decode()}" for version, raw in entries)


def test_the_same_value_is_found_again_by_another_process() -> None:
    text = keys((1, FIRST))

    assert BlindIndex.parse(text).of("account.telegram_id", "42") == BlindIndex.parse(text).of(
        "account.telegram_id", "42"
    )


@settings(deadline=None, database=None, max_examples=80)
@given(one=st.tuples(st.text(), st.text()), two=st.tuples(st.text(), st.text()))
def test_values_are_equal_only_if_name_and_value_are(one: tuple[str, str], two: tuple[str, str]) -> None:
    index = BlindIndex([(1, FIRST)])

    assert (index.of(*one) == index.of(*two)) == (one == two)


def test_name_and_value_do_not_run_together() -> None:
    index = BlindIndex([(1, FIRST)])

    assert index.of("ab", "c") != index.of("a", "bc")


def test_a_value_is_an_hmac_behind_its_version() -> None:
    message = b"\0\0\0\x02id\0\0\0\x0242"

    assert BlindIndex([(7, FIRST)]).of("id", "42") == b"\x07" + hmac.digest(FIRST, message, "sha256")


def test_during_a_rotation_new_rows_take_the_newest_key_and_old_rows_are_still_found() -> None:
    before = BlindIndex.parse(keys((1, FIRST))).of("id", "42")
    rotating = BlindIndex.parse(keys((2, SECOND), (1, FIRST)))

    assert rotating.of("id", "42")[0] == 2
    assert rotating.all_of("id", "42") == [rotating.of("id", "42"), before]


def test_text_that_is_no_valid_unicode_has_an_index_too() -> None:
    index = BlindIndex([(1, FIRST)])

    assert len(index.of("username", "\ud800")) == 33
    assert index.of("username", "\ud800") != index.of("username", "\ud801")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "index key 1"),
        (f"zero:{base64.b64encode(FIRST).decode()}", "index key 1"),
        (f"0:{base64.b64encode(FIRST).decode()}", "index key 1"),
        ("3:AAAA", "3: the key has 3 bytes"),
        (keys((256, FIRST)), "index key 256"),
        (keys((1, FIRST), (2, SECOND)), "list the highest version first"),
        (keys((1, FIRST), (1, SECOND)), "1: this id stands twice"),
    ],
)
def test_a_bad_index_key_is_refused_by_version_and_never_by_key(text: str, named: str) -> None:
    with pytest.raises(ValueError) as caught:
        BlindIndex.parse(text)

    assert named in str(caught.value)
    assert base64.b64encode(FIRST).decode()[:12] not in str(caught.value)


def test_an_index_shows_its_versions_and_no_key() -> None:
    assert repr(BlindIndex([(2, SECOND), (1, FIRST)])) == "<BlindIndex 2,1>"
