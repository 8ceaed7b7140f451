"""Receipts of deletions: what they say, whom they reach, that they name nobody, and that there is a last one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from errors import Permanent, Temporary
from models import Account, Disclosure, Erasure, Receipt, Work
from policy.categories import ACCOUNT_UNDO, CATEGORIES, KEY_BACKUP
from policy.recipients import RECIPIENTS
from privacy.erase import LAST_WORD
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.holdings import Whose
from privacy.manifest import freeze, read
from privacy.receipt_form import GENUINE, check
from privacy.receipts import RECEIPT
from tests.generation.studio import PICTURE, Who
from tests.privacy.notary import KEYS, SITE, Notary
from vault.signing import SigningKeys
from wording import receipts as says
from wording.language import LANGUAGES, translate

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()
ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize("refuses", ["telegram.blocked", "telegram.bad_request"])
def test_an_account_whose_chat_is_closed_to_us_ends_all_the_same_and_its_receipt_can_be_looked_up(
    notary: Notary, ann: Who, refuses: str
) -> None:
    erasure = notary.erases(ann, ACCOUNT)
    notary.telegram.fails["sendDocument"] = Permanent(refuses)
    notary.work()
    with notary.database.connection():
        number = notary.receipts.number(erasure.id)
    notary.later(GRACE)
    notary.work()
    assert notary.account(ann) is None
    assert notary.papers_sent() == []
    found = notary.receipts.find(number or "")
    assert found is not None
    assert found.body["stage"] == 2


def test_while_telegram_is_away_the_account_waits_for_its_last_message(notary: Notary, ann: Who) -> None:
    erasure = notary.erases(ann, ACCOUNT)
    notary.work()
    notary.telegram.fails["sendDocument"] = Temporary("telegram.unavailable")
    notary.later(GRACE)
    notary.work()
    assert notary.account(ann) is not None
    assert len(notary.papers_sent()) == 1
    with notary.database.unit() as unit:
        notary.receipts.gone(unit, notary.erasure(erasure.id))  # by whoever goes on after a kill
    assert [row.stage for row in notary.papers_kept()] == [1, 2]
    del notary.telegram.fails["sendDocument"]
    notary.work(400)
    assert [paper["stage"] for paper in notary.papers_sent()] == [1, 2]
    assert notary.account(ann) is None


def test_of_an_account_that_ended_while_telegram_stayed_away_the_receipts_are_nobodys_soon(
    notary: Notary, ann: Who
) -> None:
    erasure = notary.erases(ann, ACCOUNT)
    notary.telegram.fails["sendDocument"] = Temporary("telegram.unavailable")
    notary.work()
    with notary.database.connection():
        number = notary.receipts.number(erasure.id)
    notary.later(GRACE + LAST_WORD.total_seconds())
    notary.work()
    assert notary.account(ann) is None
    assert notary.papers_sent() == []
    notary.receipts.last_copies()
    assert [row.erasure for row in notary.papers_kept()] == [None, None]
    found = notary.receipts.find(number or "")
    assert found is not None
    assert found.body["stage"] == 2


def test_a_receipt_that_could_not_be_sent_at_first_is_sent_later_in_its_newest_stage(notary: Notary, ann: Who) -> None:
    notary.telegram.fails["sendDocument"] = Temporary("telegram.unavailable")
    notary.erases(ann, PHOTOS)
    notary.work()
    assert notary.waits(RECEIPT) == 1, "one message is waited for, not two"
    del notary.telegram.fails["sendDocument"]
    notary.work(60)
    assert [paper["stage"] for paper in notary.papers_sent()] == [2]


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


def test_an_account_that_was_closed_meanwhile_has_its_receipts_too_and_they_are_nobodys(
    notary: Notary, ann: Who
) -> None:
    notary.erases(ann, ACCOUNT)
    notary.work()
    number = notary.papers_sent()[0]["number"]
    notary.close(ann)
    notary.later(GRACE)
    notary.work()
    assert {row.erasure for row in notary.papers_kept()} == {None}
    found = notary.receipts.find(number)
    assert found is not None
    assert (found.body["stage"], found.body["undone"]) == (2, False)
    assert "transactions" in {one["category"] for one in found.body["stays"]}
    assert len(notary.papers_sent()) == 1


def test_of_an_account_that_was_closed_before_anything_was_sealed_the_register_says_what_stays(
    notary: Notary, ann: Who
) -> None:
    notary.erases(ann, ACCOUNT)
    notary.close(ann)
    notary.work()
    notary.later(GRACE)
    notary.work()
    papers = [json.loads(row.body) for row in notary.papers_kept()]
    assert papers
    for paper in papers:
        assert {"transactions", "consents"} <= {one["category"] for one in paper["stays"]}
    assert notary.papers_sent() == []


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


def test_a_receipt_speaks_its_persons_language_and_leads_to_the_page_in_it(notary: Notary, ann: Who) -> None:
    notary.speaks(ann, "zh-hant")
    notary.erases(ann, PHOTOS)
    notary.work()
    caption = notary.documents()[0].params["caption"]
    assert "收據" in caption
    assert f"{SITE}/zh-hant/receipts" in caption
    assert notary.papers_sent()[0]["address"] == f"{SITE}/receipts"


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("scope", [PHOTOS, GENERATED, ACCOUNT])
def test_what_stands_under_the_file_is_not_too_long_for_telegram(tag: str, scope: str) -> None:
    shown = {"scope": scope, "number": "f" * 32, "last": "2026-11-28", "address": f"https://{'long' * 20}.app/zh-hant"}
    _ = translate(tag)
    for said in (says.sealed(_, **shown), says.gone(_, **shown, undone=False), says.gone(_, **shown, undone=True)):
        assert len(said.text) <= 1024


CHILD = """
import sys
from datetime import datetime
from pathlib import Path

import crash
from database import Database
from tests.conftest import TurnedClock
from tests.privacy.notary import Notary

address, folder, at, point = sys.argv[1:]
clock = TurnedClock()
clock.time = datetime.fromisoformat(at)
notary = Notary(Database(address, clock=clock), Path(folder), clock)
sent = notary.telegram.call


def call(given):
    print(given.method, flush=True)
    return sent(given)


notary.telegram.call = call
crash.arm(point)
notary.work()
print("lived")
"""


def dies(notary: Notary, address: str, folder: Path, point: str) -> list[str]:
    """A process that is killed at this point; the methods of Telegram that it had called by then."""
    command = [sys.executable, "-c", CHILD, address, str(folder), notary.clock.now().isoformat(), point]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(("point", "before"), [("erasure.emptied", 0), ("receipt.told", 1), ("erasure.told", 1)])
def test_a_kill_around_the_last_message_sends_it_once_or_twice_and_never_not_at_all(
    notary: Notary, ann: Who, database_url: str, tmp_path: Path, point: str, before: int
) -> None:
    notary.erases(ann, ACCOUNT)
    notary.work()
    notary.later(GRACE)
    sent = dies(notary, database_url, tmp_path / "objects", point)
    assert sent.count("sendDocument") == before
    assert notary.account(ann) is not None
    notary.work(60)
    again = [paper for paper in notary.papers_sent() if paper["stage"] == 2]
    assert 1 <= before + len(again) <= 2
    assert notary.account(ann) is None
    assert [row.stage for row in notary.papers_kept()] == [1, 2]


def test_a_kill_after_a_sending_sends_it_again(notary: Notary, ann: Who, database_url: str, tmp_path: Path) -> None:
    notary.erases(ann, PHOTOS)
    sent = dies(notary, database_url, tmp_path / "objects", "receipt.sent")
    assert sent.count("sendDocument") == 1
    notary.work(60)
    assert notary.papers_sent()[-1]["stage"] == 2
    assert {row.erasure for row in notary.papers_kept()} == {None}


def test_what_a_receipt_says_of_times_can_be_read_back(notary: Notary, ann: Who) -> None:
    notary.erases(ann, PHOTOS)
    notary.work()
    for name in ("asked_at", "keys_destroyed_at", "gone_at", "issued_at"):
        said = notary.papers_sent()[-1][name]
        assert datetime.fromisoformat(said.removesuffix("Z")) == notary.clock.now()
    with notary.database.connection():
        assert Receipt.select().count() == 2
        assert Account.select().count() == 1
