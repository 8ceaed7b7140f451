"""What a process hears of its work: how each try ended, what was taken over, and lines that say what they are about."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

import logs
from errors import Permanent, Rejected, Temporary
from jobs.runner import AGAIN, CRASHES, DONE, FAILED, LOST, QUARANTINED, UNWRITTEN
from models import Work
from tests.jobs.conftest import finish

log = logs.get()


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure(process="test", pid=7, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def failing(error: Exception) -> Callable[[Any], None]:
    def do(claim: Any) -> None:
        raise error

    return do


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Temporary("provider.away"), AGAIN),
        (Rejected("photo.refused"), FAILED),
        (Permanent("provider.denied"), FAILED),
        (ValueError(), AGAIN),
    ],
)
def test_how_a_try_that_fails_ended_is_heard(process: Any, error: Exception, outcome: str) -> None:
    process.do = failing(error)
    process.runner.run(process.add())
    assert process.heard == [("paint", outcome)]


def test_that_a_try_went_well_is_heard_once(process: Any) -> None:
    work = process.add()
    process.runner.run(work)
    process.runner.run(work)
    assert process.heard == [("paint", DONE)]


def test_a_row_that_somebody_else_took_over_counts_as_lost_here_and_as_taken_back_there(
    process: Any, other: Any, clock: Any
) -> None:
    work = process.add()

    def too_slow(claim: Any) -> None:
        clock.turn(16)
        assert other.runner.run(work)
        finish(claim)

    process.do = too_slow
    process.runner.run(work)
    assert (process.heard, other.heard) == ([("paint", LOST)], [("paint", DONE)])
    assert (process.taken_back, other.taken_back) == ([], ["paint"])


def test_what_takes_its_worker_down_again_and_again_counts_as_quarantined(process: Any, clock: Any) -> None:
    work = process.add()
    process.desk.claim(work)
    for _ in range(CRASHES - 1):
        clock.turn(16)
        assert process.desk.claim(work) is not None
    clock.turn(16)
    process.runner.run(work)
    assert process.heard == [("paint", QUARANTINED)]
    assert process.taken_back == ["paint"] * CRASHES
    assert process.row(work).state == Work.QUARANTINED


def test_an_end_that_could_not_be_written_counts_as_unwritten(process: Any) -> None:
    work = process.add()

    def ending(claim: Any) -> None:
        raise Rejected("photo.refused")

    def away(claim: Any, failure: Any, unit: Any) -> None:
        raise Temporary("database.unavailable")

    process.do, process.on_end = ending, away
    process.runner.run(work)
    assert process.heard == [("paint", UNWRITTEN)]


def test_every_line_of_a_try_names_its_row_and_what_it_is_about(process: Any, lines: Any) -> None:
    work = process.add(subject="o1")

    def speaks(claim: Any) -> None:
        log.info("paint.begun")
        logs.also(photo="p1")
        logging.getLogger("a.library").warning("words of a person")
        raise Temporary("provider.away")

    process.do = speaks
    process.runner.run(work)
    log.info("round.next")
    *of_the_try, after = lines()
    assert [line["event"] for line in of_the_try] == ["paint.begun", "library", "work.again"]
    assert all((line["order"], line["work"], line["kind"]) == ("o1", work, "paint") for line in of_the_try)
    assert [line.get("photo") for line in of_the_try] == [None, "p1", "p1"]
    assert not {"order", "work", "kind", "photo"} & after.keys()
