"""One-time addresses for what is too large for the chat. The address is nothing but chance; the table has its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from database import Unit
from errors import Permanent
from models import Link, Media
from policy.categories import ONE_TIME_LINK
from wording.language import Translate
from wording.pages import page

PATH = "/v/"
HOURS = round(ONE_TIME_LINK.total_seconds() / 3600)


class Links:
    """Called inside a unit."""

    def __init__(self, public_url: str, *, token: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
        self._base = public_url.rstrip("/")
        self._token = token

    def make(self, unit: Unit, media: Media, *, speaks: Translate = str) -> str:
        """An address that gives this out once, of a page in their language.

        Raises Permanent("links.no_address") where we have no address of our own.
        """
        if not self._base:
            raise Permanent("links.no_address")
        token = self._token()
        Link.insert(
            id=_hash(token), account=media.account, media=media.id, expires_at=unit.now + ONE_TIME_LINK
        ).execute()
        return page(speaks, self._base, f"{PATH}{token}")

    def find(self, unit: Unit, token: str) -> Media | None:
        """What an address stands for, without using it up."""
        link = Link.get_or_none((Link.id == _hash(token)) & (Link.expires_at > unit.now))
        return _stored(link.media) if link is not None else None

    def take(self, unit: Unit, token: str) -> Media | None:
        """The same, once."""
        taken = Link.delete().where((Link.id == _hash(token)) & (Link.expires_at > unit.now)).returning(Link)
        links = list(taken.execute())
        return _stored(links[0].media) if links else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _stored(media: str) -> Media | None:
    return Media.get_or_none((Media.id == media) & (Media.state == Media.STORED))
