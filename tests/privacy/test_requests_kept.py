"""What is kept of requests goes on its day and never a second before; the staff's log stays a whole chain meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from consent.optin import choose
from database import Database
from models import Announcement, AuditEntry, Base, PromotionChoice, Refusal, RightsRequest
from policy.categories import ANNOUNCEMENT
from policy.records import CONSENTS, REFUSALS, REQUESTS, STAFF_ACCESS
from privacy.retention import Retention
from tests.conftest import TurnedClock
from tests.privacy.office import Office
from vault.folder import FolderStore

SECOND = timedelta(seconds=1)


@pytest.fixture
def office(database: Database, clock: TurnedClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path / "objects")


@pytest.fixture
def retention(office: Office, tmp_path: Path) -> Retention:
    return Retention(database=office.database, store=FolderStore(tmp_path / "objects"), keys=office.keys)


def left(office: Office, model: type[Base]) -> int:
    with office.database.connection():
        return int(model.select().count())


@pytest.mark.proves("P6.11")
def test_an_entry_of_the_log_of_refusals_is_kept_four_years(office: Office, retention: Retention) -> None:
    start = office.clock.now()
    office.refuses(office.opens())
    office.at(start + timedelta(days=4 * 365) - SECOND)
    retention.run()
    assert left(office, Refusal) == 1
    office.passes(SECOND)
    retention.run()
    assert left(office, Refusal) == 0
    assert timedelta(days=4 * 365) == REFUSALS


def test_a_request_is_kept_two_years_from_its_answer_and_as_long_as_it_is_owed(
    office: Office, retention: Retention
) -> None:
    owed, decided, answered = office.opens(), office.opens(), office.opens()
    office.answers(decided, "nothing")
    office.answers(answered, "nothing")
    office.passes(timedelta(days=10))
    office.gives(answered)
    answered_at = office.clock.now()
    office.at(answered_at + REQUESTS - SECOND)
    retention.run()
    assert left(office, RightsRequest) == 3
    office.passes(SECOND)
    retention.run()
    with office.database.connection():
        assert {row.id for row in RightsRequest.select()} == {owed.id, decided.id}


@pytest.mark.proves("P6.13")
def test_the_staff_s_log_is_kept_two_years_and_what_is_left_of_it_is_whole(
    office: Office, retention: Retention
) -> None:
    start = office.clock.now()
    for _ in range(3):
        office.opens()
        office.passes(timedelta(days=100))
    office.at(start + STAFF_ACCESS - SECOND)
    retention.run()
    assert left(office, AuditEntry) == 3
    office.passes(SECOND)
    retention.run()
    assert left(office, AuditEntry) == 2
    assert office.audit.breaks() == []


@pytest.mark.proves("P6.12")
def test_choices_about_promotional_messages_are_kept_two_years_after_the_account_s_end(
    office: Office, retention: Retention
) -> None:
    ann = office.person()
    with office.database.unit() as unit:
        choose(unit, ann.id, wanted=True)
    office.passes(timedelta(days=900))
    retention.run()
    assert left(office, PromotionChoice) == 1
    office.ends(ann)
    ended = office.clock.now()
    office.at(ended + CONSENTS - SECOND)
    retention.run()
    assert left(office, PromotionChoice) == 1
    office.passes(SECOND)
    retention.run()
    assert left(office, PromotionChoice) == 0


def test_an_announcement_goes_some_time_after_its_end_and_not_while_it_is_sent(
    office: Office, retention: Retention
) -> None:
    now = office.clock.now()
    with office.database.unit():
        for ended in (None, now):
            Announcement.insert(kind="service", words="{}", created_at=now, ended_at=ended).execute()
    office.passes(ANNOUNCEMENT - SECOND)
    retention.run()
    assert left(office, Announcement) == 2
    office.passes(SECOND)
    retention.run()
    assert left(office, Announcement) == 1
