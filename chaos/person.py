"""One person of the crowd: wishes, taps, and taps again when nothing happens. What they were told is written down."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

from chaos.marks import Marks
from chaos.phone import Message, Phone, button, said

PATIENCE = 10.0  # seconds without anything happening before a person does it again
GROWTH, LONGEST_PATIENCE = 1.5, 60.0  # who did it in vain waits longer: or all would wait behind their own taps
ACCEPTED, DELIVERED = "accepted", "delivered"
NOT_MADE, CANCELLED = "Not made", "Cancelled"  # as the bot's sentences begin
ENDS = (DELIVERED, NOT_MADE, CANCELLED)
UNDER_WAY = "Already on its way."
NOT_SHOWN = "could not be shown"
DECLINED = "dclnd"  # in a wish that the providers are told to refuse


@dataclass(frozen=True)
class Wish:
    """`at` seconds after the start. `taps` at once; `cancels`: thinks better of it."""

    number: int
    person: int
    at: float
    film: bool
    declined: bool
    taps: int
    cancels: bool

    def words(self, marks: Marks) -> str:
        return f"a quiet garden with {DECLINED if self.declined else ''} {marks.words(self.number)}"


@dataclass
class Told:
    """What a person knows of an order: when it was taken, and how it ended. Times in seconds after the start."""

    order: str
    film: bool
    asked: float
    accepted: float | None = None
    ended: float | None = None
    how: str | None = None


class Person:
    """`since` is the start of the run on the monotonic clock."""

    def __init__(self, phone: Phone, marks: Marks, number: int, *, since: float) -> None:
        self.phone = phone
        self.number = number
        self.told: list[Told] = []
        self.paid = 0
        self.ended = 0  # orders of which the end was seen
        self._marks = marks
        self._since = since
        self._patience = random.Random(f"{marks.seed} patience {number}")

    async def come_in(self) -> None:
        """Through the door: the notice, a photo, the question about the people in it, and a pack of credits."""
        phone = self.phone
        await self._until(lambda: phone.write("/start"), self._sees("agree:"))
        await self._until(lambda: self._taps("agree:"), lambda: phone.find(_welcome))
        await self._until(self._shows_photo, self._sees("style:"))
        await self._until(lambda: phone.write("/packs"), self._sees("pack:"))
        invoice, _ = await self._until(lambda: self._taps("pack:"), lambda: phone.find(_invoice))
        while not await phone.pay(invoice):
            await asyncio.sleep(1.0)
        self.paid += 1
        while not await phone.until(lambda: phone.find(_receipt), PATIENCE):
            pass  # the Stars have gone: nobody pays twice, they wait

    async def gets(self, wish: Wish) -> None:
        """One wish from its words to its end."""
        message, order = await self._offered(wish)
        told = Told(order, wish.film, self._now())
        self.told.append(told)
        await self._accepted(wish, message, told)
        for times in count():
            if wish.cancels and (found := self.phone.find(lambda m: button(m, f"cancel:{order}"))):
                await self.phone.press(*found)
            if (how := await self.phone.until(lambda: self._end_of(order, message), self._waits(times))) is not None:
                break
            if NOT_SHOWN in said(self.phone.messages[message]):
                await self.phone.write("/start")  # as the message says
        told.ended, told.how = self._now(), how
        self.ended += 1

    async def _offered(self, wish: Wish) -> tuple[int, str]:
        """Message and order of the offer. Whoever is told something else says it again, a little later."""
        token = self._marks.token(wish.number)
        words = wish.words(self._marks)
        found = await self._until(
            lambda: self.phone.write(f"/animate {words}" if wish.film else words),
            lambda: self.phone.find(lambda m: button(m, "make:") if token in said(m) else None),
        )
        return found[0], found[1].partition(":")[2]

    async def _accepted(self, wish: Wish, message: int, told: Told) -> None:
        """Taps until something is seen to happen."""
        presses: list[str] = []

        def stands() -> str | None:
            return self._stands(told.order, message, presses)

        for times in count():
            if button(self.phone.messages[message], "make:"):
                presses += [await self.phone.press(message, f"make:{told.order}") for _ in range(wish.taps)]
            if await self.phone.until(stands, self._waits(times)) is not None:
                told.accepted = self._now()
                return

    def _stands(self, order: str, message: int, presses: list[str]) -> str | None:
        if any(self.phone.toasts.get(press) == UNDER_WAY for press in presses):
            return ACCEPTED
        if button(self.phone.messages[message], f"cancel:{order}") or "being" in said(self.phone.messages[message]):
            return ACCEPTED
        return self._end_of(order, message)

    def _end_of(self, order: str, message: int) -> str | None:
        if self.phone.find(lambda m: m if m.get("media") and button(m, f"orig:{order}") else None):
            return DELIVERED
        text = said(self.phone.messages[message])
        if text.startswith(NOT_MADE):
            return NOT_MADE
        return CANCELLED if text.startswith(CANCELLED) else None

    async def _until(
        self, act: Callable[[], Awaitable[object]], seen: Callable[[], tuple[int, str] | None]
    ) -> tuple[int, str]:
        """Does it, and does it again until it is seen to have helped."""
        times = 0
        while True:
            await act()
            if (found := await self.phone.until(seen, self._waits(times))) is not None:
                return found
            times += 1

    async def _shows_photo(self) -> None:
        """Sends it, or answers what is asked about it."""
        if (asked := self._sees("people")()) is not None:
            await self.phone.press(*asked)
            return
        await self.phone.send_photo(self._marks.photo(self.number))
        if (asked := await self.phone.until(self._sees("people"), self._waits())) is not None:
            await self.phone.press(*asked)

    async def _taps(self, starts: str) -> None:
        if (found := self._sees(starts)()) is not None:
            await self.phone.press(*found)

    def _sees(self, starts: str) -> Callable[[], tuple[int, str] | None]:
        return lambda: self.phone.find(lambda m: button(m, starts))

    def _waits(self, times: int = 0) -> float:
        """Seconds until it is done again, after so many times in vain."""
        return min(LONGEST_PATIENCE, PATIENCE * GROWTH**times) * self._patience.uniform(0.7, 1.3)

    def _now(self) -> float:
        return round(time.monotonic() - self._since, 3)


def _welcome(message: Message) -> tuple[int, str] | None:
    return (message["message_id"], "") if "free credits" in said(message) else None


def _invoice(message: Message) -> tuple[int, str] | None:
    return (message["message_id"], "") if "invoice" in (message.get("other") or {}) else None


def _receipt(message: Message) -> bool:
    return "Thank you" in said(message)
