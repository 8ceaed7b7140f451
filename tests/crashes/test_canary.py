"""The canary person's process is killed between two of its steps: the run counts as stopped, and whoever looks next
lets everything of it go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from config import Settings
from models import CanaryRun, Media
from privacy.canary import LEASE
from tests.conftest import TurnedClock
from tests.crashes.falling import falls
from tests.emulators.conftest import Emulator, run
from tests.privacy.birdhouse import Birdhouse

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
STEPS = {"joined": "joined", "sent": "joined", "ordered": "ordered", "copy_asked": "delivered", "leaving": "copied"}


@pytest.fixture(scope="module")
def telegram() -> Iterator[Emulator]:
    running = run()
    yield running
    running.stop()
    if running.process.stdout is not None:
        running.process.stdout.close()


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str, telegram: Emulator) -> Settings:
    return make_settings(DATABASE_URL=database_url, TELEGRAM_API_URL=telegram.url)


@pytest.fixture
def bird(settings: Settings, clock: TurnedClock, telegram: Emulator) -> Iterator[Birdhouse]:
    made = Birdhouse(settings, clock, telegram)
    yield made
    made.close()


@pytest.mark.parametrize("point", [f"canary.{step}" for step in STEPS])
def test_nothing_of_a_run_that_was_killed_stays(
    bird: Birdhouse, settings: Settings, clock: TurnedClock, telegram: Emulator, point: str
) -> None:
    def lives() -> None:
        other = Birdhouse(settings, clock, telegram)
        other.chat = bird.chat
        other.hatch().run()

    falls(point, lives)
    [row] = bird.runs()
    assert row.state == STEPS[point.partition(".")[2]]
    bird.clock.turn(LEASE.total_seconds() + 3600)
    bird.hatch().daily()
    [after] = bird.runs()
    assert (after.state, after.reason, after.stopped_in) == (CanaryRun.FAILED, "canary.stopped", row.state)
    assert bird.account() is None
    with bird.house.database.connection():
        assert Media.select().count() == 0
