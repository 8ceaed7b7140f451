"""Receipts as staff see them: checked from a file, looked up by number, with the keys that anybody may have."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from consent.accounts import Identity
from models import AuditEntry, Erasure, Receipt
from policy.versions import CURRENT
from privacy.receipt_form import issue
from vault.signing import SigningKeys
from workers.assembly import assemble
from workers.house import House

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.proves("P9.3")


@pytest.fixture
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    opened = assemble(make_settings(), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def sealed(house: House) -> str:
    """The first receipt of somebody's photos."""
    with house.database.unit() as unit:
        who = Identity(700100200, "Ann", "Lee", "annlee", "en")
        account = house.accounts.open(unit, who, version=CURRENT.id)
        row = house.erasures.ask(unit, account=account.id, scope=Erasure.PHOTOS)
        house.receipts.sealed(unit, row)
    with house.database.connection():
        return str(Receipt.get().body)


def says(environ: dict[str, str], house: House, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    where = {"DATABASE_URL": house.settings.database_url, "STORE_PATH": house.settings.store_path}
    return subprocess.run(
        [sys.executable, "-m", "ops", "receipt", *words],
        cwd=ROOT,
        env={**os.environ, **environ, **where, **more.pop("settings", {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def test_a_genuine_receipt_is_told_with_all_that_it_says(
    environ: dict[str, str], house: House, sealed: str, tmp_path: Path
) -> None:
    (tmp_path / "receipt.json").write_text(sealed)
    done = says(environ, house, "verify", str(tmp_path / "receipt.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Genuine. ")
    assert json.loads(sealed)["number"] in done.stdout
    assert "Account Data" in done.stdout


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text.replace('"stage":1', '"stage":3'), "Altered"),
        (lambda text: text[:-1], "Not a receipt"),
        (lambda text: issue(SigningKeys([("r9", bytes(range(3, 35)))]), {"stage": 1}), "Unknown key"),
        (lambda text: "", "Not a receipt"),
    ],
)
def test_what_is_not_genuine_ends_with_1_and_shows_nothing_of_it(
    environ: dict[str, str], house: House, sealed: str, change: Callable[[str], str], verdict: str
) -> None:
    done = says(environ, house, "verify", "-", input=change(sealed))
    assert done.returncode == 1
    assert done.stdout.startswith(f"{verdict}. ")
    assert len(done.stdout.splitlines()) == 1


def test_checking_asks_no_database(environ: dict[str, str], house: House, sealed: str) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert says(environ, house, "verify", "-", input=sealed, settings=away).returncode == 0


def test_a_number_shows_what_was_signed_and_is_no_access_to_anybody(
    environ: dict[str, str], house: House, sealed: str
) -> None:
    done = says(environ, house, "show", json.loads(sealed)["number"])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(sealed)
    with house.database.connection():
        assert AuditEntry.select().count() == 0


def test_a_number_that_is_none_ends_with_1(environ: dict[str, str], house: House, sealed: str) -> None:
    done = says(environ, house, "show", "0" * 32)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no receipt with this number" in done.stderr


def test_who_cannot_be_reached_is_told_their_number_by_mail_and_that_stands_in_the_log(
    environ: dict[str, str], house: House, sealed: str
) -> None:
    by = ("number", "--actor", "may.chan", "--reason", "mail of Monday")
    done = says(environ, house, *by, input="@annlee\n")
    assert (done.returncode, done.stdout.strip()) == (0, json.loads(sealed)["number"]), done.stderr
    with house.database.connection():
        assert [(row.actor, row.verb) for row in AuditEntry.select()] == [("may.chan", "receipt.number")]
    nobody = says(environ, house, *by, input="@somebodyelse\n")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert says(environ, house, "number", input="@annlee\n").returncode == 2, "not without a name and a reason"


def test_the_keys_are_public_and_a_retired_one_is_enough_to_check(
    environ: dict[str, str], house: House, sealed: str
) -> None:
    done = says(environ, house, "keys")
    assert done.returncode == 0
    private = environ["RECEIPT_KEY"].partition(":")[2]
    assert private not in done.stdout
    assert "BEGIN PUBLIC KEY" in done.stdout
    [retired] = [line.removeprefix("retired: ") for line in done.stdout.splitlines() if line.startswith("retired: ")]
    newer = f"r2:{base64.b64encode(bytes(range(5, 37))).decode()},{retired}"
    again = says(environ, house, "verify", "-", input=sealed, settings={"RECEIPT_KEY": newer})
    assert again.returncode == 0, again.stdout
