"""Figures of what is owed to people move with its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from custody.media import PHOTO
from models import Erasure, Incident, Media, Report, RetentionRun, RightsRequest, Ticket, Work
from policy.incidents import KINDS, NO
from policy.rights import ACCESS, CORRECTION, DELETION
from privacy.erasures import ERASE
from privacy.figures import SURELY_DESTROYED


def request(watcher: Any, kind: str, due: float, **values: Any) -> None:
    when = {"received_at": watcher.ago(86_400), "due_at": watcher.ago(-due)}
    watcher.add(RightsRequest, account="a", kind=kind, source="bot", **when, **values)


def test_requests_are_owed_until_their_answer_was_given(watcher: Any) -> None:
    request(watcher, ACCESS, due=3600)
    request(watcher, ACCESS, due=7200)
    request(watcher, CORRECTION, due=60, ended_at=watcher.ago(0))
    found = watcher.figures()
    assert (found["miomio_requests_open"][ACCESS,], found["miomio_requests_open"][CORRECTION,]) == (2, 0)
    assert found["miomio_requests_deadline_seconds"] == {(ACCESS,): 3600}


def test_a_deadline_that_was_missed_lies_below_zero(watcher: Any) -> None:
    request(watcher, ACCESS, due=3600)
    watcher.clock.turn(4000)
    assert watcher.value("miomio_requests_deadline_seconds", ACCESS) == -400


def test_an_account_that_ends_by_itself_in_time_calls_nobody(watcher: Any) -> None:
    request(watcher, DELETION, due=86_400)
    ends = {"asked_at": watcher.ago(0), "ends_at": watcher.ago(-80_000), "scope": Erasure.ACCOUNT, "source": "bot"}
    [row] = RightsRequest.select()
    watcher.add(Erasure, account="a", state=Erasure.WAITING, request=row.id, **ends)
    assert watcher.value("miomio_requests_open", DELETION) == 1
    assert watcher.value("miomio_requests_deadline_seconds", DELETION) is None
    watcher.clock.turn(86_401)
    assert watcher.value("miomio_requests_deadline_seconds", DELETION) == -1


def test_reports_are_open_until_they_end(watcher: Any) -> None:
    known = {"kind": "child", "source": "bot", "received_at": watcher.ago(0), "due_at": watcher.ago(-48 * 3600)}
    watcher.add(Report, id="r1", **known)
    watcher.add(Report, id="r2", state=Report.FROZEN, **known)
    watcher.add(Report, id="r3", state=Report.UNFOUNDED, ended_at=watcher.ago(0), **known)
    assert watcher.figures()["miomio_reports_open"] == {("open",): 1, ("frozen",): 1}
    assert watcher.value("miomio_reports_deadline_seconds") == 48 * 3600


def test_a_breach_is_open_until_it_is_closed_and_owed_until_the_commissioner_knows(watcher: Any) -> None:
    when = {"noticed_at": watcher.ago(0), "declared_at": watcher.ago(0), "due_at": watcher.ago(-72 * 3600)}
    watcher.add(Incident, id="i1", kind=next(iter(KINDS)), **when)
    watcher.add(
        Incident,
        id="i2",
        kind=next(iter(KINDS)),
        harm=NO,
        state=Incident.CONTAINED,
        **{**when, "due_at": watcher.ago(5)},
    )
    assert watcher.figures()["miomio_incidents_open"] == {("open",): 1, ("contained",): 1}
    assert watcher.value("miomio_incidents_deadline_seconds") == 72 * 3600


def test_a_ticket_waits_for_support_until_it_is_answered(watcher: Any) -> None:
    for number, (state, age) in enumerate(((Ticket.OPEN, 100), (Ticket.ANSWERED, 300), (Ticket.RESOLVED, 500))):
        resolved = watcher.ago(0) if state == Ticket.RESOLVED else None
        when = {"opened_at": watcher.ago(age), "last_at": watcher.ago(age), "resolved_at": resolved}
        watcher.add(Ticket, number=number, account=f"a{number}", state=state, **when)
    assert (watcher.value("miomio_tickets_open"), watcher.value("miomio_tickets_oldest_seconds")) == (1, 100)


def test_a_run_of_retention_tells_when_it_was_and_what_it_could_not_let_go(watcher: Any) -> None:
    watcher.began(5_000)
    assert watcher.value("miomio_retention_run_age_seconds") == 5_000  # never yet
    for rule, held_back in (("cost", 2), ("order", 1)):
        when = {"started_at": watcher.ago(60), "ended_at": watcher.ago(50)}
        watcher.add(RetentionRun, rule=rule, category="transactions", held_back=held_back, **when)
    assert watcher.value("miomio_retention_run_age_seconds") == 60
    assert watcher.value("miomio_retention_held_back") == 3


def test_an_object_that_should_be_gone_is_overdue_until_it_is(watcher: Any) -> None:
    known = {"mime": "image/jpeg", "width": 1, "height": 1, "size": 1, "created_at": watcher.ago(0)}
    media = watcher.add(Media, account="a", kind=PHOTO, state=Media.DESTROYING, object_name="n", **known)
    watcher.work("destroy", subject=media.id)
    assert watcher.value("miomio_retention_overdue_seconds") == 0
    watcher.clock.turn(SURELY_DESTROYED.total_seconds() + 120)
    assert watcher.value("miomio_retention_overdue_seconds") == 120
    Media.delete().execute()
    assert watcher.value("miomio_retention_overdue_seconds") == 0


def erasure(watcher: Any, scope: str, state: str, *, asked: float, gone: float | None, done: float | None) -> None:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else watcher.ago(asked - seconds)

    known = {"account": "a", "scope": scope, "source": "bot", "state": state, "begun_at": at(0)}
    row = watcher.add(Erasure, asked_at=at(0), keys_gone_at=at(gone), done_at=at(done), **known)
    watcher.work(ERASE, subject=row.id, state=Work.DONE, ended_at=watcher.ago(0))


def test_deletions_are_open_until_they_are_done_and_wait_until_their_keys_are_gone(watcher: Any) -> None:
    erasure(watcher, Erasure.PHOTOS, Erasure.ASKED, asked=30, gone=None, done=None)
    erasure(watcher, Erasure.ACCOUNT, Erasure.WAITING, asked=600, gone=2, done=None)
    erasure(watcher, Erasure.GENERATED, Erasure.DONE, asked=900, gone=3, done=9)
    found = watcher.figures()
    assert {labels: n for labels, n in found["miomio_erasures_open"].items() if n} == {
        ("photos", "asked"): 1,
        ("account", "waiting"): 1,
    }
    assert found["miomio_erasures_waiting_seconds"] == {(): 30}


@pytest.mark.parametrize("gone", [2.0, 40.0])
def test_how_long_a_deletion_takes_is_the_median_of_the_last_ones(watcher: Any, gone: float) -> None:
    for took in (gone - 1, gone, 1000.0):
        erasure(watcher, Erasure.PHOTOS, Erasure.DONE, asked=5_000, gone=took, done=took + 1)
    erasure(watcher, Erasure.ACCOUNT, Erasure.DONE, asked=27 * 86_400, gone=gone, done=27 * 86_400 - 1)
    assert watcher.value("miomio_erasure_seconds", "keys_gone") == gone
    assert watcher.value("miomio_erasure_seconds", "done") == gone + 1  # an account's may be taken back for weeks
    watcher.clock.turn(timedelta(days=31).total_seconds())
    assert watcher.value("miomio_erasure_seconds", "done") is None
