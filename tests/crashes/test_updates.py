"""The web process is killed before it commits what an update changes, after, and when the calls that answer it are out.
Telegram, which got no answer, tells the update again: then it counts, and it counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from billing import ledger
from config import Settings
from consent.record import accept
from models import Acceptance, Erasure, Order, Payment, Photo, TicketMessage, Work
from policy.versions import CURRENT
from tests.bot.conftest import Talk
from tests.bot.test_payments import offer, paid
from tests.crashes.falling import falls
from web.app import create_app
from web.webhook import PATH, SECRET_HEADER
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
SECRET = {SECRET_HEADER: "a-secret-for-the-tests"}
Update = dict[str, Any]
STEPS = ("update.acting", "update.handled", "update.answered")


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    return make_settings(DATABASE_URL=database_url)


@pytest.fixture
def talk(settings: Settings) -> Iterator[Talk]:
    """A member who may send photos, and has one."""
    house = assemble(settings, ring=lambda *_: None)
    talk = Talk(house)
    talk.agrees()
    with house.database.unit() as unit:
        accept(unit, account=talk.account().id, kind=Acceptance.PEOPLE)
    talk.has_photo()
    yield talk
    house.close()


def tells(house: House, update: Update) -> int:
    """As Telegram tells it; the status of the answer."""
    return create_app(house).test_client().post(PATH, json=update, headers=SECRET).status_code


def told_twice(settings: Settings, talk: Talk, point: str, update: Update) -> None:
    """Once to a process that dies at the point, and then again, twice."""
    falls(point, lambda: tells(assemble(settings, ring=lambda *_: None), update))
    assert [tells(talk.house, update) for _ in range(2)] == [200, 200]


def count(talk: Talk, model: Any, *conditions: Any) -> int:
    with talk.house.database.connection():
        return int(model.select().where(*conditions).count() if conditions else model.select().count())


@pytest.mark.parametrize("point", ["update.handled"])
def test_a_photo_is_received_once(settings: Settings, talk: Talk, point: str) -> None:
    sizes = [{"file_id": "large", "width": 900, "height": 600}]
    told_twice(settings, talk, point, talk.message(photo=sizes))
    assert count(talk, Photo, Photo.state == Photo.INCOMING) == 1
    assert count(talk, Work, Work.kind == "intake") == 1


@pytest.mark.parametrize("point", STEPS)
def test_an_order_is_placed_once_and_held_for_once(settings: Settings, talk: Talk, point: str) -> None:
    order = talk.is_offered()
    told_twice(settings, talk, point, talk.tap(f"make:{order}"))
    assert count(talk, Order, Order.state == Order.QUEUED) == 1
    assert count(talk, Work, Work.kind == "produce") == 1
    with talk.house.database.connection():
        has = ledger.balance(talk.account().id)
    assert (has.free, has.held) == (2, 1)


@pytest.mark.parametrize("point", ["payment.booking", "update.handled", "update.answered"])
def test_a_payment_is_booked_once(settings: Settings, talk: Talk, point: str) -> None:
    told_twice(settings, talk, point, paid(talk, offer(talk)["payload"]))
    with talk.house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.PAID]
        assert ledger.balance(talk.account().id).free == 3 + 20


@pytest.mark.parametrize("point", ["update.acting"])
def test_a_deletion_is_begun_once(settings: Settings, talk: Talk, point: str) -> None:
    told_twice(settings, talk, point, talk.tap("eraseyes:photos"))
    assert count(talk, Erasure) == 1
    assert count(talk, Work, Work.kind == "erase") == 1


@pytest.mark.parametrize("point", ["update.acting"])
def test_words_to_support_are_taken_once(settings: Settings, talk: Talk, point: str) -> None:
    talk.says("/support")
    told_twice(settings, talk, point, talk.message(text="my order of yesterday"))
    assert count(talk, TicketMessage) == 1


@pytest.mark.parametrize("point", ["update.handled"])
def test_somebody_new_joins_once(settings: Settings, talk: Talk, point: str) -> None:
    other = Talk(talk.house, who=700100201)
    told_twice(settings, talk, point, other.tap(f"agree:{CURRENT.id}"))
    assert other.account().id != talk.account().id
    assert count(talk, Acceptance, Acceptance.account == other.account().id) == 1
