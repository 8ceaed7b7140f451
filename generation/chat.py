"""The way to one person: their chat, their language, and what it means when Telegram says no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from consent.language import spoken
from custody.fields import Fields
from database import Database
from errors import Permanent
from jobs import pacing
from models import Account
from policy.choices import EACH
from providers.telegram import NAME, Sent, Telegram
from providers.telegram_calls import Call, send_text
from rows import first
from wording.language import Translate
from wording.message import Message

PURPOSE = "generation"


@dataclass(frozen=True)
class Person:
    """Whom to write to, and in which language."""

    account: str
    chat: int
    translate: Translate
    photos_go: bool = False  # their photos go after each result


class Chats:
    """Finds people's chats and sends to them, at Telegram's pace. `purpose`: what their chats are opened for."""

    def __init__(self, database: Database, fields: Fields, telegram: Telegram, *, purpose: str = PURPOSE) -> None:
        self._purpose = purpose
        self._database = database
        self._fields = fields
        self.telegram = telegram

    def person(self, account: str) -> Person:
        """Raises Permanent("account.gone")."""
        with self._database.connection():
            row = first(Account, "id = ?", account)  # by hand: before each sending
        if row is None:
            raise Permanent("account.gone")
        return self.of(row)

    def of(self, row: Account) -> Person:
        chat = self._fields.open(Account.telegram_id, row, purpose=self._purpose)
        speaks = spoken(self._fields, row, purpose=self._purpose)
        return Person(row.id, int(chat or 0), speaks, photos_go=row.keep_photos == EACH)

    def send(self, person: Person, call: Call) -> Sent | None:
        """Raises Temporary while Telegram asks us to wait; Permanent("telegram.blocked") is also written down."""
        with self._reachable(person):
            return self.telegram.send(call)

    def do(self, person: Person, call: Call) -> Any:
        """The same for calls whose result is no message."""
        with self._reachable(person):
            return self.telegram.call(call)

    def write(self, account: str, words: Callable[[Translate], Message]) -> Sent | None:
        """A new message to somebody, in their language. Raises what `person` and `send` raise."""
        person = self.person(account)
        said = words(person.translate)
        return self.send(person, send_text(person.chat, said.text, said.keyboard))

    @contextmanager
    def _reachable(self, person: Person) -> Iterator[None]:
        pacing.demand(self._database, NAME)
        try:
            yield
        except Permanent as error:
            if error.code == "telegram.blocked":
                with self._database.connection():
                    Account.update(reachable=False).where(Account.id == person.account).execute()
            raise
