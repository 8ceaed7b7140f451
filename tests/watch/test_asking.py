"""Asking: at most so often however many ask, never waited for long, never more series than are declared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from database import Database
from errors import Temporary
from models import TABLES
from tests.spine.person import until
from watch.asking import KEPT, MOST, Asked, Question, Sample, by_figure, say
from watch.collector import DatabaseFigures
from watch.figures import DATABASE, FIGURES
from watch.part import Part

LONG = 60.0


class Hands:
    """A clock that a test turns, and an answer that it holds back."""

    def __init__(self) -> None:
        self.time = 0.0
        self.asked = 0
        self.error: Exception | None = None
        self.free = threading.Event()
        self.free.set()

    def monotonic(self) -> float:
        return self.time

    def answer(self, now: datetime) -> Iterator[Sample]:
        del now
        self.asked += 1
        assert self.free.wait(LONG)
        if self.error is not None:
            raise self.error
        yield say("miomio_holds_open", self.asked)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def asked(database: Database, hands: Hands) -> Iterator[Asked]:
    questions = (
        Question("holds", hands.answer, every=5.0),
        Question("other", lambda _: [say("miomio_held_credits", 1)]),
    )
    made = Asked(database, questions, monotonic=hands.monotonic, patience=LONG)
    yield made
    made.close()


def told(asked: Asked) -> dict[str, float]:
    return {sample.figure: sample.value for sample in asked.samples() if sample.figure != "miomio_figures_failed"}


def failed(asked: Asked) -> dict[str, float]:
    return {s.labels[0]: s.value for s in asked.samples() if s.figure == "miomio_figures_failed"}


def test_however_many_ask_the_database_is_asked_once_in_some_seconds(asked: Asked, hands: Hands) -> None:
    for _ in range(20):
        assert told(asked)["miomio_holds_open"] == 1
    hands.time += 4.9
    assert told(asked)["miomio_holds_open"] == 1
    hands.time += 0.2
    assert told(asked)["miomio_holds_open"] == 2


def test_many_at_one_moment_share_one_round(asked: Asked, hands: Hands) -> None:
    hands.free.clear()
    found: list[float] = []
    threads = [threading.Thread(target=lambda: found.append(told(asked)["miomio_holds_open"])) for _ in range(8)]
    for thread in threads:
        thread.start()
    hands.free.set()
    for thread in threads:
        thread.join(LONG)
    assert found == [1.0] * 8
    assert hands.asked == 1


def test_who_asks_while_the_database_hangs_gets_what_is_known(database: Database, hands: Hands) -> None:
    impatient = Asked(database, (Question("holds", hands.answer),), monotonic=hands.monotonic, patience=0.05)
    until("the first figures", lambda: told(impatient), seconds=LONG)  # they may take longer than this patience
    hands.free.clear()
    hands.time += 6
    assert told(impatient) == told(impatient) == {"miomio_holds_open": 1}
    until("a second question", lambda: hands.asked == 2, seconds=LONG)  # and nobody asks again while that one waits
    hands.free.set()
    until("its answer", lambda: told(impatient) == {"miomio_holds_open": 2}, seconds=LONG)


@pytest.mark.parametrize("error", [Temporary("database.busy"), ValueError("a mistake of ours")])
def test_a_question_that_fails_is_named_and_hides_no_other(asked: Asked, hands: Hands, error: Exception) -> None:
    hands.error = error
    assert told(asked) == {"miomio_held_credits": 1}
    assert failed(asked) == {"holds": 1, "other": 0}
    hands.error = None
    hands.time += 5
    assert failed(asked) == {"holds": 0, "other": 0}


def test_old_figures_are_told_for_a_minute_and_then_no_more(asked: Asked, hands: Hands) -> None:
    told(asked)
    hands.error = Temporary("database.busy")
    hands.time += KEPT
    assert "miomio_holds_open" in told(asked)
    hands.time += 6
    assert told(asked) == {"miomio_held_credits": 1}


class Knocked(Database):
    """Counts how often somebody looks."""

    looks = 0

    @contextmanager
    def looking(self, *, seconds: float) -> Iterator[None]:
        self.looks += 1
        with super().looking(seconds=seconds):
            yield


def test_a_database_that_is_away_is_waited_for_once_and_not_by_each_question(watcher: Any, hands: Hands) -> None:
    away = Knocked("postgresql://u@127.0.0.1:1/none", clock=watcher.clock)
    watcher.database.raw.bind(TABLES)
    questions = tuple(Question(f"q{n}", hands.answer) for n in range(20))
    asked = Asked(away, questions, monotonic=hands.monotonic, patience=LONG)
    assert set(failed(asked).values()) == {1.0}
    assert (hands.asked, away.looks) == (0, 2)  # the first one, and whether anybody is there
    asked.close()
    away.close()


def test_nothing_is_written_by_who_only_looks(watcher: Any) -> None:
    if watcher.database.sqlite:
        pytest.skip("SQLite knows no transaction that only reads")
    with pytest.raises(Exception, match="read-only"), watcher.database.looking(seconds=2):
        watcher.database.rows("DELETE FROM work")


def test_a_statement_that_takes_too_long_is_given_up(watcher: Any) -> None:
    if watcher.database.sqlite:
        pytest.skip("SQLite gives no statement up")
    with pytest.raises(Temporary), watcher.database.looking(seconds=0.2):
        watcher.database.rows("SELECT pg_sleep(60)")
    with watcher.database.connection():  # of this transaction alone
        assert watcher.database.rows("SHOW statement_timeout") == [("0",)]


@pytest.mark.parametrize("labels", [{}, {"kind": "x"}, {"person": "x"}, {"kind": "x", "state": "y", "person": "z"}])
def test_a_figure_is_said_with_the_labels_it_declares_and_no_others(labels: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        say("miomio_orders_open", 1, **labels)


def test_a_figure_of_a_process_is_no_answer_of_the_database() -> None:
    with pytest.raises(AssertionError):
        say("miomio_work_seconds", 1, kind="produce")


def test_whatever_stands_in_a_row_no_series_is_made_of_it() -> None:
    outside = ["words of a person", "x" * 65, "{}", "a\nb", "", "王小明", "x@y.invalid"]
    found = by_figure([say("miomio_work_due", 1, kind=kind) for kind in outside])
    assert found == {"miomio_work_due": {("other",): len(outside)}}


def test_there_are_never_more_series_than_a_dashboard_bears() -> None:
    found = by_figure([say("miomio_work_due", 1, kind=f"k{n}") for n in range(10 * MOST)])
    assert len(found["miomio_work_due"]) == MOST + 1
    assert sum(found["miomio_work_due"].values()) == 10 * MOST


def scraped(watcher: Any, ask: Callable[[], str] = lambda: "ok") -> dict[str, list[Any]]:
    registry = CollectorRegistry()
    registry.register(DatabaseFigures(watcher.asked, {"database": Part(ask, patience=LONG)}))
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {family.name: family.samples for family in families}


def test_every_declared_figure_of_the_database_is_on_the_page_and_none_is_empty_without_a_reason(watcher: Any) -> None:
    found = scraped(watcher)
    assert found.keys() == {figure.name for figure in FIGURES.values() if figure.asked == DATABASE}
    assert {name for name, samples in found.items() if not samples} == {  # what has not happened has no age
        "miomio_backup_age_seconds",
        "miomio_canary_passed",
        "miomio_check_differences",
        "miomio_erasure_seconds",
        "miomio_incidents_deadline_seconds",
        "miomio_keys",
        "miomio_pacing_seconds",
        "miomio_provider_spend_dollars",
        "miomio_reports_deadline_seconds",
        "miomio_requests_deadline_seconds",
    }


def test_the_whole_page_is_no_more_than_some_hundred_series(watcher: Any) -> None:
    assert sum(map(len, scraped(watcher).values())) < 400


def test_a_part_that_does_not_answer_is_down(watcher: Any) -> None:
    [sample] = scraped(watcher, lambda: "database.unavailable")["miomio_up"]
    assert (sample.labels, sample.value) == ({"part": "database"}, 0)
    [sample] = scraped(watcher)["miomio_up"]
    assert sample.value == 1
