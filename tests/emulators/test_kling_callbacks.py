"""Kling's callbacks: told of every change, signed or not, and lost, late, doubled, replayed and forged on demand."""

from __future__ import annotations

import base64
import json
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from emulators.kling import signing
from tests.emulators.kling_hands import Ear, Json, Kling

SECRET = "whsec_" + base64.b64encode(b"the secret of the console").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret of tomorrow").decode()
OFFICIAL = {
    "secret": "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=",
    "id": "9876543210",
    "timestamp": 1781080794,
    "body": b'{"id":"1234567890","status":"succeeded","message":"",'
    b'"create_time":1781080778802,"update_time":1781080794151}',
    "signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
}
ALL = ["submitted", "processing", "succeeded"]


def verifies(headers: dict[str, str], body: bytes, secret: str = SECRET) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def sent(kling: Kling, count: int) -> list[Json]:
    """The emulator's own records, once there are so many."""
    ends = time.monotonic() + 60
    while len(records := kling.control("callbacks", method="GET")) < count:
        assert time.monotonic() < ends, records
        time.sleep(0.02)
    return list(records)


def test_the_signature_is_the_one_of_the_official_example() -> None:
    secret, identity, timestamp, body, signature = OFFICIAL.values()
    assert signing.signature(secret, identity, timestamp, body) == signature  # type: ignore[arg-type]


def test_every_change_is_told_in_order_as_the_bare_task(kling: Kling, ear: Ear) -> None:
    task_id = kling.made("a", hook=ear.url)
    told = ear.wait(3)
    assert [body["status"] for body in told] == ALL
    assert {(body["id"], body["external_id"]) for body in told} == {(task_id, "a")}
    assert set(told[1]) == {"id", "status", "message", "create_time", "update_time", "external_id"}
    assert told[2] == kling.look("a")[0]
    headers, _ = ear.heard[0]
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert not any(name.startswith("webhook-") for name in headers)


def test_the_old_generation_tells_in_its_own_words(kling: Kling, ear: Ear) -> None:
    task_id = kling.create_legacy(external_task_id="a", callback_url=ear.url).json()["data"]["task_id"]
    told = ear.wait(3)
    assert [body["task_status"] for body in told] == ["submitted", "processing", "succeed"]
    assert (told[2]["task_id"], told[2]["task_info"]) == (task_id, {"external_task_id": "a"})
    assert told[2]["task_result"]["videos"][0]["url"].endswith(f"/files/{task_id}.mp4")


def test_a_failure_is_told_with_its_reason(kling: Kling, ear: Ear) -> None:
    kling.control("scenario", method="DELETE")
    kling.rules({"kind": "risk"})
    kling.made("a", hook=ear.url)
    assert ear.wait(3)[2]["message"] == "Failure to pass the risk control system"
    assert ear.statuses(3) == ["submitted", "processing", "failed"]


def test_once_a_secret_exists_every_callback_is_signed_by_it(kling: Kling, ear: Ear) -> None:
    kling.set(webhook_secret=SECRET)
    kling.made("a", hook=ear.url)
    ear.wait(3)
    assert all(verifies(headers, body) for headers, body in ear.heard)
    assert len({headers["webhook-id"] for headers, _ in ear.heard}) == 3
    headers, body = ear.heard[0]
    assert not verifies(headers, body, OTHER)
    assert not verifies(headers, body + b" ")


def test_while_one_secret_replaces_another_both_sign(kling: Kling, ear: Ear) -> None:
    kling.set(webhook_secret=[SECRET, OTHER])
    kling.made("a", hook=ear.url)
    ear.wait(1)
    assert all(verifies(*ear.heard[0], secret) for secret in (SECRET, OTHER))


def test_a_callback_may_come_before_the_answer_to_its_submit(kling: Kling, ear: Ear) -> None:
    kling.set(seconds=60)
    kling.rules({"kind": "early"})
    kling.made("a", hook=ear.url)
    assert [json.loads(body)["status"] for _, body in ear.heard] == ["submitted"]


def test_even_the_last_callback_may_come_before_the_answer_to_its_submit(kling: Kling, ear: Ear) -> None:
    kling.set(seconds=0.2)
    kling.rules({"kind": "early", "status": "succeeded"})
    kling.made("a", hook=ear.url)
    assert [json.loads(body)["status"] for _, body in ear.heard] == ALL


def test_callbacks_are_lost_doubled_and_late(kling: Kling, ear: Ear) -> None:
    kling.rules(
        {"kind": "lost", "status": "submitted"},
        {"kind": "late", "status": "processing", "seconds": 2.5},
        {"kind": "duplicate", "status": "succeeded"},
    )
    kling.made("a", hook=ear.url)
    assert ear.statuses(3) == ["succeeded", "succeeded", "processing"]
    assert ear.heard[0] == ear.heard[1]
    records = sent(kling, 4)
    assert [(one["status"], one["answered"]) for one in records][:2] == [("submitted", None), ("succeeded", 200)]


def test_a_replayed_callback_is_the_same_to_the_letter(kling: Kling, ear: Ear) -> None:
    kling.set(webhook_secret=SECRET)
    kling.rules({"kind": "replay", "status": "succeeded", "seconds": 0.2})
    kling.made("a", hook=ear.url)
    assert ear.statuses(4) == [*ALL, "succeeded"]
    assert ear.heard[2] == ear.heard[3]
    assert verifies(*ear.heard[3])


def test_bad_signatures_are_forged_missing_or_too_old(kling: Kling, ear: Ear) -> None:
    kling.set(webhook_secret=SECRET)
    kling.rules(
        {"kind": "forged", "status": "submitted"},
        {"kind": "unsigned", "status": "processing"},
        {"kind": "old", "status": "succeeded", "seconds": 301},
    )
    kling.made("a", hook=ear.url)
    ear.wait(3)
    assert [verifies(*one) for one in ear.heard] == [False, False, False]
    assert ["webhook-signature" in headers for headers, _ in ear.heard] == [True, False, True]
    headers, body = ear.heard[2]
    stamp = headers["webhook-timestamp"]
    assert headers["webhook-signature"] == signing.signature(SECRET, headers["webhook-id"], int(stamp), body)


def test_somebody_may_claim_what_is_not_true(kling: Kling, ear: Ear) -> None:
    kling.control("scenario", method="DELETE")
    kling.rules({"kind": "hang"})
    kling.set(webhook_secret=SECRET, canned=True)
    kling.made("a", hook=ear.url)
    ear.wait(2)
    kling.push("a", "claim", status="succeeded", kind="forged")
    assert ear.statuses(3)[2] == "succeeded"
    assert not verifies(*ear.heard[2])
    assert kling.state("a") == "processing"


def test_the_clock_that_signs_is_moved_by_a_setting(kling: Kling, ear: Ear) -> None:
    kling.set(webhook_secret=SECRET, clock_skew=-3600)
    kling.made("a", hook=ear.url)
    ear.wait(1)
    told = int(ear.heard[0][0]["webhook-timestamp"])
    assert abs(told + 3600 - time.time()) < 60


def test_a_task_ends_though_nobody_listens(kling: Kling) -> None:
    kling.made("a", hook="http://127.0.0.1:9/nobody")
    assert kling.ended("a")["status"] == "succeeded"
    assert {one["answered"] for one in sent(kling, 3)} == {0}


@pytest.mark.parametrize("kind", ["drop_reply", "truncate", "5000"])
def test_a_task_whose_submit_went_wrong_still_tells(kling: Kling, ear: Ear, kind: str) -> None:
    kling.rules({"kind": kind, "made": True})
    try:
        kling.create("a", hook=ear.url)
    except OSError:
        assert kind != "5000"
    assert ear.statuses(3) == ALL
    assert json.loads(ear.heard[2][1])["external_id"] == "a"
