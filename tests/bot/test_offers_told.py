"""What stands in an offer while the queue is long or the provider is away, and what a tap says when it is too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing import ledger
from config import load
from generation.kinds import PRODUCE
from models import Breaker, Order, Work
from tests.bot.conftest import RUNG, Talk, emptied, text_of
from workers.assembly import assemble
from workers.house import House


@pytest.fixture
def house(environ: dict[str, str], tmp_path: Path, clock: Any) -> Iterator[House]:
    """One whose time is turned by hand: what a process knows of the queue is some seconds old."""
    local = {"STORE_PATH": str(tmp_path / "objects"), "DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
    opened = assemble(load({**environ, **local}), ring=lambda *ring: RUNG.append(ring), clock=clock)
    opened.database.migrate()
    yield emptied(opened)
    opened.close()


@pytest.fixture
def member(house: House) -> Talk:
    talk = Talk(house)
    talk.agrees()
    talk.has_photo()
    return talk


def waits(house: House, clock: Any, seconds: float) -> None:
    """Somebody's order waits for a worker for so long."""
    due = clock.now() - timedelta(seconds=seconds)
    with house.database.connection():
        Work.insert(kind=PRODUCE, subject="s", account="a", due_at=due, created_at=due).execute()
    clock.turn(6)


def is_away(house: House, clock: Any) -> None:
    with house.database.connection():
        far = clock.now() + timedelta(minutes=2)
        Breaker.insert(name="gemini", state=Breaker.OPEN, until=far, opened_at=clock.now(), trips=1).execute()
    clock.turn(3)


def test_a_long_queue_is_told_before_the_tap(member: Talk, house: House, clock: Any) -> None:
    assert "waiting" not in text_of(member.says("as a pirate"))
    waits(house, clock, 200)
    said = text_of(member.says("as a pirate"))
    assert "about 4 minutes at the moment until yours begins" in said
    assert "Price: 1 credit" in said


def test_past_the_limit_nothing_is_taken_and_the_credits_stay(member: Talk, house: House, clock: Any) -> None:
    order = member.is_offered()
    waits(house, clock, 1200)
    with house.database.connection():
        before = ledger.balance(member.account().id)
    [answered] = member.presses(f"make:{order}")
    assert "Please try again in 15 minutes. Nothing was charged." in answered.params["text"]
    assert "Please try again in 15 minutes." in text_of(member.says("as a pirate"))
    with house.database.connection():
        assert ledger.balance(member.account().id) == before
        assert Order.get_by_id(order).state == Order.OFFERED


def test_a_provider_that_is_away_is_told_before_the_tap(member: Talk, house: House, clock: Any) -> None:
    order = member.is_offered()
    is_away(house, clock)
    said = text_of(member.says("as a pirate"))
    assert "⚠️ Google Gemini does not answer just now" in said
    assert "within 30 minutes, you get your credits back" in said
    placed = text_of(member.presses(f"make:{order}"))
    assert "does not answer just now; yours starts by itself" in placed


def test_rights_are_never_shed(member: Talk, house: House, clock: Any) -> None:
    waits(house, clock, 100_000)
    is_away(house, clock)
    for command in ("/mydata", "/delete", "/photos", "/privacy", "/support"):
        assert "Too many people" not in text_of(member.says(command)), command
    exported = member.presses("export")
    assert "Too many people" not in text_of(exported)
