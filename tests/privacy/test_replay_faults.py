"""A replay that is killed, run twice at once, or whose store is in trouble, ends the next time. And a real S3."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from database import Database
from errors import Temporary
from tests.buckets import bucket
from tests.privacy.restoring import Restorer
from tests.privacy.test_replay import Town, nobody_is_back
from vault.folder import FolderStore
from vault.s3 import S3Store

pytestmark = pytest.mark.proves("P9.3")
ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from datetime import datetime
from pathlib import Path

import crash
from database import Database
from tests.conftest import TurnedClock
from tests.privacy.restoring import Restorer

address, folder, at, point = sys.argv[1:]
clock = TurnedClock()
clock.time = datetime.fromisoformat(at)
service = Restorer(Database(address, clock=clock), Path(folder), clock)
crash.arm(point)
service.replays()
print("lived")
"""
GROUPS = 5  # deletions that are done again, each in a transaction
POINTS = (
    "replay.under_way_ended",
    *(f"replay.{step}:{number}" for step in ("saving", "saved") for number in range(1, GROUPS + 1)),
    "replay.objects_gone",
    "replay.files_forgotten",
)


@pytest.fixture
def town(database: Database, database_url: str, tmp_path: Path, clock: Any) -> Town:
    return Town(database, database_url, tmp_path, clock)


def replays_and_dies(town: Town, point: str) -> None:
    at = town.clock.now().isoformat()
    command = [sys.executable, "-c", CHILD, town.url, str(town.folder / "objects"), at, point]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_next_one_ends_it(town: Town, point: str) -> None:
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    replays_and_dies(town, point)
    service.replays()
    nobody_is_back(town)
    assert 1 <= service.acts() <= 2


def test_killed_as_soon_as_everything_is_unreadable_the_rights_worker_does_the_rest(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    stray = service.names(town.ann) | service.names(town.eve)
    for name in stray:  # as after a restore of the store, too
        service.store.put(name, io.BytesIO(b"x"), 1)
    replays_and_dies(town, f"replay.saved:{GROUPS}")
    assert service.refuses() == 0  # nobody could be opened, so that the service may start
    assert stray < set(service.objects())
    service.work()
    nobody_is_back(town)


def test_two_at_once_do_it_once(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    town.restores(dump)
    both = [Restorer(town.database, town.folder / "objects", town.clock) for _ in range(2)]
    failures: list[BaseException] = []
    at_once = threading.Barrier(2)

    def replays(service: Restorer) -> None:
        at_once.wait()
        try:
            service.replays()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=replays, args=(service,)) for service in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    nobody_is_back(town)


class Stubborn(FolderStore):
    """Keeps what it is told to delete, as often as it is told."""

    keeps = 0

    def delete(self, names: Iterable[str]) -> list[str]:
        if self.keeps:
            self.keeps -= 1
            return list(names)
        return super().delete(names)


def test_objects_that_the_store_keeps_go_with_the_next_run(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    town.restores(dump)
    store = Stubborn(town.folder / "objects")
    store.keeps = 1
    service = town.service = Restorer(town.database, town.folder / "objects", town.clock, store=store)
    with pytest.raises(Temporary, match=r"store\.unavailable"):
        service.replays()
    assert {media.account for media in service.openable()} == {town.bob.id, town.cat.id, town.dan.id}
    service.replays()
    nobody_is_back(town)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    with bucket(monkeypatch) as (client, name):
        yield S3Store(client, name)


def test_on_a_real_s3_nobody_comes_back_either(
    database: Database, database_url: str, tmp_path: Path, clock: Any, s3: S3Store
) -> None:
    town = Town(database, database_url, tmp_path, clock, store=s3)
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    assert service.refuses() == 7
    service.replays()
    nobody_is_back(town)
