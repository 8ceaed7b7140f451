"""Rights that people use: requests, refusals, copies, notes beside data that stay, and what staff did."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, BlobField, BooleanField, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, Sealed, UtcField, about, new_id, plain
from tables.people import KeyRow


class Export(Base):
    """A copy of all that is held of a person, from the asking to the end of the sealed file. One at a time."""

    ASKED, MADE, SENT, OFFERED, FAILED = "asked", "made", "sent", "offered", "failed"
    MOVES: ClassVar = {
        ASKED: {MADE, FAILED},
        MADE: {SENT, OFFERED, FAILED},
        SENT: set(),
        OFFERED: {SENT},  # too large for the chat: an address was given, until the file is fetched
        FAILED: set(),
    }
    UNDER_WAY: ClassVar = (ASKED, MADE)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "exports")
    state = plain(TextField(default=ASKED), STATE)
    manifest = Sealed("exports", key="account", null=True)  # which rows and files there were when it was asked for
    message_id = about(BigIntegerField(null=True), "exports")  # the message that becomes the file
    media = about(TextField(null=True, index=True), "exports")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    asked_at = about(UtcField(), "exports")
    made_at = about(UtcField(null=True), "exports")

    class Meta:
        table_name = "data_export"


Export.add_index(
    Export.index(Export.account, unique=True, where=SQL("state IN ('asked', 'made')"), name="data_export_under_way")
)


class RightsRequest(Base):
    """Somebody asked for a right of theirs: until when it is answered, and what became of it."""

    OPEN, ANSWERED, REFUSED, CLOSED = "open", "answered", "refused", "closed"
    MOVES: ClassVar = {OPEN: {ANSWERED, REFUSED, CLOSED}, ANSWERED: set(), REFUSED: set(), CLOSED: set()}

    id = about(TextField(primary_key=True, default=new_id), "requests")
    account = about(TextField(null=True, index=True), "requests")  # none: nothing is held of whoever asks
    kind = about(TextField(), "requests")
    source = plain(TextField(), "bot, mail or web")
    confirmed = plain(BooleanField(default=False), "whether it was made sure that it is the person who asks")
    state = plain(TextField(default=OPEN), STATE)
    outcome = plain(TextField(null=True), "what became of it, from a fixed list")
    received_at = about(UtcField(), "requests")
    due_at = about(UtcField(), "requests")
    decided_at = about(UtcField(null=True), "requests")
    ended_at = about(UtcField(null=True), "requests")  # the answer was given: nothing is owed any more

    class Meta:
        table_name = "rights_request"


RightsRequest.add_index(
    RightsRequest.index(RightsRequest.due_at, where=SQL("ended_at IS NULL"), name="rights_request_open")
)
RightsRequest.add_index(
    RightsRequest.index(RightsRequest.ended_at, where=SQL("ended_at IS NOT NULL"), name="rights_request_ended")
)


class Refusal(Base):
    """The log book of section 27: which request was refused, on which ground. Written before anybody is told."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    request = about(TextField(unique=True), "refusals")
    kind = about(TextField(), "refusals")
    ground = about(TextField(), "refusals")
    at = about(UtcField(index=True), "refusals")

    class Meta:
        table_name = "refusal"


class CorrectionNote(Base):
    """What a person says about data that stay as they are: it stands beside them, and goes with the account."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "account")
    request = about(TextField(unique=True), "account")
    on = about(TextField(column_name="on_category"), "account")
    words = Sealed("account", key="account")
    at = about(UtcField(), "account")

    class Meta:
        table_name = "correction_note"


class AuditEntry(Base):
    """What somebody of the staff did, and why. Appended, never changed; each entry holds the digest before it."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    number = plain(IntegerField(unique=True), "running number of the log")
    account = plain(TextField(default=KeyRow.STAFF), "whose key locks the reason: the staff's, always")
    actor = about(TextField(), "access")
    verb = about(TextField(), "access")
    reason = Sealed("access", key=KeyRow.STAFF)
    subject = about(TextField(null=True, index=True), "access")
    at = about(UtcField(index=True), "access")
    before_at = plain(UtcField(null=True), WHEN)
    before = plain(BlobField(null=True), "digest of the entry before")
    digest = plain(BlobField(), "keyed digest of this entry")

    class Meta:
        table_name = "audit_entry"
