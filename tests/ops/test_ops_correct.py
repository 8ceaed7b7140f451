"""`correct` as staff run it: the value comes from standard input, the letter and the list of recipients are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from config import Settings
from consent.accounts import Identity
from consent.disclosure import disclose
from models import Account, AuditEntry, CorrectionNote
from policy.versions import CURRENT
from tests.emulators.conftest import TOKEN, Emulator, run
from tests.ops.test_ops_requests import STAFF, Desk, a_desk


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str]) -> Iterator[Desk]:
    with a_desk(make_settings(), environ) as made:
        yield made


def sent(desk: Desk) -> None:
    with desk.house.database.unit() as unit:
        disclose(
            unit,
            account=desk.ann,
            order="o",
            attempt=1,
            recipient="kling",
            purpose="generation",
            categories=frozenset({"photos", "prompts"}),
        )


def entries(desk: Desk) -> list[str]:
    with desk.house.database.connection():
        return [row.verb for row in AuditEntry.select().order_by(AuditEntry.number)]


@pytest.mark.proves("P9.2")
def test_a_limit_is_corrected_its_letter_printed_and_the_request_off_the_list(desk: Desk) -> None:
    number = desk.opens("correction", "--confirmed")
    sent(desk)
    done = desk.does("correct", number, "--what", "daily-limit", *STAFF, says="40\n")
    assert done.returncode == 0, done.stderr
    assert "daily-limit: none -> 40" in done.stdout
    assert "Kuaishou Technology (Kling AI), last" in done.stdout
    assert "photos, prompts, need not be told" in done.stdout
    assert number in done.stdout.split("need not be told")[1], "the letter"
    with desk.house.database.connection():
        assert Account.get().daily_limit == 40
    assert entries(desk) == ["request.open", "request.answer"]
    assert number not in desk.does("requests").stdout
    logged = [str(value) for line in done.stderr.splitlines() for value in json.loads(line).values()]
    assert logged
    assert "40" not in logged, "values are in no log"
    assert "-> 40" not in done.stderr


@pytest.mark.proves("P9.2")
def test_a_note_is_kept_and_whoever_got_the_data_is_to_be_told(desk: Desk) -> None:
    number = desk.opens("correction", "--confirmed")
    sent(desk)
    words = "That is not my face.\nIt is my sister's.\n"
    note = ("correct", number, "--note-on", "photos", "--ground", "unsupported")
    done = desk.does(*note, *STAFF, "--language", "en", says=words)
    assert done.returncode == 0, done.stderr
    assert "photos, prompts, must be told" in done.stdout
    assert "“That is not my face.\nIt is my sister's.”" in done.stdout
    assert "sister" not in done.stderr
    with desk.house.database.connection():
        assert CorrectionNote.select().count() == 1
    again = desk.does("correct", number, *STAFF)
    assert "Kling AI" in again.stdout
    assert entries(desk)[-1] == "correction.tell"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--what", "daily-limit", "--note-on", "photos", "--ground", "accurate"), "Either --what"),
        (("--note-on", "photos"), "Either --what"),
        (("--what", "reachable", "--ground", "accurate"), "Either --what"),
        (("--what", "reachable"), "Make sure that it is the person"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(desk: Desk, words: tuple[str, ...], says: str) -> None:
    number = desk.opens("correction")
    done = desk.does("correct", number, *words, *STAFF, says="no\n")
    assert done.returncode != 0
    assert says in done.stderr
    with desk.house.database.connection():
        assert Account.get().reachable
    assert entries(desk) == ["request.open"]


def test_nobody_was_given_anything_is_an_answer_too(desk: Desk) -> None:
    number = desk.opens("correction", "--confirmed")
    done = desk.does("correct", number, *STAFF)
    assert "nobody was given data of this person in the last 365 days" in done.stdout


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = run()
    yield running
    running.stop()
    if running.process.stdout is not None:
        running.process.stdout.close()


@pytest.mark.proves("P9.2")
def test_names_are_read_from_telegram_and_typed_by_nobody(desk: Desk, emulator: Emulator) -> None:
    cat = emulator.person("Catherine", last_name="Ho", username="cat_ho")
    cat.says("/start")
    with desk.house.database.unit() as unit:
        who = Identity(cat.id, "Cat", None, "little_cat", "en")
        account = desk.house.accounts.open(unit, who, version=CURRENT.id).id
    number = desk.opens("correction", "--confirmed", says="@little_cat\n")
    asked = ("correct", number, "--what", "names")
    away = desk.does(*asked, *STAFF)
    assert away.returncode != 0
    assert "Catherine" not in away.stderr
    done = desk.does(*asked, *STAFF, TELEGRAM_API_URL=emulator.url, TELEGRAM_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    with desk.house.database.connection():
        row = Account.get_by_id(account)
    columns = (Account.first_name, Account.last_name, Account.username)
    shown = [desk.house.fields.open(column, row, purpose="rights") for column in columns]
    assert shown == ["Catherine", "Ho", "cat_ho"]
    assert "Catherine" not in done.stdout + done.stderr
    again = desk.does(*asked, *STAFF, TELEGRAM_API_URL=emulator.url, TELEGRAM_TOKEN=TOKEN)
    assert "decided already" in again.stderr
