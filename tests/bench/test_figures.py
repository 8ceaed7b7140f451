"""One schema for every figure; one that lacks its comparison is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.figures import NotAFigure, Report, judge, read, report, write
from bench.measure import LESS, MORE, RATIO, VALUE, Goal, Measure
from bench.sides import BARE_FLASK, OURS, PTB, SIDES

RATE = Measure("rate", "Updates a second", "1/s", MORE, (BARE_FLASK, PTB), Goal(RATIO, 0.35, at_most=False))
LATE = Measure("late", "Late by", "ms", LESS, (BARE_FLASK,), Goal(VALUE, 10, at_most=True))
RUNS = {OURS: [90.0, 110.0, 100.0], BARE_FLASK: [400.0], PTB: [50.0, 60.0]}


def made(measures: list[Measure] | None = None, **found: dict[object, list[float]]) -> Report:
    return report("webhook", "The webhook", measures or [RATE], found or {"rate": RUNS}, seconds=1.25, load=0.3)  # type: ignore[arg-type]


def test_the_median_counts_and_the_ratio_is_to_the_first_beside_us() -> None:
    figure = judge(RATE, RUNS)
    assert (figure.value, figure.min, figure.max, figure.runs) == (100, 90, 110, 3)
    assert (figure.ratio, figure.compared_with) == (0.25, "bare_flask")
    assert [(side.side, side.value) for side in figure.beside] == [("bare_flask", 400), ("ptb", 55)]


@pytest.mark.parametrize(("ours", "met"), [(139.0, False), (140.0, True)])
def test_a_goal_on_the_ratio_is_met_from_its_number_on(ours: float, met: bool) -> None:
    assert judge(RATE, {**RUNS, OURS: [ours]}).met is met


@pytest.mark.parametrize(("ours", "theirs", "met"), [(10.0, 0.5, True), (10.1, 100.0, False)])
def test_a_goal_on_the_value_is_met_up_to_its_number_whatever_the_ratio(ours: float, theirs: float, met: bool) -> None:
    assert judge(LATE, {OURS: [ours], BARE_FLASK: [theirs]}).met is met


def test_a_figure_without_a_goal_is_neither_met_nor_missed() -> None:
    assert judge(Measure("p", "P", "ms", LESS, (BARE_FLASK,)), {OURS: [1.0], BARE_FLASK: [1.0]}).met is None


@pytest.mark.parametrize(
    "runs",
    [
        {OURS: [1.0], BARE_FLASK: [1.0]},
        {OURS: [1.0], BARE_FLASK: [], PTB: [1.0]},
        {BARE_FLASK: [1.0], PTB: [1.0]},
        {OURS: [float("nan")], BARE_FLASK: [1.0], PTB: [1.0]},
    ],
)
def test_a_side_that_was_not_measured_makes_it_no_figure(runs: dict[object, list[float]]) -> None:
    with pytest.raises(NotAFigure, match="was not measured"):
        judge(RATE, runs)  # type: ignore[arg-type]


def test_a_measure_that_stands_beside_nothing_is_no_figure() -> None:
    with pytest.raises(NotAFigure, match="compared with nothing"):
        judge(Measure("alone", "Alone", "ms", LESS, ()), {OURS: [1.0]})


def test_a_ratio_to_nothing_is_none_and_no_goal_can_hang_on_it() -> None:
    beside_nothing = {OURS: [1.0], BARE_FLASK: [0.0]}
    assert judge(LATE, beside_nothing).ratio is None
    with pytest.raises(NotAFigure, match="ratio to nothing"):
        judge(Measure("q", "Q", "", LESS, (BARE_FLASK,), Goal(RATIO, 1, at_most=True)), beside_nothing)


def test_what_was_announced_is_what_is_found() -> None:
    with pytest.raises(NotAFigure, match="announced"):
        report("webhook", "The webhook", [RATE, LATE], {"rate": RUNS}, seconds=1, load=0)


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(made(), tmp_path)
    assert read(tmp_path / "webhook.json") == made()


def test_a_result_names_its_circumstances_and_no_machine() -> None:
    said = asdict(made())
    assert said["machine"].keys() == {"cores", "python", "load_before", "share"}
    assert {"date", "commit", "seconds"} <= said.keys()
    assert "/" not in json.dumps({name: said[name] for name in ("machine", "date", "commit")})


@pytest.mark.parametrize(
    "beside", [[], [{"side": "unheard-of", "value": 1, "runs": 1, "min": 1, "max": 1, "ratio": 1}]]
)
def test_a_written_result_without_its_comparison_is_refused(tmp_path: Path, beside: list[object]) -> None:
    raw = asdict(made())
    raw["figures"][0]["beside"] = beside
    (tmp_path / "webhook.json").write_text(json.dumps(raw))
    with pytest.raises(NotAFigure, match="compared with nothing"):
        read(tmp_path / "webhook.json")


@pytest.mark.parametrize("text", ["", "[]", '{"rate_ratio": 0.25}', '{"figures": [{"name": "rate"}]}'])
def test_what_is_not_of_this_schema_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "webhook.json").write_text(text)
    with pytest.raises(NotAFigure, match="not a result of this schema"):
        read(tmp_path / "webhook.json")


def test_every_side_says_what_it_does_not_do_unless_it_is_ourselves() -> None:
    assert [side.id for side in SIDES.values() if not side.lacks and side.kind != "itself"] == []
