"""`python -m ops retention`: shows first, then lets go; says by its exit status that something does not go."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings
from errors import Failure
from jobs.kinds import GENERATION, RIGHTS
from models import EndedAccount, Link, Media, SeenUpdate, StrayObject, Work, new_id
from policy.categories import SEEN_UPDATES
from privacy.figures import retained
from privacy.objects import MANY
from privacy.sweep import period_of
from tests.ops.shell import ops
from vault.store import new_object_name
from workers.assembly import assemble
from workers.house import House


class Shell:
    def __init__(self, house: House, environ: dict[str, str]) -> None:
        self.house, self.environ = house, environ

    def does(self, *words: str) -> tuple[int, dict[str, list[str]], str]:
        """The exit status, the table's rows by rule, and what was complained about."""
        done = ops("retention", *words, environ={**os.environ, **self.environ}, timeout=120)
        rows = {line.split()[1]: line.split() for line in done.stdout.splitlines() if len(line.split()) > 3}
        return done.returncode, rows, done.stderr

    def has_old_rows(self) -> None:
        with self.house.database.unit() as unit:
            SeenUpdate.insert(id=1, at=unit.now - SEEN_UPDATES).execute()
            SeenUpdate.insert(id=2, at=unit.now - SEEN_UPDATES + timedelta(hours=1)).execute()
            Link.insert(id=b"h", account="a", media="m", expires_at=unit.now - timedelta(seconds=1)).execute()

    def turns(self, table: str, into: str) -> None:
        with self.house.database.connection():
            self.house.database.rows(f"ALTER TABLE {table} RENAME TO {into}")

    def ends_with_open_work(self) -> None:
        with self.house.database.unit() as unit:
            at = unit.now - period_of("account")
            EndedAccount.insert(account="a", asked_at=at, ended_at=at).execute()
            Work.insert(
                id=new_id(), kind="refund", subject="p", account="a", due_at=at + timedelta(days=99), created_at=at
            ).execute()


@pytest.fixture
def shell(make_settings: Callable[..., Settings], environ: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    local = {"DATABASE_URL": f"sqlite:///{tmp_path}/test.db", "STORE_PATH": str(tmp_path / "objects")}
    house = assemble(make_settings(**local), ring=lambda *_: None)
    house.database.migrate()
    yield Shell(house, {**environ, **local})
    house.close()


def test_a_dry_run_shows_and_a_run_lets_go(shell: Shell) -> None:
    shell.has_old_rows()
    status, rows, _ = shell.does("--dry-run")
    assert (status, rows["seen_update"][:4], rows["link"][:4]) == (
        0,
        ["-", "seen_update", "1", "0"],
        ["links", "link", "1", "0"],
    )
    with shell.house.database.connection():
        assert SeenUpdate.select().count() == 2
    status, rows, _ = shell.does()
    assert (status, rows["seen_update"][2], rows["link"][2]) == (0, "1", "1")
    with shell.house.database.connection():
        assert ([row.id for row in SeenUpdate.select()], Link.select().count()) == ([2], 0)
    assert shell.does("--dry-run")[1]["seen_update"][2] == "0"


def test_a_rule_that_fails_is_an_alarm_though_the_others_have_run(shell: Shell) -> None:
    [sweep] = [duty for duty in shell.house.duties(RIGHTS) if duty.name == "retention"]

    def found() -> int:
        with shell.house.database.connection():
            return int(shell.house.checks.last()["retention"].count)

    sweep.act()
    assert found() == 0
    shell.has_old_rows()
    shell.turns("link", "put_away")
    with pytest.raises(Failure, match="failed"):
        sweep.act()
    assert found() == 1
    assert retained(shell.house.database).gone == 1  # of another rule
    shell.turns("put_away", "link")
    sweep.act()
    assert found() == 0


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_what_is_past_its_period_and_may_not_go_is_named_and_fails(shell: Shell, words: tuple[str, ...]) -> None:
    shell.ends_with_open_work()
    status, rows, complaint = shell.does(*words)
    assert (status, rows["cleared_account"][2:4]) == (1, ["0", "1"])
    assert "cleared_account: 1 past their period may not go" in complaint


def test_rows_without_their_object_fail_and_so_many_strays_need_a_word(shell: Shell) -> None:
    with shell.house.database.unit() as unit:
        at = unit.now - timedelta(hours=2)
        Media.insert(
            account="a", kind="photo", state=Media.STORED, object_name="photo/ab/abc", mime="x", width=1, height=1,
            size=1, created_at=at,
        ).execute()  # fmt: skip
    status, _, complaint = shell.does()
    assert (status, complaint.splitlines()[-1]) == (1, "1 rows without their object")
    for _ in range(MANY + 1):
        shell.house.media.store.put(new_object_name("photo"), io.BytesIO(b"x"), 1)
    status, _, complaint = shell.does()
    assert status == 1
    assert "--believe" in complaint
    with shell.house.database.connection():
        assert StrayObject.select().count() == 0
    shell.does("--believe")
    with shell.house.database.connection():
        assert StrayObject.select().count() == MANY + 1


def test_the_rights_process_sweeps_every_hour_and_compares_every_day(shell: Shell) -> None:
    duties = {duty.name: duty for duty in shell.house.duties(RIGHTS)}
    assert (duties["retention"].every, duties["objects"].every) == (3600, 86_400)
    assert not duties.keys() & {duty.name for duty in shell.house.duties(GENERATION)}
    shell.has_old_rows()
    duties["retention"].act()
    duties["objects"].act()
    with shell.house.database.connection():
        assert (SeenUpdate.select().count(), Link.select().count()) == (1, 0)
