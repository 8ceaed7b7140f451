"""Figures out of the database: asked for in groups, each at most so often however many ask; nobody waits for long."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import logs
from database import Database
from errors import Failure
from watch.figures import DATABASE, FIGURES

PATIENCE = 3.0  # seconds that somebody who asks waits for new figures; then they get what is known
WITHIN = 2.0  # seconds for one statement: figures must not cost what they watch
KEPT = 60.0  # seconds after which figures that could not be asked for anew are not told any more
MOST = 200  # series of one figure
VALUE = re.compile(r"[A-Za-z0-9_.-]{1,64}")

log = logs.get()


@dataclass(frozen=True)
class Sample:
    """A figure's value under these values of its labels, in the order in which it declares them."""

    figure: str
    value: float
    labels: tuple[str, ...] = ()


Ask = Callable[[datetime], Iterable[Sample]]


@dataclass(frozen=True)
class Question:
    """Figures that are asked for together, with a connection that only reads; at most every so many seconds."""

    name: str
    ask: Ask
    every: float = 5.0


def say(figure: str, value: float, **labels: str) -> Sample:
    """A sample. AssertionError where the figure is not declared with exactly these labels."""
    declared = FIGURES[figure]
    if declared.asked != DATABASE or set(labels) != set(declared.labels):
        raise AssertionError(f"{figure} is not declared with the labels {sorted(labels)}")
    return Sample(figure, value, tuple(labels[name] for name in declared.labels))


@dataclass
class _Known:
    """What was said to a question, and when; `failed`: it could not be asked the last time."""

    samples: Sequence[Sample] = ()
    at: float = float("-inf")
    tried: float = float("-inf")
    failed: bool = field(default=False)


class Asked:
    """Shared by all who ask. One round is under way at a time, in a thread of its own: a database that hangs keeps
    nobody but that thread."""

    def __init__(
        self,
        database: Database,
        questions: Sequence[Question],
        *,
        patience: float = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._questions = tuple(questions)
        self._patience = patience
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known = {question.name: _Known() for question in questions}
        self._round: threading.Event | None = None

    def samples(self) -> list[Sample]:
        """What is known, asked anew where it is old and the database answers in time."""
        self._round_under_way().wait(self._patience)
        return self._told()

    def now(self) -> list[Sample]:
        """Everything asked anew, whatever it takes. For a person who looks once."""
        self._ask(self._questions)
        return self._told()

    def close(self) -> None:
        """Wait for the round under way, so that no connection is closed under it; no longer than anybody would."""
        with self._lock:
            under_way = self._round
        if under_way is not None:
            under_way.wait(self._patience)

    def _round_under_way(self) -> threading.Event:
        with self._lock:
            if self._round is None or self._round.is_set():
                self._round = threading.Event()
                due = [question for question in self._questions if self._is_due(question)]
                threading.Thread(target=self._go_round, args=(due, self._round), daemon=True).start()
            return self._round

    def _is_due(self, question: Question) -> bool:
        return self._monotonic() - self._known[question.name].tried >= question.every

    def _go_round(self, due: Sequence[Question], over: threading.Event) -> None:
        try:
            self._ask(due)
        finally:
            over.set()

    def _ask(self, due: Sequence[Question]) -> None:
        away = False
        for question in due:
            known = self._known[question.name]
            samples = None if away else self._answer(question)
            now = self._monotonic()
            with self._lock:
                known.tried, known.failed = now, samples is None
                if samples is not None:
                    known.samples, known.at = samples, now
            away = away or (samples is None and not self._answers())

    def _answer(self, question: Question) -> list[Sample] | None:
        try:
            with self._database.looking(seconds=WITHIN):
                return list(question.ask(self._database.clock.now()))
        except Failure as error:
            log.warning("figures.not_asked", kind=question.name, exc_info=error)
        except Exception as error:  # a mistake in one figure must not hide the others
            log.error("figures.broken", kind=question.name, exc_info=error)
        return None

    def _answers(self) -> bool:
        """Whether the database is there at all: where it is not, each question would wait for it anew."""
        try:
            with self._database.looking(seconds=WITHIN):
                return bool(self._database.rows("SELECT 1"))
        except Failure:
            return False

    def _told(self) -> list[Sample]:
        now, told = self._monotonic(), []
        with self._lock:
            for name, known in self._known.items():
                told.append(say("miomio_figures_failed", float(known.failed), question=name))
                if now - known.at <= KEPT + self._every(name):
                    told += known.samples
        return told

    def _every(self, name: str) -> float:
        return next(question.every for question in self._questions if question.name == name)


def by_figure(samples: Iterable[Sample]) -> Mapping[str, dict[tuple[str, ...], float]]:
    """Every figure's values by its labels'. What is no name stands as "other", and so does what is too much: no series
    is ever made of something that came from outside."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for sample in samples:
        series = found.setdefault(sample.figure, {})
        labels = tuple(value if VALUE.fullmatch(value) else "other" for value in sample.labels)
        if labels not in series and len(series) >= MOST:
            labels = tuple("other" for _ in labels)
        series[labels] = series.get(labels, 0.0) + sample.value
    return found
