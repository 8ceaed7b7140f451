"""Verbs about money: give a charge back, compare the books with Telegram, see what is left of a pack."""

from __future__ import annotations

import sys

import click

import logs
from billing.costs import margins
from errors import Failure
from ops.house import opened
from ops.staff import SAID as STAFF_SAID
from ops.staff import act
from watch.checks import RECONCILE

REASONS = ("complaint", "not-delivered", "mistake", "law")
SAID = {
    "refund.gone": "No payment with this charge id is there to be given back.",
    "database.unavailable": "The database of DATABASE_URL does not answer. Nothing was done.",
}

log = logs.get()


@click.command()
@click.argument("charge")
@click.option("--reason", required=True, type=click.Choice(REASONS), help="why; it stands beside the payment")
@click.option("--actor", required=True, help="your name at work, for the staff's log")
def refund(charge: str, reason: str, actor: str) -> None:
    """Give a charge back. Unused credits of it leave, used ones stay used. CHARGE is Telegram's payment charge id."""
    with opened() as house:
        try:
            with house.database.unit() as unit:
                payment = house.refunds.order(unit, charge, reason=reason)
                house.audit.record(unit, act(actor, reason), "refund", subject=payment.id)
        except Failure as error:
            sys.exit({**STAFF_SAID, **SAID}.get(error.code, str(error)))
    log.info("refund.ordered", payment=payment.id, reason=reason)
    click.echo(f"payment {payment.id}: {payment.stars} Stars are going back; the rights worker sends them")


@click.command()
def reconcile() -> None:
    """Compare Telegram's Star transactions with the books, both ways. Exits 1 while anything differs, 2 while they
    cannot be compared."""
    with opened() as house:
        try:
            report = house.reconciliation.run()
            house.checks.found(RECONCILE, len(report.differences))
        except Failure as error:
            click.echo(f"not compared, so nothing is known to add up: {error}", err=True)
            sys.exit(2)
    click.echo(f"{report.transactions} transactions at Telegram")
    for payment in report.booked:
        click.echo(f"booked now, was paid but never delivered: {payment.id} ({payment.stars} Stars, {payment.state})")
    for payment in report.refunds:
        click.echo(f"booked now, Telegram had refunded it: {payment.id} ({payment.stars} Stars)")
    for difference in report.differences:
        click.echo(str(difference))
    if report.differences:
        sys.exit(1)
    click.echo("everything adds up")


@click.command()
@click.option("--days", default=30, show_default=True, help="of costs to average over")
def margin(days: int) -> None:
    """What is left of each pack if it is spent on one kind of order, in US dollars, from recorded provider costs."""
    with opened() as house, house.database.connection():
        found = margins(house.database.clock.now(), days=days)
    click.echo(f"{'PACK':<10}{'SPENT ON':<12}{'REVENUE':>9}{'COST':>9}{'LEFT':>9}")
    for one in found:
        cost = "no data" if one.cost is None else f"{one.cost:.2f}"
        left = "" if one.left is None else f"{one.left:.2f}"
        click.echo(f"{one.pack.id:<10}{one.kind:<12}{one.revenue:>9.2f}{cost:>9}{left:>9}")
