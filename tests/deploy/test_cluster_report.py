"""The report of a trial: each check fails on what it is there for, and fails when nobody looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chaos.evidence import Evidence
from chaos.invariants import CHECKS
from chaos.person import DELIVERED, Told
from deploy.cluster import report
from deploy.cluster.plan import DATA, WEB_HOST, WORKERS
from deploy.cluster.report import Said
from deploy.cluster.trial import CUTS, LEVEL, Seen
from deploy.cluster.watching import Hold, Sample

BEGAN = datetime.fromisoformat("2026-11-28T12:00:00Z")
NOBODY = Evidence([], [], [], [], [], [], [], [], [], {}, [], {}, [], [])


def told(ended: float) -> Told:
    return Told(order=f"o{ended}", film=False, asked=0.0, accepted=ended - 2.0, ended=ended, how=DELIVERED)


def good() -> Seen:
    ends = [6.0, *(10.0 + number for number in range(18)), 43.5, 44.6, 55.0, 60.5]
    held = [
        Sample(7.9, {"a": Hold("one", 1), "b": Hold("two", 1)}),
        Sample(20.5, {"a": Hold("two", 2)}),
        Sample(29.0, {"c": Hold("one", 1)}),
    ]
    cuts = {WORKERS[0].name: (8.0, 28.0), DATA.name: (36.0, 42.0), WEB_HOST.name: (50.0, 58.0)}
    seen = replace(NOBODY, told=[told(end) for end in ends])
    return Seen(seen, held, cuts, {"a": 2, "b": 1, "c": 1}, 70.0, BEGAN)


def failed(seen: Seen) -> set[str]:
    return {check.name for check in report.of_the_machines(seen) if not check.passed}


def only(keep: Callable[[float], bool]) -> Seen:
    seen = good()
    return replace(seen, evidence=replace(seen.evidence, told=[t for t in seen.evidence.told if keep(t.ended or 0)]))


def test_a_good_trial_passes() -> None:
    assert failed(good()) == set()


SLOW = replace(
    good(),
    cuts={**good().cuts, WORKERS[0].name: (8.0, 30.0)},
    samples=[good().samples[0], Sample(29.0, {"a": Hold("two", 2)}), Sample(31.0, {"c": Hold("one", 1)})],
)
LEFT = [
    Sample(7.9, {"a": Hold("one", 1), "d": Hold("one", 1)}),
    Sample(20.5, {"a": Hold("two", 2), "d": Hold("one", 1)}),
    good().samples[2],
]


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (replace(good(), ended=["worker-1"]), "every process lived through it"),
        (only(lambda end: not 8 < end < 28), "work went on elsewhere"),
        (replace(good(), samples=good().samples[:1]), "what it held was taken over"),
        (replace(good(), samples=LEFT), "what it held was taken over"),
        (SLOW, "it was taken over in time"),
        (replace(good(), samples=good().samples[:2]), "back on its cable it works again"),
        (only(lambda end: not 42 < end < 59), "the service goes on once its database is back"),
        (only(lambda end: not 44 < end < 59.9), "orders are taken once its database is back"),
        (only(lambda end: end < 60), "orders are taken once the website is back"),
    ],
)
def test_each_check_of_the_machines_can_fail(seen: Seen, name: str) -> None:
    assert name in failed(seen)


def test_a_trial_that_nobody_took_part_in_fails_every_check() -> None:
    """But for what is true of nobody: that all processes lived."""
    empty = Seen(NOBODY, [], good().cuts, {}, 0.0, BEGAN)
    assert {check.name for check in report.checks(empty) if check.passed} == {"every process lived through it"}


def test_every_invariant_is_asked_but_for_those_that_are_not_of_this_trial() -> None:
    asked = {check.name for check in report.checks(good())}
    assert set(CHECKS) > report.ELSEWHERE
    assert set(CHECKS) - report.ELSEWHERE <= asked


def test_an_invariant_that_is_broken_shows() -> None:
    broken = replace(
        good().evidence,
        lines=[{"entry": "e", "place": "p", "amount": 1}],
        entries=[{"id": "e", "kind": "grant", "order_id": None}],
    )
    checks = {check.name: check for check in report.checks(replace(good(), evidence=broken))}
    assert not checks["the ledger sums to zero"].passed


def test_figures_and_text_say_the_same() -> None:
    figures: dict[str, Any] = report.figures(good(), Said(refused=3, noticed=11.5))
    assert figures["worker_cut_off"] == {
        "from_s": 8.0,
        "to_s": 28.0,
        "held_at_the_cut": 1,
        "taken_over": 1,
        "taken_over_after_s": (12.5, 12.5),
        "orders_that_ended_meanwhile": 18,
        "longest_pause_s": 2.0,
        "noticed_after_s": 11.5,
        "commits_refused": 3,
        "works_again_after_s": 1.0,
    }
    text = report.text(figures, report.checks(good()))
    assert "It knew after 11.5 s; late commits of its that were refused: 3" in text
    assert "FAIL  every order ended: nobody looked" in text


def test_only_what_was_refused_around_the_cut_counts(tmp_path: Path) -> None:
    moments = {-1.0: "work.fence_lost", 3.0: "worker.round_failed", 25.0: "work.fence_lost", 60.0: "work.fence_lost"}
    lines = ["a library's own line"]
    for seconds, event in moments.items():
        at = (BEGAN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        lines.append(json.dumps({"at": at, "event": event, "code": "database.unavailable"}))
    log = tmp_path / "worker-1.log"
    log.write_text("\n".join(lines))
    assert report.said_by(log, cut=BEGAN, mended=BEGAN + timedelta(seconds=20)) == Said(refused=1, noticed=3.0)


def test_the_file_says_whether_it_passed(tmp_path: Path) -> None:
    path = tmp_path / "results" / "cluster.json"
    report.written(path, {"orders": 1}, report.checks(good()), seconds=140.4)
    kept = json.loads(path.read_text())
    assert (kept["passed"], kept["seconds"], kept["orders"]) == (False, 140, 1)
    report.written(path, {}, report.of_the_machines(good()), seconds=1)
    assert json.loads(path.read_text())["passed"] is True


def test_cuts_follow_each_other_within_the_time_in_which_people_order() -> None:
    ends = [0.0, *(cut.at + cut.lasting for cut in CUTS)]
    assert all(cut.at > before for cut, before in zip(CUTS, ends, strict=False))
    assert ends[-1] < LEVEL.seconds
