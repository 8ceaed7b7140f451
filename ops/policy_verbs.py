"""Verbs about the policy: the register as a data map, a version published, the page as Markdown, what changed."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
from redis import RedisError

from config import Settings, SettingsError, load
from errors import Rejected
from ops import article30, datamap
from ops.house import opened
from policy.snapshots import PUBLISHED, Snapshot, publish, sums
from policy.versions import CURRENT, VERSIONS, Version
from privacy.gate import Surfaces, undeclared, undeclared_in_schema, unknown_keys, unknown_objects
from web.limits import REDIS_KEYS
from wording.changes import compare
from wording.language import LANGUAGES, translate
from wording.policy import Facts, document, facts
from wording.policy_markdown import markdown
from wording.snapshot import UNFILLED, snapshot
from workers.broker import connect
from workers.house import House
from workers.startup import surfaces

TOO_LATE = """Version {id} bears the date {published}: people may have read it as it stands.
Add a Version with today's date at the end of policy/versions.py, then run this again."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--article-30", "as_record", is_flag=True, help="the record of processing activities, as Markdown")
def register(as_json: bool, as_record: bool) -> None:
    """The data map: every column, prefix, key, field and host with its category. Exits 1 when one is undeclared."""
    with opened() as house, house.database.connection():
        if as_record:
            click.echo(article30.record(facts(house.settings), today=_today()), nl=False)
        else:
            rows = datamap.rows(_surfaces(house.settings))
            click.echo(json.dumps(rows, indent=1) if as_json else datamap.table(rows))
        problems = _undeclared(house)
    if problems:
        sys.exit("Undeclared:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _undeclared(house: House) -> list[str]:
    """What this release declares, and what its database and its object store really hold."""
    columns = {
        table: {column.name for column in house.database.raw.get_columns(table)}
        for table in house.database.raw.get_tables()
        if table != "schema_migration"
    }
    declared = _surfaces(house.settings)
    return [
        *undeclared(declared),
        *undeclared_in_schema(columns),
        *(f"object prefix {prefix}/" for prefix in unknown_objects(house.media.store.names())),
        *(f"Redis key {key}" for key in unknown_keys(_redis_keys(house.settings), declared.redis_keys)),
    ]


def _surfaces(settings: Settings) -> Surfaces:
    """Of all processes together."""
    return surfaces(settings, redis_keys=REDIS_KEYS)


def _redis_keys(settings: Settings) -> list[str]:
    """The keys that Redis holds now; it may be away, and then has nothing to show."""
    try:
        return [name.decode(errors="replace") for name in connect(settings.redis_url).scan_iter(count=1000)]
    except RedisError:
        click.echo("Redis does not answer: its live keys were not compared.", err=True)
        return []


@click.group()
def policy() -> None:
    """The policy's page and its versions."""


@policy.command("publish")
def publish_newest() -> None:
    """Write down what the newest version of policy/versions.py says, and its digest. Refused after its day."""
    try:
        digest = write_down(CURRENT, snapshot(), today=_today())
    except Rejected:
        sys.exit(TOO_LATE.format(id=CURRENT.id, published=CURRENT.published))
    click.echo(f"{digest}  {CURRENT.id}")


def write_down(version: Version, said: Snapshot, *, today: date, folder: Path = PUBLISHED) -> str:
    """Publish a version; on its own day as often as it changes. Returns the digest.

    Raises Rejected("policy.day_is_over") once the day has passed and something stands there, which people may have
    read: what they read is what was published.
    """
    if version.published < today and version.id in sums(folder):
        raise Rejected("policy.day_is_over")
    return publish(version.id, said, folder=folder)


@policy.command("write")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build"), show_default=True)
def write(out: Path) -> None:
    """The page as Markdown, a file for each language: privacy-policy.md, privacy-policy.zh-hant.md, …"""
    out.mkdir(parents=True, exist_ok=True)
    for tag in LANGUAGES:
        file = out / ("privacy-policy.md" if tag == "en" else f"privacy-policy.{tag}.md")
        file.write_text(_page(tag), encoding="utf-8")
        click.echo(str(file))


def _page(tag: str) -> str:
    words = translate(tag)
    return markdown(words, document(words, _facts()))


def _facts() -> Facts:
    """The settings' facts; on a machine without settings their names stand in their places."""
    try:
        return facts(load(os.environ, dotenv=Path(".env")))
    except SettingsError:
        return UNFILLED


@policy.command("changes")
@click.argument("one", type=click.Choice([version.id for version in VERSIONS]), default=VERSIONS[-2].id)
@click.argument("other", type=click.Choice([version.id for version in VERSIONS]), default=CURRENT.id)
def changes(one: str, other: str) -> None:
    """What changed between two versions, in sentences; without arguments between the last two."""
    found = compare(translate("en"), one, other, _facts())
    click.echo(f"{found.old.id} → {found.new.id}, in effect from {found.new.effective.isoformat()}")
    for heading, lines in found.groups:
        click.echo(f"\n{heading}\n" + "\n".join(f"  - {line}" for line in lines))


def _today() -> date:
    return datetime.now(UTC).date()
