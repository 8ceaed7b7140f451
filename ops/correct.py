"""`correct`: data put right on a confirmed request, or left as they are with the person's note beside them."""

from __future__ import annotations

import sys

import click

from consent.told import Recipient
from ops.house import opened
from ops.requests import LANGUAGE, give
from ops.staff import act, acting, told
from policy.categories import CATEGORIES
from policy.recipients import RECIPIENTS
from policy.refusals import GROUNDS
from policy.rights import CORRECTION, TOLD_OF
from policy.terms import DAY
from privacy.audit import Act
from privacy.corrections import FIELDS
from workers.house import House

NAMES = "names"
AGAINST = tuple(id for id, ground in GROUNDS.items() if CORRECTION in ground.kinds)


@click.command()
@click.argument("number")
@click.option("--what", type=click.Choice((NAMES, *FIELDS)), help="the field that is wrong")
@click.option("--note-on", type=click.Choice(tuple(CATEGORIES)), help="data that stay as they are, with a note")
@click.option("--ground", type=click.Choice(AGAINST), help="why they stay; with --note-on")
@LANGUAGE
@acting
def correct(
    number: str,
    what: str | None,
    note_on: str | None,
    ground: str | None,
    language: str | None,
    actor: str,
    reason: str,
) -> None:
    """Put right what request NUMBER asks for, or keep its person's note beside data that stay. Prints the letter.

    The new value, or the words of the note, come from standard input: a language's tag (en, zh-hant, zh-hans), a number
    of credits, yes or no; none for no value. Names follow Telegram by themselves; --what names asks it now. Records of
    what happened are not rewritten: credits are given back (refund), other data carry a note. Without --what and
    --note-on: who was given data of this person lately, and so must be told.
    """
    if (what is not None and note_on is not None) or (note_on is None) != (ground is None):
        sys.exit("Either --what, or --note-on with its --ground; or none of them, to see who was given data lately.")
    by = act(actor, reason)
    with opened() as house, told():
        if what == NAMES:
            _follow(house, by, number)
        elif what is not None:
            _correct(house, by, number, what)
        elif note_on is not None:
            _note(house, by, number, note_on, str(ground))
        else:
            with house.database.unit() as unit:
                tell = house.corrections.to_tell(unit, by, number)
            _say_whom_to_tell(tell)
            return
        give(house, number, language)


def _correct(house: House, by: Act, number: str, what: str) -> None:
    said = _from_input("The new value: ")
    with house.database.unit() as unit:
        done = house.corrections.correct(unit, by, number, field=what, value=said)
    click.echo(f"{what}: {done.before} -> {done.after}")
    _say_whom_to_tell(done.tell, FIELDS[what].category)


def _follow(house: House, by: Act, number: str) -> None:
    """Nobody types a name: Telegram is asked."""
    with house.database.connection():
        person = house.corrections.telegram_id(number)
    names = house.telegram.names(person)
    with house.database.unit() as unit:
        tell = house.corrections.follow(unit, by, number, names=names)
    click.echo("names: as Telegram shows them now")
    _say_whom_to_tell(tell, "account")


def _note(house: House, by: Act, number: str, on: str, ground: str) -> None:
    said = _from_input("The words of the note: ")
    with house.database.unit() as unit:
        tell = house.corrections.note(unit, by, number, on=on, words=said, ground=ground)
    _say_whom_to_tell(tell, on)


def _say_whom_to_tell(tell: list[Recipient], category: str | None = None) -> None:
    """Section 23: whoever was given these data within the time of the register, unless they have stopped using them."""
    within = f"in the last {TOLD_OF // DAY} days"
    click.echo(f"given data of this person {within}:" if tell else f"nobody was given data of this person {within}")
    for one in tell:
        must = "" if category is None else (", must be told" if category in one.categories else ", need not be told")
        click.echo(f"  {RECIPIENTS[one.id].name}, last {one.last:%Y-%m-%d}: {', '.join(one.categories)}{must}")
    click.echo()


def _from_input(question: str) -> str:
    if sys.stdin.isatty():
        click.echo(question, nl=False, err=True)
        return sys.stdin.readline().strip()
    return sys.stdin.read().strip()
