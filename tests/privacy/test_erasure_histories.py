"""Any history of uploads, deletions, second thoughts, time and kills: what was deleted never opens again, what was not
always does, and an account is there exactly as long as it should be."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from custody.media import RESULT
from database import Database
from errors import Failure, Permanent
from models import Account, Erasure, Media
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.conftest import IN_MEMORY, TurnedClock
from tests.generation.studio import PICTURE
from tests.privacy.packing import Shelf
from tests.privacy.wiping import Wiper
from vault.pieces import ByteSource

EXAMPLES = int(os.environ.get("MIOMIO_EXAMPLES", "1000")) // 40  # `make stress` asks for more
WHERE = str(IN_MEMORY) if IN_MEMORY.is_dir() else None
GRACE = ACCOUNT_UNDO.total_seconds()
LEASE = 20.0
OF = {PHOTOS: ("photo",), GENERATED: ("result",), ACCOUNT: ("photo", "result")}


@cache
def migrated() -> Path:
    """A database for all histories to begin with."""
    path = Path(tempfile.mkdtemp(prefix="miomio-histories-", dir=WHERE)) / "migrated.db"
    database = Database(f"sqlite:///{path}", clock=TurnedClock())
    database.migrate()
    database.close()
    return path


class Killed(BaseException):
    """The process is gone: nobody catches it, and nothing is written any more."""


class Deadly(Shelf):
    """A store in which a process dies: at the n-th call from now, before it does anything or when it has."""

    dies_in = 0
    afterwards = False

    def put(self, name: str, source: ByteSource, length: int) -> None:
        self._perhaps(before=True)
        super().put(name, source, length)
        self._perhaps(before=False)

    def delete(self, names: Any) -> list[str]:
        self._perhaps(before=True)
        kept = super().delete(names)
        self._perhaps(before=False)
        return kept

    def _perhaps(self, *, before: bool) -> None:
        if before and self.dies_in:
            self.dies_in -= 1
            if self.dies_in == 0 and not self.afterwards:
                raise Killed
            if self.dies_in == 0:
                self.dies_in = -1
        elif not before and self.dies_in == -1:
            self.dies_in = 0
            raise Killed


class Histories(RuleBasedStateMachine):
    """Beside the house runs the simplest model: which files are there, and since when the account is closing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="miomio-histories-", dir=WHERE))
        shutil.copyfile(migrated(), self.folder / "test.db")
        self.clock = TurnedClock()
        database = Database(f"sqlite:///{self.folder}/test.db", clock=self.clock)
        self.store = Deadly(self.folder / "objects")
        self.wiper = Wiper(database, self.folder / "objects", self.clock, store=self.store)
        self.ann, self.bob = self.wiper.lives(), self.wiper.lives()
        self.there: dict[str, str] = {media.id: media.kind for media in self.wiper.kept(self.ann, "photo", "result")}
        self.gone: list[Media] = []
        self.ends_at: datetime | None = None
        self.over = False

    def teardown(self) -> None:
        self.store.dies_in = 0
        self.works()
        self.wait(GRACE)
        self.works()
        with self.wiper.database.connection():
            assert Erasure.select().where(Erasure.state.in_(Erasure.OPEN)).count() == 0
        names = {media.object_name for media in self.gone}
        assert names.isdisjoint(self.wiper.store.names())
        if self.over:
            assert set(self.wiper.rows(self.ann)) <= {"EndedAccount", "RightsRequest"}
        self.wiper.database.close()
        shutil.rmtree(self.folder)

    @precondition(lambda self: self.ends_at is None and not self.over)
    @rule()
    def uploads(self) -> None:
        before = {media.id for media in self.wiper.kept(self.ann, "photo")}
        self.wiper.photo_of(self.ann.id)
        [media] = [media for media in self.wiper.kept(self.ann, "photo") if media.id not in before]
        self.there[media.id] = "photo"

    @precondition(lambda self: self.ends_at is None and not self.over)
    @rule()
    def is_made_a_picture(self) -> None:
        before = {media.id for media in self.wiper.kept(self.ann, RESULT)}
        self.wiper.has(self.ann, RESULT, PICTURE)
        [media] = [media for media in self.wiper.kept(self.ann, RESULT) if media.id not in before]
        self.there[media.id] = RESULT

    @precondition(lambda self: not self.over)
    @rule(scope=st.sampled_from([PHOTOS, GENERATED, ACCOUNT]))
    def asks(self, scope: str) -> None:
        self._deletes(scope)
        if scope == ACCOUNT and self.ends_at is None:
            self.ends_at = self.clock.now() + ACCOUNT_UNDO

    @precondition(lambda self: not self.over)
    @rule()
    def thinks_better_of_it(self) -> None:
        in_time = self.ends_at is not None and self.clock.now() < self.ends_at
        assert self.wiper.undoes(self.ann) == in_time
        if in_time:
            self.ends_at = None

    @precondition(lambda self: not self.over)
    @rule()
    def hurries(self) -> None:
        assert self.wiper.hurries(self.ann) == (self.ends_at is not None)
        if self.ends_at is not None:
            self.ends_at = self.clock.now()

    @rule(seconds=st.sampled_from([1.0, LEASE, GRACE / 2, GRACE]))
    def wait(self, seconds: float) -> None:
        self.clock.turn(seconds)

    @rule()
    def works(self) -> None:
        self.clock.turn(LEASE)  # what a killed process holds is free again
        self.wiper.work(seconds=3)
        if self.ends_at is not None and self.clock.now() >= self.ends_at:
            self.over, self.ends_at = True, None
            self.wiper.work()

    @rule(calls=st.integers(1, 3), afterwards=st.booleans())
    def is_killed_at_work(self, calls: int, afterwards: bool) -> None:
        self.store.dies_in, self.store.afterwards = calls, afterwards
        with suppress(Killed):
            self.wiper.work()
        self.store.dies_in = 0

    @invariant()
    def only_what_was_deleted_is_gone(self) -> None:
        files = {media.id: media for media in self.wiper.kept(self.ann)}
        for id in self.there:
            assert self.wiper.opens(files[id]) == PICTURE
        for media in self.gone:
            with pytest.raises(Failure):
                self.wiper.opens(media)

    @invariant()
    def the_account_is_there_until_its_end(self) -> None:
        row = self.wiper.account(self.ann)
        if self.ends_at is not None and self.clock.now() < self.ends_at:
            assert row is not None
            assert row.state == Account.CLOSING
        elif not self.over and self.ends_at is None:
            assert row is not None
            assert row.state == Account.ACTIVE

    @invariant()
    def nobody_else_loses_anything(self) -> None:
        assert self.wiper.whole(self.bob)

    def _deletes(self, scope: str) -> None:
        whole = self.ends_at is not None
        files = {media.id: media for media in self.wiper.kept(self.ann)}
        with suppress(Permanent):
            self.wiper.erases(self.ann, scope)
        kinds = OF[ACCOUNT if whole else scope]
        for media, kind in list(self.there.items()):
            if kind in kinds:
                self.gone.append(files[media])
                del self.there[media]


TestHistories = pytest.mark.proves("P9.3")(Histories.TestCase)
TestHistories.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
