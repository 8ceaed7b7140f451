"""Live figures are counted from the rows of real deletions; without any there is no figure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from custody import destroy
from database import Database
from generation.kinds import DESTROY
from jobs.desk import Desk
from jobs.kinds import RIGHTS, Kind
from models import Erasure, Media
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, PHOTOS
from privacy.figures import SURELY_DESTROYED, WINDOW, Figures, figures, retained
from tests.conftest import TurnedClock
from tests.custody.conftest import Custody
from tests.privacy.wiping import Wiper


class Deletions:
    """Photos whose owner wants them gone, and the worker that destroys them."""

    def __init__(self, database: Database, clock: TurnedClock, folder: Path) -> None:
        self.clock = clock
        self.custody = Custody(database, folder)
        kind = Kind(name=DESTROY, queue=RIGHTS, do=lambda _: None, ended_badly=lambda *_: None)
        self.desk = Desk(database, {DESTROY: kind}, lambda *_: None, lease_seconds=15.0, holder="one")

    def wish(self) -> str:
        media = self.custody.keep(b"a photo")
        with self.desk.database.unit() as unit:
            assert destroy.intend(unit, media.id)
            return self.desk.add(unit, DESTROY, subject=media.id, account=media.account)

    def carry_out(self, work: str, *, after: float) -> None:
        self.clock.turn(after)
        claim = self.desk.claim(work)
        assert claim is not None
        destroy.destroy(self.desk.database, self.custody.store, claim.subject)
        with claim.finish():
            pass

    @property
    def figures(self) -> Figures:
        return figures(self.desk.database)


@pytest.fixture
def deletions(database: Database, clock: TurnedClock, tmp_path: Path) -> Deletions:
    return Deletions(database, clock, tmp_path / "objects")


def test_without_a_deletion_there_is_no_median(deletions: Deletions) -> None:
    assert deletions.figures == Figures(erased=0, erase=None, waiting=0, longest_wait=None)


def test_the_median_is_from_the_wish_to_the_end(deletions: Deletions) -> None:
    for seconds in (2.0, 90.0, 5.0):
        deletions.carry_out(deletions.wish(), after=seconds)
    assert deletions.figures == Figures(erased=3, erase=timedelta(seconds=5), waiting=0, longest_wait=None)


def test_what_is_not_carried_out_yet_is_under_way(deletions: Deletions) -> None:
    deletions.wish()
    deletions.clock.turn(30)
    deletions.carry_out(deletions.wish(), after=1)
    now = deletions.figures
    assert (now.erased, now.waiting, now.longest_wait) == (1, 1, timedelta(seconds=31))


def test_a_deletion_that_was_withdrawn_is_none(deletions: Deletions) -> None:
    deletions.wish()
    with deletions.desk.database.unit() as unit:
        [media] = Media.select()
        assert deletions.desk.withdraw(unit, subject=media.id, kinds=(DESTROY,)) == 1
    assert deletions.figures.erased == 0


def test_deletions_of_long_ago_do_not_count(deletions: Deletions) -> None:
    deletions.carry_out(deletions.wish(), after=3)
    deletions.clock.turn(WINDOW.total_seconds())
    assert deletions.figures.erased == 0


@pytest.fixture
def wiper(database: Database, clock: TurnedClock, tmp_path: Path) -> Wiper:
    return Wiper(database, tmp_path / "all", clock)


@pytest.mark.parametrize("scope", Erasure.SCOPES)
def test_all_of_somebody_at_once_counts_as_one_deletion(wiper: Wiper, scope: str) -> None:
    ann = wiper.lives()
    wiper.erases(ann, scope)
    wiper.later(7)
    assert figures(wiper.database) == Figures(erased=0, erase=None, waiting=1, longest_wait=timedelta(seconds=7))
    wiper.work()
    assert figures(wiper.database) == Figures(erased=1, erase=timedelta(seconds=7), waiting=0, longest_wait=None)


def test_what_an_account_waits_for_is_no_time_that_its_pictures_took(wiper: Wiper) -> None:
    ann = wiper.lives()
    wiper.erases(ann, ACCOUNT)
    wiper.later(7)
    wiper.work()
    wiper.later(ACCOUNT_UNDO.total_seconds())
    wiper.work()
    assert wiper.account(ann) is None
    assert figures(wiper.database).erase == timedelta(seconds=7)
    wiper.later((WINDOW - ACCOUNT_UNDO).total_seconds())
    assert figures(wiper.database).erased == 0


def test_a_deletion_that_found_nothing_took_no_time(wiper: Wiper) -> None:
    ann = wiper.person()
    for _ in range(2):
        wiper.erases(ann, PHOTOS)
        wiper.work()
    assert figures(wiper.database).erased == 1


def test_taken_back_it_is_under_way_until_its_pictures_are_gone(wiper: Wiper) -> None:
    ann = wiper.lives()
    wiper.erases(ann, ACCOUNT)
    assert wiper.undoes(ann)
    wiper.later(SURELY_DESTROYED.total_seconds() + 60)
    assert (figures(wiper.database).waiting, retained(wiper.database).overdue) == (1, timedelta(seconds=60))
    wiper.work()
    assert (figures(wiper.database).waiting, retained(wiper.database).overdue) == (0, None)
