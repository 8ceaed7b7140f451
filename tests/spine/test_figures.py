"""Figures and logs of the real processes: an order moves them, its story is a grep, nothing of anybody is in them."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from ops.stack import PYTHON, SETTINGS
from tests.spine.person import LONG, Person, until
from watch.figures import DATABASE, FIGURES, LABELS, PROCESS
from watch.trace import find, story

if TYPE_CHECKING:
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

PROCESSES = ("web", "worker", "rights")
NAMES = {"first_name": "Quillonzara", "username": "zarafinch_figures"}
# What prometheus_client tells of the interpreter.
LIBRARY = {"generation", "implementation", "major", "minor", "patchlevel", "version"}
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def page(spine: Spine, process: str) -> str:
    port = getattr(spine.stack.ports, f"{process}_figures")
    answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60)
    answer.raise_for_status()
    return answer.text


def series(spine: Spine, process: str) -> Series:
    families = text_string_to_metric_families(page(spine, process))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(found: Series, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def moves(spine: Spine, process: str, name: str, labels: dict[str, str]) -> bool:
    return value(series(spine, process), name, **labels) >= 1


def told(spine: Spine, order: str) -> list[dict[str, Any]]:
    """Every line of every process that names this order, in the order of time."""
    lines = []
    for process in PROCESSES:
        log = (spine.stack.data / "logs" / f"{process}.log").read_text()
        lines += [json.loads(line) for line in log.splitlines() if order in line]
    assert all(line["order"] == order for line in lines)  # in the one declared field
    return sorted(lines, key=lambda line: str(line["at"]))


def events(spine: Spine, order: str) -> list[str]:
    return [str(line["event"]) for line in told(spine, order)]


def delivered(spine: Spine, order: str) -> None:
    until("the delivery", lambda: "order.delivered" in events(spine, order), seconds=LONG)


@pytest.fixture(scope="module")
def ordered(spine: Spine) -> tuple[Person, str]:
    """Somebody with a picture that was delivered."""
    person = spine.person(**NAMES)
    requests.post(f"{spine.gemini}/control/settings", json={"canned": True}, timeout=60).raise_for_status()
    _, order = person.orders("a teapot of figures")
    delivered(spine, order)
    return person, order


def test_the_story_of_a_picture_is_a_grep(spine: Spine, ordered: tuple[Person, str]) -> None:
    said = events(spine, ordered[1])
    story = ["order.accepted", "order.sent", "order.kept", "order.delivered"]
    assert [event for event in said if event in story] == story
    assert [line["process"] for line in told(spine, ordered[1]) if line["event"] in story] == [
        "web",
        "generation",
        "generation",
        "generation",
    ]


def test_the_story_of_a_video_is_a_grep(spine: Spine) -> None:
    order = spine.filmer().films("a film of figures")
    delivered(spine, order)
    story = ["order.accepted", "order.sent", "video.submitted", "order.kept", "order.delivered"]
    assert [event for event in events(spine, order) if event in story] == story


def test_its_rows_tell_the_same_story(spine: Spine, ordered: tuple[Person, str]) -> None:
    with spine.house.database.connection():
        found = story(find(ordered[1]))
    told_ = [event.what for event in found.events]
    expected = ["offered", "accepted", "produce asked for", "disclosed", "kept", "deliver asked for", "deliver done"]
    assert [what for what in told_ if what in expected] == expected
    assert {"credits: hold", "sealed", "cost", "credits: charge", "produce done"} <= set(told_)


def test_an_order_moves_the_figures_of_who_worked_on_it(spine: Spine, ordered: tuple[Person, str]) -> None:
    moved: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("worker", "miomio_order_seconds_count", {"kind": "picture"}),
        ("worker", "miomio_work_ended_total", {"kind": "produce", "outcome": "done"}),
        ("worker", "miomio_work_seconds_count", {"kind": "deliver"}),
        ("worker", "miomio_provider_seconds_count", {"provider": "gemini"}),
        ("worker", "miomio_provider_seconds_count", {"provider": "telegram"}),
        ("web", "miomio_webhook_seconds_count", {"status": "2xx"}),
        ("web", "miomio_http_seconds_count", {"route": "health", "status": "2xx"}),
    )
    for process, name, labels in moved:  # they are counted behind what was logged
        until(f"{name} of {process}", partial(moves, spine, process, name, labels))


def test_the_rights_process_tells_what_the_database_knows(spine: Spine, ordered: tuple[Person, str]) -> None:
    def known() -> Series | None:
        found = series(spine, "rights")
        return found if value(found, "miomio_orders_lately", kind="picture", state="delivered") >= 1 else None

    def wrong() -> list[str]:
        found = series(spine, "rights")
        down = [part for part in ("database", "store", "bell", "erasures") if value(found, "miomio_up", part=part) != 1]
        lost = [group for group in PROCESSES if value(found, "miomio_processes", group=group) < 1]
        failing = [str(labels) for (name, labels), said in found.items() if name == "miomio_figures_failed" and said]
        return down + lost + failing

    until("the order in the figures", known, seconds=LONG)
    # A busy machine may be late with one of them for a moment.
    until("all of it", lambda: not wrong(), seconds=LONG)
    assert {figure.name for figure in FIGURES.values() if figure.asked == DATABASE} <= names(page(spine, "rights"))


def names(text: str) -> set[str]:
    return {family.name for family in text_string_to_metric_families(text)}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_tells_its_own(spine: Spine, process: str) -> None:
    found = names(page(spine, process))
    assert {figure.name for figure in FIGURES.values() if figure.asked == PROCESS} <= found
    assert "process_resident_memory_bytes" in found


@pytest.mark.parametrize("process", PROCESSES)
def test_nothing_of_anybody_is_in_the_figures(spine: Spine, ordered: tuple[Person, str], process: str) -> None:
    labels = {label: said for (name, pairs) in series(spine, process) for label, said in pairs}
    said = {said for (_, pairs) in series(spine, process) for label, said in pairs if label != "release"}
    assert labels.keys() - LIBRARY <= LABELS.keys() | {"le"}
    assert [one for one in said if re.search(r"[0-9a-f]{16}", one)] == []  # no id of any row
    assert not said & {*NAMES.values(), str(ordered[0].id), ordered[1]}
    assert not any(words in page(spine, process) for words in (*NAMES.values(), ordered[1], "teapot"))


@pytest.mark.parametrize("process", PROCESSES)
def test_the_figures_are_no_more_than_a_few_hundred_series(spine: Spine, process: str) -> None:
    assert len(series(spine, process)) < 2_000


def test_the_public_website_has_no_figures(spine: Spine) -> None:
    for path in ("/metrics", "/metrics/", "//metrics"):
        assert requests.get(f"{spine.stack.web}{path}", timeout=60).status_code == 404


def test_a_verb_reaches_the_stack_by_the_settings_that_it_wrote(spine: Spine) -> None:
    path = spine.stack.data / SETTINGS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600  # keys are among them
    words = ["sh", "-c", '. "$0" && exec "$1" -m ops status', str(path), PYTHON]
    told = subprocess.run(words, env={"PATH": os.defpath}, capture_output=True, text=True, check=False)
    assert "RUNNING" in told.stdout, told.stderr
    assert "worker " in told.stdout
