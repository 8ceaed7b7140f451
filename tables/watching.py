"""What tells how the service is: signs of life of its processes, and what its regular checks found."""

from __future__ import annotations

from peewee import BigIntegerField, TextField

from tables.columns import WHEN, Base, UtcField, plain


class Heartbeat(Base):
    """A process that runs, or that fell silent without a goodbye."""

    id = plain(TextField(primary_key=True), "random number of a process")
    group = plain(TextField(column_name="process_group"), "name of a process group")
    release = plain(TextField(), "the commit that runs")
    begun_at = plain(UtcField(), WHEN)
    seen_at = plain(UtcField(index=True), WHEN)

    class Meta:
        table_name = "heartbeat"


class Finding(Base):
    """What a regular check counted at its last run. One row a check."""

    name = plain(TextField(primary_key=True), "name of a check from a fixed list")
    count = plain(BigIntegerField(), "a count")
    at = plain(UtcField(), WHEN)

    class Meta:
        table_name = "finding"
