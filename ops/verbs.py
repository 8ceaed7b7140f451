"""The verbs. Each is a few lines: it reads its arguments, calls a part of the house, and says what happened."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from database import Database
from errors import Failure
from generation.styles import Catalogue
from ops import bans, money, pauses, policy_verbs, previews, reports
from ops.announce import announce
from ops.announcing import tell_policy
from ops.audit import audit
from ops.backup import backup
from ops.canary import canary
from ops.correct import correct
from ops.erase import erase
from ops.export import export
from ops.house import opened
from ops.incidents import incident, incidents
from ops.keys import keys
from ops.messages import messages
from ops.once import once as run_once
from ops.promises import promises
from ops.receipt import receipt
from ops.replay import replay_erasures
from ops.requests import request, requests
from ops.restore import restore
from ops.retention import retention
from ops.stack import StackError
from ops.stack import demo as run_demo
from ops.stack import run as run_real
from ops.staff import told
from ops.status import status
from ops.tickets import answer, resolve, tickets
from ops.trace import trace
from providers.gemini import Gemini
from providers.http import Origin, Outbound
from providers.origins import allowed
from web.webhook import PATH as WEBHOOK_PATH
from wording.commands import menus
from workers.house import House
from workers.startup import settings_or_exit


@click.group()
def verbs() -> None:
    """Run and look after the service."""


for _command in (
    status,
    trace,
    promises,
    messages,
    policy_verbs.register,
    policy_verbs.policy,
    tell_policy,
    announce,
    requests,
    request,
    reports.reports,
    reports.report,
    reports.freeze,
    reports.release,
    incidents,
    incident,
    bans.ban,
    bans.unban,
    pauses.pause,
    pauses.resume,
    tickets,
    answer,
    resolve,
    audit,
    retention,
    replay_erasures,
    keys,
    backup,
    restore,
    canary,
    export,
    receipt,
    erase,
    correct,
    money.refund,
    money.reconcile,
    money.margin,
):
    verbs.add_command(_command)


@verbs.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    settings = settings_or_exit("ops")
    with told(), closing(Database(settings.database_url)) as database:
        applied = database.migrate()
    click.echo(f"{len(applied)} migrations applied" if applied else "nothing to migrate")


@verbs.command()
def webhook() -> None:
    """Tell Telegram where to deliver updates, with which secret and which kinds."""
    try:
        with opened() as house:
            _set_webhook(house)
    except Failure as error:
        sys.exit(f"Telegram did not take the webhook: {error}")
    click.echo("webhook set")


def _set_webhook(house: House) -> None:
    address = house.settings.public_url.rstrip("/") + WEBHOOK_PATH
    house.telegram.set_webhook(address, secret=house.settings.telegram_webhook_secret)
    for language, commands in menus().items():
        house.telegram.set_commands(commands, language=language)


@verbs.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/demo"), help="where the demo keeps its data")
def demo(data: Path) -> None:
    """Everything on this machine, with emulators and a chat page."""
    _or_exit(lambda: run_demo(data))


@verbs.command()
def run() -> None:
    """The service on this machine against the real Telegram and Gemini (.env)."""
    _or_exit(run_real)


@verbs.command()
@click.option("--photo", required=True, type=click.Path(path_type=Path))
@click.option("--style", default="watercolor", show_default=True)
@click.option("--video", "motion", default="", help="a motion: makes a video instead of a picture")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def once(photo: Path, style: str, motion: str, out: Path) -> None:
    """One photo in, one picture or video out, through every real process."""
    _or_exit(lambda: run_once(photo, style, out, motion=motion or None))


@verbs.command("previews")
def make_previews() -> None:
    """Make the style previews and picture boards with the configured Gemini."""
    settings = settings_or_exit("ops")
    client = Gemini(
        Outbound(allowed(settings)),
        base_url=settings.gemini_api_url,
        api_key=settings.gemini_api_key,
        model=settings.gemini_model,
        fallback_model=settings.gemini_fallback_model,
    )
    previews.make_previews(
        client,
        Catalogue.load(),
        Path("samples"),
        Path("web/static/previews"),
        model_note=settings.gemini_model if Origin.of(settings.gemini_api_url).scheme == "https" else "emulator",
    )


def _or_exit(act: Callable[[], None]) -> None:
    try:
        act()
    except StackError as error:
        sys.exit(str(error))
