"""`erase` as staff run it: a process of its own, a person from standard input, Telegram asked; one, and a list."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from config import Settings
from consent.accounts import Identity
from models import Account, AuditEntry, Erasure, Work
from policy.versions import CURRENT
from privacy.requests import MAIL
from tests.emulators.conftest import Emulator
from tests.ops.conftest import ANN
from tests.ops.test_ops_requests import MAY, STAFF, Desk, a_desk

pytestmark = pytest.mark.proves("P9.3")
TOKEN = re.compile(r"--confirm ([0-9a-f]{8}-[0-9a-f]{32})")


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str], telegram: Emulator) -> Iterator[Desk]:
    with a_desk(make_settings(), {**environ, "TELEGRAM_API_URL": telegram.url}) as made:
        yield made


def case(desk: Desk, *, confirmed: bool = True, account: str | None = None) -> str:
    with desk.house.database.unit() as unit:
        about = account or desk.ann
        row = desk.house.requests.open(unit, MAY, kind="deletion", source=MAIL, account=about, confirmed=confirmed)
        return str(row.id)


def person(desk: Desk, telegram_id: int) -> str:
    with desk.house.database.unit() as unit:
        return str(desk.house.accounts.open(unit, Identity(telegram_id, "Bo", None, None, "en"), version=CURRENT.id).id)


def erases(desk: Desk, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
    return desk.does("erase", *STAFF, *words, says=says)


def begun(desk: Desk) -> list[tuple[str, str, str | None]]:
    with desk.house.database.connection():
        return [(row.scope, row.source, row.request) for row in Erasure.select()]


def verbs(desk: Desk) -> list[str]:
    with desk.house.database.connection():
        return [row.verb for row in AuditEntry.select().order_by(AuditEntry.number)]


def test_a_dry_run_shows_what_would_go_and_with_its_token_it_goes(desk: Desk) -> None:
    number = case(desk)
    looked = erases(desk, "--scope", "account", "--case", number, says="@annlee\n")
    assert looked.returncode == 0, looked.stderr
    assert re.search(r"goes:\n +1  Account Data\n", looked.stdout)
    assert re.search(r"stays:\n(.*\n)* +\d+  Transaction Data: 7 years \(legal and tax\), gone by 20", looked.stdout)
    assert "pictures cannot" in looked.stdout
    assert begun(desk) == []
    found = TOKEN.search(looked.stdout)
    assert found is not None
    done = erases(desk, "--scope", "account", "--case", number, "--confirm", found[1])
    assert done.returncode == 0, done.stderr
    assert "can undo it in the chat" in done.stdout
    assert begun(desk) == [("account", "support", number)]
    assert verbs(desk) == ["request.open", "erase.look", "erase"]
    with desk.house.database.connection():
        assert Account.get().state == Account.CLOSING
        [work] = Work.select().where(Work.kind == "erase")
        assert work.rung_at is None, "the clock of a worker rings for it at its next round"
    again = erases(desk, "--scope", "account", "--case", number, "--confirm", found[1])
    assert (again.returncode, again.stderr) == (1, "The deletion of this case has begun already.\n")
    for text in (looked.stdout, looked.stderr, done.stdout, done.stderr):
        assert "annlee" not in text.lower()
        assert str(ANN) not in text


def test_what_is_wrong_is_said_in_a_sentence_and_gives_no_token(desk: Desk, telegram: Emulator) -> None:
    number = case(desk, confirmed=False)
    unsure = erases(desk, "--scope", "photos", "--case", number, says="@annlee\n")
    assert (unsure.returncode, "Nobody made sure yet who asks" in unsure.stderr) == (1, True)
    sure = desk.does("request", "confirm", number, *STAFF)
    assert (sure.returncode, "is confirmed" in sure.stdout) == (0, True)
    telegram.faults({"method": "getChat", "kind": "error"})
    away = erases(desk, "--scope", "photos", "--case", number, says="@annlee\n")
    assert (away.returncode, "Telegram could not say" in away.stderr) == (1, True)
    assert TOKEN.search(unsure.stdout + away.stdout) is None
    assert TOKEN.search(erases(desk, "--scope", "photos", "--case", number, says=f"{ANN}\n").stdout)
    wrong = erases(desk, "--scope", "photos", "--case", number, "--confirm", "0" * 40)
    assert (wrong.returncode, "That is no token" in wrong.stderr) == (1, True)
    assert begun(desk) == []


def test_a_list_is_looked_at_line_by_line_and_its_answer_has_it_carried_out(desk: Desk) -> None:
    bob = person(desk, 700100300)
    anns, bobs, unsure = case(desk), case(desk, account=bob), case(desk, confirmed=False)
    given = "\n".join(
        (
            "case,scope,person,at_once",
            f"{anns},photos,@annlee,",
            f"{bobs},account,700100300,yes",
            "",
            f"{unsure},photos,@annlee,",
            f"{anns},everything,@annlee,",
            f"{anns},photos",
            f"{anns},photos,Ann Lee of Kowloon,",
            f"{anns},photos,@annlee,perhaps",
        )
    )
    looked = erases(desk, "--csv", "-", says=given + "\n")
    assert looked.returncode == 1, looked.stderr
    for number, words in (
        (2, f"case {anns}: photos"),
        (3, f"case {bobs}: account"),
        (5, "Nobody made sure yet"),
        (6, "The scope is photos, generated or account"),
        (7, "This line has more or fewer columns"),
        (8, "That is neither a Telegram id nor a username"),
        (9, "at_once is yes, no or empty"),
    ):
        assert f"line {number}: {words}" in looked.stderr
    assert "5 of the lines could not be done; the others are" in looked.stderr
    assert begun(desk) == []
    rows = list(csv.DictReader(io.StringIO(looked.stdout)))
    assert [(row["case"], row["scope"], row["at_once"]) for row in rows] == [
        (anns, "photos", ""),
        (bobs, "account", "yes"),
    ]
    for text in (looked.stdout, looked.stderr):
        assert "annlee" not in text.lower()
        assert "700100300" not in text
        assert "Kowloon" not in text

    forged = looked.stdout + f"{unsure},photos,,{rows[0]['token']}\n"
    done = erases(desk, "--csv", "-", says=forged)
    assert done.returncode == 1, done.stderr
    assert (done.stdout, "line 4: Nobody made sure" in done.stderr) == ("", True)
    assert begun(desk) == [("photos", "support", anns), ("account", "support", bobs)]
    assert verbs(desk).count("erase") == 2
    again = erases(desk, "--csv", "-", says=looked.stdout)
    assert (again.returncode, again.stderr.count("has begun already")) == (1, 2)


def test_a_list_with_other_columns_is_refused_whole(desk: Desk) -> None:
    for head in ("", "number,scope,person", "case,scope", "case,person"):
        done = erases(desk, "--csv", "-", says=f"{head}\na,photos,@annlee\n")
        assert (done.returncode, "names the columns" in done.stderr) == (2, True)
    assert erases(desk, "--csv", "-", "--scope", "photos", says="case,scope,person\n").returncode == 2
    assert erases(desk, "--scope", "photos").returncode == 2


def test_the_verb_wants_a_name_and_a_reason(desk: Desk) -> None:
    done = desk.does("erase", "--scope", "photos", "--case", case(desk), says="@annlee\n")
    assert (done.returncode, "Missing option" in done.stderr) == (2, True)
    assert verbs(desk) == ["request.open"]
