"""How receipts reach people: in their language, again after a kill, and by number where the chat is closed to us."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from database import Database
from errors import Permanent, Temporary
from policy.categories import ACCOUNT_UNDO
from privacy.erasure_end import LAST_WORD
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.receipts import RECEIPT
from tests.generation.studio import Who
from tests.privacy.notary import SITE, Notary
from wording import receipts as says
from wording.language import LANGUAGES, translate

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def notary(database: Database, tmp_path: Path, clock: Any) -> Notary:
    return Notary(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(notary: Notary) -> Who:
    return notary.lives()


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


def test_who_blocked_the_bot_can_be_told_the_number_by_mail_until_they_leave(notary: Notary, ann: Who) -> None:
    notary.telegram.fails["sendDocument"] = Permanent("telegram.blocked")
    notary.erases(ann, PHOTOS)
    notary.work()
    with notary.database.connection():
        [number] = notary.receipts.numbers_of(ann.id)
    found = notary.receipts.find(number)
    assert found is not None
    assert found.body["stage"] == 2
    notary.close(ann)
    notary.receipts.last_copies()
    assert [row.erasure for row in notary.papers_kept()] == [None, None]
    with notary.database.connection():
        assert notary.receipts.numbers_of(ann.id) == []


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
