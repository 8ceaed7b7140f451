"""`erase`: what would go, and a token; with the token it goes. Whoever it is about is read from standard input."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from errors import Failure, Rejected
from ops.erase_list import CONFIRMED, Line, confirmed, lines
from ops.house import opened
from ops.staff import SAID, act, acting, person, told
from policy.categories import CATEGORIES
from privacy.audit import Act
from privacy.deletion_cases import SCOPES, Looked, Wanted
from privacy.erasure_preview import Preview, Stays
from privacy.erasures import ACCOUNT
from wording.periods import kept
from workers.house import House


@click.command()
@click.option("--scope", type=click.Choice(SCOPES), help="what shall go")
@click.option("--case", help="the number of the request (python -m ops requests)")
@click.option("--at-once", is_flag=True, help="an account goes without the days in which its person may undo it")
@click.option("--confirm", "token", help="the token of the preview: it is done now")
@click.option(
    "--csv", "source", type=click.File(encoding="utf-8-sig", errors="replace"), help="a list; - is standard input"
)
@acting
def erase(
    scope: str | None,
    case: str | None,
    at_once: bool,
    token: str | None,
    source: TextIO | None,
    actor: str,
    reason: str,
) -> None:
    """Delete somebody's photos, generated content or account, for a request whose person was made sure of.

    Without --confirm nothing is deleted: the person's Telegram id or username is read from standard input, what would
    go is shown, and a token is given that is good for an hour.

    A list has the columns case, scope, person and, where wanted, at_once (yes). What would go is shown on the screen;
    standard output gets the same lines with a token instead of the person. Given back with --csv, they are carried out.
    """
    by = act(actor, reason)
    if source is not None:
        if scope or case or token or at_once:
            raise click.UsageError("in a list, scope, case, at_once and token are columns")
        _list(source, by)
        return
    if scope is None or case is None:
        raise click.UsageError("--scope and --case, or --csv")
    wanted = Wanted(case.strip().lower(), scope, at_once)
    with opened() as house, told():
        if token is not None:
            click.echo(_enqueue(house, by, wanted, token))
            return
        looked = house.deletion_cases.look(by, wanted, person())
    click.echo(_words(looked))
    click.echo(f"Nothing is deleted yet. Until {looked.until:%H:%M} UTC: --confirm {looked.token}")


def _list(source: TextIO, by: Act) -> None:
    """Each line by itself: what is wrong with one is said with its number, and the others are done."""
    to_confirm: list[tuple[str, ...]] = []
    wrong = 0
    with opened() as house, told():
        for number, found in lines(source):
            try:
                click.echo(f"line {number}: {_one(house, by, found, to_confirm)}", err=True)
            except Failure as error:
                wrong += 1
                click.echo(f"line {number}: {SAID.get(error.code, str(error))}", err=True)
    if to_confirm:
        csv.writer(sys.stdout, lineterminator="\n").writerows([CONFIRMED, *to_confirm])
    if wrong:
        sys.exit(f"{wrong} of the lines could not be done; the others are")


def _one(house: House, by: Act, found: Line | Rejected, to_confirm: list[tuple[str, ...]]) -> str:
    """What is said about a line; one that waits for it is put down with its token."""
    if isinstance(found, Rejected):
        raise found
    if found.token:
        return _enqueue(house, by, found.wanted, found.token)
    looked = house.deletion_cases.look(by, found.wanted, found.person)
    to_confirm.append(confirmed(found, looked.token))
    return f"case {found.wanted.case}: {_words(looked)}"


def _enqueue(house: House, by: Act, wanted: Wanted, token: str) -> str:
    erasure = house.deletion_cases.enqueue(by, wanted, token)
    if erasure.request != wanted.case:
        return f"under way already, as deletion {erasure.id}. Once it is done: request answer {wanted.case}"
    said = f"deletion {erasure.id} has begun"
    if erasure.ends_at is not None and erasure.ends_at > house.database.clock.now():
        said += f"; until {erasure.ends_at:%Y-%m-%d %H:%M} UTC its person can undo it in the chat"
    return f"{said}. The case is answered when it is done: request letter {wanted.case}"


def _words(looked: Looked) -> str:
    """The preview for staff: counts, and what the register says of what stays."""
    preview = looked.preview
    goes = [f"  {count:>6}  {CATEGORIES[id].name}" for id, count in preview.goes.items()] or ["  nothing"]
    return "\n".join([preview.scope, "goes:", *goes, "stays:", *map(_stays, preview.stays), *_notes(preview)])


def _stays(one: Stays) -> str:
    category = CATEGORIES[one.category]
    until = f", gone by {one.until}" if one.until else ""
    return f"  {one.count:>6}  {category.name}: {kept(str, category.retention)}{until}"


def _notes(preview: Preview) -> Iterator[str]:
    if preview.orders:
        yield f"{preview.orders} under way: cancelled, and given back"
    if preview.packs:
        stars = sum(payment.stars for payment in preview.packs)
        yield f"{len(preview.packs)} packs untouched, {stars} Stars: offer them back first"
    if preview.credits:
        yield f"{preview.credits} credits end with the account"
    if preview.waits_for_copy:
        yield "a copy of their data is on its way: it comes first"
    if preview.undo_until:
        yield f"until {preview.undo_until:%Y-%m-%d %H:%M} UTC the account can be taken back; pictures cannot"
    elif preview.scope == ACCOUNT:
        yield "the account ends at once: nothing can be taken back"
