"""Where work is put and taken: add, claim, withdraw, renew, find what is due. Every move is one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import logs
from database import Database, Unit
from jobs.claim import Claim
from jobs.duties import Question
from jobs.kinds import Kinds
from models import Work, new_id
from rows import Row, columns, find, insert, returned

# By hand because every job begins with it.
CLAIM = f"""
UPDATE work SET state = '{Work.HELD}', holder = ?, lease_until = ?, fence = fence + 1, tries = tries + 1
WHERE id = ? AND state = '{Work.DUE}' AND due_at <= ?
RETURNING {columns(Work)}
"""  # noqa: S608  names of ours
# Twice held is once crashed: nobody gave the row back. A statement of its own, so that it is known and counted.
TAKE_BACK = f"""
UPDATE work SET holder = ?, lease_until = ?, fence = fence + 1, tries = tries + 1, crashes = crashes + 1
WHERE id = ? AND state = '{Work.HELD}' AND lease_until < ?
RETURNING {columns(Work)}
"""  # noqa: S608  names of ours

# Rows that nobody was rung for lately. A ring from before its holder died says nothing: what is abandoned is rung for
# as soon as its lease has run out.
DUE_UNRUNG = f"state = '{Work.DUE}' AND due_at <= ? AND (rung_at IS NULL OR rung_at < ?)"
ABANDONED_UNRUNG = (
    f"state = '{Work.HELD}' AND lease_until < ? AND (rung_at IS NULL OR rung_at < ? OR rung_at <= lease_until)"
)
# By their minima: a plan that hopes to find one soon would read the whole table where there is none.
OLDEST_DUE = f"SELECT MIN(due_at) FROM work WHERE {DUE_UNRUNG}"  # noqa: S608  names of ours
OLDEST_ABANDONED = f"SELECT MIN(lease_until) FROM work WHERE {ABANDONED_UNRUNG}"  # noqa: S608  names of ours
UNRUNG = f"({OLDEST_DUE}) IS NOT NULL OR ({OLDEST_ABANDONED}) IS NOT NULL"

log = logs.get()


class Ring(Protocol):
    """The doorbell. It may fail, be late, or ring twice: the row is the truth. Never raises."""

    def __call__(self, queue: str, kind: str, work: str) -> None: ...


class Desk:
    """One process's view of the work table; `holder` is its random name."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        ring: Ring | None,
        *,
        lease_seconds: float,
        holder: str,
        taken_back: Callable[[str], None] = lambda _kind: None,
    ) -> None:
        """`ring` is None where nobody is rung for: the clock finds what is added here at its next round. `taken_back`
        hears the kind of each row whose holder's lease had run out."""
        self.database = database
        self._taken_back = taken_back
        self.kinds = kinds
        self._rings = ring is not None
        self.ring: Ring = ring or (lambda _queue, _kind, _work: None)
        self.lease = timedelta(seconds=lease_seconds)
        self.holder = holder

    def add(self, unit: Unit, kind: str, *, subject: str, account: str, wait: float = 0.0) -> str:
        """Put work into the transaction; the bell rings once it is committed."""
        row = self.row(kind, subject=subject, account=account, now=unit.now, wait=wait)
        insert(row.model, **row.values)
        if not wait:
            unit.after(lambda: self.ring_for(row))
        return str(row.values["id"])

    def row(self, kind: str, *, subject: str, account: str, now: datetime, wait: float = 0.0) -> Row:
        """Work that somebody else writes; who does calls `ring_for` after the commit."""
        due = now + timedelta(seconds=wait)
        values = {"id": new_id(), "kind": kind, "subject": subject, "account": account, "state": Work.DUE}
        return Row(
            Work, {**values, "due_at": due, "rung_at": now if self._rings and not wait else None, "created_at": now}
        )

    def ring_for(self, row: Row) -> None:
        kind = str(row.values["kind"])
        self.ring(self.kinds[kind].queue, kind, str(row.values["id"]))

    def claim(self, work: str) -> Claim | None:
        """Take a row that is due, or whose holder's lease ran out. None: it is somebody's, or done, or not yet due."""
        now = self.database.clock.now()
        with self.database.connection():
            rows = returned(Work, CLAIM, self.holder, now + self.lease, work, now)
            abandoned = [] if rows else returned(Work, TAKE_BACK, self.holder, now + self.lease, work, now)
        for row in abandoned:
            log.warning("work.taken_back", work=row.id, kind=row.kind, fence=row.fence)
            self._taken_back(row.kind)
        return next((Claim(self.database, row, lease=self.lease) for row in (*rows, *abandoned)), None)

    def withdraw(self, unit: Unit, *, subject: str, kinds: Iterable[str]) -> int:
        """End open work on a row and raise its fence, so that who works on it now cannot commit."""
        return self._withdraw(unit, Work.subject == subject, kinds)

    def withdraw_all(self, unit: Unit, *, account: str, kinds: Iterable[str]) -> int:
        """The same for all that is done for one person."""
        return self._withdraw(unit, Work.account == account, kinds)

    @staticmethod
    def _withdraw(unit: Unit, which: Any, kinds: Iterable[str]) -> int:
        over = {"state": Work.FAILED, "fence": Work.fence + 1, "ended_at": unit.now, "lease_until": None}
        open_ = Work.kind.in_(tuple(kinds)) & Work.state.in_((Work.DUE, Work.HELD))
        return int(Work.update(**over, reason="withdrawn").where(which & open_).execute())

    def renew(self, claims: Sequence[Claim]) -> None:
        """Prolong leases; a claim whose row is no longer ours is marked lost."""
        if not claims:
            return
        now = self.database.clock.now()
        with self.database.connection():
            rows = (
                Work.update(lease_until=now + self.lease)
                .where(Work.id.in_([c.id for c in claims]) & (Work.holder == self.holder) & (Work.state == Work.HELD))
                .returning(Work.id, Work.fence)
                .execute()
            )
            ours = {(row.id, row.fence) for row in rows}
        for claim in claims:
            if (claim.id, claim.fence) in ours:
                claim.renewed(now + self.lease)
            else:
                claim.lost.set()

    def not_heard(self, works: Sequence[str]) -> None:
        """Forget that the bell rang for these: whoever heard it will not come."""
        with self.database.connection():
            Work.update(rung_at=None).where(Work.id.in_(tuple(works)) & (Work.state == Work.DUE)).execute()

    def forget_rings(self) -> None:
        """The bell's memory was lost: no row that is due counts as rung for."""
        due = (Work.state == Work.DUE) & (Work.due_at <= self.database.clock.now())
        with self.database.connection():
            Work.update(rung_at=None).where(due & Work.rung_at.is_null(False)).execute()

    def silent(self, now: datetime, *, quiet: float) -> Question:
        """Whether `overdue` would find any."""
        before = now - timedelta(seconds=quiet)
        return Question(UNRUNG, (now, before, now, before))

    def overdue(self, *, quiet: float, limit: int) -> list[Work]:
        """Rows that are due or abandoned and were not rung for `quiet` seconds, oldest first; marked as rung now."""
        now = self.database.clock.now()
        times = now, now - timedelta(seconds=quiet)
        with self.database.connection():
            found = [
                *find(Work, f"{DUE_UNRUNG} ORDER BY due_at LIMIT {limit}", *times),
                *find(Work, f"{ABANDONED_UNRUNG} ORDER BY lease_until LIMIT {limit}", *times),
            ]
            if found:
                Work.update(rung_at=now).where(Work.id.in_([w.id for w in found])).execute()
        return found

    def next_due(self, queues: Iterable[str], *, limit: int) -> list[str]:
        """Ids of due rows of these queues, for when the bell is broken."""
        queues = set(queues)
        kinds = [name for name, kind in self.kinds.items() if kind.queue in queues]
        now = self.database.clock.now()
        with self.database.connection():
            due = (Work.state == Work.DUE) & (Work.due_at <= now) & Work.kind.in_(kinds)
            abandoned = (Work.state == Work.HELD) & (Work.lease_until < now) & Work.kind.in_(kinds)
            return [
                *(w.id for w in Work.select(Work.id).where(due).order_by(Work.due_at).limit(limit)),
                *(w.id for w in Work.select(Work.id).where(abandoned).limit(limit)),
            ]
