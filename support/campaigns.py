"""What can be told to people of our own accord: news of the policy, a service announcement, a promotional message. Each
knows whom it is for, when it is needless after all, and by which way it goes. Called with a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Protocol

from consent.optin import wants
from consent.renewal import agreed, before, last_agreed
from database import Database
from errors import Permanent
from models import Account, Announcement, Telling
from policy.versions import Version
from providers.telegram import Sent
from support import people
from support.people import PROMOTIONAL, SERVICE
from wording import announcements as says
from wording import privacy as says_policy
from wording.language import Translate
from wording.message import Message

Words = Callable[[Translate], Message]
NO_CONSENT = "consent.none"


class Chats(Protocol):
    """The way to a person, opened for one purpose."""

    def write(self, account: str, words: Words) -> Sent | None: ...


class Campaign(Protocol):
    """`id` is what `Telling.version` holds."""

    @property
    def id(self) -> str: ...

    @property
    def chats(self) -> Chats: ...

    def untold(self, limit: int, *, after: str = "") -> list[str]:
        """Ids of the next people it is for who have no row yet, in their order, behind this one."""

    def needless(self, row: Telling) -> str | None:
        """Why this person need not, or must not, be told any more."""

    def words(self, account: str, today: date) -> Words: ...


class PolicyNews:
    """A material change of the policy."""

    def __init__(self, version: Version, chats: Chats, *, site: str, support_email: str) -> None:
        self.version = version
        self.id = version.id
        self.chats = chats
        self._site = site
        self._support_email = support_email

    def untold(self, limit: int, *, after: str = "") -> list[str]:
        return people.untold(self.id, limit, after=after)

    def needless(self, row: Telling) -> str | None:
        return "consent.given" if agreed(row.account, self.id) else None

    def words(self, account: str, today: date) -> Words:
        old = last_agreed(account) or before(self.id)
        return lambda _: says_policy.news(
            _, version=self.version, old=old, site=self._site, support_email=self._support_email, today=today
        )


class Notice:
    """An announcement of staff. A promotional one is for those alone whose newest choice is a yes."""

    def __init__(self, row: Announcement, chats: Chats) -> None:
        self.id = str(row.id)
        self.chats = chats
        self._row = row
        self._promotional = row.kind == PROMOTIONAL

    def untold(self, limit: int, *, after: str = "") -> list[str]:
        return people.without_notice(self._row, limit, after=after)

    def needless(self, row: Telling) -> str | None:
        if self._row.state == Announcement.STOPPED:
            return "announcement.stopped"
        if Account.select().where((Account.id == row.account) & (Account.state == Account.CLOSING)).exists():
            return "account.closing"
        return NO_CONSENT if self._promotional and not wants(row.account) else None

    def words(self, account: str, today: date) -> Words:
        del account, today
        texts: dict[str, str] = json.loads(self._row.words)
        said = says.promotional if self._promotional else says.service
        return lambda _: said(_, texts)


class Consented:
    """The only way to people for promotional messages: it asks the consent record once more when all but the sending is
    done, so that a stop counts from the moment it is written."""

    def __init__(self, database: Database, chats: Chats) -> None:
        self._database = database
        self._chats = chats

    def write(self, account: str, words: Words) -> Sent | None:
        """Raises Permanent("consent.none"), and what the way itself raises."""

        def at_the_last_moment(_: Translate) -> Message:
            said = words(_)
            with self._database.connection():
                if not wants(account):
                    raise Permanent(NO_CONSENT)
            return said

        return self._chats.write(account, at_the_last_moment)


def reach(row: Announcement) -> int:
    """How many people an announcement is for, without those who have a row already."""
    return int(people.for_notice(row).count())


def under_way() -> Iterable[Any]:
    """The announcements that are being sent, those about the service first."""
    sending = Announcement.select().where(Announcement.state == Announcement.SENDING)
    return sorted(sending, key=lambda row: (row.kind != SERVICE, row.created_at, row.id))


def told_of(row: Announcement) -> dict[str, int]:
    """How many of its people are in which state."""
    return {
        state: people.in_state(row.id, state)
        for state in (Telling.TOLD, Telling.WAITING, Telling.UNREACHABLE, Telling.SPARED)
    }
