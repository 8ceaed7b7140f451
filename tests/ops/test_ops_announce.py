"""The verbs about announcements: first how many it would reach, then a row that the rights worker goes by."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from config import Settings
from consent.accounts import Identity
from consent.optin import choose
from models import Announcement, AuditEntry
from policy.versions import CURRENT
from tests.ops.shell import ops
from wording.announcements import LONGEST
from workers.assembly import assemble
from workers.house import House

STAFF = ("--actor", "may.chan", "--reason", "autumn")


class Shell:
    """A house with three people, one of whom wants promotional messages."""

    def __init__(self, house: House, environ: dict[str, str], folder: Path) -> None:
        self.house, self.environ, self.folder = house, environ, folder
        self.files("New styles", "新風格", "新风格")
        with house.database.unit() as unit:
            opened = [
                house.accounts.open(unit, Identity(700100200 + n, "Ann", None, None, "en"), version=CURRENT.id)
                for n in range(3)
            ]
            unit.now -= timedelta(seconds=1)
            choose(unit, opened[0].id, wanted=True)

    def files(self, *texts: str) -> None:
        for name, text in zip(("en", "zh-hant", "zh-hans"), texts, strict=True):
            (self.folder / name).write_text(text, encoding="utf-8")

    def does(self, *words: str) -> CompletedProcess[str]:
        return ops("announce", *words, environ={**os.environ, **self.environ})

    def starts(self, kind: str, *more: str) -> CompletedProcess[str]:
        files = [word for name in ("en", "zh-hant", "zh-hans") for word in (f"--{name}", str(self.folder / name))]
        return self.does("start", "--kind", kind, *files, *STAFF, *more)

    def rows(self) -> list[Announcement]:
        with self.house.database.connection():
            return list(Announcement.select())


@pytest.fixture
def shell(make_settings: Callable[..., Settings], environ: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    settings = make_settings()
    house = assemble(settings, ring=lambda *_: None)
    house.database.migrate()
    local = {**environ, "DATABASE_URL": settings.database_url, "STORE_PATH": settings.store_path}
    yield Shell(house, local, tmp_path)
    house.close()


@pytest.mark.proves("P3.7")
def test_it_says_how_many_it_would_reach_and_sends_nothing_without_a_confirmation(shell: Shell) -> None:
    assert "would reach 3 people" in shell.starts("service").stdout
    assert "would reach 1 people" in shell.starts("promotional").stdout
    assert shell.rows() == []


def test_a_confirmed_one_is_a_row_and_an_entry_in_the_staff_s_log(shell: Shell) -> None:
    done = shell.starts("promotional", "--confirm")
    assert "1 people; the rights worker tells them" in done.stdout
    [row] = shell.rows()
    assert json.loads(row.words) == {"en": "New styles", "zh-hant": "新風格", "zh-hans": "新风格"}
    with shell.house.database.connection():
        entry = AuditEntry.get()
    assert (entry.actor, entry.verb, entry.subject) == ("may.chan", "announce.promotional", row.id)
    assert shell.house.announcements.plan() == 1
    assert "1 waiting" in shell.does("list").stdout


def test_it_can_be_stopped_and_gone_on_with(shell: Shell) -> None:
    shell.starts("service", "--confirm")
    [row] = shell.rows()
    assert shell.does("stop", row.id, *STAFF).returncode == 0
    assert shell.house.announcements.plan() == 0
    assert shell.does("stop", row.id, *STAFF).returncode == 1
    assert shell.does("resume", row.id, *STAFF).returncode == 0
    assert shell.house.announcements.plan() == 3
    with shell.house.database.connection():
        verbs = [entry.verb for entry in AuditEntry.select().order_by(AuditEntry.number)]
    assert verbs == ["announce.service", "announce.stopped", "announce.sending"]


@pytest.mark.parametrize("texts", [("New", "", "新"), ("x" * (LONGEST + 1), "新", "新")])
def test_words_that_are_missing_or_too_long_are_refused(shell: Shell, texts: tuple[str, ...]) -> None:
    shell.files(*texts)
    done = shell.starts("service", "--confirm")
    assert done.returncode == 1
    assert shell.rows() == []
