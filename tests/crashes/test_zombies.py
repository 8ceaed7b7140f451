"""Workers that stand still past their leases, a hundred claims in ten processes, and go on while others are at their
work, or have done it: not one of their commits counts. One result, one charge, one word in the chat."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import logs
from billing.reconcile import unbalanced
from custody.media import ERASURES
from database import Database
from generation.kinds import DELIVER, PRODUCE
from generation.produce import Produce
from generation.source import Source
from jobs.kinds import GENERATION, Kind
from models import Cost, Disclosure, LedgerEntry, Media, Order, Work
from providers.telegram_calls import Call
from tests.crashes.falling import work
from tests.generation.studio import PICTURE, Studio, Who

PROCESSES, EACH = 10, 10
ALL = PROCESSES * EACH
LEASE, LONG = timedelta(seconds=0.5), timedelta(minutes=10)
PATIENCE = 60.0  # seconds


class Wall:
    """Real time: these processes do not share a test's."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)

    def turn(self, seconds: float) -> None:
        """Nobody turns it."""


class Gate:
    """Where a process tells that somebody has come, and waits until it is let through: one byte for each."""

    def __init__(self) -> None:
        self._came, self._come = os.pipe()
        self._opened, self._open = os.pipe()

    def passes(self) -> None:
        os.write(self._come, b"x")
        os.read(self._opened, 1)

    def holds(self, count: int) -> None:
        for _ in range(count):
            os.read(self._came, 1)

    def opens(self, count: int) -> None:
        os.write(self._open, b"x" * count)

    def close(self) -> None:
        for end in (self._came, self._come, self._opened, self._open):
            os.close(end)


@dataclass
class Made:
    """A picture that the provider answers with."""

    data: bytes = PICTURE
    model: str = "a-model"
    usage: dict[str, int] = None  # type: ignore[assignment]  # made below

    def __post_init__(self) -> None:
        self.usage = {"total": 1}


class Atelier(Studio):
    """A studio that makes pictures, too. With a gate nobody gets an answer of the provider or of the chat before it
    opens."""

    def __init__(self, database: Database, folder: Path, gate: Gate | None = None, lease: timedelta = LONG) -> None:
        super().__init__(database, folder, Wall(), intake=cast(Any, None), rules=cast(Any, None))
        self.gate = gate
        produce = Produce(
            database=database,
            media=self.media,
            desk=self.desk,
            orders=self.orders,
            status=self.status,
            traffic=self.traffic,
            provider=self,
        )
        do, badly, again = produce.do, produce.ended_badly, produce.again
        self.table[PRODUCE] = Kind(name=PRODUCE, queue=GENERATION, do=do, ended_badly=badly, again=again, tries=6)
        self.desk.lease = lease
        if gate is not None:
            said = self.telegram.call
            self.telegram.call = lambda call: self._late(call, said)  # type: ignore[method-assign]

    def picture(
        self,
        photo: bytes,
        mime: str,
        prompt: str,
        *,
        aspect_ratio: str | None,
        attempt: int,
        meanwhile: Callable[[], None],
    ) -> Made:
        meanwhile()
        if self.gate is not None:
            self.gate.passes()
        return Made()

    def _late(self, call: Call, said: Callable[[Call], Any]) -> Any:
        if call.method == "editMessageMedia" and self.gate is not None:
            self.gate.passes()
        return said(call)

    def ordered(self, who: Who) -> str:
        """A picture that is paid for and waits."""
        with self.database.unit() as unit:
            source = Source(who.id, who.photo)
            order = str(self.orders.offer(unit, source=source, style=None, prompt="a lighthouse").id)
        self.place(who, order)
        return order


@dataclass
class Zombie:
    """A process with ten claims."""

    pid: int
    gate: Gate
    log: Path

    def refused(self) -> int:
        """How many of its commits were."""
        return self.log.read_text().count('"work.fence_lost"')


def lives(address: str, folder: Path, gate: Gate, log: Path, works: list[str]) -> None:
    """What it does, to its end."""
    with log.open("w") as stream:
        logs.configure(process="zombie", pid=os.getpid(), stream=stream)
        atelier = Atelier(Database(address, clock=Wall()), folder, gate, LEASE)
        threads = [threading.Thread(target=atelier.runner.run, args=(one,)) for one in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE)  # it counts while they stand still, too
        # A short word that rings the phone goes out behind a commit that counted.
        assert atelier.telegram.said("sendMessage") == []


def rise(address: str, folder: Path, logs_in: Path, works: list[str]) -> Zombie:
    gate, log = Gate(), logs_in / f"{works[0]}.log"
    child = os.fork()
    if child == 0:
        status = 1
        try:
            lives(address, folder, gate, log, works)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return Zombie(child, gate, log)


@contextlib.contextmanager
def standing_still(address: str, folder: Path, tmp_path: Path, works: list[str]) -> Iterator[list[Zombie]]:
    """All of the work is claimed by processes that stand still meanwhile; afterwards they have gone on and ended."""
    zombies = [rise(address, folder, tmp_path, works[n::PROCESSES]) for n in range(PROCESSES)]
    try:
        for zombie in zombies:
            zombie.gate.holds(EACH)
        for zombie in zombies:
            os.kill(zombie.pid, signal.SIGSTOP)
        yield zombies
    finally:
        for zombie in zombies:
            zombie.gate.opens(EACH)
            os.kill(zombie.pid, signal.SIGCONT)
        ends = [os.waitstatus_to_exitcode(os.waitpid(zombie.pid, 0)[1]) for zombie in zombies]
        for zombie in zombies:
            zombie.gate.close()
    assert ends == [0] * PROCESSES


def due(atelier: Atelier, kind: str) -> list[str]:
    with atelier.database.connection():
        return [row.id for row in Work.select().where((Work.kind == kind) & (Work.state == Work.DUE))]


def does_all(atelier: Atelier, state: str, *only: str) -> None:
    """What the others held, as soon as their leases have run out."""
    ends = time.monotonic() + PATIENCE
    while in_state(atelier, state) < ALL:
        assert time.monotonic() < ends, f"{in_state(atelier, state)} are {state}"
        work(atelier, *only)


@contextlib.contextmanager
def takes_over(atelier: Atelier, works: list[str]) -> Iterator[None]:
    """All of the work is claimed by this one as the leases of the others run out; afterwards it is done."""

    def waits_and_works(one: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not atelier.runner.run(one) and time.monotonic() < ends:
            time.sleep(0.05)

    threads = [threading.Thread(target=waits_and_works, args=(one,)) for one in works]
    for thread in threads:
        thread.start()
    assert atelier.gate is not None
    atelier.gate.holds(len(works))
    yield
    atelier.gate.opens(len(works))
    for thread in threads:
        thread.join(PATIENCE)
    atelier.gate.close()


def in_state(atelier: Atelier, state: str) -> int:
    with atelier.database.connection():
        return int(Order.select().where(Order.state == state).count())


def one_of_each(atelier: Atelier) -> bool:
    """One charge and one cost an order, balanced books, nothing left to do; after an hour each object has a row."""
    with atelier.database.unit() as unit:
        charges = [row.order for row in LedgerEntry.select().where(LedgerEntry.kind == "charge")]
        assert len(charges) == len(set(charges)) == ALL
        assert list(unbalanced()) == []
        assert Cost.select().count() == ALL
        Media.update(created_at=unit.now - timedelta(hours=2)).where(Media.state == Media.STORING).execute()
    atelier.upkeep.leftovers()
    work(atelier)
    with atelier.database.connection():
        rows = {row.object_name for row in Media.select().where(Media.state == Media.STORED)}
        assert Media.select().where(Media.kind == "result").count() == ALL
        assert {name for name in atelier.store.names() if not name.startswith(ERASURES)} == rows
        return not Work.select().where(Work.state.in_((Work.DUE, Work.HELD))).exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def atelier(database_url: str, database: Database, folder: Path) -> Iterator[Atelier]:
    del database  # migrated
    opened = Database(database_url, clock=Wall())
    made = Atelier(opened, folder)
    people = [made.person() for _ in range(PROCESSES)]
    for number in range(ALL):
        made.ordered(people[number % PROCESSES])
    yield made
    opened.close()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_of_a_hundred_pictures_and_deliveries_nothing_counts_that_comes_back_from_the_dead(
    atelier: Atelier, database_url: str, folder: Path, tmp_path: Path
) -> None:
    pictures, other = due(atelier, PRODUCE), Atelier(atelier.database, folder, Gate())
    with contextlib.ExitStack() as at_work:
        with standing_still(database_url, folder, tmp_path, pictures) as painters:
            at_work.enter_context(takes_over(other, pictures))
        assert in_state(atelier, Order.CALLING) == ALL  # they came back while another one holds every order
    assert sum(zombie.refused() for zombie in painters) == ALL
    assert in_state(atelier, Order.KEPT) == ALL
    with atelier.database.connection():
        assert Disclosure.select().count() == 2 * ALL  # each sending is written down, also one in vain
        assert Media.select().where(Media.state == Media.STORING).count() == ALL

    with standing_still(database_url, folder, tmp_path, due(atelier, DELIVER)) as messengers:
        does_all(atelier, Order.DELIVERED, DELIVER)
    assert sum(zombie.refused() for zombie in messengers) == ALL
    with atelier.database.connection():
        held = Work.select().where(Work.kind.in_((PRODUCE, DELIVER)))
        assert {(row.state, row.fence, row.crashes) for row in held} == {(Work.DONE, 2, 1)}
    assert len(atelier.telegram.said("editMessageMedia")) == ALL
    assert one_of_each(atelier)
