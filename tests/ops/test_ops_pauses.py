"""`python -m ops pause|resume`: what people are told from then on, what waits, and who did it and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config import Settings
from models import AuditEntry, Pause, Work, new_id
from tests.ops.test_ops_requests import STAFF, Desk, a_desk


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str]) -> Iterator[Desk]:
    with a_desk(make_settings(), environ) as made:
        yield made


def row(desk: Desk, name: str = "images") -> Pause:
    with desk.house.database.connection():
        return Pause.get_by_id(name)


def log(desk: Desk) -> list[tuple[str, str]]:
    return [(entry.verb, entry.reason) for entry in desk.house.audit.entries(newest=10)]


def waits(desk: Desk, *, held: bool) -> str:
    """A picture's work, for a hold or for a time of its own."""
    number, now = new_id(), desk.house.database.clock.now()
    reason = "images.held" if held else "provider.busy"
    times = {"due_at": now + timedelta(minutes=5), "created_at": now, "rung_at": now}
    with desk.house.database.connection():
        Work.insert(id=number, kind="produce", subject="s", account="a", reason=reason, **times).execute()
    return number


def due(desk: Desk, work: str) -> bool:
    with desk.house.database.connection():
        found = Work.get_by_id(work)
    return bool(found.due_at <= desk.house.database.clock.now() and found.rung_at is None)


def test_a_pause_is_written_with_its_words_and_ends_with_a_resume(desk: Desk) -> None:
    words = ("--say", "Back at nine.", "--say-zh-hant", "九時回來。", "--until", "2099-01-01T09:00", "--hold")
    done = desk.does("pause", "images", *words, *STAFF)
    assert (done.returncode, done.stdout) == (0, "images are paused; what was ordered waits\n")
    paused = row(desk)
    assert (paused.english, paused.traditional, paused.simplified) == ("Back at nine.", "九時回來。", None)
    assert (paused.hold, f"{paused.until:%Y-%m-%d %H:%M}", paused.ended_at) == (True, "2099-01-01 09:00", None)
    held, own = waits(desk, held=True), waits(desk, held=False)
    done = desk.does("resume", "images", *STAFF)
    assert (done.returncode, done.stdout) == (0, "images go on; 1 that waited begin\n")
    assert (due(desk, held), due(desk, own)) == (True, False)
    assert row(desk).ended_at is not None
    reason = STAFF[STAFF.index("--reason") + 1]
    assert log(desk) == [("pause images", reason), ("resume images", reason)]


def test_a_hold_that_becomes_a_pause_lets_go_on_what_was_ordered(desk: Desk) -> None:
    desk.does("pause", "images", "--say", "Back soon.", "--hold", *STAFF)
    held = waits(desk, held=True)
    done = desk.does("pause", "images", "--say", "Back soon.", *STAFF)
    assert done.stdout == "images are paused; what was ordered goes on\n"
    assert due(desk, held)


def test_what_is_held_hears_of_an_end_that_comes_sooner(desk: Desk) -> None:
    hold = ("pause", "images", "--say", "Back soon.", "--hold")
    desk.does(*hold, "--until", "2099-01-02T09:00", *STAFF)
    held = waits(desk, held=True)
    desk.does(*hold, "--until", "2099-01-03T09:00", *STAFF)
    assert not due(desk, held)
    desk.does(*hold, "--until", "2099-01-01T09:00", *STAFF)
    assert due(desk, held)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("pause", "images", "--say", "x" * 201), "1 to 200 characters"),
        (("pause", "videos", "--say", "Back.", "--until", "tomorrow"), "in UTC"),
        (("pause", "videos", "--say", "Back.", "--until", "2020-01-01T09:00"), "a time to come"),
        (("pause", "sales", "--say", "Back.", "--hold"), "--hold is for images and videos"),
        (("resume", "sales"), "not paused"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(desk: Desk, words: tuple[str, ...], says: str) -> None:
    done = desk.does(*words, *STAFF)
    assert (done.returncode, says in done.stderr) == (1, True)
    with desk.house.database.connection():
        assert not Pause.select().exists()
        assert not AuditEntry.select().exists()


def test_neither_goes_without_a_name_and_a_reason(desk: Desk) -> None:
    assert desk.does("pause", "images", "--say", "Back.", "--actor", "may.chan").returncode == 2
    assert desk.does("resume", "images", "--reason", "over").returncode == 2
