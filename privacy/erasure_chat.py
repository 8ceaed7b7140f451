"""Messages in the chat that hold what is deleted. Telegram lets a bot delete those younger than two days; older ones
only the person can delete, and they are counted for telling them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import Permanent
from generation.chat import Chats, Person
from models import Erasure, Order, Photo
from providers.telegram_calls import delete_all

DELETABLE = timedelta(hours=48)
AT_ONCE = 100  # what one call takes
REFUSED = ("telegram.message_kept", "telegram.bad_request")


@dataclass(frozen=True)
class Messages:
    """Numbers of messages: of those the bot can still try to delete, and how many only the person can."""

    young: tuple[int, ...]
    old: int


def messages_of(account: str, scope: str, now: datetime, *, until: datetime | None = None) -> Messages:
    """The photos that were sent, and the messages that became results. Called with a connection. `until`: what came
    later is not meant. A copy of their data stays in the chat: it is theirs to keep."""
    found: list[tuple[int, datetime]] = []
    if scope != Erasure.GENERATED:
        photos = Photo.select(Photo.message_id, Photo.created_at).where(Photo.account == account)
        found += [(row.message_id, row.created_at) for row in photos]
    if scope != Erasure.PHOTOS:
        shown = (Order.account == account) & Order.message_id.is_null(False)
        found += [(int(row.message_id or 0), row.created_at) for row in Order.select().where(shown)]
    meant = {message: at for message, at in found if until is None or at <= until}
    young = sorted(message for message, at in meant.items() if at > now - DELETABLE)
    return Messages(tuple(young), len(meant) - len(young))


class Chat:
    """Deletes in batches; may be repeated."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    def delete(self, account: str, messages: Sequence[int]) -> int:
        """How many are gone now. Raises Temporary while Telegram is away or asks to wait."""
        if not messages:
            return 0
        try:
            person = self._chats.person(account)
            return sum(self._batch(person, batch) for batch in _batches(messages, AT_ONCE))
        except Permanent:  # the chat is closed to us, or its person is gone
            return 0

    def _batch(self, person: Person, messages: Sequence[int]) -> int:
        """One that Telegram will not delete, as it is a little older than we know, refuses its whole batch."""
        try:
            self._chats.do(person, delete_all(person.chat, messages))
        except Permanent as error:
            if error.code not in REFUSED:
                raise
            if len(messages) == 1:
                return 0
            halves = _batches(messages, -(-len(messages) // 2))
            return sum(self._batch(person, half) for half in halves)
        return len(messages)


def _batches(messages: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return [messages[start : start + size] for start in range(0, len(messages), size)]
