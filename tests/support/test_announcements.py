"""A material change of the policy: each person is told once, in time, at a pace, and there is proof of it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from consent.record import accept
from database import Database
from errors import Permanent, Temporary
from models import Acceptance, Account, Telling, Work
from policy.versions import CURRENT
from support.announcements import A_SECOND, AT_ONCE, CLOSED_CHAT, LOOKED_OVER
from support.people import progress
from tests.conftest import TurnedClock
from tests.support.conftest import NEWS, OLD, Killed, Post, Process, people, tellings

pytestmark = pytest.mark.proves("P13.1")


def test_two_thousand_people_are_told_once_each_at_a_pace_and_with_proof(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    number = 250 if database.sqlite else 2000  # each commit there waits for a disk
    everybody = people(database, number)
    process.goes_on(clock, number / A_SECOND * 1.25 + 10)
    assert sorted(post.got) == sorted(everybody)
    assert {len(messages) for messages in post.got.values()} == {1}
    rows = tellings(database)
    assert {(row.state, row.sends, row.version) for row in rows.values()} == {(Telling.TOLD, 1, NEWS.id)}
    assert len({row.message_id for row in rows.values()}) == number
    assert all(row.told_at is not None and row.told_at.date() < NEWS.effective for row in rows.values())
    assert max(Counter(int(second) for second in post.seconds).values()) <= A_SECOND + 1


def test_the_message_says_what_changes_when_and_what_one_can_do(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    process.goes_on(clock, 5)
    [said] = post.got[ann]
    assert f"changes on {NEWS.effective.isoformat()}" in said
    assert f"https://miomio.invalid/privacy/versions/{OLD}/{NEWS.id}" in said
    assert "New recipients" in said
    assert "/delete" in said
    assert "help@miomio.invalid" in said
    assert len(said) < 4096


def test_who_agreed_to_the_new_version_or_to_a_later_one_is_not_told(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    people(database, 3, version=CURRENT.id)
    people(database, 3, version="9999-01-01")
    [ann] = people(database, 1)
    process.goes_on(clock, 10)
    assert list(post.got) == [ann]
    assert list(tellings(database)) == [ann]


def test_somebody_who_is_banned_is_told_like_everybody(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ben] = people(database, 1, state=Account.BANNED)
    process.goes_on(clock, 5)
    assert len(post.got[ben]) == 1


def test_a_process_that_goes_on_after_another_one_tells_only_the_others(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    everybody = people(database, 3 * AT_ONCE)
    process.goes_on(clock, 7)
    assert 0 < len(post.got) < len(everybody)
    Process(database, post, "two").goes_on(clock, 20)
    assert Counter(len(messages) for messages in post.got.values()) == {1: len(everybody)}


def test_what_was_in_the_air_at_a_kill_is_sent_again_and_nothing_else_is(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    everybody = people(database, 40)
    process.announcements.plan()
    clock.turn(10)
    post.dies_after = 17
    with pytest.raises(Killed):
        process.works()
    assert len(post.got) == 17
    Process(database, post, "two").goes_on(clock, 20)
    assert Counter(len(messages) for messages in post.got.values()) == {1: 39, 2: 1}
    rows = tellings(database)
    assert {row.state for row in rows.values()} == {Telling.TOLD}
    assert [account for account, row in rows.items() if row.sends == 2] == [
        account for account, messages in post.got.items() if len(messages) == 2
    ]
    with database.connection():
        assert progress(NEWS).perhaps_twice == 1
    assert len(everybody) == len(rows)


@pytest.mark.parametrize("code", ["pacing.wait", "telegram.wait", "http.unreachable"])
def test_who_waits_for_telegram_was_not_told_and_is_told_later_once(
    database: Database, clock: TurnedClock, process: Process, post: Post, code: str
) -> None:
    [ann] = people(database, 1)
    post.refuses[ann] = Temporary(code, retry_after=30.0)
    process.goes_on(clock, 6)
    assert (tellings(database)[ann].state, tellings(database)[ann].sends) == (Telling.WAITING, 0)
    del post.refuses[ann]
    process.goes_on(clock, 20)
    assert post.got == {}
    process.goes_on(clock, 20)
    assert (tellings(database)[ann].state, tellings(database)[ann].sends) == (Telling.TOLD, 1)
    assert len(post.got[ann]) == 1


def test_an_answer_that_was_lost_counts_as_perhaps_told(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    post.refuses[ann] = Temporary("http.timeout")
    process.goes_on(clock, 3)
    del post.refuses[ann]
    process.goes_on(clock, 10)
    assert (tellings(database)[ann].state, tellings(database)[ann].sends) == (Telling.TOLD, 2)


def test_who_blocked_the_bot_is_written_down_as_unreachable_and_told_when_they_are_back(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    post.refuses[ann] = Permanent(CLOSED_CHAT)
    process.goes_on(clock, 5)
    row = tellings(database)[ann]
    assert (row.state, row.reason, row.message_id, row.told_at) == (Telling.UNREACHABLE, CLOSED_CHAT, None, None)
    del post.refuses[ann]
    process.goes_on(clock, 100)
    assert post.got == {}, "nobody is written to who closed the chat"
    with database.unit() as unit:
        assert process.announcements.bring_back(unit, ann)
    process.goes_on(clock, 5)
    assert (tellings(database)[ann].state, len(post.got[ann])) == (Telling.TOLD, 1)
    with database.unit() as unit:
        assert not process.announcements.bring_back(unit, ann)


def test_a_fault_of_ours_is_written_down_with_its_reason_and_tried_again_by_ops(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    ann, ben = people(database, 2)
    post.refuses = {ann: Permanent("telegram.bad_request"), ben: Permanent(CLOSED_CHAT)}
    process.goes_on(clock, 5)
    with database.connection():
        assert progress(NEWS).unreachable == {"telegram.bad_request": 1, CLOSED_CHAT: 1}
    post.refuses = {}
    assert process.announcements.try_again() == 1
    process.goes_on(clock, 5)
    assert list(post.got) == [ann]


def test_who_agrees_between_the_plan_and_the_sending_is_left_alone(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    process.announcements.plan()
    with database.unit() as unit:
        accept(unit, account=ann, kind=Acceptance.NOTICE, version=NEWS.id)
    process.goes_on(clock, 5)
    assert post.got == {}
    assert (tellings(database)[ann].state, tellings(database)[ann].reason) == (Telling.SPARED, "consent.given")


def test_whoever_waits_for_older_news_is_told_of_the_newest_only(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    Process(database, post, "older", version=replace(NEWS, id="2026-11-24")).announcements.plan()
    process.goes_on(clock, 10)
    with database.connection():
        rows = [(row.version, row.state) for row in Telling.select().order_by(Telling.version)]
    assert rows == [("2026-11-24", Telling.SPARED), (NEWS.id, Telling.TOLD)]
    assert len(post.got[ann]) == 1


def test_news_that_only_a_newer_release_knows_wait_for_it(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    """While releases change, rows of the newer one are claimed by the older one's workers, too."""
    [ann] = people(database, 1)
    older = Process(database, post, "older", version=replace(NEWS, id="2026-11-24"))
    assert process.announcements.plan() == 1
    clock.turn(5)
    assert older.works() == 1
    assert (tellings(database)[ann].state, tellings(database)[ann].sends, len(post.got)) == (Telling.WAITING, 0, 0)
    process.goes_on(clock, 100)
    assert (tellings(database)[ann].state, len(post.got[ann])) == (Telling.TOLD, 1)


def test_never_more_people_wait_than_are_told_between_two_rounds(
    database: Database, clock: TurnedClock, process: Process
) -> None:
    people(database, 3 * AT_ONCE)
    for _ in range(4):
        process.announcements.plan()
        clock.turn(5)
    with database.connection():
        assert Telling.select().count() == AT_ONCE
        first, last = (Work.select().order_by(order).get() for order in (Work.due_at, Work.due_at.desc()))
        assert timedelta(seconds=4.9) <= last.due_at - first.due_at < timedelta(seconds=5)


def test_somebody_who_joined_with_an_old_release_is_found_within_the_hour(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    people(database, 5, first="f")
    process.goes_on(clock, 10)
    late = people(database, 5, first="0")  # the rounds have passed these
    process.goes_on(clock, 10)
    assert len(post.got) == 5
    clock.turn(LOOKED_OVER.total_seconds())
    process.goes_on(clock, 10)
    assert set(late) <= set(post.got)
    assert len(post.got) == 10


def test_two_processes_that_plan_at_once_plan_each_person_once(
    database: Database, clock: TurnedClock, post: Post
) -> None:
    everybody = people(database, AT_ONCE)
    processes = [Process(database, post, name) for name in ("one", "two", "three")]
    start = threading.Barrier(len(processes))

    def plan(process: Process) -> None:
        start.wait()
        process.announcements.plan()

    threads = [threading.Thread(target=plan, args=(process,)) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.connection():
        assert Telling.select().count() == Work.select().count() == len(everybody)
    processes[0].goes_on(clock, 10)
    assert Counter(len(messages) for messages in post.got.values()) == {1: len(everybody)}


def test_after_the_date_of_effect_whoever_is_untold_is_an_alarm_and_told_that_it_has_changed(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    day = datetime.combine(NEWS.effective, time())
    with database.connection():
        assert not progress(NEWS).late(NEWS.effective - timedelta(days=1))
        assert progress(NEWS).late(NEWS.effective)
    clock.turn((day - clock.now()).total_seconds())
    process.goes_on(clock, 5)
    assert "has changed on" in post.got[ann][0]
    with database.connection():
        assert not progress(NEWS).late(NEWS.effective)
