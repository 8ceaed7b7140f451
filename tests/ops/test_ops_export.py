"""A copy that somebody asked for by mail, as staff send it: found by name or id, into their own chat, written down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from config import Settings
from consent.accounts import Identity
from models import AuditEntry, Export
from policy.versions import CURRENT
from tests.ops.shell import ops
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.proves("P9.1")


@pytest.fixture
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    opened = assemble(make_settings(), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def ann(house: House) -> str:
    with house.database.unit() as unit:
        who = Identity(700100200, "Ann", "Lee", "annlee", "en")
        return str(house.accounts.open(unit, who, version=CURRENT.id).id)


def exported(house: House, environ: dict[str, str], said: str) -> CompletedProcess[str]:
    where = {"DATABASE_URL": house.settings.database_url, "STORE_PATH": house.settings.store_path}
    staff = ("--actor", "may.chan", "--reason", "mail of Monday")
    return ops("export", *staff, environ={**os.environ, **environ, **where}, says=said)


def asked(house: House) -> list[str]:
    with house.database.connection():
        return [row.account for row in Export.select()]


def logged(house: House) -> list[tuple[str, str, str | None]]:
    with house.database.connection():
        return [(row.actor, row.verb, row.subject) for row in AuditEntry.select()]


@pytest.mark.parametrize("said", ["@annlee\n", "700100200\n"])
def test_a_copy_is_sent_for_somebody_who_is_found_by_name_or_id_and_the_staffs_log_says_so(
    house: House, environ: dict[str, str], ann: str, said: str
) -> None:
    done = exported(house, environ, said)
    assert done.returncode == 0, done.stderr
    assert asked(house) == [ann]
    assert logged(house) == [("may.chan", "export", ann)]
    assert [name for name in ("annlee", "700100200") if name in done.stdout + done.stderr] == []


def test_nobody_found_and_a_second_copy_are_told_and_leave_no_entry(
    house: House, environ: dict[str, str], ann: str
) -> None:
    nobody = exported(house, environ, "@somebody_else\n")
    assert (nobody.returncode, "No account is known" in nobody.stderr) == (1, True)
    exported(house, environ, "@annlee\n")
    again = exported(house, environ, "@annlee\n")
    assert (again.returncode, again.stderr) == (1, "A copy is on its way to this person already.\n")
    assert asked(house) == [ann]
    assert len(logged(house)) == 1
