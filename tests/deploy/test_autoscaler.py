"""How many workers the autoscaler starts, and that it never touches what a law waits for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import Settings
from jobs.kinds import GENERATION, RIGHTS
from tests.deploy.expr import evaluate, machines
from tests.deploy.files import AUTOSCALER, DEPLOY, FLEET, FLY, toml
from tests.deploy.promql import problems

EXPRESSION = AUTOSCALER["started-machine-count"]
LEAST, MOST = FLEET["worker"]["least"], FLEET["worker"]["most"]
# What the autoscaler's own reader of this file knows; anything else it refuses at its start.
KEYS = {"app-name", "process-group", "started-machine-count", "interval", "metric-collectors"}
COLLECTOR_KEYS = {"type", "metric-name", "address", "query", "token"}

# Rows that wait, rows in work, age of the oldest in seconds -> machines.
SITUATIONS = {
    "nobody is here": (0, 0, 0, LEAST),
    "one machine is half full": (0, 8, 0, LEAST),
    "two machines are full": (0, 32, 0, LEAST),
    "three machines are full": (0, 48, 0, 3),
    "two are full and a minute of work waits": (64, 32, 5, 3),
    "a channel named us": (1000, 32, 20, MOST),
    "a little waits for three minutes": (10, 32, 180, 4),
    "much waits for three minutes": (100, 32, 180, 7),
    "much waits for ten minutes": (300, 32, 600, 11),
    "one row that nobody can end waits for an hour": (1, 0, 3600, LEAST),
    "the whole fleet is full": (5000, 192, 900, MOST),
}


def answer(due: float, held: float, oldest: float) -> int:
    return machines(EXPRESSION, {"due": due, "held": held, "oldest": oldest})


@pytest.mark.parametrize("situation", SITUATIONS)
def test_so_many_workers_run_when(situation: str) -> None:
    due, held, oldest, wanted = SITUATIONS[situation]
    assert answer(due, held, oldest) == wanted


COUNTS, AGES = st.integers(0, 100_000), st.floats(0, 1e6)


@given(due=COUNTS, held=COUNTS, oldest=AGES)
def test_never_fewer_than_the_least_nor_more_than_the_database_bears(due: int, held: int, oldest: float) -> None:
    assert LEAST <= answer(due, held, oldest) <= MOST


@given(due=COUNTS, held=COUNTS, oldest=AGES, more=COUNTS, older=AGES)
def test_more_work_never_means_fewer_workers(due: int, held: int, oldest: float, more: int, older: float) -> None:
    before = answer(due, held, oldest)
    assert answer(due + more, held, oldest) >= before
    assert answer(due, held + more, oldest) >= before
    assert answer(due, held, oldest + older) >= before


@given(held=st.integers(0, MOST * 16))
def test_no_machine_is_stopped_whose_rows_the_others_cannot_hold(held: int) -> None:
    assert answer(0, held, 0) * Settings().worker_threads >= held


def test_a_machine_takes_as_many_rows_as_the_program_says() -> None:
    assert f"/ {Settings().worker_threads})" in EXPRESSION


def test_only_workers_are_scaled_and_only_by_start_and_stop() -> None:
    assert AUTOSCALER["process-group"] == "worker"
    assert AUTOSCALER["app-name"] == FLY["app"]
    assert not [key for key in AUTOSCALER if "created" in key]


def test_the_autoscaler_knows_every_key_of_the_file() -> None:
    assert set(AUTOSCALER) == KEYS
    assert {frozenset(collector) for collector in AUTOSCALER["metric-collectors"]} == {frozenset(COLLECTOR_KEYS)}


def test_the_autoscaler_asks_for_figures_that_the_service_tells() -> None:
    for collector in AUTOSCALER["metric-collectors"]:
        assert problems(collector["query"]) == []


def test_only_what_its_machine_has_in_its_environment_is_filled_in() -> None:
    """Its reader fills in every `$NAME`, and an unknown one with nothing."""
    text = (DEPLOY / "autoscaler" / "fly-autoscaler.yml").read_text()
    machine = toml(DEPLOY / "autoscaler" / "fly.toml")
    assert set(re.findall(r"\$\{?(\w+)", text)) == {*machine["env"], "FAS_PROMETHEUS_TOKEN"}  # the token is a secret


def test_every_name_of_the_expression_is_collected() -> None:
    collected = {collector["metric-name"] for collector in AUTOSCALER["metric-collectors"]}
    assert evaluate(EXPRESSION, dict.fromkeys(collected, 1.0))
    for name in collected:
        with pytest.raises(NameError, match=name):
            evaluate(EXPRESSION, dict.fromkeys(collected - {name}, 1.0))


def test_workers_are_counted_by_the_work_that_is_theirs(queues: dict[str, str]) -> None:
    theirs = {kind for kind, queue in queues.items() if queue == GENERATION}
    for collector in AUTOSCALER["metric-collectors"]:
        [kinds] = re.findall(r'kind=~"([^"]+)"', collector["query"])
        assert set(kinds.split("|")) == theirs
        assert f'app="{FLY["app"]}"' in collector["query"]  # others of the organisation have such figures, too


def test_nothing_that_a_law_sets_a_time_for_waits_for_a_worker(queues: dict[str, str]) -> None:
    lawful = {"erase", "export", "receipt", "inform", "refund", "destroy", "shorten"}
    assert {kind: queues[kind] for kind in lawful} == dict.fromkeys(lawful, RIGHTS)


@pytest.mark.parametrize("wrong", ["", "1 +", "max(1, 2", "due due", "1 ? 2", "nobody", "sum(1)", "1 $ 2"])
def test_the_reader_of_expressions_refuses_what_the_original_refuses(wrong: str) -> None:
    with pytest.raises((SyntaxError, NameError)):
        evaluate(wrong, {"due": 1.0})


READ = {
    "1 + 2 * 3": 7.0,
    "(1 + 2) * 3": 9.0,
    "10 - 4 - 3": 3.0,
    "8 / 4 / 2": 1.0,
    "-2 + due": 1.0,
    "due > 2 ? 10 : 20": 10.0,
    "due > 3 ? 10 : due >= 3 ? 30 : 40": 30.0,
    "max(1, min(due, 2), 0)": 2.0,
    "ceil(due / 2) + floor(due / 2)": 3.0,
}


@pytest.mark.parametrize("text", READ)
def test_the_reader_of_expressions_binds_as_the_original_does(text: str) -> None:
    assert evaluate(text, {"due": 3.0}) == READ[text]
