"""Receipts of deletions: what they say, that they name nobody, and that there is a last one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from models import Account, Disclosure, Erasure, Receipt, Work
from policy.categories import ACCOUNT_UNDO, CATEGORIES, KEY_BACKUP
from policy.recipients import RECIPIENTS
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.holdings import Whose
from privacy.manifest import freeze, read
from privacy.receipt_form import GENUINE, check
from tests.generation.studio import PICTURE, Who
from tests.privacy.notary import KEYS, Notary
from vault.signing import SigningKeys

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()
KEPT = RECIPIENTS["gemini"].keeps or timedelta(0)


@pytest.fixture
def notary(database: Database, tmp_path: Path, clock: Any) -> Notary:
    return Notary(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(notary: Notary) -> Who:
    return notary.lives()


def ended(notary: Notary, who: Who) -> None:
    """The whole account, to its end."""
    notary.erases(who, ACCOUNT)
    notary.work()
    notary.later(GRACE)
    notary.work()
    assert notary.account(who) is None


@pytest.mark.parametrize(
    ("scope", "files", "what", "left"),
    [(PHOTOS, 1, "photos", "results"), (GENERATED, 2, "results", "photos")],
)
def test_a_deletion_of_photos_or_results_has_two_receipts_under_one_number(
    notary: Notary, ann: Who, scope: str, files: int, what: str, left: str
) -> None:
    notary.erases(ann, scope)
    notary.work()
    [first, second] = [json.loads(row.body) for row in notary.papers_kept()]
    assert (first["stage"], second["stage"]) == (1, 2)
    assert notary.papers_sent() == [second], "what is done before the first one was sent needs one message, not two"
    assert first["number"] == second["number"]
    assert first["scope"] == second["scope"] == scope
    assert first["destroyed"]["objects"] == second["destroyed"]["objects"] == {"sealed": files, "removed": files}
    assert second["destroyed"]["database"][what] == files
    assert {left, "account"} <= {one["category"] for one in second["stays"]}
    assert what not in {one["category"] for one in second["stays"]}
    assert (first["gone_at"], second["gone_at"]) == (None, "2026-11-23T12:00:00Z")


def test_a_deletion_that_takes_its_time_sends_the_first_receipt_at_once(notary: Notary, ann: Who) -> None:
    notary.store.fails = 10**6  # the store keeps what is to go
    notary.erases(ann, PHOTOS)
    notary.work()
    assert [paper["stage"] for paper in notary.papers_sent()] == [1]
    notary.store.fails = 0
    notary.work(600)
    assert [paper["stage"] for paper in notary.papers_sent()] == [1, 2]


def test_the_receipts_of_an_account_come_when_it_is_sealed_and_as_the_last_message(notary: Notary, ann: Who) -> None:
    notary.erases(ann, ACCOUNT)
    notary.work()
    [first] = notary.papers_sent()
    until = notary.clock.now() + ACCOUNT_UNDO
    assert first["may_be_undone_until"] == until.isoformat() + "Z"
    assert first["destroyed"]["objects"] == {"sealed": 3, "removed": 3}
    chat = notary.documents()[0].params["chat_id"]
    seen: list[bool] = []
    notary.telegram.meanwhile.append(lambda: seen.append(notary.account(ann) is not None))
    notary.later(GRACE)
    notary.work()
    assert seen == [True], "the row of the account is there while its last receipt is sent"
    assert notary.account(ann) is None
    second = notary.papers_sent()[-1]
    assert (second["stage"], second["number"]) == (2, first["number"])
    assert second["may_be_undone_until"] is None
    assert notary.documents()[-1].params["chat_id"] == chat
    assert notary.telegram.calls[-1].method == "sendDocument"
    assert "last message" in notary.documents()[-1].params["caption"]
    assert [row.erasure for row in notary.papers_kept()] == [None, None], "and now they are nobody's"


def test_what_stays_of_an_account_and_until_when_is_what_the_register_says(notary: Notary, ann: Who) -> None:
    ended(notary, ann)
    second = notary.papers_sent()[-1]
    stays = {one["category"]: one for one in second["stays"]}
    assert {"transactions", "consents", "abuse_marks"} <= stays.keys()
    assert not {"account", "photos", "results", "prompts", "disclosures"} & stays.keys()
    for id in ("consents", "abuse_marks"):
        period = CATEGORIES[id].retention.period or timedelta(0)
        assert stays[id]["until"] == (notary.clock.now() + period).date().isoformat()
    assert stays["transactions"]["kept"] == "7 years (legal and tax)"


def values(found: Any) -> set[str]:
    if isinstance(found, dict):
        return set().union(*(values(one) for one in found.values())) if found else set()
    if isinstance(found, list | tuple):
        return set().union(*(values(one) for one in found)) if found else set()
    return {str(found)}


def test_no_receipt_names_anybody_or_anything_of_theirs(notary: Notary, ann: Who) -> None:
    """Not one value of any row about the person, but words that everybody's rows have."""
    bob = notary.lives()
    notary.has(ann, RESULT, PICTURE, prompt="a very secret wish")
    for who in (ann, bob):
        notary.sent_to(who, "gemini")
    with notary.database.connection():
        whose = Whose.of(notary.fields, ann.id, notary.telegram_id(ann))
        manifest = freeze(whose)
    known = values(read(notary.database, notary.fields, manifest).rows)
    assert {ann.id, str(notary.telegram_id(ann)), "Ann", "a very secret wish", "an order"} <= known
    everybodys = {one for one in known if one in values_of_everybody(notary, bob) or len(one) < 3}
    notary.erases(ann, ACCOUNT)
    notary.work()
    with notary.database.connection():
        known |= {str(row.id) for row in Erasure.select()} | {str(row.id) for row in Work.select()}
    notary.later(GRACE)
    notary.work()
    texts = [row.body for row in notary.papers_kept()]
    assert len(texts) == 2
    for text in texts:
        assert [one for one in known - everybodys if one in text] == []
        assert ann.id not in text


def values_of_everybody(notary: Notary, who: Who) -> set[str]:
    with notary.database.connection():
        manifest = freeze(Whose.of(notary.fields, who.id, notary.telegram_id(who)))
    return values(read(notary.database, notary.fields, manifest).rows)


def test_a_provider_is_named_with_the_last_day_on_which_it_may_keep_something(notary: Notary, ann: Who) -> None:
    began = notary.clock.now()
    notary.sent_to(ann, "gemini")
    notary.sent_to(ann, "kling")
    notary.later(86_400)
    notary.sent_to(ann, "gemini")
    notary.erases(ann, PHOTOS)
    notary.work()
    second = notary.papers_sent()[-1]
    until = {one["provider"]: one["until"] for one in second["copies_elsewhere"]}
    assert until == {
        "gemini": (began + timedelta(days=1) + KEPT).isoformat() + "Z",
        "kling": (began + (RECIPIENTS["kling"].keeps or timedelta(0))).isoformat() + "Z",
        "telegram": None,
    }
    assert second["last_copy_gone_on"] == (began + timedelta(days=1) + KEPT).date().isoformat()


def test_where_nothing_was_sent_to_a_provider_the_backups_of_keys_decide(notary: Notary, ann: Who) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    for paper in [json.loads(row.body) for row in notary.papers_kept()]:
        assert paper["last_copy_gone_on"] == (notary.clock.now() + KEY_BACKUP).date().isoformat()


def test_a_provider_of_the_first_receipt_is_in_the_second_though_the_log_is_gone(notary: Notary, ann: Who) -> None:
    notary.later(1)
    notary.sent_to(ann, "gemini")
    sent = notary.clock.now()
    ended(notary, ann)
    with notary.database.connection():
        assert Disclosure.select().count() == 0
    first, second = notary.papers_sent()
    assert first["copies_elsewhere"] == [{**one} for one in second["copies_elsewhere"]]
    assert second["last_copy_gone_on"] == (sent + KEPT).date().isoformat()


def test_messages_that_only_the_person_can_delete_are_counted_beside_telegram(notary: Notary, ann: Who) -> None:
    notary.later(3 * 86_400)  # longer than Telegram lets a bot delete
    notary.erases(ann, PHOTOS)
    notary.work()
    second = notary.papers_sent()[-1]
    [chat] = [one for one in second["copies_elsewhere"] if one["provider"] == "telegram"]
    assert chat["messages"] == 1
    assert second["destroyed"]["chat"] == {"deleted": 0}
    assert "messages_left" not in second["destroyed"]["database"]


def test_the_last_receipt_comes_when_no_copy_is_left_and_not_a_second_before(notary: Notary, ann: Who) -> None:
    notary.sent_to(ann, "gemini")
    sent = notary.clock.now()
    notary.erases(ann, PHOTOS)
    notary.work()
    number = notary.papers_sent()[0]["number"]
    notary.clock.time = sent + KEPT - timedelta(seconds=1)
    assert notary.receipts.last_copies() == 0
    found = notary.receipts.find(number)
    assert found is not None
    assert (found.body["stage"], found.due_at) == (2, sent + KEPT)
    notary.later(1)
    assert notary.receipts.last_copies() == 1
    assert notary.receipts.last_copies() == 0
    found = notary.receipts.find(number)
    assert found is not None
    assert (found.body["stage"], found.due_at) == (3, None)
    assert found.body["issued_at"] == notary.clock.now().isoformat() + "Z"
    assert check(KEYS, found.text).verdict == GENUINE
    assert [row.stage for row in notary.papers_kept()] == [1, 2, 3]


def test_a_new_key_signs_the_last_receipt_and_the_older_ones_stay_genuine(
    notary: Notary, ann: Who, database: Database, tmp_path: Path, clock: Any
) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    newer = SigningKeys([("r2", bytes(range(7, 39))), ("r1", bytes(range(32)))])
    later = Notary(database, tmp_path / "objects", clock, keys=newer)
    later.later(KEY_BACKUP.total_seconds())
    assert later.receipts.last_copies() == 1
    papers = [check(newer, row.body) for row in later.papers_kept()]
    assert [(paper.verdict, paper.body["key"]) for paper in papers] == [
        (GENUINE, "r1"),
        (GENUINE, "r1"),
        (GENUINE, "r2"),
    ]


def test_once_the_second_receipt_was_sent_nothing_tells_whose_it_is(notary: Notary, ann: Who) -> None:
    erasure = notary.erases(ann, PHOTOS)
    notary.work()
    assert [row.erasure for row in notary.papers_kept()] == [None, None]
    with notary.database.connection():
        assert notary.receipts.number(erasure.id) is None
        traces = {row.subject for row in Work.select()}
    assert not traces & {value for row in notary.papers_kept() for value in (row.id, row.number)}


def test_until_then_it_is_part_of_their_own_copy_and_of_nobody_elses(notary: Notary, ann: Who) -> None:
    bob = notary.lives()
    erasure = notary.erases(ann, ACCOUNT)
    notary.work()
    for who, expected in ((ann, 1), (bob, 0)):
        with notary.database.connection():
            manifest = json.loads(freeze(Whose.of(notary.fields, who.id, notary.telegram_id(who))))
        assert len(manifest.get("receipt", [])) == expected
    with notary.database.connection():
        assert notary.receipts.number(erasure.id) == notary.papers_sent()[0]["number"]


def test_a_number_is_found_as_people_write_it_and_nothing_else_is(notary: Notary, ann: Who) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    number = notary.papers_sent()[0]["number"]
    for written in (number, number.upper(), f"  {number[:8]} {number[8:16]} {number[16:]}\n"):
        found = notary.receipts.find(written)
        assert found is not None
        assert found.body["number"] == number
    for other in ("", number[:-1], number + "0", "0" * 32, "%" * 32, "' or 1=1 --", "\u0660" * 32):
        assert notary.receipts.find(other) is None


def test_a_deletion_that_was_taken_back_has_a_receipt_that_says_so(notary: Notary, ann: Who) -> None:
    notary.erases(ann, ACCOUNT)
    notary.work()
    notary.later(3600)
    assert notary.undoes(ann)
    notary.work()
    second = notary.papers_sent()[-1]
    assert (second["stage"], second["undone"]) == (2, True)
    assert "account" in {one["category"] for one in second["stays"]}
    assert "back" in notary.documents()[-1].params["caption"]
    notary.later(KEY_BACKUP.total_seconds())
    assert notary.receipts.last_copies() == 1


@pytest.mark.proves("P6.15")
def test_receipts_go_when_the_period_of_the_register_is_over(notary: Notary, ann: Who) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    notary.later((CATEGORIES["erasures"].retention.period or timedelta(0)).total_seconds() - 1)
    notary.retention.run()
    assert len(notary.papers_kept()) == 2
    notary.later(1)
    notary.retention.run()
    assert notary.papers_kept() == []


def test_what_a_receipt_says_of_times_can_be_read_back(notary: Notary, ann: Who) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    for name in ("asked_at", "keys_destroyed_at", "gone_at", "issued_at"):
        said = notary.papers_sent()[-1][name]
        assert datetime.fromisoformat(said.removesuffix("Z")) == notary.clock.now()
    with notary.database.connection():
        assert Receipt.select().count() == 2
        assert Account.select().count() == 1
