"""The question before a payment, while pictures are made on the same machine: `python -m bench checkout`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

import orjson

from bench import people
from bench.figures import Found
from bench.ground import SECRET, Ground, ground
from bench.share import part
from bench.sides import DEADLINE, OURS, QUIET
from billing.payments import CURRENCY
from billing.prices import PACKS
from models import Order
from web.webhook import PATH, SECRET_HEADER
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House

RATE = 20  # questions a second, evenly spread
JOBS = 100
ROUNDS = 1
QUIET_SECONDS = 8.0
PEOPLE = 50
INVOICES = 1_000
CONNECTIONS = 8
LATENCY = 2.0  # seconds that a picture takes
PICTURE_KIB, PHOTO_KIB = 1024, 256
PATIENCE = 120.0
TELEGRAM_WAITS = 10.0  # seconds


@dataclass(frozen=True)
class Invoice:
    """As the person's client shows it back to us."""

    payload: str
    stars: int
    person: int


@dataclass
class Till:
    """Asks the web process about invoices that are there. Seconds from the moment a question was due to its answer."""

    port: int
    invoices: Iterator[Invoice]
    took: list[float] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def ask_while(self, going_on: Callable[[], bool]) -> list[float]:
        """Sorted. Every connection takes the next place in one even row, which does not wait for slow answers."""
        self.took = []
        places, began = count(), time.perf_counter()
        await asyncio.gather(*(self._ask(places, began, going_on) for _ in range(CONNECTIONS)))
        return sorted(self.took)

    async def _ask(self, places: Iterator[int], began: float, going_on: Callable[[], bool]) -> None:
        async with _connection(self.port) as (reader, writer):
            while going_on():
                due = began + next(places) / RATE
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                number = next(self._numbers)
                writer.write(_request(number, next(self.invoices)))
                body = await _body(reader)
                self.took.append(time.perf_counter() - due)
                said = {"method": "answerPreCheckoutQuery", "pre_checkout_query_id": f"q{number}", "ok": True}
                if body != said:
                    sys.exit(f"a good question was answered with {body}: no figure")


def run(share: float = 1.0) -> Found:
    """20 `pre_checkout_query` updates a second at the webhook, with nothing else going on and, in turns, while a worker
    makes pictures that take the provider 2 s each.

    Latencies count from the moment a question was due; each belongs to an invoice of its person, and the answer in the
    reply is yes.
    """
    with ground() as parts:
        house = assemble(parts.settings(PARALLEL_ORDERS="100000"), ring=lambda *_: None)
        house.database.migrate()
        _, port = parts.start_server("web", "web")
        try:
            quiet, busy = _rounds(parts, house, port, part(ROUNDS, share), part(JOBS, share, least=10))
        finally:
            house.close()
    return {
        name: {OURS: _percentiles(busy, at), QUIET: _percentiles(quiet, at), DEADLINE: [TELEGRAM_WAITS * 1e3]}
        for name, at in (("p50", 0.5), ("p99", 0.99))
    }


def _rounds(
    parts: Ground, house: House, port: int, rounds: int, jobs: int
) -> tuple[list[list[float]], list[list[float]]]:
    accounts = [people.join(house, number, credits=10_000) for number in range(PEOPLE)]
    till = Till(port, cycle(_invoices(house, accounts)))
    photo = people.photo_of(house, accounts[0], people.picture(kib=PHOTO_KIB))
    status_message = people.chat_with(parts, 0)
    parts.play(latency=0.0, gemini=LATENCY, kib=PICTURE_KIB)
    parts.start_worker()
    quiet: list[list[float]] = []
    busy: list[list[float]] = []
    asyncio.run(till.ask_while(_for(1.0)))  # not counted: connections are made, statements are prepared
    for _ in range(rounds):
        quiet.append(asyncio.run(till.ask_while(_for(QUIET_SECONDS))))
        orders = [people.order_of(house, accounts[0], photo, message=status_message()) for _ in range(jobs)]
        bell = Doorbell(make_broker(connect(parts.environ["REDIS_URL"])))
        for call in [people.work_of(house, order) for order in orders]:
            bell(*call)
        busy.append(asyncio.run(_ask_until_made(till, house, orders)))
    return quiet, busy


async def _ask_until_made(till: Till, house: House, orders: list[str]) -> list[float]:
    made = asyncio.Event()

    async def watch() -> None:
        until = time.monotonic() + PATIENCE
        while await asyncio.to_thread(people.state_of, house, orders) != {Order.DELIVERED: len(orders)}:
            if time.monotonic() > until:
                sys.exit(f"not delivered within {PATIENCE:.0f} s: {people.state_of(house, orders)}")
            await asyncio.sleep(0.5)
        made.set()

    _, took = await asyncio.gather(watch(), till.ask_while(lambda: not made.is_set()))
    return took


def _invoices(house: House, accounts: list[str]) -> list[Invoice]:
    packs, found = list(PACKS.values()), []
    with house.database.unit() as unit:
        for number in range(INVOICES):
            person, pack = number % len(accounts), packs[number % len(packs)]
            invoice = house.payments.offer(unit, account=accounts[person], pack=pack)
            found.append(Invoice(invoice.id, pack.stars, person))
    return found


def _for(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def _request(number: int, invoice: Invoice) -> bytes:
    question = {
        "id": f"q{number}",
        "from": people.names(invoice.person),
        "currency": CURRENCY,
        "total_amount": invoice.stars,
        "invoice_payload": invoice.payload,
    }
    body = orjson.dumps({"update_id": number, "pre_checkout_query": question})
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader) -> Any:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    return orjson.loads(await reader.readexactly(length) or b"null")


def _percentiles(rounds: list[list[float]], share: float) -> list[float]:
    """Milliseconds, of each round."""
    return [took[min(len(took) - 1, int(len(took) * share))] * 1e3 for took in rounds]
