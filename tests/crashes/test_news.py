"""Killed while a person is told how their account stands, how a report was decided, or what receipt there is; while a
newer policy is told: nobody is left out, and what stands does not depend on the telling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from database import Database
from errors import Temporary
from models import Account, Report, Telling
from privacy.account_news import ACCOUNT_NEWS
from privacy.erasures import ERASE, PHOTOS
from privacy.receipts import RECEIPT
from privacy.report_news import REPORT_NEWS
from privacy.reports import Said
from support.announcements import INFORM
from tests.conftest import TurnedClock
from tests.crashes.falling import again, condemned, falls, open_kinds, work
from tests.privacy.casework import Casework
from tests.privacy.notary import Notary
from tests.support.conftest import Post, Process, people, tellings
from tests.support.conftest import post as post  # the fixture

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
# How often it is said by whoever goes on.
TOLD = {"claimed": 1, "sent": 1, "finishing": 1, "finished": 0, "giving_up": 0, "given_up": 0}


def steps(kind: str) -> list[str]:
    return [f"{kind}.{step}" for step in TOLD]


def told(part: Any, method: str = "sendMessage") -> int:
    return len(part.telegram.said(method))


def to_be_killed(part: Any, kind: str, point: str) -> int:
    """How often it has to be said after the kill at this point; where it is given up, that is so now."""
    step = point.partition(".")[2]
    if step in ("giving_up", "given_up"):
        condemned(part, kind)
    return TOLD[step]


@pytest.fixture
def other_cases(opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path) -> Callable[[], Casework]:
    return lambda: Casework(opens(), tmp_path / "objects", clock, intake=cast(Any, None))


@pytest.fixture
def cases(database: Database, clock: TurnedClock, tmp_path: Path) -> Casework:
    return Casework(database, tmp_path / "objects", clock, intake=cast(Any, None))


@pytest.mark.parametrize("point", steps("account_news"))
def test_how_an_account_stands_is_told(
    cases: Casework, other_cases: Callable[[], Casework], clock: TurnedClock, point: str
) -> None:
    ann = cases.person()
    cases.ban(ann)
    often = to_be_killed(cases, ACCOUNT_NEWS, point)
    falls(point, lambda: work(other_cases(), ACCOUNT_NEWS))
    again(clock, cases)
    assert told(cases) == often
    row = cases.account(ann)
    assert row is not None
    assert row.state == Account.BANNED
    assert open_kinds(cases) == []


@pytest.mark.parametrize("point", steps("report_news"))
def test_how_a_report_was_decided_is_told(
    cases: Casework, other_cases: Callable[[], Casework], clock: TurnedClock, point: str
) -> None:
    ann = cases.person()
    with cases.database.unit() as unit:
        number = str(cases.reports.open(unit, Said(kind="consent", source="bot", reporter=ann.id)).id)
    cases.unfounded(number)
    often = to_be_killed(cases, REPORT_NEWS, point)
    falls(point, lambda: work(other_cases(), REPORT_NEWS))
    again(clock, cases)
    assert told(cases) == often
    assert cases.case(number).state == Report.UNFOUNDED
    assert open_kinds(cases) == []


@pytest.mark.parametrize("point", steps("receipt"))
def test_a_receipt_is_sent_or_can_be_looked_up(
    database: Database, opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path, point: str
) -> None:
    notary = Notary(database, tmp_path / "objects", clock)
    ann = notary.lives()
    notary.erases(ann, PHOTOS)
    work(notary, ERASE)
    often = to_be_killed(notary, RECEIPT, point)
    falls(point, lambda: work(Notary(opens(), tmp_path / "objects", clock), RECEIPT))
    again(clock, notary)
    assert len(notary.papers_sent()) == often
    found = notary.receipts.find(notary.papers_kept()[0].number)
    assert found is not None
    assert RECEIPT not in open_kinds(notary)


@pytest.mark.parametrize("point", ["inform.putting_back", "inform.put_back", "inform.giving_up", "inform.given_up"])
def test_a_newer_policy_is_told_or_the_row_says_why_not(
    database: Database, opens: Callable[[], Database], clock: TurnedClock, post: Post, point: str
) -> None:
    process = Process(database, post)
    [account] = people(database, 1)
    process.announcements.plan()
    clock.turn(1)  # the telling is spread over the seconds until the next round
    given_up = point.startswith("inform.giv")
    if given_up:
        condemned(process, INFORM)
    else:
        post.refuses[account] = Temporary("telegram.wait", retry_after=1.0)
    falls(point, lambda: work(Process(opens(), post)))
    post.refuses.clear()
    again(clock, process)
    row = tellings(database)[account]
    assert row.state == (Telling.UNREACHABLE if given_up else Telling.TOLD)
    assert len(post.got[account]) == (0 if given_up else 1)
    # That it did not leave was not written down before the kill: it counts as one that may have left.
    assert row.sends == len(post.got[account]) + (point == "inform.putting_back")
    assert open_kinds(process) == []
