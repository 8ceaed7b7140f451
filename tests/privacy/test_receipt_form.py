"""A receipt has one form, and nothing in it can be changed: not a bit, not a field, not a name that stands twice."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.receipt_form import (
    ALTERED,
    FORMAT,
    GENUINE,
    LARGEST,
    NO_RECEIPT,
    UNKNOWN_KEY,
    canonical,
    check,
    issue,
)
from tests.parts import program
from vault.signing import SigningKeys

pytestmark = pytest.mark.proves("P9.3")
KEYS = SigningKeys([("r1", bytes(range(32)))])
OTHERS = SigningKeys([("r1", bytes(range(1, 33)))])
NEWER = SigningKeys([("r2", bytes(range(1, 33))), ("r1", bytes(range(32)))])
BODY: dict[str, Any] = {
    "number": "0f" * 16,
    "stage": 2,
    "destroyed": {"objects": {"photos": 3, "results": 0}},
    "stays": [{"category": "transactions", "until": "2033-11-26"}],
    "done_at": None,
}
RECEIPT = issue(KEYS, BODY)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(st.text().filter(lambda name: name not in ("signature", "format", "key")), values, max_size=5)


@settings(deadline=None, database=None, max_examples=150)
@given(body=bodies)
def test_the_form_is_the_same_after_any_way_through_json(body: dict[str, Any]) -> None:
    once = canonical(body) if _utf8(body) else b"{}"
    again = json.loads(once)

    assert canonical(again) == once
    assert canonical(json.loads(json.dumps(again, indent=4))) == once
    assert canonical(dict(reversed(again.items()))) == once


@settings(deadline=None, database=None, max_examples=150)
@given(body=bodies)
def test_whatever_is_issued_is_genuine_also_when_it_was_written_with_spaces(body: dict[str, Any]) -> None:
    if not _utf8(body):
        return
    receipt = issue(KEYS, body)
    said = {**body, "format": FORMAT, "key": "r1"}

    assert (check(KEYS, receipt).verdict, check(KEYS, receipt).body) == (GENUINE, said)
    assert check(KEYS, json.dumps(json.loads(receipt), indent=2)).verdict == GENUINE
    assert check(KEYS, b"\xef\xbb\xbf" + receipt.encode() + b"\r\n").verdict == GENUINE


@settings(deadline=None, database=None, max_examples=600)
@given(place=st.integers(0, len(RECEIPT) - 1), bit=st.integers(0, 7))
def test_a_receipt_with_one_bit_changed_is_refused(place: int, bit: int) -> None:
    changed = bytearray(RECEIPT.encode())
    changed[place] ^= 1 << bit

    seen = check(KEYS, bytes(changed))
    assert seen.verdict != GENUINE
    assert seen.body == {}


@settings(deadline=None, database=None, max_examples=200)
@given(name=st.sampled_from(sorted(json.loads(RECEIPT))), value=values)
def test_a_receipt_with_one_field_changed_is_refused(name: str, value: Any) -> None:
    said = json.loads(RECEIPT)
    if (said[name], type(said[name])) == (value, type(value)):
        return
    changed = json.dumps({**said, name: value}, ensure_ascii=True)

    assert check(KEYS, changed).verdict != GENUINE
    assert check(KEYS, json.dumps({key: one for key, one in said.items() if key != name})).verdict != GENUINE
    assert check(KEYS, json.dumps({**said, f"{name} ": value})).verdict == ALTERED


@pytest.mark.parametrize(
    "text",
    [
        RECEIPT[:-1] + ',"stage":3}',  # read by some as 3, by others as 2
        RECEIPT.replace('"stage":2', '"stage":1,"stage":2'),
        RECEIPT.replace('"stage":2', '"stage":2.0'),
        RECEIPT.replace('"stage":2', '"stage":2e0'),
        RECEIPT.replace('"done_at":null', '"done_at":NaN'),
    ],
)
def test_what_two_readers_would_read_in_two_ways_is_refused(text: str) -> None:
    assert text != RECEIPT
    assert check(KEYS, text).verdict in (ALTERED, NO_RECEIPT)


def test_a_signature_written_in_another_way_is_refused_though_it_means_the_same() -> None:
    signature = json.loads(RECEIPT)["signature"]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".index(signature[-3])
    twin = signature[:-3] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[last + 1] + "=="

    assert base64.b64decode(twin) == base64.b64decode(signature)
    assert check(KEYS, RECEIPT.replace(signature, twin)).verdict == ALTERED


def test_nothing_that_is_read_is_too_deep_to_be_refused() -> None:
    for depth in range(100, 2_000, 100):
        deep = RECEIPT.replace('"done_at":null', f'"done_at":{"[" * depth}{"]" * depth}')
        assert check(KEYS, deep).verdict in (ALTERED, NO_RECEIPT)


def test_somebody_elses_key_of_the_same_name_signs_nothing_of_ours() -> None:
    assert check(KEYS, issue(OTHERS, BODY)).verdict == ALTERED


def test_a_key_that_is_not_known_is_told_apart_from_a_change() -> None:
    receipt = issue(NEWER, BODY)

    assert check(KEYS, receipt).verdict == UNKNOWN_KEY
    assert check(NEWER, receipt).verdict == GENUINE
    assert check(NEWER, RECEIPT).verdict == GENUINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "receipt",
        "[]",
        "2",
        "null",
        "{}",
        '{"format":"miomio-receipt-2"}',
        "[" * 20_000,
        '{"format":"miomio-receipt-1","number":' + "9" * 5_000 + "}",
        b"\xff\xfe\x00",
        RECEIPT[:-1] + " " * LARGEST + "}",
    ],
)
def test_what_is_no_receipt_is_told_apart(text: str | bytes) -> None:
    assert check(KEYS, text).verdict == NO_RECEIPT


@pytest.mark.parametrize("body", [{"a": 1.5}, {"a": {1: "b"}}, {"a": [b"x"]}])
def test_what_has_no_one_form_is_never_signed(body: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        issue(KEYS, body)


def test_the_form_is_that_of_jq_so_that_openssl_can_check_without_us(tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_text(json.dumps(json.loads(RECEIPT), indent=3))
    (tmp_path / "key.pem").write_text(KEYS.public()[0].pem)
    commands = (
        f"{program('jq')} -jcS 'del(.signature)' receipt.json > words",
        f"{program('jq')} -r .signature receipt.json | base64 -d > signature",
        f"{program('openssl')} pkeyutl -verify -pubin -inkey key.pem -rawin -in words -sigfile signature",
    )
    done = subprocess.run(" && ".join(commands), shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S602  our own words

    assert done.stdout == "Signature Verified Successfully\n"


def _utf8(body: object) -> bool:
    """Half of a character, as Python's text may hold it, is no UTF-8."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
