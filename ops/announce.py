"""Verbs about announcements: about the service to everybody, or promotional to those who said yes. The rights worker
sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from errors import Rejected
from models import Announcement, new_id
from ops.house import opened
from ops.staff import act, acting, told
from states import move
from support import campaigns
from support.people import PROMOTIONAL, SERVICE
from wording.announcements import LONGEST
from wording.language import ENGLISH, SIMPLIFIED, TRADITIONAL
from workers.house import House

TEXT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def announce() -> None:
    """Tell people something. A promotional message reaches those alone who said yes, and can be stopped under each."""


@announce.command()
@click.option("--kind", required=True, type=click.Choice((SERVICE, PROMOTIONAL)))
@click.option("--en", required=True, type=TEXT, help="a file with the English words")
@click.option("--zh-hant", required=True, type=TEXT, help="the same in Traditional Chinese")
@click.option("--zh-hans", required=True, type=TEXT, help="the same in Simplified Chinese")
@click.option("--confirm", is_flag=True, help="really send it; without, it is only shown how many it would reach")
@acting
def start(kind: str, en: Path, zh_hant: Path, zh_hans: Path, confirm: bool, actor: str, reason: str) -> None:
    """Show how many people it would reach; with --confirm, send it."""
    with opened() as house, told():
        words = _read({ENGLISH: en, TRADITIONAL: zh_hant, SIMPLIFIED: zh_hans})
        with house.database.unit() as unit:
            row = Announcement(id=new_id(), kind=kind, words=words, created_at=unit.now)
            people = campaigns.reach(row)
            if confirm:
                row.save(force_insert=True)
                house.audit.record(unit, act(actor, reason), f"announce.{kind}", subject=row.id)
    if confirm:
        click.echo(f"announcement {row.id}: {people} people; the rights worker tells them")
    else:
        click.echo(f"it would reach {people} people; nothing was sent")


@announce.command("list")
def list_all() -> None:
    """Each announcement, and how far it is."""
    with opened() as house, told(), house.database.connection():
        for row in Announcement.select().order_by(Announcement.created_at):
            click.echo(_line(row))


@announce.command()
@click.argument("number")
@acting
def stop(number: str, actor: str, reason: str) -> None:
    """Who was not told yet is not told any more. `resume` goes on."""
    with opened() as house, told():
        _turn(house, number, come_from=Announcement.SENDING, to=Announcement.STOPPED, actor=actor, reason=reason)
    click.echo(f"announcement {number} is stopped")


@announce.command()
@click.argument("number")
@acting
def resume(number: str, actor: str, reason: str) -> None:
    """Go on with one that was stopped: with whoever has no row yet."""
    with opened() as house, told():
        _turn(house, number, come_from=Announcement.STOPPED, to=Announcement.SENDING, actor=actor, reason=reason)
    click.echo(f"announcement {number} goes on")


def _turn(house: House, number: str, *, come_from: str, to: str, actor: str, reason: str) -> None:
    with house.database.unit() as unit:
        ended = unit.now if to == Announcement.STOPPED else None
        if not move(Announcement, number, come_from=(come_from,), to=to, ended_at=ended):
            raise Rejected("announcement.unknown")
        house.audit.record(unit, act(actor, reason), f"announce.{to}", subject=number)


def _read(files: Mapping[str, Path]) -> str:
    words = {tag: file.read_text(encoding="utf-8").strip() for tag, file in files.items()}
    if not all(words.values()):
        raise Rejected("announcement.words")
    if max(len(text) for text in words.values()) > LONGEST:
        raise Rejected("announcement.long", most=LONGEST)
    return json.dumps(words, ensure_ascii=False)


def _line(row: Announcement) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in campaigns.told_of(row).items() if count)
    unplanned = campaigns.reach(row) if row.state == Announcement.SENDING else 0
    return f"{row.id}  {row.created_at:%Y-%m-%d %H:%M}  {row.kind:<12}{row.state:<9}{counts}" + (
        f", {unplanned} not yet planned" if unplanned else ""
    )
