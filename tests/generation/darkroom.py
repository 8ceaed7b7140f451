"""The studio with pictures, too: a provider of pictures that behaves, and the duties that go on beside the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from errors import Failure, Rejected
from generation import kinds
from generation.produce import Produce
from generation.source import Source
from jobs.kinds import GENERATION, Kind
from models import LedgerEntry, LedgerLine, Order, Work
from providers.gemini import Picture
from tests.generation.studio import PICTURE, Studio, Who
from traffic.pauses import Wanted, Words


class FakeGemini:
    """Answers with one picture, unless it is `down`; refuses words with "refused" in them."""

    def __init__(self) -> None:
        self.down: Failure | None = None
        self.fails_at: dict[str, Failure] = {}  # by the words of one order
        self.asked: list[str] = []

    def picture(
        self,
        photo: bytes,
        mime: str,
        prompt: str,
        *,
        aspect_ratio: str | None,
        attempt: int,
        meanwhile: Callable[[], None],
    ) -> Picture:
        del photo, mime, aspect_ratio, attempt
        self.asked.append(prompt)
        meanwhile()
        if (failure := self.fails_at.get(prompt, self.down)) is not None:
            raise failure
        if "refused" in prompt:
            raise Rejected("provider.refused")
        return Picture(PICTURE, "image/jpeg", "gemini-nano-banana-2.1", {"totalTokenCount": 10})


class Darkroom(Studio):
    """Pictures and videos, from the offer to the chat."""

    def of(self, **wanted: Any) -> None:
        super().of(**wanted)
        self.gemini = FakeGemini()
        produce = Produce(
            database=self.database,
            media=self.media,
            desk=self.desk,
            orders=self.orders,
            status=self.status,
            traffic=self.traffic,
            provider=self.gemini,
        )
        self.table[kinds.PRODUCE] = Kind(
            name=kinds.PRODUCE,
            queue=GENERATION,
            do=produce.do,
            ended_badly=produce.ended_badly,
            again=produce.again,
            tries=6,
        )

    def is_offered(self, who: Who, prompt: str = "a lighthouse") -> str:
        with self.database.unit() as unit:
            return str(self.orders.offer(unit, source=Source(who.id, who.photo), style=None, prompt=prompt).id)

    def picture(self, who: Who, prompt: str = "a lighthouse") -> str:
        """A picture that is paid for and waits."""
        order = self.is_offered(who, prompt)
        self.place(who, order)
        return order

    def goes_on(self, minutes: float, *, step: float = 5.0) -> None:
        """So much time passes in a worker process, duties included."""
        until = self.clock.now().timestamp() + minutes * 60
        while self.clock.now().timestamp() < until:
            self.clock.turn(step)
            self.upkeep.outages()
            self.slots.admit()
            self.work()
            self.upkeep.positions()

    def pause(self, name: str, **more: Any) -> None:
        with self.database.unit() as unit:
            self.traffic.pauses.pause(unit, name, Wanted(**{"words": Words("Back at nine."), **more}))

    def entries(self, order: str) -> list[str]:
        """What the ledger says of an order, after its hold."""
        with self.database.connection():
            rows = LedgerEntry.select().where(LedgerEntry.order == order).order_by(LedgerEntry.at)
            return [row.kind for row in rows if row.kind != LedgerEntry.HOLD]

    def states(self, orders: list[str]) -> set[str]:
        return {self.state(order) for order in orders}

    def shown(self, order: str, method: str = "editMessageMedia") -> int:
        """How often the status message became the result."""
        message = self.row(order).message_id
        return sum(call.params.get("message_id") == message for call in self.telegram.said(method))

    def last_said(self, order: str) -> str:
        """What the status message says now."""
        message = self.row(order).message_id
        said = [c for c in self.telegram.said("editMessageText") if c.params.get("message_id") == message]
        return str(said[-1].params["text"])

    def most_tries(self) -> int:
        with self.database.connection():
            return max(row.tries for row in Work.select().where(Work.kind << (kinds.PRODUCE, kinds.SUBMIT)))

    def balanced(self) -> bool:
        with self.database.connection():
            return sum(line.amount for line in LedgerLine.select()) == 0


DELIVERED = {Order.DELIVERED}
