"""The same update or the same button several times at once, on Postgres: one effect."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any

import psycopg
import pytest

from billing import ledger
from config import load
from consent.accounts import lock
from consent.record import accept
from models import Acceptance, Account, Order, Photo, Work
from policy.versions import CURRENT
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, counts, emptied, text_of
from workers.assembly import assemble
from workers.house import House

TIMES = 3


@pytest.fixture(scope="module")
def on_postgres(
    environ: dict[str, str], postgres_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    server, name = f"postgresql://postgres@127.0.0.1:{postgres_port}", "b" + os.urandom(6).hex()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    local = {"STORE_PATH": str(tmp_path_factory.mktemp("objects")), "DATABASE_URL": f"{server}/{name}"}
    opened = assemble(load({**environ, **local}), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def house(on_postgres: House) -> House:
    return emptied(on_postgres)


def at_once(talk: Talk, updates: list[dict[str, Any]]) -> list[list[Call]]:
    start = Barrier(len(updates))

    def give(update: dict[str, Any]) -> list[Call]:
        start.wait(60)
        return talk.give(update)

    with ThreadPoolExecutor(len(updates)) as pool:
        return list(pool.map(give, updates))


def test_the_same_update_at_once_has_one_effect(house: House, member: Talk) -> None:
    member.has_photo()
    answers = at_once(member, [member.message(text="as a lighthouse")] * TIMES)
    assert sorted(map(len, answers)) == [0, 0, 1]
    assert counts(house)["orders"] == 1


def test_the_yes_tapped_at_once_opens_one_account(house: House, talk: Talk) -> None:
    at_once(talk, [talk.tap(f"agree:{CURRENT.id}") for _ in range(TIMES)])
    after = counts(house)
    assert (after["account"], after["data_key"], after["acceptance"], after["ledger_entry"]) == (1, 3, 1, 1)


def test_make_tapped_at_once_holds_one_credit_and_makes_one_picture(house: House, member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    answers = at_once(member, [member.tap(f"make:{order}") for _ in range(TIMES)])
    assert sorted("in the queue" in text_of(calls) for calls in answers) == [False, False, True]
    with house.database.connection():
        has = ledger.balance(member.account().id)
        assert Work.select().count() == 1
    assert (has.free, has.held) == (2, 1)


def test_the_last_credit_is_not_spent_twice(house: House, member: Talk) -> None:
    member.has_photo()
    offers = [member.is_offered() for _ in range(5)]
    for order in offers[:2]:
        member.presses(f"make:{order}")
    with house.database.connection():
        Order.update(state=Order.DELIVERED).where(Order.id.in_(offers[:2])).execute()
    at_once(member, [member.tap(f"make:{order}") for order in offers[2:]])
    with house.database.connection():
        assert Order.select().where(Order.state == Order.QUEUED).count() == 1
        assert ledger.balance(member.account().id).free == 0
        assert Account.select().count() == 1


def test_a_photo_that_arrives_while_the_person_says_that_the_people_agree_is_taken_in(
    house: House, member: Talk
) -> None:
    """As the second of an album does; nobody would ever release it."""
    account, said, arrived = member.account().id, Event(), []

    def arrives() -> None:
        said.wait(60)
        arrived.extend(member.sends_photo(caption="as a lighthouse"))

    other = Thread(target=arrives)
    other.start()
    with house.database.unit() as unit:
        lock(account)
        accept(unit, account=account, kind=Acceptance.PEOPLE)
        house.photos.release(unit, account)
        said.set()
        other.join(0.5)  # it waits for us, or has read too early what it must not rely on
    other.join(60)
    with house.database.connection():
        assert [photo.state for photo in Photo.select()] == [Photo.INCOMING]
    assert [call.method for call in arrived] == ["sendChatAction"]


def test_an_album_that_arrives_at_once_is_asked_about_once(house: House, member: Talk) -> None:
    sizes = [{"file_id": "large", "width": 900, "height": 600}]
    answers = at_once(member, [member.message(photo=sizes) for _ in range(TIMES)])
    assert sorted(len(calls) for calls in answers) == [0] * (TIMES - 1) + [1]


def test_an_album_sent_to_support_at_once_is_one_ticket_and_one_yes(house: House, member: Talk) -> None:
    member.says("/support")
    photo = [{"file_id": "large", "width": 900, "height": 600}]
    answers = at_once(member, [member.message(photo=photo) for _ in range(TIMES)])
    after = counts(house)
    assert (after["ticket"], after["ticket_message"], after["photo"]) == (1, TIMES, 0)
    assert sorted("ticket" in text_of(calls) for calls in answers) == [False, False, True]
