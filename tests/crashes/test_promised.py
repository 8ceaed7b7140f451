"""What was promised to go goes, also after it has taken its worker down again and again, and wherever one is killed
that gives it up for the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from config import Settings
from consent.accounts import Identity
from custody import destroy
from generation.kinds import DESTROY
from jobs.kinds import ANEW
from jobs.runner import Runner
from models import Media, Work
from policy.versions import CURRENT
from tests.crashes.falling import condemned, falls, open_kinds, work
from workers.assembly import assemble
from workers.house import House

pytestmark = [pytest.mark.parametrize("database_url", ["postgres"], indirect=True), pytest.mark.proves("P6.3")]
LEASE = 0.2  # seconds


class Worker:
    """Of the house as it is assembled."""

    def __init__(self, settings: Settings) -> None:
        self.house: House = assemble(settings, ring=lambda *_: None)
        self.database, self.desk, self.runner = self.house.database, self.house.desk, Runner(self.house.desk)

    def as_if(self, seconds: float) -> None:
        """So much time has passed for the work."""
        past = "UPDATE work SET due_at = due_at - CAST(? AS interval), lease_until = lease_until - CAST(? AS interval)"
        with self.database.unit():
            self.database.rows(past, f"{seconds} seconds", f"{seconds} seconds")

    def has_photo(self) -> str:
        """Its name in the store; it is meant to be destroyed."""
        with self.database.unit() as unit:
            account = str(self.house.accounts.open(unit, Identity(7, "Ann", None, None, "en"), version=CURRENT.id).id)
        media = self.house.media.keep(
            account=account, kind="photo", data=b"\xff\xd8 pixels", mime="image/jpeg", width=64, height=48
        )
        with self.database.unit() as unit:
            self.house.media.stored(unit, media)
            assert destroy.intend(unit, media.id)
            self.desk.add(unit, DESTROY, subject=media.id, account=account)
        return str(media.object_name)


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    return make_settings(DATABASE_URL=database_url, LEASE_SECONDS=LEASE)


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    made = Worker(settings)
    yield made
    made.house.close()


@pytest.mark.parametrize("point", ["destroy.giving_up", "destroy.given_up"])
def test_what_is_to_be_destroyed_is_begun_anew_until_it_is(worker: Worker, settings: Settings, point: str) -> None:
    name = worker.has_photo()
    condemned(worker, DESTROY)
    falls(point, lambda: work(Worker(settings)))
    worker.as_if(60)
    work(worker)
    assert worker.house.media.store.exists(name)
    assert open_kinds(worker) == [DESTROY]
    worker.as_if(ANEW)
    work(worker)
    assert not worker.house.media.store.exists(name)
    with worker.database.connection():
        assert Media.select().count() == 0
        assert Work.select().where(Work.state == Work.QUARANTINED).count() == 1
    assert open_kinds(worker) == []
