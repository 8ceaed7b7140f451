"""`deliver`: the status message itself becomes the result; `tell`: it says why there is none; `original`: the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import crash
import logs
from consent.accounts import lock
from custody.fields import Fields
from custody.media import VIDEO
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import Chats, Person
from generation.keeping import after_result
from generation.kinds import DELIVER, TELL
from generation.orders import status_message
from generation.show import Show
from generation.status import Status
from jobs.claim import Claim
from jobs.desk import Desk
from models import Account, Media, Order, Work
from providers.telegram import Sent
from providers.telegram_calls import send_text
from rows import first
from states import move
from wording import orders as says
from wording.message import Message

log = logs.get()


class Deliver:
    """Brings the end of an order to its person."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        desk: Desk,
        chats: Chats,
        show: Show,
        status: Status,
        delivered: Callable[[str, float], None] = lambda _kind, _seconds: None,
    ) -> None:
        """`delivered` hears the kind of each order whose person has the result, and the seconds since the tap."""
        self._delivered = delivered
        self._database = database
        self._fields = fields
        self._desk = desk
        self._chats = chats
        self._show = show
        self._status = status

    def result(self, claim: Claim) -> None:
        """KEPT to DELIVERED; to HELD_BACK where the chat is closed to us."""
        found = self._find(claim, (Order.KEPT, Order.HELD_BACK))
        if found is None:
            return
        order, media = found
        person = self._chats.person(order.account)
        try:
            sent = self._show.result(person, order, media)
        except Permanent as error:
            if error.code != "telegram.blocked":
                raise
            with claim.finish() as unit:
                held_back = move(Order, order.id, come_from=(Order.KEPT,), to=Order.HELD_BACK)
                self._photo_goes(unit, person, order)
                if held_back and _is_back(order.account):
                    self._desk.add(unit, DELIVER, subject=order.id, account=order.account)
            log.info("order.held_back", order=order.id)
            return
        crash.at("deliver.edited")
        file_id = sent.file_id if sent else None
        sealed = self._fields.seal(Order.file_id, row=order.id, account=order.account, value=file_id)
        with claim.finish() as unit:
            changes = {"message_id": sent.message_id, "file_id": sealed} if sent else {}
            move(Order, order.id, come_from=(Order.KEPT, Order.HELD_BACK), to=Order.DELIVERED, **changes)
            self._photo_goes(unit, person, order)
        self._say_delivered(order, unit.now)
        self._ring(person, sent, video=media.kind == VIDEO)
        crash.at("deliver.noted")

    def reason(self, claim: Claim) -> None:
        """The status message says why there is no result, and that the credits are back."""
        with self._database.connection():
            told = (Order.REFUSED, Order.FAILED, Order.CANCELLED, Order.HELD_BACK)
            order = Order.get_or_none((Order.id == claim.subject) & Order.state.in_(told))
        if order is not None:
            person = self._chats.person(order.account)
            if (text := self._status.text(person, order)) is not None:
                self._show.text(person, status_message(order), text)
            crash.at("tell.said")
        with claim.finish():
            pass

    def original(self, claim: Claim) -> None:
        """The untouched bytes of the provider as a file."""
        found = self._find(claim, (Order.DELIVERED, Order.HELD_BACK, Order.KEPT))
        if found is None:
            return
        order, media = found
        self._show.original(self._chats.person(order.account), order, media)
        crash.at("original.sent")
        with claim.finish():
            pass

    def not_delivered(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The result is kept and charged; it is offered again when the person comes back, and they are told so."""
        if move(Order, claim.subject, come_from=(Order.KEPT,), to=Order.HELD_BACK):
            self._desk.add(unit, TELL, subject=claim.subject, account=claim.account)
        log.error("order.not_delivered", order=claim.subject, code=failure.code)

    def _say_delivered(self, order: Order, now: datetime) -> None:
        waited = None
        if order.state == Order.KEPT and order.queued_at is not None:  # not held back while its person was away
            waited = (now - order.queued_at).total_seconds()
            self._delivered(order.kind, waited)
        log.info("order.delivered", order=order.id, seconds=waited)

    def _photo_goes(self, unit: Unit, person: Person, order: Order) -> None:
        """Where its person wants each photo gone once something was made of it."""
        if person.photos_go:
            after_result(unit, self._desk, order)

    def caption(self, person: Person, order: Order) -> Message:
        """What stands under a result that was delivered. Called with a connection."""
        media = Media.get_or_none(Media.id == order.media)
        return self._show.caption(person, order, video=media is not None and media.kind == VIDEO)

    def bring_back(self, unit: Unit, account: str) -> int:
        """The person is back: deliver what was held back. While they are banned, or their pictures frozen, it waits."""
        served = (Account.id == account) & (Account.state == Account.ACTIVE) & Account.frozen_at.is_null()
        if not Account.select().where(served).exists():
            return 0
        under_way = Work.select(Work.subject).where((Work.kind == DELIVER) & Work.state.in_((Work.DUE, Work.HELD)))
        held_back = (Order.account == account) & (Order.state == Order.HELD_BACK) & Order.id.not_in(under_way)
        rows = list(Order.select().where(held_back))
        for order in rows:
            self._desk.add(unit, DELIVER, subject=order.id, account=account)
        return len(rows)

    def _find(self, claim: Claim, states: tuple[str, ...]) -> tuple[Order, Media] | None:
        with self._database.connection():
            order = first(Order, f"id = ? AND state IN ({', '.join('?' * len(states))})", claim.subject, *states)
            media = first(Media, "id = ? AND state = ?", order.media, Media.STORED) if order is not None else None
        if order is None or media is None:
            with claim.finish():
                return None
        return order, media

    def _ring(self, person: Person, sent: Sent | None, *, video: bool) -> None:
        """An edit makes no sound; a short note does. Best effort: the result is there already."""
        if sent is None:
            return
        text = says.ready(person.translate, video=video).text
        try:
            self._chats.do(person, send_text(person.chat, text, reply_to=sent.message_id))
        except Failure:
            return


def _is_back(account: str) -> bool:
    """Whether the person has come back since Telegram said no. Locks their row: who comes back from here on finds what
    was held back."""
    row = lock(account)
    return row is not None and bool(row.reachable)
