"""What looks after the service itself: backups that were made, and runs of the canary person, who is nobody."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, UtcField, new_id, plain


class Backup(Base):
    """A backup in some folder, until it is taken away there."""

    id = plain(TextField(primary_key=True), "random number of its folder, and when it was made")
    kind = plain(TextField(), "what it is of, from a fixed list")
    place = plain(TextField(index=True), "random number of the folder it lies in")
    made_at = plain(UtcField(), WHEN)
    size = plain(BigIntegerField(), "length of its files")
    gone_at = plain(UtcField(null=True), WHEN)

    class Meta:
        table_name = "backup"


Backup.add_index(Backup.index(Backup.kind, Backup.made_at, where=SQL("gone_at IS NULL"), name="backup_kept"))
Backup.add_index(Backup.index(Backup.gone_at, where=SQL("gone_at IS NOT NULL"), name="backup_gone"))


class CanaryRun(Base):
    """One day of the canary person, who is nobody: how far it came, and what was seen of it afterwards."""

    BEGUN, JOINED, SENT, ORDERED = "begun", "joined", "sent", "ordered"
    DELIVERED, COPIED, LEFT = "delivered", "copied", "left"
    CLEAN, SEEN, FAILED = "clean", "seen", "failed"  # seen: something of it was found after its end
    MOVES: ClassVar = {
        BEGUN: {JOINED, FAILED},
        JOINED: {SENT, FAILED},
        SENT: {ORDERED, FAILED},
        ORDERED: {DELIVERED, FAILED},
        DELIVERED: {COPIED, FAILED},
        COPIED: {LEFT, FAILED},
        LEFT: {CLEAN, SEEN, FAILED},
        CLEAN: set(),
        SEEN: set(),
        FAILED: set(),
    }
    OPEN: ClassVar = (BEGUN, JOINED, SENT, ORDERED, DELIVERED, COPIED, LEFT)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    state = plain(TextField(default=BEGUN), STATE)
    alone = plain(TextField(default="canary"), "the same in every row, so that one is open at a time")
    account = plain(TextField(null=True), "random number of the canary's account, which is nobody's")
    order = plain(TextField(null=True, index=True, column_name="order_id"), "random number of the canary's order")
    erasure = plain(TextField(null=True), "random number of the canary's deletion")
    stopped_in = plain(TextField(null=True), STATE)
    reason = plain(TextField(null=True), "code of a failure, or names of places, from fixed lists")
    places = plain(IntegerField(default=0), "how many places were searched")
    begun_at = plain(UtcField(index=True), WHEN)
    until = plain(UtcField(), WHEN)  # whoever runs it says again and again that it lives
    ended_at = plain(UtcField(null=True), WHEN)
    cleared_at = plain(UtcField(null=True), WHEN)  # nothing of its account is left

    class Meta:
        table_name = "canary_run"


OPEN = "state IN ('begun', 'joined', 'sent', 'ordered', 'delivered', 'copied', 'left')"
CanaryRun.add_index(CanaryRun.index(CanaryRun.alone, unique=True, where=SQL(OPEN), name="canary_run_open"))
