"""What one picture costs in SQL statements and HTTP calls. A change that makes it dearer has to say so here."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.context import Context
from bot.dispatch import handle, perform
from config import Settings
from jobs.runner import Runner
from tests.conftest import TurnedClock
from tests.parts import free_port, wait_for_port
from workers.assembly import assemble
from workers.house import House

ROOT = Path(__file__).parent.parent.parent
# From the rung produce row to the delivered picture, transactions' own words left out. Postgres takes two less: there
# an entry of the books and its lines are one.
STATEMENTS = 31
# Two of them a process makes every two seconds at most, whatever it does: what is paused, which provider is away.
CALLS = ["editMessageText", "generateContent", "editMessageMedia", "sendMessage"]


@pytest.fixture(scope="module")
def emulators() -> Iterator[tuple[str, str]]:
    chat, gemini = free_port(), free_port()
    command = [sys.executable, "-m", "emulators", "--telegram-port", str(chat), "--gemini-port", str(gemini)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(chat, process)
        wait_for_port(gemini, process)
        yield f"http://127.0.0.1:{chat}", f"http://127.0.0.1:{gemini}"
    finally:
        process.terminate()
        process.wait(30)


class Statements(logging.Handler):
    """Counts what peewee sends to the database."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, tuple):  # its pool speaks here, too
            self.seen.append(str(record.msg))


@pytest.fixture
def counted() -> Iterator[Statements]:
    logger, handler = logging.getLogger("peewee"), Statements()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def converse(house: House, chat: str, person: int, offset: int) -> int:
    """Let the bot answer what the person has sent so far."""
    context = Context.of(house)
    for update in house.telegram.updates(offset, wait=5):
        perform(context, handle(context, update))
        offset = update["update_id"] + 1
    return offset


def tap(chat: str, person: int, starts: str) -> None:
    messages = requests.get(f"{chat}/client/people/{person}/chat", timeout=60).json()["messages"]
    for message in reversed(messages):
        for button in (button for row in message.get("buttons") or [] for button in row):
            if button.get("callback_data", "").startswith(starts):
                pressed = {"message_id": message["message_id"], "data": button["callback_data"]}
                requests.post(f"{chat}/client/people/{person}/press", json=pressed, timeout=60)
                return
    raise AssertionError(f"no button {starts}")


def test_a_picture_costs_no_more_statements_and_calls_than_said(
    emulators: tuple[str, str], make_settings: Callable[..., Settings], counted: Statements, clock: TurnedClock
) -> None:
    chat, gemini = emulators
    rung: list[str] = []
    settings = make_settings(TELEGRAM_API_URL=chat, GEMINI_API_URL=gemini)
    house = assemble(settings, ring=lambda _queue, _kind, work: rung.append(work), clock=clock)
    house.database.migrate()
    runner = Runner(house.desk)
    person = requests.post(f"{chat}/client/people", json={"first_name": "Ada"}, timeout=60).json()["id"]

    def work() -> None:
        while rung:
            runner.run(rung.pop(0))

    try:
        requests.post(f"{chat}/client/people/{person}/messages", json={"text": "/start"}, timeout=60)
        offset = converse(house, chat, person, 0)
        tap(chat, person, "agree:")
        offset = converse(house, chat, person, offset)
        with (ROOT / "samples" / "cat.jpg").open("rb") as photo:
            requests.post(f"{chat}/client/people/{person}/messages", files={"photo": photo}, timeout=60)
        offset = converse(house, chat, person, offset)
        tap(chat, person, "people")
        offset = converse(house, chat, person, offset)
        work()
        tap(chat, person, "style:")
        offset = converse(house, chat, person, offset)
        tap(chat, person, "make:")
        converse(house, chat, person, offset)
        before = requests.get(f"{chat}/client/calls", timeout=60).json()
        asked = len(requests.get(f"{gemini}/control/calls", timeout=60).json())
        clock.turn(3)  # and stands still: on a slow machine these two would be made twice
        counted.seen.clear()
        work()
        after = requests.get(f"{chat}/client/calls", timeout=60).json()
        made = [call["method"] for call in after][len(before) :]
        asked = len(requests.get(f"{gemini}/control/calls", timeout=60).json()) - asked
    finally:
        house.close()
    assert sorted([*made, *["generateContent"] * asked]) == sorted(CALLS)
    assert len(counted.seen) <= STATEMENTS, "\n".join(counted.seen)
    sys.stderr.write(f"{len(counted.seen)} statements a picture\n")
