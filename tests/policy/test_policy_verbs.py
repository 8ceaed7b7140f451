"""The verbs of the policy as ops and lawyers run them: what they print, what they refuse, how they exit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from database import Database
from errors import Rejected
from models import TABLES, Sealed
from ops.policy_verbs import write_down
from ops.processes import Processes, answers, free_port, valkey_command
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.snapshots import Snapshot, digest, load, sums, written
from policy.versions import CURRENT, VERSIONS, Version, in_effect
from tests.ops.shell import ops as typed
from tests.policy.test_page import everything
from vault.folder import FolderStore
from wording.policy import document
from wording.snapshot import UNFILLED, snapshot
from workers.broker import Doorbell, connect, make_broker

DAY = timedelta(days=1)
WHO = {"CONTROLLER_NAME": "Mio Limited", "CONTROLLER_ADDRESS": "12 Queen's Road", "DATA_LOCATION": "Singapore"}


class Ops:
    """A machine with a migrated database and a folder of objects; `says` is a verb as a process of its own."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.database_url = f"sqlite:///{folder}/ops.db"
        self.store = FolderStore(folder / "objects")
        local = {"DATABASE_URL": self.database_url, "STORE_PATH": str(folder / "objects")}
        self.environ = {**environ, **local, **WHO}
        database = Database(self.database_url)
        database.migrate()
        database.close()

    def says(self, *words: str, **changes: str) -> CompletedProcess[str]:
        return run(*words, environ={**os.environ, **self.environ, **changes})

    def alter(self, statement: str) -> None:
        database = Database(self.database_url)
        with database.unit():
            database.rows(statement)
        database.close()


def run(*words: str, environ: dict[str, str]) -> CompletedProcess[str]:
    return typed(*words, environ=environ)


@pytest.fixture
def ops(environ: dict[str, str], tmp_path: Path) -> Ops:
    return Ops(environ, tmp_path)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    processes, port = Processes(tmp_path / "logs"), free_port()
    processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
    processes.wait_until("valkey", lambda: answers(port))
    yield f"redis://127.0.0.1:{port}/0"
    processes.stop()


@pytest.mark.proves("P1.2", "P2.8")
def test_the_register_prints_every_column_with_its_category_and_its_source(ops: Ops) -> None:
    said = ops.says("register", "--json")
    assert said.returncode == 0, said.stderr
    rows = json.loads(said.stdout)
    columns = {row["name"]: row for row in rows if row["surface"] == "column"}
    assert columns.keys() == {f"{m._meta.table_name}.{f.column_name}" for m in TABLES for f in m._meta.sorted_fields}
    for model in TABLES:
        for field in model._meta.sorted_fields:
            row = columns[f"{model._meta.table_name}.{field.column_name}"]
            assert bool(row["source"]) == (row["category"] in CATEGORIES)
            assert row["said"].startswith("sealed") == isinstance(field, Sealed)
    assert {row["surface"] for row in rows} == {"column", "object", "redis", "message", "log", "host"}
    assert "ip_hash" in {row["category"] for row in rows if row["surface"] == "redis"}
    table = ops.says("register")
    assert table.returncode == 0 and all(name in table.stdout for name in columns)


@pytest.mark.proves("P2.8")
def test_the_register_names_what_nobody_declared_and_exits_1(ops: Ops, valkey: str) -> None:
    ops.alter("ALTER TABLE account ADD COLUMN phone TEXT")
    ops.alter("CREATE TABLE diary (words TEXT)")
    ops.store.put("exports/ab/abc", BytesIO(b"x"), 1)
    client = connect(valkey)
    Doorbell(make_broker(client))("generation", "produce", "0" * 32)
    client.set("visitor:203.0.113.77:seen", "1")
    said = ops.says("register", REDIS_URL=valkey, GEMINI_API_URL="https://collector.elsewhere.net")
    assert said.returncode == 1
    assert said.stderr.splitlines()[-6:] == [
        "Undeclared:",
        "  - host collector.elsewhere.net (GEMINI_API_URL)",
        "  - column account.phone",
        "  - column diary.words",
        "  - object prefix exports/",
        "  - Redis key visitor:….….….…:seen",
    ]
    assert "203.0.113.77" not in said.stdout + said.stderr


def test_the_register_says_when_it_could_not_look_at_redis(ops: Ops) -> None:
    said = ops.says("register")
    assert (said.returncode, "Redis does not answer" in said.stderr) == (0, True)


def test_the_record_of_article_30_has_its_seven_parts_from_the_register(ops: Ops) -> None:
    said = ops.says("register", "--article-30", KLING_API_KEY="demo", CALLBACK_SECRET="0123456789abcdef01234567")
    assert said.returncode == 0, said.stderr
    parts = said.stdout.split("\n## ")
    assert [part[:3] for part in parts[1:]] == [f"({letter})" for letter in "abcdefg"]
    controller, purposes, people, recipients, transfers, limits, security = parts[1:]
    assert "Mio Limited, 12 Queen's Road, support@miomio.invalid" in controller
    assert all(p.name in purposes and p.basis in purposes for p in PURPOSES.values())
    assert "People shown in their photos" in people and all(c.name in people for c in CATEGORIES.values())
    assert all(r.name in recipients for r in RECIPIENTS.values())
    assert all(word in transfers for word in ("Singapore", "United States", "contractual clauses", "encryption"))
    assert all(c.name in limits for c in CATEGORIES.values())
    assert all(word in limits for word in ("7 years", "4 years", "30 days", "1 hour", "at most 7 days"))
    assert "encrypted at rest" in security and "encrypted in transit" in security


def test_an_incomplete_register_fails_the_record_too(ops: Ops) -> None:
    ops.alter("ALTER TABLE account ADD COLUMN phone TEXT")
    said = ops.says("register", "--article-30")
    assert (said.returncode, "column account.phone" in said.stderr) == (1, True)


def test_lawyers_get_the_page_in_three_languages(ops: Ops, tmp_path: Path) -> None:
    said = ops.says("policy", "write", "--out", str(tmp_path / "build"))
    assert said.returncode == 0, said.stderr
    files = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "build").iterdir()}
    assert files.keys() == {"privacy-policy.md", "privacy-policy.zh-hant.md", "privacy-policy.zh-hans.md"}
    assert all("Mio Limited" in text and text.count("\n## ") == 14 for text in files.values())
    assert CURRENT.fingerprint in files["privacy-policy.md"]


def test_a_machine_without_settings_writes_the_page_with_their_names(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    said = run("policy", "write", "--out", str(tmp_path), environ=bare)
    assert said.returncode == 0, said.stderr
    english = (tmp_path / "privacy-policy.md").read_text(encoding="utf-8")
    assert "The data controller is {controller}, {address}." in english or "Mio" in english


def test_what_changed_is_printed_with_the_day_it_takes_effect(ops: Ops) -> None:
    said = ops.says("policy", "changes")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"{VERSIONS[-2].id} → {CURRENT.id}, in effect from {CURRENT.effective}")


@pytest.fixture
def draft() -> Version:
    return Version("2027-01-10", published=date(2027, 1, 10), effective=date(2027, 1, 24), material=True)


@pytest.fixture
def now() -> Snapshot:
    return snapshot()


def test_on_its_day_a_version_is_written_down_as_often_as_it_changes(
    draft: Version, now: Snapshot, tmp_path: Path
) -> None:
    first = write_down(draft, now, today=draft.published, folder=tmp_path)
    now["register"]["categories"]["photos"]["retention"]["period"] = 1
    second = write_down(draft, now, today=draft.published, folder=tmp_path)
    assert first != second == digest(written(now)) == sums(tmp_path)[draft.id]
    assert load(draft.id, folder=tmp_path) == json.loads(written(now))


@pytest.mark.proves("P13.1")
def test_after_its_day_what_people_may_have_read_is_not_overwritten(
    draft: Version, now: Snapshot, tmp_path: Path
) -> None:
    kept = write_down(draft, now, today=draft.published - DAY, folder=tmp_path)
    now["sections"].pop()
    with pytest.raises(Rejected, match="day_is_over"):
        write_down(draft, now, today=draft.published + DAY, folder=tmp_path)
    assert sums(tmp_path) == {draft.id: kept}
    assert digest((tmp_path / f"{draft.id}.json").read_bytes()) == kept


def test_a_second_version_leaves_the_first_as_it_is(draft: Version, now: Snapshot, tmp_path: Path) -> None:
    kept = write_down(draft, now, today=draft.published, folder=tmp_path)
    now["sections"].pop()
    later = Version("2027-03-01", published=date(2027, 3, 1), effective=date(2027, 3, 1), material=False)
    write_down(later, now, today=later.published, folder=tmp_path)
    assert sums(tmp_path)[draft.id] == kept == digest((tmp_path / f"{draft.id}.json").read_bytes())


def test_a_version_binds_from_its_day_of_effect_on() -> None:
    first, newest = VERSIONS[0], VERSIONS[-1]
    assert in_effect(first.published - DAY) == first
    assert in_effect(newest.effective - DAY).published < newest.published
    assert in_effect(newest.effective) == newest
    assert in_effect(newest.effective + 1000 * DAY) == newest


def test_what_is_published_leaves_the_settings_open() -> None:
    text = everything(document(str, UNFILLED))
    assert all(name in text for name in ("{controller}", "{address}", "{email}", "{location}"))
