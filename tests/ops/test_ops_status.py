"""One screen for a person: what runs, what is late, what needs a hand, what helps; and an exit code for scripts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config import load
from models import Heartbeat, Pacing, Pause, Report, Work, new_id
from ops.processes import Processes, answers, free_port, valkey_command
from ops.status import WIDTH
from ops.verbs import verbs
from tests.ops.shell import ops
from watch.alive import GROUPS
from workers.assembly import assemble
from workers.house import House

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("valkey")
    processes = Processes(folder / "logs")
    processes.start("valkey", valkey_command(port, folder), {})
    processes.wait_until("valkey", lambda: answers(port), seconds=60)
    yield f"redis://127.0.0.1:{port}/0"
    processes.stop()


class Service:
    """A database, and what its operator reads of it."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.house: House = assemble(load(environ), ring=lambda *_: None)

    def lives(self) -> None:
        now = self.house.database.clock.now() + timedelta(minutes=2)  # a command starts slowly on a busy machine
        with self.house.database.unit():
            for group in GROUPS:
                Heartbeat.create(id=new_id(), group=group, release="c0ffee" * 7, begun_at=now, seen_at=now)

    def status(self, *words: str) -> tuple[int, str]:
        done = ops("status", *words, environ=self.environ)
        assert done.stderr == ""
        return int(done.returncode), done.stdout


@pytest.fixture(params=["sqlite", "postgres"])
def service(
    request: pytest.FixtureRequest, environ: dict[str, str], valkey: str, tmp_path: Path, migrated_sqlite: Path
) -> Iterator[Service]:
    address = f"sqlite:///{tmp_path}/test.db"
    if request.param == "postgres":
        address = request.getfixturevalue("new_postgres")
    else:
        shutil.copyfile(migrated_sqlite, tmp_path / "test.db")
    local = {"DATABASE_URL": address, "REDIS_URL": valkey, "STORE_PATH": str(tmp_path / "objects")}
    made = Service({**environ, **local})
    made.house.database.migrate()
    yield made
    made.house.close()


def test_a_service_that_runs_is_well_and_the_exit_code_says_so(service: Service) -> None:
    service.lives()
    code, said = service.status()
    assert code == 0, said
    assert "all well" in said
    assert "web 1   worker 1   rights 1" in said
    assert "database ok   store ok   erasures ok   bell ok" in said
    assert "LATE: nothing" in said
    assert "NEEDS A HAND: nothing" in said


def test_what_is_late_exits_with_1_and_says_what_helps(service: Service) -> None:
    service.lives()
    now = service.house.database.clock.now()
    with service.house.database.unit():
        since = {"due_at": now - timedelta(hours=1), "created_at": now - timedelta(hours=1)}
        Work.create(kind="produce", subject="o", account="a", **since)
    code, said = service.status()
    assert code == 1, said
    assert "produce: 1 wait, the oldest for 1 h" in said
    assert "fly scale count worker=N" in said


def test_what_needs_a_hand_exits_with_2(service: Service) -> None:
    code, said = service.status()
    assert code == 2
    assert "no worker process runs" in said


@pytest.mark.parametrize(("hours", "level"), [(1, 2), (25, 0)])
def test_what_was_given_up_after_crashes_needs_a_hand_for_a_day(service: Service, hours: int, level: int) -> None:
    service.lives()
    then = service.house.database.clock.now() - timedelta(hours=hours)
    with service.house.database.unit():
        ended = {"state": Work.QUARANTINED, "ended_at": then, "due_at": then, "created_at": then}
        Work.create(kind="collect", subject="o", account="a", **ended)
    code, said = service.status()
    assert (code, "collect: 1 given up after three crashes" in said) == (level, level == 2)


def test_everything_at_once_still_fits_a_terminal(service: Service) -> None:
    now = service.house.database.clock.now()
    ago = now - timedelta(days=3)
    with service.house.database.unit():
        Heartbeat.create(id="x", group="worker", release="", begun_at=ago, seen_at=now - timedelta(minutes=9))
        Pause.create(name="videos", english="Soon.", since=ago)
        Pacing.create(name="telegram", until=now + timedelta(hours=1))
        Report.create(id="r", kind="child", source="bot", received_at=ago, due_at=ago)
        for kind in service.house.desk.kinds:
            Work.create(kind=kind, subject="o", account="a", due_at=ago, created_at=ago)
            ended = {"state": Work.QUARANTINED, "ended_at": now, "due_at": ago, "created_at": ago}
            Work.create(kind=kind, subject="o", account="a", **ended)
    service.house.checks.found("reconcile", 3)
    code, said = service.status()
    assert code == 2
    assert max(map(len, said.splitlines())) <= WIDTH
    assert "…" not in said.replace("--actor … --reason …", "")  # nothing had to be cut off
    assert said.index("NEEDS A HAND") < said.index("LATE")


def test_scripts_read_it_as_json(service: Service) -> None:
    service.lives()
    code, said = service.status("--json")
    read = json.loads(said)
    assert (code, read["level"], read["verdict"], read["lines"]) == (0, 0, "all well", [])
    assert read["processes"] == {"web": 1, "worker": 1, "rights": 1}
    assert {figure["name"] for figure in read["figures"]} >= {"miomio_work_due", "miomio_ledger_sum_credits"}


def test_without_a_database_nothing_is_known_and_that_needs_a_hand(service: Service) -> None:
    service.environ["DATABASE_URL"] = "postgresql://u@127.0.0.1:1/none"
    code, said = service.status()
    assert code == 2
    assert said == "The database does not answer (database.unavailable): nothing is known.\n"


def test_whatever_helps_is_there() -> None:
    """Verbs that are named exist, and so do headings of the handbook."""
    source = (Path(__file__).parents[2] / "watch" / "judging.py").read_text(encoding="utf-8")
    named = set(re.findall(r"python -m ops ([a-z]+)", source))
    assert len(named) >= 8
    assert named <= verbs.commands.keys()
    headings = {
        line.lstrip("# ").lower() for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line[:1] == "#"
    }
    anchors = set(re.findall(r"docs/operations\.md#([a-z]+)", source))
    assert anchors
    assert anchors <= headings
