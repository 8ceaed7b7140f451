"""Callbacks: an id is found in whatever form it comes, and only what Kling signed just now counts as Kling's."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Permanent
from providers.kling_callback import external_id_in, signed

# Kling's own example.
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
BODY = b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
HEADERS = {
    "webhook-id": "9876543210",
    "webhook-timestamp": "1781080794",
    "webhook-signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
}
SENT = datetime.fromtimestamp(1781080794, tz=UTC).replace(tzinfo=None)
RIGHT = HEADERS["webhook-signature"]


def sign(body: bytes, *, named: str = "m1", at: str = "1781080794") -> dict[str, str]:
    """By the standard's own words, without the package."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"{named}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": named,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def test_klings_own_example_is_signed() -> None:
    assert signed(SECRET, HEADERS, BODY, now=SENT)


def test_headers_count_whatever_their_case() -> None:
    assert signed(SECRET, {name.title(): value for name, value in HEADERS.items()}, BODY, now=SENT)
    assert signed(SECRET, {name.upper(): value for name, value in HEADERS.items()}, BODY, now=SENT)


@pytest.mark.parametrize("seconds, counts", [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_counts_for_five_minutes_either_way(seconds: int, counts: bool) -> None:
    assert signed(SECRET, HEADERS, BODY, now=SENT + timedelta(seconds=seconds)) is counts


@pytest.mark.parametrize("signatures, counts", [
    (f"v1,AAAA {RIGHT}", True), (f"{RIGHT} v1,AAAA", True), (f"v2,AAAA nonsense , {RIGHT}", True),
    (f"  {RIGHT}  ", True),
    ("v1,AAAA v1,BBBB", False), (RIGHT.replace("v1,", "v2,"), False), (RIGHT.replace("v1,", ""), False),
    (RIGHT[:-1], False), ("", False), ("v1,", False), ("é", False), ("\udc80", False), (RIGHT.lower(), False),
])  # fmt: skip
def test_one_right_signature_among_several_is_enough(signatures: str, counts: bool) -> None:
    assert signed(SECRET, {**HEADERS, "webhook-signature": signatures}, BODY, now=SENT) is counts


@pytest.mark.parametrize("name", list(HEADERS))
def test_each_header_must_be_there(name: str) -> None:
    without = {other: value for other, value in HEADERS.items() if other != name}
    assert not signed(SECRET, without, BODY, now=SENT)
    assert not signed(SECRET, {**without, name: ""}, BODY, now=SENT)


@pytest.mark.parametrize("stamp", [
    "soon", "nan", "inf", "-1781080794", "1781080794.0", "1e9", "9" * 40, " 1781080794", "1781080794\n", "١٧٨١٠٨٠٧٩٤",
])  # fmt: skip
def test_a_time_that_is_no_whole_number_of_seconds_is_none(stamp: str) -> None:
    assert not signed(SECRET, {**HEADERS, "webhook-timestamp": stamp}, BODY, now=SENT)


def test_another_body_id_time_or_secret_is_not_signed() -> None:
    assert not signed(SECRET, HEADERS, BODY + b" ", now=SENT)
    assert not signed(SECRET, HEADERS, b"\xff\xfe", now=SENT)
    assert not signed(SECRET, {**HEADERS, "webhook-id": "9876543211"}, BODY, now=SENT)
    assert not signed(SECRET, {**HEADERS, "webhook-timestamp": "1781080795"}, BODY, now=SENT)
    assert not signed("whsec_" + base64.b64encode(b"another secret").decode(), HEADERS, BODY, now=SENT)


def test_words_of_every_alphabet_are_signed_as_the_bytes_they_are() -> None:
    body = '{"message":"水彩 🎨 é"}'.encode()
    assert signed(SECRET, sign(body), body, now=SENT)
    assert not signed(SECRET, sign(body, named=""), body, now=SENT), "and an id there must be"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_A", "whsec_é"])
def test_a_secret_that_is_none_is_for_ops_to_mend(secret: str) -> None:
    with pytest.raises(Permanent) as caught:
        signed(secret, HEADERS, BODY, now=SENT)
    assert caught.value.code == "provider.misconfigured"


@pytest.mark.parametrize("said, found", [
    ({"id": "1", "status": "processing", "external_id": "v-7-1"}, "v-7-1"),
    ({"task_id": "1", "task_status": "succeed", "task_info": {"external_task_id": "v-7-1"}}, "v-7-1"),
    ({"external_id": "", "task_info": {"external_task_id": "v-8-1"}}, "v-8-1"),
    ({"external_id": 71}, "71"),
    ({"id": "1", "status": "processing"}, None),
    ({"external_id": None, "task_info": None}, None),
    ({"external_id": ["v"], "task_info": {"external_task_id": 1.5}}, None),
    ([{"external_id": "v-7-1"}], None),
    ("v-7-1", None),
    (None, None),
])  # fmt: skip
def test_our_id_is_found_in_the_new_and_the_legacy_form(said: Any, found: str | None) -> None:
    assert external_id_in(orjson.dumps(said)) == found


@given(st.binary(max_size=60))
def test_nothing_that_anybody_may_post_breaks_anything(body: bytes) -> None:
    assert external_id_in(body) is None
    assert not signed(SECRET, HEADERS, body, now=SENT)


@given(st.dictionaries(st.sampled_from([*HEADERS, "Webhook-Id", "x"]), st.text(max_size=30)))
def test_no_headers_whatever_they_say_break_anything(headers: dict[str, str]) -> None:
    assert not signed(SECRET, headers, BODY, now=SENT)
