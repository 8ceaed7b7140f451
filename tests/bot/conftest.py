"""A house on SQLite (or Postgres) without a worker: updates go in, calls come out, tables are counted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from billing.payments import NOTE
from bot.context import Context
from bot.dispatch import handle, perform
from config import load
from generation.chat import Chats
from generation.notes import Notes
from generation.status import Status
from models import TABLES, Account, Media, Photo, Work, new_id
from policy.versions import CURRENT
from providers.telegram import Telegram
from providers.telegram_calls import Call
from tests.privacy.carrying_out import carry_out
from workers.assembly import assemble
from workers.house import House


class Line:
    """Where Telegram would be."""

    def __init__(self) -> None:
        self.sent: list[Call] = []

    def call(self, call: Call) -> None:
        self.sent.append(call)


class Talk:
    """One person's side of a conversation with the bot, as raw updates."""

    numbers = itertools.count(1)

    def __init__(self, house: House, who: int = 700100200) -> None:
        self.house = house
        self.context = Context.of(house)
        self.who = {"id": who, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "username": "annlee"}
        self.chat = {"id": who, "type": "private"}

    def update(self, **content: Any) -> dict[str, Any]:
        return {"update_id": next(self.numbers), **content}

    def message(self, **content: Any) -> dict[str, Any]:
        base = {"message_id": next(self.numbers), "from": self.who, "chat": self.chat, "date": 1}
        return self.update(message={**base, **content})

    def tap(self, data: str, *, message: int = 77, chat: dict[str, Any] | None = None) -> dict[str, Any]:
        shown = {"message_id": message, "chat": chat or self.chat, "date": 1}
        return self.update(callback_query={"id": "q1", "from": self.who, "message": shown, "data": data})

    def give(self, update: dict[str, Any]) -> list[Call]:
        """Every call that answers it, in order."""
        line = Line()
        chats = Chats(self.house.database, self.house.fields, cast(Telegram, line))
        status = Status(database=self.house.database, orders=self.house.orders, chats=chats)
        context = replace(self.context, status=status, telegram=cast(Telegram, line))
        perform(context, handle(context, update))
        return line.sent

    def hears_of_payments(self) -> list[Call]:
        """What the worker says next about payments, as it does once they are booked."""
        line = Line()
        notes = Notes(self.house.database, Chats(self.house.database, self.house.fields, cast(Telegram, line)))
        with self.house.database.connection():
            due = [row.id for row in Work.select().where((Work.kind == NOTE) & (Work.state == Work.DUE))]
        for work in due:
            claim = self.house.desk.claim(work)
            assert claim is not None
            notes.payment(claim)
        return line.sent

    def says(self, text: str) -> list[Call]:
        return self.give(self.message(text=text))

    def presses(self, data: str) -> list[Call]:
        return self.give(self.tap(data))

    def sends_photo(self, **more: Any) -> list[Call]:
        sizes = [{"file_id": "small", "width": 90, "height": 60}, {"file_id": "large", "width": 900, "height": 600}]
        return self.give(self.message(photo=sizes, **more))

    def agrees(self) -> list[Call]:
        return self.presses(f"agree:{CURRENT.id}")

    def account(self) -> Account:
        with self.house.database.connection():
            found = self.context.accounts.find(int(self.who["id"]))  # type: ignore[call-overload]  # an int
        assert found is not None
        return found

    def has_photo(self) -> str:
        """A photo of this person, taken in."""
        account = self.account().id
        media: Media = self.house.media.keep(
            account=account, kind="photo", data=b"\xff\xd8 pixels", mime="image/jpeg", width=640, height=480
        )
        photo = new_id()
        with self.house.database.unit() as unit:
            self.house.media.stored(unit, media)
            Photo.insert(
                id=photo, account=account, state=Photo.READY, message_id=5, media=media.id, created_at=unit.now
            ).execute()
            Account.update(current_photo=photo).where(Account.id == account).execute()
        return photo

    def ends(self) -> None:
        """The deletion that this person asked for is carried out, as the process for rights would."""
        carry_out(self.house)

    def is_offered(self, prompt: str = "as a lighthouse") -> str:
        """The id of an offer for a prompt about the current photo."""
        return button_of(self.says(prompt), "make").partition(":")[2]


def button_of(calls: list[Call], verb: str) -> str:
    """The data of the first button with this verb."""
    for call in calls:
        for row in call.params.get("reply_markup", {}).get("inline_keyboard", []):
            for one in row:
                if one.get("callback_data", "").partition(":")[0] == verb:
                    return str(one["callback_data"])
    raise AssertionError(f"no button {verb}")


def text_of(calls: list[Call]) -> str:
    """All that is said."""
    return "\n".join(str(call.params.get("text") or call.params.get("caption") or "") for call in calls)


def counts(house: House) -> dict[str, int]:
    """Rows of every table."""
    with house.database.connection():
        return {model._meta.table_name: model.select().count() for model in TABLES}


RUNG: list[tuple[str, str, str]] = []


@pytest.fixture(scope="session")
def built(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Assembled and migrated once: that takes longer than most tests."""
    folder = tmp_path_factory.mktemp("house")
    local = {"STORE_PATH": str(folder / "objects"), "DATABASE_URL": f"sqlite:///{folder}/test.db"}
    opened = assemble(load({**environ, **local}), ring=lambda *ring: RUNG.append(ring))
    opened.database.migrate()
    yield opened
    opened.close()


def emptied(house: House) -> House:
    """The house with empty tables, the models bound to its database."""
    house.database.raw.bind(TABLES)
    with house.database.unit():
        for model in TABLES:
            model.delete().execute()
    RUNG.clear()
    return house


@pytest.fixture
def rung() -> list[tuple[str, str, str]]:
    """What the doorbell was rung for."""
    return RUNG


@pytest.fixture
def house(built: House) -> House:
    return emptied(built)


@pytest.fixture
def talk(house: House) -> Talk:
    return Talk(house)


@pytest.fixture
def member(talk: Talk) -> Talk:
    """Somebody who said yes to the notice."""
    talk.agrees()
    return talk
