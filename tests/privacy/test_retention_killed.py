"""A sweep that is killed between its batches, or inside one, has counted what went, and the next run ends it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from billing.reconcile import unbalanced
from models import Account, LedgerEntry, Payment, RetentionRun, SeenUpdate, StrayObject
from policy.categories import SEEN_UPDATES, STRAY_OBJECT
from privacy.sweep import AT_ONCE
from tests.privacy.dying import run_and_die
from tests.privacy.test_retention_objects import stray
from tests.privacy.town import Town, promised, seen

MANY = 2 * AT_ONCE + 1


def counted(rule: str) -> int:
    return sum(row.count for row in RetentionRun.select().where(RetentionRun.rule == rule))


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("retention.saving:1", MANY),
        ("retention.saved:1", MANY - AT_ONCE),
        ("retention.saving:2", MANY - AT_ONCE),
        ("retention.saved:2", MANY - 2 * AT_ONCE),
        ("retention.saved:3", 0),
    ],
)
def test_what_went_before_the_kill_is_counted_and_the_rest_goes_next_time(
    town: Town, database_url: str, tmp_path: Path, point: str, left: int
) -> None:
    seen(town, MANY)
    town.clock.turn(SEEN_UPDATES.total_seconds())
    assert run_and_die(town, database_url, tmp_path / "objects", point) == -signal.SIGKILL
    with town.database.connection():
        assert SeenUpdate.select().count() == left
        assert counted("seen_update") == MANY - left
        assert RetentionRun.select().where(RetentionRun.ended_at.is_null(False)).count() == 0
    town.retention.run()
    with town.database.connection():
        assert SeenUpdate.select().count() == 0
        assert counted("seen_update") == MANY


@pytest.mark.parametrize("pass_", range(1, 8))
def test_books_are_balanced_wherever_a_sweep_of_them_is_killed(
    town: Town, database_url: str, tmp_path: Path, pass_: int
) -> None:
    stays, leaves = town.settles(), town.settles()
    for me in (stays, leaves):
        town.buys(me)
        town.makes(me, kept=False)
    town.leaves(leaves)
    before = town.has(stays)
    town.clock.turn(promised("transactions").total_seconds())
    assert run_and_die(town, database_url, tmp_path / "objects", f"retention.saving:{pass_}") == -signal.SIGKILL
    with town.database.connection():
        assert list(unbalanced()) == []
    assert town.has(stays) == before
    town.retention.run()
    with town.database.connection():
        assert list(unbalanced()) == []
        assert [row.id for row in Account.select()] == [stays]
        assert {row.owner for row in LedgerEntry.select()} == {stays}
        assert Payment.select().count() == 0
    assert town.has(stays) == before


def test_a_stray_whose_object_went_before_the_kill_is_forgotten_next_time(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    name = stray(town)
    town.retention.compare()
    town.clock.turn(STRAY_OBJECT.total_seconds())
    assert run_and_die(town, database_url, tmp_path / "objects", "retention.objects_gone") == -signal.SIGKILL
    with town.database.connection():
        assert StrayObject.select().count() == 1
    assert not town.store.exists(name)
    town.retention.run()
    with town.database.connection():
        assert StrayObject.select().count() == 0
