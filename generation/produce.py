"""`produce` and `keep`: photo out of its seal, disclosure row, provider call, result sealed and charged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import crash
import logs
from billing import costs, ledger
from consent.disclosure import disclose
from custody.media import RESULT, MediaVault
from database import Database, Unit
from errors import Failure, Permanent, Rejected
from generation.chat import PURPOSE
from generation.endings import end_badly
from generation.kinds import DELIVER
from generation.orders import Orders
from generation.source import Source
from generation.status import Status
from imaging.ratio import nearest_ratio
from imaging.result import probe
from jobs.claim import Claim
from jobs.desk import Desk
from models import Media, Order
from rows import first
from states import move
from traffic.control import Traffic
from traffic.names import IMAGES
from wording import orders as says

SENT = frozenset({"photos", "prompts"})  # categories that go to the provider
OPEN = f"id = ? AND state IN ({', '.join('?' * len(Order.OPEN))})"
RATIOS: Sequence[str] = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

log = logs.get()


class MadePicture(Protocol):
    """What a provider of pictures answers."""

    @property
    def data(self) -> bytes: ...
    @property
    def model(self) -> str: ...
    @property
    def usage(self) -> dict[str, int]: ...


class PictureProvider(Protocol):
    """Raises Rejected for a refusal, Temporary when it may work later, Permanent when it will not."""

    def picture(
        self,
        photo: bytes,
        mime: str,
        prompt: str,
        *,
        aspect_ratio: str | None,
        attempt: int,
        meanwhile: Callable[[], None],
    ) -> MadePicture:
        """`meanwhile` is called once all is sent; it does not raise."""


class Produce:
    """One attempt at an order."""

    def __init__(
        self,
        *,
        database: Database,
        media: MediaVault,
        desk: Desk,
        orders: Orders,
        status: Status,
        traffic: Traffic,
        provider: PictureProvider,
    ) -> None:
        self._database = database
        self._media = media
        self._desk = desk
        self._orders = orders
        self._status = status
        self._traffic = traffic
        self._provider = provider

    def do(self, claim: Claim) -> None:
        """From QUEUED to KEPT. A killed attempt is found in CALLING and made again."""
        with self._database.connection():
            order = first(Order, OPEN, claim.subject, *Order.OPEN)
            source = Source.of(order).media() if order is not None else None
        if order is None:
            with claim.finish():
                return
        if source is None:
            raise Rejected("photo.gone")
        self._traffic.pauses.demand_going(IMAGES)
        if (claim.reason or "").startswith("store."):
            self._media.demand_room()  # what was made could not be kept: do not pay for it again for nothing
        _, prompt = self._orders.wanted(order)
        with self._traffic.breakers.call(order.provider, work=claim.id, fence=claim.fence):
            self._announce(claim, order)
            crash.at("produce.announced")
            claim.demand()
            made = self._provider.picture(
                self._opened(source),  # no name holds the photo while the provider works for many seconds
                source.mime,
                prompt,
                aspect_ratio=nearest_ratio(source.width, source.height, RATIOS),
                attempt=order.attempt,
                meanwhile=lambda: self._status.say_begun(order),  # the person is told while the provider works
            )
        crash.at("produce.called")
        self._keep(claim, order, made)

    def _opened(self, source: Media) -> bytes:
        with self._media.open(source, purpose=PURPOSE) as opened:
            return opened.read()

    def _announce(self, claim: Claim, order: Order) -> None:
        """The order is being called from here on, and the disclosure stands before anything leaves."""
        attempt = order.attempt + 1
        with claim.checkpoint() as unit:
            if not move(
                Order,
                order.id,
                come_from=(Order.QUEUED, Order.CALLING),
                to=Order.CALLING,
                attempt=attempt,
                shown=says.WORKING,
            ):
                raise Permanent("orders.withdrawn")
            disclose(
                unit,
                account=order.account,
                order=order.id,
                attempt=attempt,
                recipient=order.provider,
                purpose=PURPOSE,
                categories=SENT,
            )
        order.state, order.attempt, order.shown = Order.CALLING, attempt, says.WORKING  # as it is committed
        log.info("order.sent", order=order.id, recipient=order.provider, count=attempt)

    def _keep(self, claim: Claim, order: Order, made: MadePicture) -> None:
        """The provider's bytes as they are, marks included; the hold becomes a charge in the same transaction."""
        mime, width, height = probe(made.data)
        media = self._media.keep(
            account=order.account, kind=RESULT, data=made.data, mime=mime, width=width, height=height
        )
        with claim.finish() as unit:
            self._media.stored(unit, media)
            if not move(Order, order.id, come_from=(Order.CALLING,), to=Order.KEPT, media=media.id, ended_at=unit.now):
                raise Permanent("orders.withdrawn")
            ledger.charge(unit, owner=order.account, order=order.id)
            self._count(unit, order, made.model, made.usage)
            # Before the bell: who delivers it speaks after this.
            unit.after(lambda: log.info("order.kept", order=order.id, model=made.model, count=order.attempt))
            self._desk.add(unit, DELIVER, subject=order.id, account=order.account)

    def again(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """Between two attempts it waits in the queue, where it can be cancelled."""
        self._count_failed(unit, claim.subject, failure)
        move(Order, claim.subject, come_from=(Order.CALLING,), to=Order.QUEUED)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """Refused or failed: the credit is back in the same transaction, and the person is told why."""
        refused = isinstance(failure, Rejected)
        self._count_failed(unit, claim.subject, failure)
        end_badly(unit, self._desk, order=claim.subject, account=claim.account, reason=failure.code, refused=refused)
        if not refused:
            log.error("order.failed", order=claim.subject, code=failure.code)

    def _count_failed(self, unit: Unit, order: str, failure: Failure) -> None:
        """A refusal costs us what its tokens cost."""
        usage = {name: count for name, count in failure.facts.items() if isinstance(count, int)}
        row = Order.get_or_none(Order.id == order) if usage.get(costs.TOTAL) else None
        if row is not None:
            self._count(unit, row, str(failure.facts["model"]), usage)

    @staticmethod
    def _count(unit: Unit, order: Order, model: str, usage: dict[str, int]) -> None:
        tokens, usd = costs.of_tokens(model, usage)
        costs.record(unit, order=order.id, kind=order.kind, provider=order.provider, model=model, units=tokens, usd=usd)
