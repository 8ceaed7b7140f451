"""People, their chats with the bot, and the messages in them. Changes are counted by a rising revision."""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from .pulse import Pulse
from .store import Store

# Restarting after a kill skips ahead by one block, so that no id is ever given twice.
ID_BLOCK = 10_000
FIRST_STARS = 50_000


@dataclass(slots=True)
class Person:
    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    blocked: bool = False
    deactivated: bool = False
    started: bool = False  # wrote to the bot at least once, so the bot may write back
    seen: bool = False  # the bot met this person without being written to
    stars: int = FIRST_STARS  # what this person can pay with

    def _names(self) -> dict[str, Any]:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {name: value for name, value in names.items() if value is not None}

    def user(self) -> dict[str, Any]:
        user = {"id": self.id, "is_bot": False, **self._names()}
        if self.language_code is not None:
            user["language_code"] = self.language_code
        return user

    def chat(self) -> dict[str, Any]:
        return {"id": self.id, **self._names(), "type": "private"}

    def view(self) -> dict[str, Any]:
        language = {"language_code": self.language_code} if self.language_code is not None else {}
        flags = {"blocked": self.blocked, "deactivated": self.deactivated, "started": self.started}
        return {"id": self.id, **self._names(), **language, **flags, "stars": self.stars}


@dataclass(slots=True)
class Message:
    """`head`, `content` and `markup` are replaced, never changed: answers already given keep their state."""

    chat_id: int
    message_id: int
    by_bot: bool
    head: dict[str, Any]
    content: dict[str, Any]
    markup: dict[str, Any] | None = None
    silent: bool = False
    edit_date: int | None = None
    edits: int = 0
    deleted: bool = False
    rev: int = 0

    def body(self) -> dict[str, Any]:
        """The message as the Bot API shows it."""
        body = {**self.head, **self.content}
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if self.markup is not None:
            body["reply_markup"] = self.markup
        return body


@dataclass(slots=True)
class Chat:
    id: int
    messages: dict[int, Message] = field(default_factory=dict)
    toasts: list[dict[str, Any]] = field(default_factory=list)
    action: dict[str, Any] | None = None
    keyboard: dict[str, Any] | None = None
    rev: int = 0
    pulse: Pulse = field(default_factory=Pulse)


class World:
    def __init__(self, store: Store, bot: dict[str, Any]) -> None:
        self.bot = bot
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.numbers = {"message": 0, "update": random.randrange(10**8, 5 * 10**8), "rev": 0, "file": 0}
        self.epoch = random.getrandbits(48)
        self._store = store
        self._clean = False
        store.keep("person", self._person_row)
        store.keep("message", self._message_row)
        store.keep("number", self._number_row)
        self._load()

    def next(self, name: str) -> int:
        self.numbers[name] += 1
        self._store.mark("number", name)
        return self.numbers[name]

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        self.save_person(person)
        return person

    def save_person(self, person: Person) -> None:
        self._store.mark("person", person.id)

    def chat(self, person_id: int) -> Chat:
        chat = self.chats.get(person_id)
        if chat is None:
            chat = self.chats[person_id] = Chat(person_id)
        return chat

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """A message that is there; None for an unknown or a deleted one."""
        chat = self.chats.get(chat_id)
        message = chat.messages.get(message_id) if chat else None
        return None if message is None or message.deleted else message

    def post(
        self,
        person: Person,
        content: dict[str, Any],
        *,
        by_bot: bool,
        extra: dict[str, Any] | None = None,
        markup: dict[str, Any] | None = None,
        silent: bool = False,
    ) -> Message:
        head = {
            "message_id": self.next("message"),
            "from": self.bot if by_bot else person.user(),
            "chat": person.chat(),
            "date": int(time.time()),
            **(extra or {}),
        }
        message = Message(person.id, head["message_id"], by_bot, head, content, markup=markup, silent=silent)
        chat = self.chat(person.id)
        chat.messages[message.message_id] = message
        if by_bot:
            chat.action = None
        self.touch(message)
        return message

    def edit(
        self, message: Message, content: dict[str, Any], markup: dict[str, Any] | None, *, dated: bool = True
    ) -> None:
        message.content = content
        message.markup = markup
        message.edits += 1
        if dated:
            message.edit_date = int(time.time())
        self.touch(message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        self.touch(message)

    def touch(self, message: Message) -> None:
        message.rev = self.stir(self.chat(message.chat_id))
        self._store.mark("message", f"{message.chat_id}/{message.message_id}")

    def stir(self, chat: Chat) -> int:
        """Count a change of a chat and wake those who watch it."""
        chat.rev = self.next("rev")
        chat.pulse.beat()
        return chat.rev

    def forget(self) -> None:
        """Everything goes but the counters: ids go on rising."""
        self.people.clear()
        watched, self.chats = self.chats, {}
        self.epoch = random.getrandbits(48)
        for name in self.numbers:
            self.next(name)
        for chat in watched.values():
            chat.pulse.beat()

    def close(self) -> None:
        self._clean = True
        for name in self.numbers:
            self._store.mark("number", name)

    def _person_row(self, key: str) -> Any:
        person = self.people.get(int(key))
        return asdict(person) if person else None

    def _message_row(self, key: str) -> Any:
        chat_id, message_id = key.split("/")
        chat = self.chats.get(int(chat_id))
        message = chat.messages.get(int(message_id)) if chat else None
        return {name: getattr(message, name) for name in Message.__slots__} if message else None

    def _number_row(self, key: str) -> Any:
        value = self.numbers[key]
        return value if self._clean else (value // ID_BLOCK + 1) * ID_BLOCK

    def _load(self) -> None:
        for key, value in self._store.rows("number"):
            self.numbers[key] = value
        for _, row in self._store.rows("person"):
            self.people[row["id"]] = Person(**row)
        rows = sorted((row for _, row in self._store.rows("message")), key=lambda row: row["message_id"])
        for row in rows:
            chat = self.chat(row["chat_id"])
            chat.messages[row["message_id"]] = Message(**row)
            chat.rev = max(chat.rev, row["rev"])
        for name in self.numbers:
            self._store.mark("number", name)
