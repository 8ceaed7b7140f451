"""The staff's log: sealed reasons, appended only, and whatever was done to it behind the program's back is named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from database import Database
from errors import Rejected
from models import Access, AuditEntry
from policy.records import STAFF_ACCESS
from privacy.audit import Act
from tests.conftest import TurnedClock
from tests.privacy.office import MAY, Office

WHY = "Ann Lee wrote on Monday"


@pytest.fixture
def office(database: Database, clock: TurnedClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path / "objects")


def acts(office: Office, count: int = 1, by: Act = MAY) -> None:
    for number in range(count):
        office.passes(timedelta(seconds=1))
        with office.database.unit() as unit:
            office.audit.record(unit, by, "request.open", subject=f"subject{number}")


def behind_its_back(office: Office, *statements: str) -> None:
    """By somebody with every right in the database, who takes the triggers away first."""
    with office.database.unit():
        off = "DROP TRIGGER audit_entry_append_only"
        office.database.rows(off if office.database.sqlite else f"{off} ON audit_entry")
        for statement in statements:
            office.database.rows(statement)


def test_a_reason_is_sealed_and_whoever_reads_it_leaves_a_record(office: Office) -> None:
    acts(office, by=Act("may.chan", WHY))
    with office.database.connection():
        assert WHY.encode() not in bytes(AuditEntry.get().reason)
        assert Access.select().count() == 0
    [entry] = office.audit.entries(newest=10)
    assert (entry.number, entry.actor, entry.verb, entry.subject, entry.reason) == (
        *(1, "may.chan", "request.open", "subject0"),
        WHY,
    )
    assert WHY not in repr(entry)
    with office.database.connection():
        assert [(row.account, row.purpose, row.category) for row in Access.select()] == [("staff", "rights", "access")]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (Act("", "x"), "audit.actor"),
        (Act("May Chan", "x"), "audit.actor"),
        (Act("a", "x"), "audit.actor"),
        (Act("may.chan", "  "), "audit.reason"),
        (Act("may.chan", "x" * 501), "audit.reason"),
    ],
)
def test_nothing_is_done_without_a_name_and_a_reason(office: Office, act: Act, code: str) -> None:
    with pytest.raises(Rejected, match=code):
        acts(office, by=act)
    with office.database.connection():
        assert AuditEntry.select().count() == 0


def test_a_log_that_nobody_touched_is_whole(office: Office) -> None:
    assert office.audit.breaks() == []
    acts(office, 7)
    assert office.audit.breaks() == []
    with office.database.connection():
        assert [row.number for row in AuditEntry.select().order_by(AuditEntry.number)] == [1, 2, 3, 4, 5, 6, 7]


SPOILED: dict[str, tuple[tuple[str, ...], list[int]]] = {
    "another name": (("UPDATE audit_entry SET actor = 'ben.lo' WHERE number = 3",), [3]),
    "another subject": (("UPDATE audit_entry SET subject = 'x' WHERE number = 3",), [3]),
    "no subject": (("UPDATE audit_entry SET subject = NULL WHERE number = 3",), [3]),
    "another time": (("UPDATE audit_entry SET at = '2026-01-01 00:00:00' WHERE number = 3",), [3]),
    "another verb": (("UPDATE audit_entry SET verb = 'ban' WHERE number = 3",), [3]),
    "one taken out": (("DELETE FROM audit_entry WHERE number = 3",), [4]),
    "two taken out": (("DELETE FROM audit_entry WHERE number IN (3, 4)",), [5]),
    "the oldest taken out": (("DELETE FROM audit_entry WHERE number = 1",), [2]),
    "one taken out and the others moved up": (
        ("DELETE FROM audit_entry WHERE number = 5", "UPDATE audit_entry SET number = 5 WHERE number = 6"),
        [5, 5],
    ),
    "one slipped in": (
        (
            "INSERT INTO audit_entry (id, number, account, actor, verb, reason, at, before, digest, before_at) "
            "SELECT 'x', 7, account, 'ben.lo', verb, reason, at, digest, digest, at FROM audit_entry WHERE number = 6",
        ),
        [7],
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_where_the_chain_is_broken_the_entry_is_named(office: Office, how: str) -> None:
    acts(office, 6)
    statements, numbers = SPOILED[how]
    behind_its_back(office, *statements)
    assert [one.number for one in office.audit.breaks()] == numbers
    with capture_logs() as written:
        office.audit.alarm()
    assert [(line["event"], line["entry"]) for line in written] == [("audit.broken", numbers[0])]


def test_a_chain_that_holds_is_no_alarm(office: Office) -> None:
    acts(office, 3)
    with capture_logs() as written:
        office.audit.alarm()
    assert written == []


@pytest.mark.proves("P6.13")
def test_what_goes_with_its_period_leaves_a_whole_chain_and_what_goes_too_early_does_not(office: Office) -> None:
    acts(office, 3)
    office.passes(timedelta(days=400))
    acts(office, 3)
    start = office.clock.now()
    old = "DELETE FROM audit_entry WHERE number <= 3"
    behind_its_back(office, old)
    assert [one.number for one in office.audit.breaks()] == [4]
    office.at(start + STAFF_ACCESS - timedelta(days=400))
    assert office.audit.breaks() == []


def test_entries_of_many_at_once_are_one_chain(office: Office) -> None:
    acts(office)
    start, errors = threading.Barrier(6), []

    def act() -> None:
        start.wait()
        try:
            for _ in range(5):
                with office.database.unit() as unit:
                    office.audit.record(unit, MAY, "request.open")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=act) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with office.database.connection():
        assert AuditEntry.select().count() == 31
    assert office.audit.breaks() == []


def test_what_is_undone_leaves_no_entry(office: Office) -> None:
    acts(office)

    def fails(act: Callable[[], None]) -> None:
        with pytest.raises(ZeroDivisionError):
            act()

    def undone() -> None:
        with office.database.unit() as unit:
            office.audit.record(unit, MAY, "request.open")
            raise ZeroDivisionError

    fails(undone)
    acts(office)
    with office.database.connection():
        assert [row.number for row in AuditEntry.select().order_by(AuditEntry.number)] == [1, 2]
    assert office.audit.breaks() == []
