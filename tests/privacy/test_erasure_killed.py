"""A deletion that is killed between any two of its effects is completed by whoever comes next, and nobody else loses
anything."""

from __future__ import annotations

import os
import signal
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

import crash
from database import Database
from models import Account, Erasure
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.conftest import TurnedClock
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()
LEASE = 20.0  # seconds after which the work of a killed worker is taken up

# In the order in which they are passed; `erase.saving` and `erase.saved` stand before and after each commit.
OF_FILES = (
    "erase.claimed",
    "erasure.written_down",
    "erase.saving:1",
    "erase.saved:1",
    "erasure.keys_gone",
    "erasure.objects_gone",
    "erase.saving:2",
    "erase.saved:2",
    "erasure.files_forgotten",
    "erase.saving:3",
    "erase.saved:3",
    "erasure.signed",
    "erasure.chat_cleared",
    "erase.saving:4",
    "erase.saved:4",
    "erasure.chat_counted",
    "erase.finishing",
    "erase.finished",
)
OF_THE_END = (
    "erase.claimed",
    "erasure.end_written_down",
    "erase.saving:1",
    "erase.saved:1",
    "erasure.emptied",
    "erasure.told",
    "erase.finishing",
    "erase.finished",
)
OF_AFTER_A_COPY = ("erase.saving:1", "erase.saved:1", "erasure.begun", "erasure.written_down")
OF_UNDOING = ("erasure.written_down", "erasure.keys_gone", "erasure.objects_gone", "erasure.undone_written_down")


def killed(wiper: Wiper, address: str, folder: Path, point: str) -> bool:
    """Whether another process that did the work died at this point."""
    child = os.fork()
    if child == 0:
        try:
            clock = TurnedClock()
            clock.time = wiper.clock.now()
            other = Wiper(Database(address, clock=clock), folder, clock)
            crash.arm(point)
            other.work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def wiper(database: Database, folder: Path, clock: Any) -> Wiper:
    return Wiper(database, folder, clock)


@pytest.mark.parametrize(
    ("scope", "point"),
    [
        *((ACCOUNT, point) for point in OF_FILES),
        # The others go the same way: each point once.
        *zip(cycle((PHOTOS, GENERATED)), OF_FILES, strict=False),
    ],
)
def test_killed_while_files_are_destroyed(
    wiper: Wiper, database_url: str, folder: Path, scope: str, point: str
) -> None:
    ann, bob, cat = wiper.lives(), wiper.lives(), wiper.lives()
    gone = {PHOTOS: ["photo"], GENERATED: ["result", "video"], ACCOUNT: ["photo", "result", "video"]}[scope]
    names = [media.object_name for media in wiper.kept(ann, *gone)]
    erasure = wiper.erases(ann, scope)
    assert killed(wiper, database_url, folder, point)
    assert wiper.erasure(erasure.id).keys_gone_at is None or wiper.records()[0]["objects"]
    wiper.later(LEASE)
    wiper.work()
    assert wiper.erasure(erasure.id).state == (Erasure.WAITING if scope == ACCOUNT else Erasure.DONE)
    assert wiper.kept(ann, *gone) == []
    assert not any(wiper.store.exists(name) for name in names)
    assert wiper.counts(erasure.id)["objects"] == len(names)
    assert all(set(record["objects"]) == set(names) for record in wiper.records())
    assert wiper.whole(bob)
    assert wiper.whole(cat)
    assert wiper.waits() == (scope == ACCOUNT)


@pytest.mark.parametrize("point", OF_THE_END)
def test_killed_while_an_account_ends(wiper: Wiper, database_url: str, folder: Path, point: str) -> None:
    ann, bob = wiper.lives(), wiper.lives()
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    assert killed(wiper, database_url, folder, point)
    assert not wiper.undoes(ann)
    wiper.later(LEASE)
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.rows(ann) == {"EndedAccount": 1, "RightsRequest": 1}
    assert {record["stage"] for record in wiper.records()} == {"files", "ended"}
    assert wiper.papers.told == ([] if point == "erase.finished" else [erasure.id])
    assert wiper.whole(bob)
    assert wiper.waits() == 0


@pytest.mark.parametrize("point", OF_AFTER_A_COPY)
def test_killed_when_it_begins_after_a_copy(wiper: Wiper, database_url: str, folder: Path, point: str) -> None:
    ann = wiper.lives()
    wiper.asks(ann)
    erasure = wiper.erases(ann, GENERATED)
    wiper.work()
    assert len(wiper.copies()) == 1
    wiper.later(LEASE)
    assert killed(wiper, database_url, folder, point)
    wiper.later(LEASE)
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.counts(erasure.id)["results"] == wiper.counts(erasure.id)["objects"] == 2


@pytest.mark.parametrize("point", OF_UNDOING)
def test_killed_after_it_was_taken_back(wiper: Wiper, database_url: str, folder: Path, point: str) -> None:
    """Then the pictures go all the same, and what came since stays."""
    ann = wiper.lives()
    erasure = wiper.erases(ann, ACCOUNT)
    assert wiper.undoes(ann)
    wiper.photo_of(ann.id)
    assert killed(wiper, database_url, folder, point)
    wiper.later(LEASE)
    wiper.work()
    row = wiper.account(ann)
    assert row is not None
    assert row.state == Account.ACTIVE
    assert wiper.erasure(erasure.id).state == Erasure.UNDONE
    assert len(wiper.kept(ann)) == len(wiper.objects()) == 1
    assert wiper.whole(ann)


def test_one_that_takes_its_worker_down_again_and_again_is_begun_anew(
    wiper: Wiper, database_url: str, folder: Path
) -> None:
    ann = wiper.lives()
    erasure = wiper.erases(ann, PHOTOS)
    for _ in range(3):
        assert killed(wiper, database_url, folder, "erase.claimed")
        wiper.later(LEASE)
    wiper.work()
    assert wiper.waits() == 0
    assert wiper.erasure(erasure.id).state == Erasure.ASKED
    wiper.erasures.look_after()
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.DONE
