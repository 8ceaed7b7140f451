"""The most frequent update, a photo of a person whose consents are complete, is written down in one statement."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config import Settings
from consent.accounts import Accounts
from models import Account, Photo, SeenUpdate, Work
from tests.bot.conftest import Talk, counts
from workers.assembly import assemble
from workers.house import House

VARIES = {"id", "subject", "message_id", "created_at", "due_at", "rung_at", "file_id", "caption"}


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """Every SQL statement, transactions' own words left out."""
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "peewee":  # and not its pool
                seen.append(str(record.msg))

    logger, handler = logging.getLogger("peewee"), Keep()
    before, disabled = logger.level, logger.disabled
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.disabled = False
    yield seen
    logger.removeHandler(handler)
    logger.setLevel(before)
    logger.disabled = disabled


@pytest.fixture
def settled(member: Talk) -> Talk:
    """Somebody who also said that the people in their photos agree."""
    member.sends_photo()
    member.presses("people")
    return member


def rows(house: House) -> list[dict[str, Any]]:
    """The newest photo and its work, without what differs from one to the next."""
    with house.database.connection():
        photo = Photo.select().order_by(Photo.message_id.desc()).first()
        work = Work.get(Work.subject == photo.id)
    return [{name: value for name, value in row.__data__.items() if name not in VARIES} for row in (photo, work)]


def test_it_rings_and_shows_that_something_happens(settled: Talk, rung: list[tuple[str, str, str]]) -> None:
    rung.clear()
    [call] = settled.sends_photo(caption="with a hat")
    assert call.method == "sendChatAction"
    with settled.house.database.connection():
        photo = Photo.select().order_by(Photo.message_id.desc()).first()
        work = Work.get(Work.subject == photo.id)
    assert rung == [("generation", "intake", work.id)]
    fields = settled.house.fields
    assert fields.open(Photo.caption, photo, purpose="generation") == "with a hat"
    assert fields.open(Photo.file_id, photo, purpose="generation") == "large"


def test_both_ways_write_the_same_rows(settled: Talk) -> None:
    settled.sends_photo()
    at_once = rows(settled.house)
    settled.who["last_name"] = "Ray"  # a new name takes the long way
    settled.sends_photo()
    assert rows(settled.house) == at_once


def test_a_repetition_does_nothing(settled: Talk, rung: list[tuple[str, str, str]]) -> None:
    sizes = [{"file_id": "large", "width": 900, "height": 600}]
    update = settled.message(photo=sizes)
    assert settled.give(update) != []
    before, bells = counts(settled.house), len(rung)
    assert settled.give(update) == []
    assert (counts(settled.house), len(rung)) == (before, bells)


def test_without_the_peoples_agreement_the_photo_waits(member: Talk) -> None:
    [call] = member.sends_photo()
    assert call.method == "sendMessage"
    with member.house.database.connection():
        assert [photo.state for photo in Photo.select()] == [Photo.WAITING]
        assert SeenUpdate.select().count() == 1


def test_somebody_who_is_banned_gets_nowhere(settled: Talk) -> None:
    with settled.house.database.unit():
        Account.update(state=Account.BANNED).execute()
        before = Photo.select().count()
    assert [call.method for call in settled.sends_photo()] == ["sendMessage"]
    with settled.house.database.connection():
        assert Photo.select().count() == before


def test_who_is_back_is_noticed(settled: Talk) -> None:
    with settled.house.database.unit():
        Account.update(reachable=False).execute()
    settled.sends_photo()
    assert settled.account().reachable


@pytest.fixture
def on_postgres(make_settings: Callable[..., Settings], new_postgres: str) -> Iterator[Talk]:
    """Somebody settled, who has just sent something."""
    house = assemble(make_settings(DATABASE_URL=new_postgres), ring=lambda *_: None)
    house.database.migrate()
    talk = Talk(house)
    talk.agrees()
    talk.sends_photo()
    talk.presses("people")
    talk.sends_photo()
    yield talk
    house.close()


def test_it_costs_one_statement_on_postgres_for_who_wrote_a_moment_ago(on_postgres: Talk, sent: list[str]) -> None:
    on_postgres.sends_photo()  # seen, photo and work, where the person is as known and the people agree
    assert len(sent) == 1, "\n".join(sent)
    with on_postgres.house.database.connection():
        assert [photo.state for photo in Photo.select()] == [Photo.INCOMING] * 3


def test_it_costs_two_statements_on_postgres_for_who_did_not(on_postgres: Talk, sent: list[str]) -> None:
    house = on_postgres.house
    later = Talk(replace(house, accounts=Accounts(house.fields, house.keys)))
    later.sends_photo()  # who is it, and then the same
    assert len(sent) == 2, "\n".join(sent)


def test_who_was_seen_a_moment_ago_is_not_believed_to_be_as_before(settled: Talk) -> None:
    settled.sends_photo()
    changes: tuple[dict[str, Any], ...] = (
        {"state": Account.BANNED},
        {"state": Account.CLOSING},
        {"frozen_at": settled.house.database.clock.now()},
        {"writes_until": settled.house.database.clock.now() + timedelta(hours=1)},
    )
    for change in changes:
        with settled.house.database.unit():
            was = {name: getattr(Account.get(), name) for name in change}
            Account.update(**change).execute()
            before = Photo.select().count()
        assert [call.method for call in settled.sends_photo()] != ["sendChatAction"], change
        with settled.house.database.unit():
            assert Photo.select().count() == before, change
            Account.update(**was).execute()
    assert [call.method for call in settled.sends_photo()] == ["sendChatAction"]


def test_new_names_of_who_wrote_a_moment_ago_are_noticed(settled: Talk) -> None:
    settled.sends_photo()
    settled.who["first_name"] = "Anna"
    settled.sends_photo()
    assert settled.house.fields.open(Account.first_name, settled.account(), purpose="generation") == "Anna"


def test_who_ended_the_account_a_moment_ago_is_a_stranger(settled: Talk) -> None:
    settled.sends_photo()
    with settled.house.database.unit():
        Account.delete().execute()
        before = Photo.select().count()
    [call] = settled.sends_photo()
    assert "agree" in str(call.params["reply_markup"])
    with settled.house.database.connection():
        assert Photo.select().count() == before


def test_without_their_keys_the_long_way_tells_it(settled: Talk) -> None:
    settled.sends_photo()
    with settled.house.database.unit() as unit:
        settled.house.keys.destroy(unit, settled.account().id)
    [call] = settled.sends_photo()
    assert call.method == "sendMessage"


def test_a_caption_that_is_refused_is_refused_to_who_wrote_a_moment_ago_too(settled: Talk) -> None:
    settled.sends_photo()
    with settled.house.database.connection():
        before = Photo.select().count()
    [call] = settled.sends_photo(caption="naked")
    assert call.method == "sendMessage"
    with settled.house.database.connection():
        assert Photo.select().count() == before
