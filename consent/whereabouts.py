"""Where a person's photos and pictures went: read from the disclosure log alone, tied to what was sent where that is
still known. A row was written before each sending, so one that failed is listed, too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from models import Disclosure, Order, Photo
from wording.whereabouts import FORGOTTEN, PHOTO, RESULT, Sending, Thing


def things(account: str) -> list[Thing]:
    """Every photo that is here, and whatever was ever sent, newest first. Called with a connection."""
    sent = _sent(account)
    found = [*_photos(account, sent), *_results(account, sent)]
    known = {(thing.kind, thing.id) for thing in found}
    lost = [sending for key, sendings in sent.items() if key not in known for sending in sendings]
    if lost:
        newest = tuple(sorted(lost, key=lambda sending: sending.at, reverse=True))
        found.append(Thing(kind=FORGOTTEN, id="", at=None, here=False, sendings=newest))
    return sorted(found, key=_when, reverse=True)


def photo(account: str, photo: str) -> Thing | None:
    """The same for one photo."""
    return next((thing for thing in things(account) if (thing.kind, thing.id) == (PHOTO, photo)), None)


def _sent(account: str) -> dict[tuple[str, str], list[Sending]]:
    """(kind, id of the photo or of the picture's order) -> its sendings, newest first."""
    found: dict[tuple[str, str], list[Sending]] = {}
    rows = list(Disclosure.select().where(Disclosure.account == account).order_by(Disclosure.at.desc(), Disclosure.id))
    orders = {row.id: row for row in Order.select(Order.id, Order.photo, Order.origin).where(Order.account == account)}
    for row in rows:
        categories = tuple(name for name in row.fields.split(",") if name)
        found.setdefault(_what(orders.get(row.order)), []).append(
            Sending(row.recipient, categories, row.at, row.kept_until)
        )
    return found


def _what(order: Order | None) -> tuple[str, str]:
    if order is None:
        return FORGOTTEN, ""
    return (RESULT, order.origin) if order.origin else (PHOTO, order.photo)


def _photos(account: str, sent: dict[tuple[str, str], list[Sending]]) -> Iterable[Thing]:
    """Those that are here, in the order of the gallery, and those that are not but were sent."""
    known = (Photo.account == account) & Photo.state.in_((Photo.READY, Photo.DELETED))
    number = 0
    for row in Photo.select().where(known).order_by(Photo.created_at.desc(), Photo.id):
        here = row.state == Photo.READY
        number += here
        sendings = tuple(sent.get((PHOTO, row.id), ()))
        if here or sendings:
            place = number if here else None
            yield Thing(kind=PHOTO, id=row.id, at=row.created_at, here=here, number=place, sendings=sendings)


def _results(account: str, sent: dict[tuple[str, str], list[Sending]]) -> Iterable[Thing]:
    origins = [id for kind, id in sent if kind == RESULT]
    for row in Order.select().where((Order.account == account) & Order.id.in_(origins)) if origins else ():
        sendings = tuple(sent[RESULT, row.id])
        yield Thing(
            kind=RESULT,
            id=row.id,
            at=row.ended_at or row.created_at,
            here=row.media is not None,
            sendings=sendings,
        )


def _when(thing: Thing) -> datetime:
    return thing.at or max(sending.at for sending in thing.sendings)
