"""How a copy looks in the chat: one message that says it is being made, and becomes the file or says where it is."""

from __future__ import annotations

from datetime import datetime

from errors import Failure, Permanent
from generation.chat import Chats, Person
from providers.telegram_calls import Call, Upload, edit_text, edit_to_document, send_document, send_text
from wording import export as says
from wording.message import Message

NOT_IN_PLACE = ("telegram.message_gone", "telegram.bad_request")


class ExportChat:
    """`message` is the number of that message. Everything raises what `Chats.send` raises; editing may be repeated."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    def person(self, account: str) -> Person:
        return self._chats.person(account)

    def announce(self, person: Person) -> int:
        """Say that it is being made; the message's number."""
        said = says.packing(person.translate)
        sent = self._chats.send(person, send_text(person.chat, said.text))
        return sent.message_id if sent else 0

    def file(self, person: Person, message: int, upload: Upload, *, at: datetime) -> None:
        """The message becomes the file."""
        text = says.here(person.translate, at=at).text
        edit = edit_to_document(person.chat, message, upload, text)
        self._in_place(person, message, edit, send_document(person.chat, upload, text))

    def say(self, person: Person, message: int, said: Message) -> None:
        """The message says something else."""
        edit = edit_text(person.chat, message, said.text, said.keyboard)
        self._in_place(person, message, edit, send_text(person.chat, said.text, said.keyboard))

    def ring(self, person: Person, message: int) -> None:
        """An edit makes no sound; a short note does. Best effort: the copy is there already."""
        try:
            self._chats.do(person, send_text(person.chat, says.ready(person.translate).text, reply_to=message))
        except Failure:
            return

    def _in_place(self, person: Person, message: int, edit: Call, send: Call) -> None:
        """A new message does where that one is gone, or is none that can become a file."""
        try:
            if message:
                self._chats.send(person, edit)
                return
        except Permanent as error:
            if error.code not in NOT_IN_PLACE:
                raise
        self._chats.send(person, send)
