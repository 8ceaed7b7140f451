"""People who agreed to an older policy, a messenger with a will of its own, and a rights process that tells them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import pytest

from consent.renewal import before, news
from database import Database
from errors import Failure
from jobs.desk import Desk
from jobs.kinds import RIGHTS, Kind
from jobs.runner import Runner
from models import Acceptance, Account, Telling, new_id
from policy.versions import Version
from providers.telegram import Sent
from support.announcements import EVERY, INFORM, Announcements
from support.campaigns import Consented
from tests.conftest import TurnedClock
from wording.language import Translate, translate
from wording.message import Message


def newest() -> Version:
    found = news()
    assert found is not None
    return found


NEWS = newest()
OLD = before(NEWS.id)


class Killed(BaseException):
    """What a kill looks like from inside: nothing that could still be written down."""


class Post:
    """The messenger: remembers what came to whom and when. `refuses`: accounts, and what they meet; `dies_after`: the
    process is killed after so many messages went out."""

    def __init__(self, clock: TurnedClock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1000)
        self.got: dict[str, list[str]] = defaultdict(list)
        self.seconds: list[float] = []
        self.refuses: dict[str, Failure] = {}
        self.dies_after: int | None = None
        self.just_before: Callable[[], None] = lambda: None

    def write(self, account: str, words: Callable[[Translate], Message]) -> Sent | None:
        self.just_before()
        if (failure := self.refuses.get(account)) is not None:
            raise failure
        said = words(translate("en")).text
        self.got[account].append(said)
        self.seconds.append(self._clock.now().timestamp())
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after == 0:
                raise Killed
        return Sent(next(self._numbers), None)


class Process:
    """One rights process, on the database of a test."""

    def __init__(self, database: Database, post: Post, holder: str = "one", version: Version | None = None) -> None:
        kinds: dict[str, Kind] = {}
        self.database = database
        self.desk = Desk(database, kinds, lambda *_: None, lease_seconds=12.0, holder=holder)
        self.announcements = Announcements(
            database=database,
            desk=self.desk,
            chats=post,
            promotional=Consented(database, post),
            site="https://miomio.invalid",
            support_email="help@miomio.invalid",
            version=version,
        )
        kinds[INFORM] = Kind(
            name=INFORM,
            queue=RIGHTS,
            do=self.announcements.tell,
            ended_badly=self.announcements.not_told,
            again=self.announcements.again,
            tries=2000,
        )
        self.runner = Runner(self.desk)

    def works(self) -> int:
        """Does everything that is due now."""
        due = self.desk.next_due({RIGHTS}, limit=1000)
        for work in due:
            self.runner.run(work)
        return len(due)

    def goes_on(self, clock: TurnedClock, seconds: float, *, step: float = 1.0) -> None:
        """Time passes: a look at what is due each second, a round of planning every few."""
        for tick in range(int(seconds / step)):
            if tick * step % EVERY == 0:
                self.announcements.plan()
            self.works()
            clock.turn(step)


def people(database: Database, count: int, *, version: str = OLD, first: str = "", **more: object) -> list[str]:
    """Accounts that agreed to a version; nobody opens their columns here. `first`: how their ids begin."""
    ids = [first + new_id()[len(first) :] for _ in range(count)]
    with database.unit() as unit:
        for start in range(0, count, 200):
            part = ids[start : start + 200]
            Account.insert_many(
                [
                    {"id": one, "telegram_id": b"x", "telegram_id_index": one.encode(), "names_index": b"x",
                     "created_at": unit.now - timedelta(days=30), **more}
                    for one in part
                ]
            ).execute()  # fmt: skip
            Acceptance.insert_many(
                [{"id": new_id(), "account": one, "kind": "notice", "version": version, "at": unit.now} for one in part]
            ).execute()
    return ids


def tellings(database: Database) -> dict[str, Telling]:
    with database.connection():
        return {row.account: row for row in Telling.select()}


@pytest.fixture
def post(clock: TurnedClock) -> Post:
    return Post(clock)


@pytest.fixture
def process(database: Database, post: Post) -> Process:
    return Process(database, post)
