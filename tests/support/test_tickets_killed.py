"""A worker that is killed between two effects on a ticket: a file is kept once, an answer comes and is written down."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from database import Database
from imaging.intake import Intake
from models import Media, TicketMessage, Work
from tests.conftest import TurnedClock
from tests.support.counter import PDF, Counter

CHILD = """
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import crash
from database import Database
from imaging.intake import Intake
from tests.conftest import TurnedClock
from tests.support.counter import PDF, Counter

address, folder, at, point = sys.argv[1:]
clock = TurnedClock()
clock.time = datetime.fromisoformat(at)
counter = Counter(Database(address, clock=clock), clock, Path(folder), Intake())
counter.sent.files = defaultdict(lambda: PDF)
crash.arm(point)
counter.works()
print("lived")
"""
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@pytest.fixture
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


@pytest.fixture
def counter(database: Database, clock: TurnedClock, tmp_path: Path, intake: Intake) -> Counter:
    return Counter(database, clock, tmp_path / "objects", intake)


def dies(counter: Counter, address: str, folder: Path, point: str) -> None:
    """A worker does what is due until the point; its lease runs out."""
    command = [sys.executable, "-c", CHILD, address, str(folder / "objects"), counter.clock.now().isoformat(), point]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    counter.clock.turn(13)


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("ticket_file.fetched", 0),
        ("attachment.recorded", 1),
        ("attachment.stored", 1),
        ("ticket_file.finishing", 1),
        ("ticket_file.finished", 0),
    ],
)
def test_a_file_is_kept_once_wherever_its_worker_is_killed(
    counter: Counter, database_url: str, tmp_path: Path, point: str, left: int
) -> None:
    """`left`: objects that never counted, and are destroyed as leftovers an hour later."""
    row = counter.writes("look", file=PDF)
    dies(counter, database_url, tmp_path, point)
    counter.works()
    kept = counter.message(row.id)
    assert kept.state == TicketMessage.KEPT
    assert [media.id for media in counter.files() if media.state == Media.STORED] == [kept.media]
    assert counter.count(Media, Media.state == Media.STORING) == left
    with counter.office.file(counter.ticket(), 1) as file:
        assert file.read() == PDF


@pytest.mark.parametrize(
    ("point", "again"),
    [("ticket_answer.sent", 1), ("ticket_answer.finishing", 1), ("ticket_answer.finished", 0)],
)
def test_an_answer_comes_rather_twice_than_never_wherever_its_worker_is_killed(
    counter: Counter, database_url: str, tmp_path: Path, point: str, again: int
) -> None:
    counter.writes("one")
    row = counter.answered("two")
    dies(counter, database_url, tmp_path, point)
    counter.works()
    assert counter.message(row.id).state == TicketMessage.SENT
    assert len(counter.post.got[counter.ann]) == again
    assert counter.count(Work, Work.state != Work.DONE) == 0
