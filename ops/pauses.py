"""`pause` and `resume`: nothing new of images, videos or sales. What was ordered goes on, or waits with --hold."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from errors import Rejected
from generation.held import wake
from ops.house import opened
from ops.staff import act, acting, told
from policy.limits import LONGEST_SAID
from traffic.names import SWITCHES
from traffic.pauses import Wanted, Words

WHAT = click.argument("what", type=click.Choice(SWITCHES))


@click.command()
@WHAT
@click.option("--say", required=True, help=f"what people are told, in English; at most {LONGEST_SAID} characters")
@click.option("--say-zh-hant", help="the same in Traditional Chinese; without it English, and a sentence of ours")
@click.option("--say-zh-hans", help="the same in Simplified Chinese")
@click.option("--until", help="when it ends by itself, UTC, as in 2026-11-28T23:30; without it: until resumed")
@click.option("--hold", is_flag=True, help="what was ordered before waits, too, its credits set aside")
@acting
def pause(
    what: str,
    say: str,
    say_zh_hant: str | None,
    say_zh_hans: str | None,
    until: str | None,
    hold: bool,
    actor: str,
    reason: str,
) -> None:
    """No new images, videos or sales. One that is paused already gets these words and this end."""
    with opened() as house, told():
        wanted = Wanted(words=Words(say, say_zh_hant, say_zh_hans), until=_time(until), hold=hold)
        with house.database.unit() as unit:
            if house.traffic.pauses.pause(unit, what, wanted):
                wake(unit, what)
            house.audit.record(unit, act(actor, reason), f"pause {what}")
    click.echo(f"{what} are paused; " + ("what was ordered waits" if hold else "what was ordered goes on"))


@click.command()
@WHAT
@acting
def resume(what: str, actor: str, reason: str) -> None:
    """Takes new ones again. What had to wait goes on."""
    with opened() as house, told(), house.database.unit() as unit:
        house.traffic.pauses.resume(unit, what)
        woken = wake(unit, what)
        house.audit.record(unit, act(actor, reason), f"resume {what}")
    click.echo(f"{what} go on" + (f"; {woken} that waited begin" if woken else ""))


def _time(said: str | None) -> datetime | None:
    """Naive UTC, as everywhere. Raises Rejected("pause.until")."""
    if said is None:
        return None
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        raise Rejected("pause.until") from None
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo is not None else read
