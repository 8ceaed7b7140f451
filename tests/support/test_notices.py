"""Announcements of staff: about the service to everybody, promotional to those whose newest choice is a yes."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from consent.optin import choose
from consent.record import accept
from database import Database
from errors import Permanent, Temporary
from models import Acceptance, Account, Announcement, PromotionChoice, Telling, new_id
from policy.versions import CURRENT
from providers.telegram import Sent
from states import move
from support.announcements import A_SECOND, AT_ONCE, CLOSED_CHAT
from support.campaigns import Consented, told_of
from support.people import PROMOTIONAL, SERVICE
from tests.conftest import TurnedClock
from tests.support.conftest import NEWS, Killed, Post, Process, people, tellings
from wording.announcements import promotional
from wording.language import Translate, translate
from wording.message import Message

TEXTS = {"en": "New styles & more", "zh-hant": "新風格", "zh-hans": "新风格"}


def announced(database: Database, kind: str = PROMOTIONAL) -> Announcement:
    with database.unit() as unit:
        row = Announcement(id=new_id(), kind=kind, words=json.dumps(TEXTS), created_at=unit.now)
        row.save(force_insert=True)
    return row


def choosing(database: Database, accounts: list[str], *, wanted: bool) -> None:
    with database.unit() as unit:
        for account in accounts:
            choose(unit, account, wanted=wanted)


def members(database: Database, count: int, *, wanted: bool | None = None) -> list[str]:
    """People who agreed to the newest policy, so that nothing is told of it."""
    found = people(database, count, version=CURRENT.id)
    if wanted is not None:
        choosing(database, found, wanted=wanted)
    return found


def state_of(row: Announcement, database: Database) -> str:
    with database.connection():
        return str(Announcement.get_by_id(row.id).state)


def test_a_service_announcement_reaches_everybody_once_and_ends(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    everybody = [*members(database, 3), *members(database, 2, wanted=False)]
    row = announced(database, SERVICE)
    process.goes_on(clock, 15)
    assert sorted(post.got) == sorted(everybody)
    assert {message for messages in post.got.values() for message in messages} == {"New styles &amp; more"}
    assert state_of(row, database) == Announcement.DONE
    late = members(database, 1)
    process.goes_on(clock, 15)
    assert late[0] not in post.got


@pytest.mark.proves("P3.7")
def test_a_promotional_one_reaches_those_alone_whose_newest_choice_is_a_yes(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    silent, no, back = (members(database, 2, wanted=wanted) for wanted in (None, None, True))
    yes, banned = members(database, 2, wanted=True), members(database, 1, wanted=True)
    clock.turn(1)
    choosing(database, back, wanted=False)
    with database.unit() as unit:
        PromotionChoice.insert_many(
            [{"account": one, "wanted": False, "version": "v", "at": unit.now} for one in no]
        ).execute()
        Account.update(state=Account.BANNED).where(Account.id.in_(banned)).execute()
    announced(database)
    process.goes_on(clock, 10)
    assert sorted(post.got) == sorted(yes)
    assert not set(post.got) & {*silent, *no, *back, *banned}
    clock.turn(1)
    choosing(database, back, wanted=True)
    announced(database)
    process.goes_on(clock, 10)
    assert set(back) <= set(post.got), "the newest choice counts, not the last no"


def test_who_joins_while_it_is_sent_is_not_told_of_it(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    before = members(database, 2 * AT_ONCE)
    row = announced(database, SERVICE)
    process.goes_on(clock, 3)
    assert state_of(row, database) == Announcement.SENDING
    late = members(database, 5)
    with database.unit() as unit:
        Account.update(created_at=unit.now).where(Account.id.in_(late)).execute()
    process.goes_on(clock, 20)
    assert sorted(post.got) == sorted(before)
    assert not set(late) & set(post.got)


@pytest.mark.proves("P3.7")
def test_of_two_choices_in_one_moment_the_no_counts(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    ann = members(database, 1)
    with database.unit() as unit:
        for wanted in (True, False, True):
            PromotionChoice.insert(account=ann[0], wanted=wanted, version="v", at=unit.now).execute()
    announced(database)
    process.goes_on(clock, 10)
    assert post.got == {}


@pytest.mark.proves("P3.7", "P9.4")
def test_who_opts_out_while_an_announcement_runs_gets_none(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    everybody = members(database, 40, wanted=True)
    row = announced(database)
    process.announcements.plan()
    clock.turn(1.0)
    process.works()
    reached = len(post.got)
    assert 0 < reached < 40
    rest = [one for one in everybody if one not in post.got]
    choosing(database, rest[:10], wanted=False)
    process.goes_on(clock, 10)
    assert not set(rest[:10]) & set(post.got)
    assert len(post.got) == 30
    with database.connection():
        assert told_of(row)[Telling.SPARED] == 10
        assert {t.reason for t in Telling.select().where(Telling.state == Telling.SPARED)} == {"consent.none"}


@pytest.mark.proves("P3.7", "P9.4")
def test_a_stop_counts_even_when_all_but_the_sending_was_done(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = members(database, 1, wanted=True)
    announced(database)
    process.announcements.plan()
    clock.turn(1)

    post.just_before = lambda: choosing(database, [ann], wanted=False)
    process.works()
    assert post.got == {}
    assert (tellings(database)[ann].state, tellings(database)[ann].reason) == (Telling.SPARED, "consent.none")


@pytest.mark.proves("P9.4")
def test_every_promotional_message_carries_the_stop_button_in_every_language() -> None:
    for tag, text in TEXTS.items():
        said = promotional(translate(tag), TEXTS)
        assert said.text.startswith(text.replace("&", "&amp;"))
        assert "/promotions" in said.text
        [[stop]] = said.keyboard
        assert stop.data == "promo:no"


@pytest.mark.proves("P3.7")
def test_the_way_for_promotional_messages_is_closed_without_a_yes(
    database: Database, clock: TurnedClock, post: Post
) -> None:
    [ann] = members(database, 1)
    way = Consented(database, post)

    def words(_: Translate) -> Message:
        return Message("buy!")

    with pytest.raises(Permanent, match=r"consent\.none"):
        way.write(ann, words)
    with pytest.raises(Permanent, match=r"consent\.none"):
        way.write("nobody", words)
    choosing(database, [ann], wanted=True)
    assert isinstance(way.write(ann, words), Sent)
    assert list(post.got) == [ann]


def test_an_announcement_that_is_stopped_reaches_nobody_more_and_goes_on_where_it_was(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    members(database, 3 * AT_ONCE)
    row = announced(database, SERVICE)
    process.goes_on(clock, 3)
    with database.unit():
        assert move(Announcement, row.id, come_from=(Announcement.SENDING,), to=Announcement.STOPPED)
    reached = len(post.got)
    process.goes_on(clock, 20)
    assert len(post.got) == reached < AT_ONCE
    with database.unit():
        assert move(Announcement, row.id, come_from=(Announcement.STOPPED,), to=Announcement.SENDING)
    process.goes_on(clock, 30)
    assert len(post.got) == reached + 2 * AT_ONCE, "those who were spared meanwhile are not told of it any more"
    assert state_of(row, database) == Announcement.DONE


def test_another_process_goes_on_after_a_kill_and_nobody_hears_it_thrice(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    everybody = members(database, 30, wanted=True)
    announced(database)
    process.announcements.plan()
    clock.turn(5)
    post.dies_after = 11
    with pytest.raises(Killed):
        process.works()
    Process(database, post, "two").goes_on(clock, 25)
    assert sorted(post.got) == sorted(everybody)
    assert Counter(len(messages) for messages in post.got.values()) == {1: 29, 2: 1}


def test_what_is_announced_at_once_shares_the_pace_and_the_law_s_news_go_first(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    people(database, AT_ONCE)
    announced(database, SERVICE)
    announced(database, SERVICE)
    process.goes_on(clock, 5)
    with database.connection():
        assert {row.version for row in Telling.select()} == {NEWS.id}
    process.goes_on(clock, 25)
    assert {len(messages) for messages in post.got.values()} == {3}
    assert max(Counter(int(second) for second in post.seconds).values()) <= A_SECOND + 1


def test_who_agrees_to_the_policy_meanwhile_still_hears_the_announcement(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    [ann] = people(database, 1)
    announced(database, SERVICE)
    process.announcements.plan()
    with database.unit() as unit:
        accept(unit, account=ann, kind=Acceptance.NOTICE, version=NEWS.id)
    process.goes_on(clock, 10)
    assert post.got[ann] == ["New styles &amp; more"]


def test_a_closed_chat_ends_it_for_this_person_and_a_busy_telegram_does_not(
    database: Database, clock: TurnedClock, process: Process, post: Post
) -> None:
    ann, ben = members(database, 2, wanted=True)
    row = announced(database)
    post.refuses = {ann: Permanent(CLOSED_CHAT), ben: Temporary("telegram.wait", retry_after=30.0)}
    process.goes_on(clock, 10)
    assert state_of(row, database) == Announcement.SENDING
    post.refuses = {}
    process.goes_on(clock, 40)
    assert list(post.got) == [ben]
    assert state_of(row, database) == Announcement.DONE


def test_two_taps_at_once_leave_the_newest_choice(database: Database, clock: TurnedClock) -> None:
    [ann] = members(database, 1, wanted=True)
    clock.turn(1)
    start, errors = threading.Barrier(4), []

    def no() -> None:
        start.wait()
        try:
            choosing(database, [ann], wanted=False)
        except Exception as error:
            errors.append(error)

    run_together(no, 4)
    assert errors == []
    with database.connection():
        newest = PromotionChoice.select().order_by(PromotionChoice.at.desc()).first()
    assert not newest.wanted


def run_together(act: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timedelta(seconds=30).total_seconds())
