"""What an order is made from: the person's photo, or a result of theirs that is to be animated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from errors import Rejected
from models import Media, Order, Photo
from rows import first

# By hand because every job begins with one of them.
OF_PHOTO = "state = ? AND id = (SELECT media FROM photo WHERE id = ? AND account = ? AND state = ?)"
OF_RESULT = "state = ? AND id = (SELECT media FROM orders WHERE id = ? AND account = ?)"
GONE, BY_CHOICE = "photo.gone", "photo.gone_by_choice"  # the second: its person chose that photos go by themselves


@dataclass(frozen=True)
class Source:
    """`photo` is where it all began; `origin` is the order whose result is meant instead."""

    account: str
    photo: str
    origin: str | None = None

    @classmethod
    def of_photo(cls, photo: Photo) -> Self:
        return cls(photo.account, photo.id)

    @classmethod
    def of_result(cls, order: Order) -> Self:
        return cls(order.account, order.photo, order.id)

    @classmethod
    def of(cls, order: Order) -> Self:
        """The same as that order was made from."""
        return cls(order.account, order.photo, order.origin)

    def media(self) -> Media | None:
        """The sealed picture, or None when it is gone by now. Called with a connection."""
        if self.origin is not None:
            return first(Media, OF_RESULT, Media.STORED, self.origin, self.account)
        return first(Media, OF_PHOTO, Media.STORED, self.photo, self.account, Photo.READY)

    def gone(self) -> Rejected:
        """What to raise where there is no `media`, so that the person is told why. Called with a connection."""
        by_choice = (Photo.id == self.photo) & (Photo.account == self.account) & (Photo.reason == BY_CHOICE)
        told = self.origin is None and Photo.select().where(by_choice).exists()
        return Rejected(BY_CHOICE if told else GONE)
