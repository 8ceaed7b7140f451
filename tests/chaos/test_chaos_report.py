"""What a run is called: passed only where every check passed and every number was reached; and how it is drawn."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chaos import picture, report
from chaos.faults import schedule
from chaos.invariants import Check
from chaos.levels import KILL, NETWORK, QUICK, STORM
from chaos.person import DELIVERED, Told
from chaos.report import Run
from chaos.timeline import Event, Timeline, per_second

GOOD = Check("every order ended", 300, [])
BAD = Check("no result came twice", 300, ["an-order: 2 messages"])


def run() -> Run:
    events = [Event(float(at), kind, "worker-1", "reset") for kind, n in QUICK.planned.items() for at in range(n)]
    return Run(
        level=QUICK,
        seed=5,
        seconds=118.0,
        start_seconds=12.0,
        load_seconds=45.0,
        quiet_seconds=10.0,
        schedule=schedule(QUICK, 5),
        unmet=0,
        timeline=Timeline(0.0, events),
        told=[Told(f"o{n}", False, n / 10, n / 10 + 0.5, n / 10 + 3.0, DELIVERED) for n in range(300)],
        checks=[GOOD],
        ended_alone=Counter({"worker-1": 2}),
        states=Counter({"delivered": 290, "refused": 10}),
    )


def fewer(kind: str, left: int) -> Run:
    whole = run()
    of_kind = [event for event in whole.timeline.events if event.kind == kind][:left]
    others = [event for event in whole.timeline.events if event.kind != kind]
    return replace(whole, timeline=Timeline(0.0, [*others, *of_kind]))


def test_a_run_passes_when_every_check_passed_and_every_number_was_reached() -> None:
    assert run().passed
    assert "chaos-quick-5 passed" in report.words(run())


def test_one_violation_fails_it_and_is_quoted() -> None:
    failed = replace(run(), checks=[BAD, GOOD])
    assert not failed.passed
    passed, said = report.words(failed).split("\n", 1)
    assert passed == "passed  every order ended (300)"
    assert said.startswith("FAILED  no result came twice (1 of 300)\n          an-order: 2 messages")


def test_a_failed_run_tells_what_is_known_of_whom_it_names() -> None:
    failed = replace(run(), checks=[GOOD, BAD], stories={"an-order": ["order an-order", "01:00 web: order.accepted"]})
    assert "what is known of an-order\n  order an-order\n  01:00 web: order.accepted\n" in report.words(failed)
    assert report.view(failed)["stories"] == failed.stories


def test_too_few_faults_or_orders_fail_it() -> None:
    assert fewer(KILL, 1).short_of == {KILL: "1 of 5"}
    assert not fewer(STORM, 0).passed
    assert replace(run(), states=Counter({"delivered": 299})).short_of == {"orders": "299 of 300"}


def test_the_report_is_one_file_with_counts_checks_and_timeline(tmp_path: Path) -> None:
    path = report.write(run(), tmp_path)
    assert path.name == "chaos-quick-5.json"
    told = json.loads(path.read_text())
    assert (told["level"], told["seed"], told["passed"]) == ("quick", 5, True)
    assert told["faults"]["hit"] == QUICK.planned
    assert told["checks"] == [
        {"name": GOOD.name, "passed": True, "subjects": 300, "violations": 0, "some_violations": []}
    ]
    assert len(told["timeline"]) == sum(QUICK.planned.values())
    assert sum(told["orders_ended_per_second"]) == 300
    assert told["seconds_from_wish_to_result"]["p50"] == 3.0


def test_orders_are_counted_by_the_second_in_which_they_ended() -> None:
    assert per_second([0.1, 0.9, 2.0], 4) == [2, 0, 1, 0]


def test_the_picture_is_well_formed_and_has_a_tick_for_every_fault_on_its_lane(tmp_path: Path) -> None:
    drawn = ElementTree.fromstring(picture.write(run(), tmp_path).read_text())  # noqa: S314  ours
    space = "{http://www.w3.org/2000/svg}"
    words = [text.text or "" for text in drawn.iter(f"{space}text")]
    assert "make chaos LEVEL=quick SEED=5" in words
    assert any(word.startswith("passed: 1 of 1 checks") for word in words)
    ticks = [line for line in drawn.iter(f"{space}line") if line.find(f"{space}title") is not None]
    assert len(ticks) == sum(QUICK.planned.values())
    assert {f"{picture.LANES[kind][0]} ({number})" for kind, number in QUICK.planned.items()} <= set(words)
    assert len({tick.get("y1") for tick in ticks}) == len(QUICK.planned)


@pytest.mark.parametrize(("busiest", "scale"), [(1, 4), (4, 4), (5, 8)])
def test_the_line_of_the_picture_is_as_high_as_its_busiest_second_on_a_scale_of_whole_numbers(
    busiest: int, scale: int
) -> None:
    one = run().told[0]
    drawn = picture.draw(replace(run(), told=[replace(one, ended=3.0)] * busiest))
    [line] = [piece for piece in drawn.splitlines() if "polyline" in piece]
    heights = [float(point.split(",")[1]) for point in line.split('"')[1].split()]
    assert min(heights) == picture.TOP + picture.CHART * (1 - busiest / scale)
    assert max(heights) == picture.TOP + picture.CHART
    assert f">{scale}</text>" in drawn


def test_a_failed_run_says_so_in_its_picture() -> None:
    assert "FAILED: 1 of 2 checks" in picture.draw(replace(run(), checks=[GOOD, BAD]))
    assert NETWORK in picture.LANES
