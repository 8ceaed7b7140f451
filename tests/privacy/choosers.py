"""People of the town who chose that their photos go sooner, and what they do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from generation.keeping import after_result, choose
from generation.photos import Photos
from models import Order, Photo, new_id

if TYPE_CHECKING:
    from tests.privacy.town import Life, Town

DAY = timedelta(days=1)
TAKEN_IN = timedelta(minutes=30)  # after it was sent, so that what a run destroys ends at no moment of anybody's act
# As the screen says it, written out once more: the register's own numbers are what is tried here.
STAYS = {"week": 7 * DAY, "day": DAY, "each": DAY}
Acts = Iterable[tuple[int, Callable[[], object]]]


def photos_here() -> set[tuple[Any, Any]]:
    """Called with a connection."""
    return {(Photo, row.id) for row in Photo.select(Photo.id).where(Photo.state == Photo.READY)}


def _here(account: str) -> Any:
    return (Photo.account == account) & (Photo.state == Photo.READY)


def sends(town: Town, account: str, choice: str | None) -> str:
    """A photo, taken in under the choice that its person has made by then."""
    media = town.media.keep(account=account, kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
    sent_at = town.now - TAKEN_IN
    photo = Photo(id=new_id(), account=account, state=Photo.READY, message_id=1, media=media.id, created_at=sent_at)
    with town.database.unit() as unit:
        town.media.stored(unit, media)
        photo.save(force_insert=True)
        Photos.is_here(photo)
    if choice is not None:
        town.ends[Photo, photo.id] = sent_at + STAYS[choice]
    return str(photo.id)


def chooses(town: Town, account: str, choice: str | None) -> None:
    """What is past its new end goes with this; what is not has its end from when it was sent."""
    with town.database.unit() as unit:
        sent = {row.id: row.created_at for row in Photo.select().where(_here(account))}
        choose(unit, town.desk, account, choice)
    town.work()
    for photo, at in sent.items():
        town.ends.pop((Photo, photo), None)
        if choice is not None:
            town.ends[Photo, photo] = max(town.now, at + STAYS[choice])


def makes_of(town: Town, account: str, photo: str) -> None:
    """A picture that is delivered, as `deliver` ends it for who wants photos gone then."""
    order = town.makes(account, kept=True)
    with town.database.unit() as unit:
        Order.update(photo=photo).where(Order.id == order).execute()
        after_result(unit, town.desk, Order.get_by_id(order))
    town.work()
    town.ends[Photo, photo] = town.now


def _weekly(town: Town, me: str) -> Acts:
    yield 0, lambda: chooses(town, me, "week")
    yield 0, lambda: sends(town, me, "week")
    yield 40, lambda: sends(town, me, "week")


def _changes_their_mind(town: Town, me: str) -> Acts:
    """What is here when a longer choice comes stays as long as that."""
    yield 0, lambda: sends(town, me, None)
    yield 5, lambda: sends(town, me, None)
    yield 8, lambda: chooses(town, me, "week")
    yield 9, lambda: sends(town, me, "week")
    yield 10, lambda: chooses(town, me, None)
    yield 400, lambda: chooses(town, me, "day")
    yield 401, lambda: sends(town, me, "day")


def _after_each(town: Town, me: str) -> Acts:
    sent: list[str] = []
    yield 0, lambda: chooses(town, me, "each")
    yield 0, lambda: sends(town, me, "each")
    yield 2, lambda: sent.append(sends(town, me, "each"))
    yield 2, lambda: makes_of(town, me, sent[0])


def _chooser_who_leaves(town: Town, me: str) -> Acts:
    yield 0, lambda: chooses(town, me, "week")
    yield 38, lambda: sends(town, me, "week")
    yield 40, lambda: town.leaves(me)


CHOOSERS: tuple[Life, ...] = (_weekly, _changes_their_mind, _after_each, _chooser_who_leaves)
