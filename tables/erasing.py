"""Deletions and what proves them: receipts, the mark of what is done here, runs of retention, stray objects."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, UtcField, about, new_id, plain


class Erasure(Base):
    """A deletion that somebody asked for, from the asking to the last row. After its account it is nobody's."""

    PHOTOS, GENERATED, ACCOUNT = "photos", "generated", "account"
    SCOPES: ClassVar = (PHOTOS, GENERATED, ACCOUNT)
    ASKED, SEALED, WAITING, ENDING = "asked", "sealed", "waiting", "ending"
    DONE, UNDONE = "done", "undone"
    MOVES: ClassVar = {
        ASKED: {SEALED, UNDONE},
        SEALED: {ASKED, WAITING, DONE, UNDONE},  # asked for again, while there was something new
        WAITING: {ENDING, DONE, UNDONE},  # an account, as long as its person may still take it back
        ENDING: {DONE},
        DONE: set(),
        UNDONE: set(),
    }
    OPEN: ClassVar = (ASKED, SEALED, WAITING, ENDING)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(null=True, index=True), "erasures")
    scope = about(TextField(), "erasures")
    source = plain(TextField(), "bot or support")
    request = about(TextField(null=True), "requests")
    state = plain(TextField(default=ASKED), STATE)
    was = plain(TextField(null=True), "state of the account before, from a fixed list")
    asked_at = about(UtcField(), "erasures")
    begun_at = plain(UtcField(null=True), WHEN)  # none while it waits for a copy that is still being made
    rounds = plain(IntegerField(default=0), "how often it was gathered what there is to delete")
    keys_gone_at = plain(UtcField(null=True), WHEN)
    ends_at = about(UtcField(null=True), "erasures")  # until then an account's deletion may be undone
    done_at = about(UtcField(null=True), "erasures")
    counts = plain(TextField(default="{}"), "how many rows, objects and messages, by category, as JSON")

    class Meta:
        table_name = "erasure"


Erasure.add_index(
    Erasure.index(
        Erasure.account,
        Erasure.scope,
        unique=True,
        where=SQL("state IN ('asked', 'sealed', 'waiting', 'ending')"),
        name="erasure_open",
    )
)
Erasure.add_index(Erasure.index(Erasure.done_at, where=SQL("done_at IS NOT NULL"), name="erasure_done"))


class Receipt(Base):
    """What a deletion has destroyed, signed, in one of its three stages. Found by its number alone once it is over."""

    SEALED, GONE, LAST_COPY_GONE = 1, 2, 3  # stages

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    number = about(TextField(), "erasures")  # random; whoever has it may read the receipt
    stage = plain(IntegerField(), "stage of a deletion from a fixed list")
    erasure = about(TextField(null=True, index=True), "erasures")  # until the receipt of its end: then nobody's
    body = about(TextField(), "erasures")  # the receipt itself: times and counts
    due_at = plain(UtcField(null=True), WHEN)  # the last stage is due then
    made_at = about(UtcField(index=True), "erasures")

    class Meta:
        table_name = "receipt"
        indexes = ((("number", "stage"), True),)


Receipt.add_index(Receipt.index(Receipt.due_at, where=SQL("due_at IS NOT NULL"), name="receipt_due"))


class ErasureMark(Base):
    """Up to when each erasure that is recorded beside the objects is done in this database. One row; it is in every
    dump, so that a restored one tells how old it is."""

    ERASURES = "erasures"

    id = plain(TextField(primary_key=True), "a fixed name")
    until = plain(UtcField(), WHEN)
    undone = plain(IntegerField(default=0), "a count")  # records after it that the running service found not done

    class Meta:
        table_name = "erasure_mark"


class RetentionRun(Base):
    """One rule of retention at one time: how much went, what may not go yet, and how old the oldest is that is left."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    rule = plain(TextField(), "name of a rule of retention")
    category = plain(TextField(), "name of a category of the register, or nothing")
    started_at = plain(UtcField(index=True), WHEN)
    ended_at = plain(UtcField(null=True), WHEN)
    count = plain(IntegerField(default=0), "a count")
    held_back = plain(IntegerField(default=0), "a count")
    oldest_left = plain(UtcField(null=True), "how far back a table goes")

    class Meta:
        table_name = "retention_run"


class StrayObject(Base):
    """An object in the store that no row knows. It goes when that is still so after an hour."""

    name = plain(TextField(primary_key=True), "random name of an object in the store")
    found_at = plain(UtcField(index=True), WHEN)

    class Meta:
        table_name = "stray_object"
