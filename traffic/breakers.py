"""One breaker a provider, shared by all processes through its row. What goes well writes nothing: answers are counted
from the work that ended, so that only trouble costs statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import crash
import logs
from database import Database, Unit
from errors import Temporary, Waits
from models import Breaker, Work
from states import move_all
from traffic import breaker
from traffic.names import AWAKE
from traffic.recent import Recent

FIRST = 15.0  # seconds it stays open at first
KNOWN_FOR = 2.0  # seconds
LOOK_AGAIN = 3.0  # seconds until somebody who waits looks again, at least
AWAY = "provider.away"
BROKEN = (Breaker.OPEN, Breaker.PROBING)
# Ends of work that are answers, too: the provider said something about this one.
SAID_NO = ("provider.refused", "provider.no_picture", "provider.bad_input", "provider.bad_request")

log = logs.get()


@dataclass(frozen=True)
class _Entry:
    """How a call came through: which probe or which round of the breaker it belongs to."""

    provider: str
    work: str
    fence: int
    probe: bool = False


class Breakers:
    """`calls`: provider -> the kind of work that calls it. `chance` spreads those that wait; `first`: seconds that a
    breaker stays open at first."""

    def __init__(
        self, database: Database, *, calls: Mapping[str, str], chance: Callable[[], float], first: float = FIRST
    ) -> None:
        self._database = database
        self._first = first
        self._look_again = min(LOOK_AGAIN, first)
        self._calls = calls
        self._chance = chance
        self._rows: Recent[Mapping[str, Breaker]] = Recent(database, _rows, seconds=KNOWN_FOR)
        self._crowd: Recent[Mapping[str, int]] = Recent(database, self._waiting, seconds=LOOK_AGAIN)

    def away(self, provider: str) -> bool:
        """Whether it does not answer, as far as is known."""
        row = self._rows.get().get(provider)
        return row is not None and row.state in BROKEN

    def away_since(self, unit: Unit) -> Mapping[str, datetime]:
        """Providers that do not answer, and since when."""
        return {name: row.opened_at or unit.now for name, row in _rows(unit.now).items() if row.state in BROKEN}

    def room(self, unit: Unit, provider: str) -> int | None:
        """How many may be begun now; None: as many as one likes. Exact, for who gives places away in this unit."""
        row = _rows(unit.now).get(provider)
        if row is None or row.state == Breaker.CLOSED:
            return None
        if row.state == Breaker.RAMP:
            return max(0, breaker.tickets(row, unit.now, first=self._first) - row.tickets)
        finds_out = row.state == Breaker.PROBING and self._lives(row, unit.now)
        return 0 if finds_out or (row.state == Breaker.OPEN and not _due(row, unit.now)) else 1

    def settle(self, unit: Unit) -> None:
        """Closes what has come back and met no trouble since, also where nobody calls it any more."""
        for row in _rows(unit.now).values():
            if row.state == Breaker.RAMP and _due(row, unit.now):
                self._move(row, breaker.closed(row))

    @contextmanager
    def call(self, provider: str, *, work: str, fence: int) -> Iterator[None]:
        """Around one call of a provider by a piece of work under its fence. Raises Waits("provider.away") while nobody
        may call it; a failure that opens the breaker, or finds it open, becomes Waits of the same code: its try does
        not count. The first piece of work to come when it is due is the probe, as long as it holds its lease.
        """
        entry = self._enter(provider, work, fence)
        try:
            yield
        except BaseException as failure:
            if breaker.is_trouble(failure) and isinstance(failure, Temporary):
                raise self._failed(entry, failure) from None
            if breaker.is_answer(failure):
                self._answered(entry)
            raise  # a probe that found out nothing: its work ends, and the next one probes
        self._answered(entry)

    def wait(self, provider: str, code: str = AWAY) -> Waits:
        """What to raise where the provider is away: so that those who wait come back one after the other."""
        now = self._database.clock.now()
        row = self._rows.get().get(provider)
        closed_until = row.until if row is not None and row.state == Breaker.OPEN and not _due(row, now) else None
        least = (closed_until - now).total_seconds() if closed_until is not None else self._look_again
        spread = max(self._look_again, self._crowd.get().get(provider, 0) / AWAKE)
        return Waits(code, retry_after=least + spread * self._chance(), recipient=provider)

    def _enter(self, provider: str, work: str, fence: int) -> _Entry:
        row = self._rows.get().get(provider)
        if row is None or row.state == Breaker.CLOSED:
            return _Entry(provider, work, row.fence if row is not None else 0)
        with self._database.connection():
            entry = self._through(row, work, fence)
        if entry is None:
            raise self.wait(provider)
        if entry.probe:
            log.info("breaker.probed", recipient=provider, work=work)
            crash.at("probe.taken")
        return entry

    def _through(self, row: Breaker, work: str, fence: int) -> _Entry | None:
        """Past a breaker that is not closed. Each way is one statement that only one process wins."""
        now = self._database.clock.now()
        if row.state == Breaker.RAMP:
            if _due(row, now):
                self._move(row, breaker.closed(row))
                return _Entry(row.name, work, row.fence + 1)
            free = self._same(row) & (Breaker.tickets < breaker.tickets(row, now, first=self._first))
            taken = Breaker.update(tickets=Breaker.tickets + 1).where(free & (Breaker.state == Breaker.RAMP)).execute()
            return _Entry(row.name, work, row.fence) if taken else None
        if row.state == Breaker.OPEN and not _due(row, now):
            return None
        if row.state == Breaker.PROBING and self._lives(row, now):
            return None
        taken = self._move(row, breaker.probed(row, work=work, fence=fence))
        return _Entry(row.name, work, row.fence + 1, probe=True) if taken else None

    def _failed(self, entry: _Entry, failure: Temporary) -> Temporary:
        """Counts it. What to raise: the failure, or that one waits."""
        try:
            with self._database.unit() as unit:
                opened = self._count(unit, entry, failure)
        except Temporary as error:  # the database is away: what happened to this one counts more
            log.warning("breaker.not_written", recipient=entry.provider, exc_info=error)
            return failure
        self._rows.forget()
        if opened:
            log.error("breaker.opened", recipient=entry.provider, code=failure.code)
        if not opened and not self.away(entry.provider):
            return failure
        waits = self.wait(entry.provider, failure.code)
        waits.facts.update(failure.facts)
        return waits

    def _count(self, unit: Unit, entry: _Entry, failure: Temporary) -> bool:
        """Whether it is this failure that opened it."""
        row = _locked(entry.provider)
        judges = row.state in (Breaker.CLOSED, Breaker.RAMP) or (row.state == Breaker.PROBING and entry.probe)
        if row.fence != entry.fence or not judges:  # it was called in an earlier round, which is over
            return False
        seen = self._seen(row, unit.now)
        changes = breaker.failed(
            row,
            unit.now,
            seen,
            work=entry.work,
            code=failure.code,
            asked_for=failure.retry_after,
            first=self._first,
        )
        self._move(row, changes)
        unit.after(lambda: crash.at("breaker.counted"))
        return bool(changes["state"] == Breaker.OPEN)

    def _seen(self, row: Breaker, now: datetime) -> breaker.Seen:
        kind = self._calls[row.name]
        no = (Work.state == Work.FAILED) & Work.reason.in_(SAID_NO)
        ended = (Work.kind == kind) & ((Work.state == Work.DONE) | no)

        def since(at: datetime | None) -> int:
            return Work.select().where(ended & (Work.ended_at > at)).count() if at is not None else 0

        window = row.window_at if row.window_at is not None and now - row.window_at <= breaker.WINDOW else None
        return breaker.Seen(answered_since=since(row.failed_at) > 0, answered=since(window))

    def _answered(self, entry: _Entry) -> None:
        """Only the answer to a probe changes anything. Never raises: what was made must not be lost by it."""
        if not entry.probe:
            return
        try:
            with self._database.unit() as unit:
                row = _locked(entry.provider)
                back = row.fence == entry.fence and self._move(row, breaker.answered(row, unit.now, first=self._first))
        except Temporary as error:  # its work ends, and then the next one probes
            log.warning("breaker.not_written", recipient=entry.provider, exc_info=error)
            return
        self._rows.forget()
        if back:
            log.info("breaker.ramp", recipient=entry.provider)

    def _move(self, row: Breaker, changes: dict[str, Any]) -> bool:
        """Whether the row was as it was read, and has these columns now."""
        others = {name: value for name, value in changes.items() if name != "state"}
        self._rows.forget()
        return move_all(Breaker, self._same(row), come_from=(row.state,), to=changes["state"], **others) == 1

    @staticmethod
    def _same(row: Breaker) -> Any:
        return (Breaker.name == row.name) & (Breaker.fence == row.fence)

    @staticmethod
    def _lives(row: Breaker, now: datetime) -> bool:
        """Whether who probes still holds its lease."""
        holds = (Work.id == row.probe) & (Work.fence == row.probe_fence) & (Work.state == Work.HELD)
        return bool(Work.select().where(holds & (Work.lease_until >= now)).exists())

    def _waiting(self, now: datetime) -> Mapping[str, int]:
        """Pieces of work that wait for each provider, where it is away."""
        due = (Work.state == Work.DUE) & (Work.due_at > now)
        broken = [name for name, row in self._rows.get().items() if row.state != Breaker.CLOSED]
        return {name: Work.select().where((Work.kind == self._calls[name]) & due).count() for name in broken}


def _rows(now: datetime) -> Mapping[str, Breaker]:
    del now
    return {row.name: row for row in Breaker.select()}


def _locked(provider: str) -> Breaker:
    """The row, held until the end of the transaction."""
    locked = Breaker.update(failures=Breaker.failures).where(Breaker.name == provider).returning(Breaker)
    found: list[Breaker] = list(locked.execute())
    if not found:
        Breaker.insert(name=provider).on_conflict_ignore().execute()
        found = list(locked.execute())
    return found[0]


def _due(row: Breaker, now: datetime) -> bool:
    return row.until is None or row.until <= now
