"""`canary`: one day of the canary person now, and what became of it."""

from __future__ import annotations

import sys

import click

from models import CanaryRun
from ops.backup import told
from ops.house import opened
from ops.staff import SAID
from policy.canary import WHO, WHY
from workers.startup import SENTENCES

REASONS = {
    "canary.stopped": "the process that ran it ended, or was cut off",
    "canary.chat_taken": "the account of CANARY_CHAT uses the bot itself: take one that nobody uses",
    "canary.photo_refused": "its photo was not taken",
    "canary.not_sent": "Telegram took no message for its chat",
    "canary.not_made": "its picture was not made",
    "canary.no_copy": "its copy of data was not made",
    "canary.too_slow": "this step took longer than a quarter of an hour",
    "canary.lost": "somebody else ended it meanwhile",
    "canary.place_not_seen": "a place where it is looked for was empty, or not what it should be",
    "images.paused": "pictures are paused",
    "telegram.blocked": "its chat has blocked the bot, or never wrote to it",
}
HERE = {
    "canary.unset": "There is no canary here: CANARY_CHAT is not set. It wants the Telegram id of a test account of "
    "the staff's that has written /start to the bot, and that nobody uses.",
    "canary.under_way": "The canary is under way.",
    "canary.today": "The canary had its picture today. --again pays for another one.",
}
SENTENCE = {**SAID, **SENTENCES, **HERE}
STEPS = {
    CanaryRun.BEGUN: "before it had an account",
    CanaryRun.JOINED: "with an account, before its photo was sent",
    CanaryRun.SENT: "with its photo sent, before it ordered",
    CanaryRun.ORDERED: "with a picture ordered",
    CanaryRun.DELIVERED: "with its picture delivered, before its copy of data",
    CanaryRun.COPIED: "with its copy of data, before it was gone",
    CanaryRun.LEFT: "when it was gone and looked for",
}


@click.command()
@click.option("--again", is_flag=True, help="another picture, though there was one today")
@click.option("--about", is_flag=True, help="only say who the canary is")
def canary(again: bool, about: bool) -> None:
    """A made-up person comes, gets a picture and a copy, is deleted, and is then looked for everywhere.

    The workers must be running. Exits 1 unless nothing was found.
    """
    if about:
        click.echo(f"{WHO} {WHY}")
        return
    with opened() as house, told(SENTENCE):
        run = house.canary.run(again=again)
    if run.state == CanaryRun.CLEAN:
        click.echo(f"clean: it came, got its picture and its copy, is gone, and {run.places} places hold nothing of it")
        return
    sys.exit(_words(run))


def _words(run: CanaryRun) -> str:
    if run.state == CanaryRun.SEEN:
        return f"SEEN: something of it is left after its deletion, in {run.reason}"
    why = REASONS.get(run.reason or "", run.reason)
    return f"failed {STEPS.get(run.stopped_in or '', '')}: {why}. What is left of it goes with the next run."
