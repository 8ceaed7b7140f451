"""What keeps the service running: work as rows, leases, pacing, and counts that are about nobody."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, CompositeKey, DateField, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, UtcField, about, new_id, plain

DESTROYS = "kind = 'destroy'"  # of work, in the words of its index


class Work(Base):
    """A piece of background work: what, on which row, when due, how often tried, who holds it and under which fence."""

    DUE, HELD, DONE, FAILED, QUARANTINED = "due", "held", "done", "failed", "quarantined"
    MOVES: ClassVar = {
        DUE: {HELD, DONE, FAILED},
        HELD: {HELD, DUE, DONE, FAILED, QUARANTINED},
        DONE: set(),
        FAILED: set(),
        QUARANTINED: set(),
    }

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    kind = plain(TextField(), "kind of work from a fixed list")
    subject = plain(TextField(), "random number of the row the work is about")
    account = about(TextField(index=True), "account")
    state = plain(TextField(default=DUE), STATE)
    due_at = plain(UtcField(), WHEN)
    rung_at = plain(UtcField(null=True), WHEN)
    tries = plain(IntegerField(default=0), "a count")
    crashes = plain(IntegerField(default=0), "a count")
    fence = plain(BigIntegerField(default=0), "a counter that each claim raises")
    lease_until = plain(UtcField(null=True), WHEN)
    holder = plain(TextField(null=True), "random number of a process")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = plain(UtcField(), WHEN)
    ended_at = plain(UtcField(null=True), WHEN)

    class Meta:
        table_name = "work"
        indexes = ((("subject", "kind"), False),)


Work.add_index(Work.index(Work.kind, Work.due_at, where=SQL("state = 'due'"), name="work_due"))
Work.add_index(Work.index(Work.lease_until, where=SQL("state = 'held'"), name="work_held"))
Work.add_index(Work.index(Work.kind, where=SQL("state = 'quarantined'"), name="work_quarantined"))
Work.add_index(Work.index(Work.ended_at, where=SQL("ended_at IS NOT NULL"), name="work_ended"))
Work.add_index(Work.index(Work.ended_at, where=SQL(DESTROYS), name="work_destroying"))


class Lease(Base):
    """Who may act for the whole fleet, until when."""

    name = plain(TextField(primary_key=True), "name of a duty from a fixed list")
    holder = plain(TextField(), "random number of a process")
    until = plain(UtcField(), WHEN)
    next_at = plain(UtcField(null=True), WHEN)

    class Meta:
        table_name = "lease"


class Pacing(Base):
    """Until when an outside service asked everybody to wait. One row a service, shared by all processes."""

    name = plain(TextField(primary_key=True), "name of a declared recipient")
    until = plain(UtcField(), WHEN)

    class Meta:
        table_name = "pacing"


class SeenUpdate(Base):
    """Telegram may deliver an update again for a day: the second time it does nothing."""

    id = plain(BigIntegerField(primary_key=True), "Telegram's running number of an update, the same for nobody")
    at = plain(UtcField(index=True), WHEN)

    class Meta:
        table_name = "seen_update"


class DailyCount(Base):
    """How many pages were opened on a day, by kind of device and operating system. No row is about anybody."""

    day = plain(DateField(), "a day")
    family = plain(TextField(), "kind of device from a fixed list")
    system = plain(TextField(), "operating system from a fixed list")
    count = plain(IntegerField(), "a number of page views, of all visitors together")

    class Meta:
        table_name = "daily_count"
        primary_key = CompositeKey("day", "family", "system")
