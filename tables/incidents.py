"""The register of breaches: what went wrong with data, and everything that is written down about it."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, TextField

from policy.incidents import UNKNOWN
from tables.columns import ROW_ID, STATE, Base, Sealed, UtcField, about, new_id, plain
from tables.people import KeyRow


class Incident(Base):
    """A breach, from its declaration on, with the time within which the Commissioner is told. It names nobody."""

    OPEN, CONTAINED, CLOSED = "open", "contained", "closed"
    MOVES: ClassVar = {OPEN: {CONTAINED}, CONTAINED: {CLOSED}, CLOSED: set()}

    id = plain(TextField(primary_key=True), "random number of the row, short enough to be typed")
    state = plain(TextField(default=OPEN), STATE)
    kind = about(TextField(), "breaches")
    harm = about(TextField(default=UNKNOWN), "breaches")
    happened_at = about(UtcField(null=True), "breaches")  # none: nobody knows
    noticed_at = about(UtcField(), "breaches")
    declared_at = about(UtcField(), "breaches")
    due_at = about(UtcField(), "breaches")
    contained_at = about(UtcField(null=True), "breaches")
    notified_at = about(UtcField(null=True), "breaches")  # when the Commissioner was told
    closed_at = about(UtcField(null=True), "breaches")

    class Meta:
        table_name = "incident"


Incident.add_index(Incident.index(Incident.due_at, where=SQL("closed_at IS NULL"), name="incident_open"))
Incident.add_index(Incident.index(Incident.closed_at, where=SQL("closed_at IS NOT NULL"), name="incident_closed"))


class IncidentNote(Base):
    """One entry about an incident. Appended, never changed; only its words may say whom it is about."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    incident = plain(TextField(index=True), "random number of the incident")
    account = plain(TextField(default=KeyRow.STAFF), "whose key locks the words: the staff's, always")
    part = about(TextField(), "breaches")
    words = Sealed("breaches", key=KeyRow.STAFF)
    at = about(UtcField(), "breaches")

    class Meta:
        table_name = "incident_note"
