"""The register of breaches as staff keep it: processes of their own, words from standard input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from config import Settings
from jobs.kinds import RIGHTS
from models import Incident, IncidentNote
from ops.incidents import incident
from policy.limits import BREACH_TOLD_WITHIN
from privacy.reports import read
from tests.ops.test_ops_requests import MAY, STAFF, Desk, a_desk

NUMBER = re.compile(r"incident ([2-9a-z]{5}-[2-9a-z]{5}), due (\d{4}-\d\d-\d\d \d\d:\d\d) UTC")
WORDS = "A link to Ann's picture was sent to Boris of Kowloon.\n"


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str]) -> Iterator[Desk]:
    with a_desk(make_settings(), environ) as made:
        yield made


def row(desk: Desk, number: str) -> Incident:
    with desk.house.database.connection():
        return desk.house.incidents.get(number)


def has_one(desk: Desk) -> str:
    with desk.house.database.unit() as unit:
        return str(desk.house.incidents.declare(unit, MAY, kind="loss", words="a disk is gone").id)


def does(desk: Desk, *words: str, says: str = "") -> str:
    """A verb that succeeds, and leaves nothing of what was said in a word of its own."""
    done = desk.does("incident", *words, *STAFF, says=says)
    assert done.returncode == 0, done.stderr
    assert "Kowloon" not in done.stderr
    return done.stdout


@pytest.mark.proves("P6.14")
def test_a_breach_is_declared_written_down_contained_told_and_closed(desk: Desk) -> None:
    found = NUMBER.search(does(desk, "declare", "--kind", "disclosure", says=WORDS))
    assert found is not None
    number = found[1]
    assert found[2] == f"{row(desk, number).due_at:%Y-%m-%d %H:%M}"
    listed = desk.does("incidents")
    assert (listed.returncode, number in listed.stdout) == (0, True)
    does(desk, "note", number, "--about", "data", says="One picture.")
    does(desk, "note", number, "--about", "assessment", "--harm", "yes", says="It shows her face.")
    does(desk, "contained", number, says="The link was shut.")
    early = desk.does("incident", "close", number, *STAFF)
    assert (early.returncode, "the Commissioner is told first" in early.stderr) == (1, True)
    does(desk, "notified", number)
    shown = does(desk, "show", number.upper())
    for text in (
        WORDS.strip(),
        "One picture.",
        "It shows her face.",
        "The link was shut.",
        "what happened",
        "notified",
    ):
        assert text in shown
    does(desk, "close", number)
    assert row(desk, number).state == Incident.CLOSED
    assert read(number) not in read(desk.does("incidents").stdout)
    log = desk.does("audit")
    assert (log.returncode, log.stdout.count("may.chan: incident.")) == (0, 7)
    with desk.house.database.connection():
        assert all(b"Kowloon" not in bytes(note.words) for note in IncidentNote.select())


@pytest.mark.proves("P6.14")
def test_the_list_exits_with_an_error_while_the_commissioner_waits_too_long(desk: Desk) -> None:
    long_ago = desk.house.database.clock.now() - BREACH_TOLD_WITHIN
    noticed = f"{long_ago:%Y-%m-%dT%H:%M:%S}"
    late = NUMBER.search(does(desk, "declare", "--kind", "loss", "--noticed", noticed, says="A disk is gone."))
    assert late is not None
    done = desk.does("incidents")
    assert (done.returncode, "1 late, 0 due" in done.stderr) == (1, True)
    soon = desk.house.database.clock.now() + timedelta(hours=11)
    desk.house.database.rows("UPDATE incident SET due_at = ?", soon)
    done = desk.does("incidents")
    assert (done.returncode, "0 late, 1 due" in done.stderr) == (1, True)
    does(desk, "note", late[1], "--about", "assessment", "--harm", "no", says="It was sealed.")
    done = desk.does("incidents")
    assert (done.returncode, "settled" in done.stdout) == (0, True)


@pytest.mark.proves("P6.14")
def test_the_process_of_rights_looks_every_hour_and_calls(desk: Desk) -> None:
    has_one(desk)
    [duty] = [duty for duty in desk.house.duties(RIGHTS) if duty.name == "incidents"]
    assert duty.every == 3600.0
    desk.house.database.rows("UPDATE incident SET due_at = ?", desk.house.database.clock.now())
    with capture_logs() as written:
        duty.act()
    assert [(line["event"], line["count"]) for line in written] == [("incidents.late", 1)]


@pytest.mark.parametrize(
    ("words", "says", "told"),
    [
        (("note", "{number}", "--about", "data", "--harm", "no"), "words", "goes with an assessment"),
        (("note", "{number}", "--about", "data"), "", "1 to 20,000 characters"),
        (("contained", "{number}"), " \n", "1 to 20,000 characters"),
        (("close", "{number}"), "", "is not decided"),
        (("close", "aaaaa-aaaaa"), "", "no incident with this number"),
        (("notified", "{number}", "--at", "2020-01-01"), "", "before it was noticed"),
        (("notified", "{number}", "--at", "2199-01-01"), "", "in the future"),
        (("declare", "--kind", "loss", "--noticed", "2199-01-01"), "words", "in the future"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(desk: Desk, words: tuple[str, ...], says: str, told: str) -> None:
    number = has_one(desk)
    done = desk.does("incident", *(word.format(number=number) for word in words), *STAFF, says=says)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
    one = row(desk, number)
    assert (one.state, one.harm, one.notified_at) == (Incident.OPEN, "unknown", None)


def test_every_verb_wants_a_name_and_a_reason() -> None:
    assert set(incident.commands) == {"declare", "note", "contained", "notified", "close", "show"}
    for verb in incident.commands.values():
        assert {option.name for option in verb.params if option.required} >= {"actor", "reason"}, verb.name
