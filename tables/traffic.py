"""What is paused, and which provider is broken: the switches that hold for every process at once."""

from __future__ import annotations

from typing import ClassVar

from peewee import BigIntegerField, BooleanField, IntegerField, TextField

from tables.columns import STATE, WHEN, Base, UtcField, plain

SAID = "what staff say to everybody in one language; about nobody"


class Pause(Base):
    """What staff stopped for a while: images, videos or sales. The row stays when it is over; one a name."""

    name = plain(TextField(primary_key=True), "name of a switch from a fixed list")
    english = plain(TextField(), SAID)
    traditional = plain(TextField(null=True), SAID)
    simplified = plain(TextField(null=True), SAID)
    hold = plain(BooleanField(default=False), "whether what was ordered before waits, too")
    since = plain(UtcField(), WHEN)
    until = plain(UtcField(null=True), WHEN)  # none: until staff resume it
    ended_at = plain(UtcField(null=True), WHEN)  # resumed by staff

    class Meta:
        table_name = "pause"


class Breaker(Base):
    """Whether a provider answers, as all processes together have found. One row a provider; none: nothing was amiss."""

    CLOSED, OPEN, PROBING, RAMP = "closed", "open", "probing", "ramp"
    MOVES: ClassVar = {
        CLOSED: {CLOSED, OPEN},
        OPEN: {PROBING},
        PROBING: {PROBING, OPEN, RAMP},  # again: who probed is gone
        RAMP: {RAMP, OPEN, CLOSED},
    }

    name = plain(TextField(primary_key=True), "name of a declared recipient")
    state = plain(TextField(default=CLOSED), STATE)
    fence = plain(BigIntegerField(default=0), "a counter that each move raises")
    failures = plain(IntegerField(default=0), "failures one after the other")
    failed_at = plain(UtcField(null=True), WHEN)  # the last of them
    failed_work = plain(TextField(null=True), "random number of the work row that it befell")
    window_at = plain(UtcField(null=True), WHEN)  # since when the next column counts
    window_failures = plain(IntegerField(default=0), "a count")
    trips = plain(IntegerField(default=0), "how often it opened without having been closed")
    until = plain(UtcField(null=True), WHEN)  # open: not probed before; ramp: when everything may go again
    opened_at = plain(UtcField(null=True), WHEN)
    ramp_at = plain(UtcField(null=True), WHEN)
    tickets = plain(IntegerField(default=0), "calls let through since the ramp began")
    probe = plain(TextField(null=True), "random number of the work row that probes")
    probe_fence = plain(BigIntegerField(null=True), "the fence under which it does")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")

    class Meta:
        table_name = "breaker"
