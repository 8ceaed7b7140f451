"""`trace`: the story of one order, for whoever answers a person who asks where their picture is."""

from __future__ import annotations

from datetime import datetime

import click

from ops.house import opened
from ops.staff import act, acting, told
from watch.trace import Story, find, story

DAY, TIME = "%Y-%m-%d", "%H:%M:%S.%f"


@click.command()
@click.argument("order")
@acting
def trace(order: str, actor: str, reason: str) -> None:
    """Everything that happened to one order, in the order of time. ORDER is its id, from a ticket or a log; the id of
    an attempt or of a row of work does, too.

    Ids, codes and times; no prompt, no picture, no name. That you looked is written to the staff's log.
    """
    with opened() as house, told():
        with house.database.unit() as unit:
            row = find(order)
            found = story(row)
            house.audit.record(unit, act(actor, reason), "trace", subject=row.id)
        now = unit.now
    click.echo("\n".join(written(found, now)))


def written(found: Story, now: datetime) -> list[str]:
    """A head, then a line an event: when, how long after the tap (or the offer), what, and its facts."""
    order, begun = found.order, found.order.queued_at or found.order.created_at
    lines = [f"order {order.id}", f"{order.kind} by {order.provider}: {order.state}, attempt {order.attempt}", ""]
    day, now_said = "", False
    for event in found.events:
        if event.at > now and not now_said:
            lines.append(f"{'':14}{'':>11}  -- now --")
            now_said = True
        if f"{event.at:{DAY}}" != day:
            day = f"{event.at:{DAY}}"
            lines.append(day)
        facts = " ".join(f"{name}={value}" for name, value in event.facts.items())
        after = f"{(event.at - begun).total_seconds():+.1f} s"
        lines.append(f"{event.at:{TIME}}"[:12] + f"{after:>13}  {event.what:<18} {facts}".rstrip())
    return lines
