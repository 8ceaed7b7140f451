"""A verb of the staff is killed just before or just after it commits: it is done and stands in the log, or neither, and
whoever runs it again is told so or does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from database import Database
from errors import Rejected
from models import Account, AuditEntry, Report
from tests.conftest import TurnedClock
from tests.crashes.falling import falls, work
from tests.generation.studio import Who
from tests.privacy.casework import Casework

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
Verb = Callable[[Casework, Who, str], object]

VERBS: dict[str, Verb] = {
    "freeze": lambda cases, who, number: cases.freezes(number),
    "erase": lambda cases, who, number: cases.wipes(number),
    "ban": lambda cases, who, number: cases.ban(who),
}
BACK: dict[str, tuple[Verb, Verb]] = {
    "release": (VERBS["freeze"], lambda cases, who, number: cases.releases(number)),
    "unban": (VERBS["ban"], lambda cases, who, number: cases.unban(who)),
}


@pytest.fixture
def cases(database: Database, clock: TurnedClock, tmp_path: Path) -> Casework:
    return Casework(database, tmp_path / "objects", clock, intake=cast(Any, None))


@pytest.fixture
def other(opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path) -> Callable[[], Casework]:
    return lambda: Casework(opens(), tmp_path / "objects", clock, intake=cast(Any, None))


def done_once(cases: Casework, verb: Verb, ann: Who, number: str, point: str, other: Callable[[], Casework]) -> None:
    """Killed at the point, and run again: refused as done already after the commit, else done; one entry either way."""
    before = cases.verbs()
    falls(point, lambda: verb(other(), ann, number))
    assert (cases.verbs() == before) == (point == "staff.acting")
    if point == "staff.acted":
        with pytest.raises(Rejected):
            verb(cases, ann, number)
    else:
        verb(cases, ann, number)
    entries = cases.verbs()
    assert len(entries) == len(set(entries)) > len(before)


@pytest.mark.parametrize("point", ["staff.acting", "staff.acted"])
@pytest.mark.parametrize("name", VERBS)
def test_a_case_is_decided_once(cases: Casework, other: Callable[[], Casework], name: str, point: str) -> None:
    ann = cases.lives()
    number = cases.reported(ann)
    done_once(cases, VERBS[name], ann, number, point, other)
    row, case = cases.account(ann), cases.case(number)
    assert row is not None
    assert (row.frozen_at is not None, row.state == Account.BANNED) == (name in ("freeze", "erase"), name == "ban")
    assert case.state == {"freeze": Report.FROZEN, "erase": Report.ERASED}.get(name, Report.OPEN)
    work(cases, "account_news", "report_news")
    assert len(cases.telegram.said("sendMessage")) == (name in ("freeze", "ban"))


@pytest.mark.parametrize("point", ["staff.acting", "staff.acted"])
@pytest.mark.parametrize("name", BACK)
def test_what_was_locked_is_opened_once(cases: Casework, other: Callable[[], Casework], name: str, point: str) -> None:
    ann = cases.lives()
    number = cases.reported(ann)
    first, verb = BACK[name]
    first(cases, ann, number)
    work(cases, "account_news")
    done_once(cases, verb, ann, number, point, other)
    row = cases.account(ann)
    assert row is not None
    assert (row.frozen_at, row.state) == (None, Account.ACTIVE)
    work(cases, "account_news")
    assert len(cases.telegram.said("sendMessage")) == 2  # locked, and open again


def test_the_log_of_the_staff_holds_together_after_a_kill(cases: Casework, other: Callable[[], Casework]) -> None:
    ann = cases.lives()
    for point in ("staff.acting", "staff.acted"):
        falls(point, lambda: other().ban(ann))
    assert cases.audit.breaks() == []
    with cases.database.connection():
        assert [row.number for row in AuditEntry.select()] == [1]
