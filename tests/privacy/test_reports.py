"""Cases of reports: their clock, their alarm, their numbers, and that they and their keys go in their time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from database import Database
from errors import Permanent, Rejected
from models import KeyRow, Report
from policy.categories import SUPPORT
from policy.limits import LONGEST_CONTACT, LONGEST_REPORT, REPORT_ALARM, REPORT_WITHIN
from privacy.deadlines import IN_TIME, LATE, SOON
from privacy.reports import ALPHABET, NUMBER, Reports, Said, counted, new_number, read, standing, under_way
from privacy.rules import rules
from tests.privacy.office import MAY, Office
from vault.folder import FolderStore
from wording.reports import grouped

HOUR = timedelta(hours=1)


@pytest.fixture
def office(database: Database, clock: Any, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path)


@pytest.fixture
def reports(office: Office) -> Reports:
    return Reports(office.database, office.fields, office.keys, cast(Any, None), office.audit)


def opened(office: Office, reports: Reports, *, received: Any = None, **said: Any) -> str:
    with office.database.unit() as unit:
        return str(reports.open(unit, Said(kind="child", source="web", **said), received=received).id)


def ends(office: Office, reports: Reports, number: str) -> None:
    with office.database.unit() as unit:
        reports.unfounded(unit, MAY, number)


def test_a_number_can_be_typed_as_people_type_it() -> None:
    for _ in range(200):
        number = new_number()
        assert NUMBER.fullmatch(number)
        assert read(grouped(number).upper() + " ") == number
    assert len({new_number() for _ in range(1000)}) == 1000
    assert not set("01ilo") & set(ALPHABET)


@given(st.text(max_size=40))
def test_whatever_is_typed_as_a_number_is_read_as_one_word(said: str) -> None:
    assert read(read(said)) == read(said)


def test_the_clock_runs_from_the_receipt_for_two_days(office: Office, reports: Reports) -> None:
    now = office.clock.now()
    number = opened(office, reports, received=now - 5 * HOUR)
    [row] = under_way(office.database)
    assert (row.id, row.due_at) == (number, now - 5 * HOUR + REPORT_WITHIN)
    assert timedelta(hours=48) == REPORT_WITHIN
    for after, place in (
        (timedelta(0), IN_TIME),
        (REPORT_WITHIN - REPORT_ALARM - timedelta(seconds=1), IN_TIME),
        (REPORT_WITHIN - REPORT_ALARM, SOON),
        (REPORT_WITHIN - timedelta(seconds=1), SOON),
        (REPORT_WITHIN, LATE),
    ):
        assert standing(row.due_at, row.received_at + after) == place


def test_nothing_is_received_in_the_future(office: Office, reports: Reports) -> None:
    with pytest.raises(Rejected, match="not_yet"):
        opened(office, reports, received=office.clock.now() + HOUR)


@pytest.mark.proves("P10.2")
def test_the_alarm_speaks_from_twelve_hours_before_on_and_until_the_case_has_ended(
    office: Office, reports: Reports
) -> None:
    def said() -> list[tuple[str, int]]:
        with capture_logs() as written:
            reports.alarm()
        return [(line["event"], line["count"]) for line in written if line["log_level"] == "error"]

    number = opened(office, reports)
    assert said() == []
    office.passes(REPORT_WITHIN - REPORT_ALARM)
    other = opened(office, reports)
    assert said() == [("reports.soon", 1)]
    office.passes(REPORT_ALARM)
    assert said() == [("reports.late", 1)]
    ends(office, reports, number)
    assert said() == []
    assert [row.id for row in under_way(office.database)] == [other]
    assert counted(under_way(office.database), office.clock.now()).open == 1


@pytest.mark.parametrize(
    ("column", "longest"), [("words", LONGEST_REPORT), ("place", LONGEST_REPORT), ("contact", LONGEST_CONTACT)]
)
def test_what_is_too_long_is_refused_and_nothing_is_kept(
    office: Office, reports: Reports, column: str, longest: int
) -> None:
    with pytest.raises(Rejected, match="too_long"):
        opened(office, reports, **{column: "x" * (longest + 1)})
    with office.database.connection():
        assert not Report.select().exists()
        assert not KeyRow.select().where(KeyRow.kind == KeyRow.CASE).exists()
    opened(office, reports, **{column: "x" * longest})


def test_without_words_there_is_no_key(office: Office, reports: Reports) -> None:
    number = opened(office, reports, words="  ", contact="")
    with office.database.connection():
        row = Report.get_by_id(number)
        assert (row.words, row.contact) == (None, None)
        assert not KeyRow.select().where(KeyRow.account == number).exists()


def test_each_case_has_a_key_of_its_own(office: Office, reports: Reports) -> None:
    first, second = (opened(office, reports, words="that is me") for _ in range(2))
    with office.database.connection():
        rows = {row.id: row for row in Report.select()}
    swapped = rows[first]
    swapped.words = rows[second].words
    with pytest.raises(Permanent):
        office.fields.open(Report.words, swapped, purpose="support")


def test_words_are_opened_for_support_and_for_nothing_else(office: Office, reports: Reports) -> None:
    number = opened(office, reports, words="that is me")
    with office.database.connection():
        row = Report.get_by_id(number)
    for purpose in ("generation", "abuse", "promotion", "improving"):
        with pytest.raises(Permanent, match="purpose_not_granted"):
            office.fields.open(Report.words, row, purpose=purpose)


def test_a_case_that_is_opened_by_staff_stands_in_their_log(office: Office, reports: Reports) -> None:
    with office.database.unit() as unit:
        row = reports.open_for(unit, MAY, Said(kind="other", source="mail", words="a letter"))
    [entry] = office.audit.entries(newest=5)
    assert (entry.verb, entry.subject, entry.actor) == ("report.open", row.id, MAY.actor)


@pytest.mark.proves("P6.7")
def test_a_case_and_its_key_go_two_years_after_its_end_and_never_before_it_has_ended(
    office: Office, reports: Reports, tmp_path: Path
) -> None:
    [rule] = [sweep for sweep in rules(office.keys, FolderStore(tmp_path / "objects")) if sweep.name == "report"]
    ended, still = (opened(office, reports, words="that is me") for _ in range(2))
    office.passes(SUPPORT)
    ends(office, reports, ended)
    office.passes(SUPPORT - timedelta(seconds=1))
    with office.database.connection():
        assert not rule.due(office.clock.now())
    office.passes(timedelta(seconds=1))
    with office.database.connection():
        assert rule.due(office.clock.now())
    assert rule.step(office.database, office.clock.now(), lambda unit, count: None) == 1
    with office.database.connection():
        assert [row.id for row in Report.select()] == [still]
        assert [row.account for row in KeyRow.select().where(KeyRow.kind == KeyRow.CASE)] == [still]
