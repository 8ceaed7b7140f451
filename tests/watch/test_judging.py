"""What the figures mean: each thing that may be wrong has its line, its level and what helps; well is silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from privacy.backups import Standing
from privacy.canary_standing import NEVER, RUNNING, CanaryStanding
from watch.alive import RIGHTS, WEB, WORKER, Seen
from watch.judging import CANARY_LIMIT, HAND, LATE, Figures, Known, judge, spoken

NOBODY_LOST = tuple(Seen(group, 1, 0, frozenset({"c0ffee"})) for group in (WEB, WORKER, RIGHTS))
WELL = Known(
    figures={
        "miomio_up": {("database",): 1.0, ("bell",): 1.0},
        "miomio_figures_failed": {("due",): 0.0},
        "miomio_work_due": {("produce",): 3.0, ("destroy",): 0.0, ("inform",): 9.0},
        "miomio_work_oldest_seconds": {("produce",): 20.0, ("destroy",): 0.0, ("inform",): 90_000.0},
        "miomio_requests_deadline_seconds": {("access",): 20 * 86_400.0},
        "miomio_reports_open": {("open",): 0.0, ("frozen",): 0.0},
        "miomio_ledger_sum_credits": {("lately",): 0.0, ("all",): 0.0},
        "miomio_check_differences": {("reconcile",): 0.0},
        "miomio_keys": {("m2",): 70.0, ("m1",): 0.0},
        "miomio_retention_overdue_seconds": {(): 30.0},
        "miomio_breaker_open": {("kling",): 0.0},
        "miomio_paused": {("videos",): 0.0},
    },
    seen=NOBODY_LOST,
    quarantined={},
    canary=CanaryStanding("clean"),
    backups=Standing({}, too_old=0, people=True),
    backups_late=(),
    newest_master="m2",
    rights={"destroy", "erase"},
)


def test_all_well_is_silence() -> None:
    assert judge(WELL) == []


@pytest.mark.parametrize(
    ("figure", "labels", "value", "level", "words"),
    [
        ("miomio_up", ("database",), 0.0, HAND, "database does not answer"),
        ("miomio_up", ("bell",), 0.0, LATE, "bell does not answer"),
        ("miomio_figures_failed", ("due",), 1.0, LATE, "cannot be asked for: due"),
        ("miomio_work_oldest_seconds", ("produce",), 121.0, LATE, "produce: 3 wait, the oldest for 2 min 1 s"),
        ("miomio_work_oldest_seconds", ("destroy",), 901.0, LATE, "destroy: 0 wait, the oldest for 15 min"),
        ("miomio_orders_oldest_seconds", ("video_5",), 9_000.0, HAND, "an order of video_5 is open for 2 h 30 min"),
        ("miomio_breaker_open", ("kling",), 1.0, HAND, "kling does not answer"),
        ("miomio_paused", ("videos",), 1.0, HAND, "videos: paused by staff"),
        ("miomio_pacing_seconds", ("telegram",), 300.0, LATE, "telegram wants everybody to wait for 5 min"),
        ("miomio_ledger_sum_credits", ("all",), -3.0, HAND, "the books are -3 credits apart"),
        ("miomio_ledger_sum_credits", ("lately",), 1.0, HAND, "entries are +1 credits apart"),
        ("miomio_payments_open", ("stuck",), 2.0, HAND, "2 refunds are stuck"),
        ("miomio_payments_open", ("unclaimed",), 1.0, HAND, "1 payments are nobody's"),
        ("miomio_check_differences", ("reconcile",), 2.0, HAND, "differ in 2 payments"),
        ("miomio_check_differences", ("audit",), 1.0, HAND, "the staff's log is broken in 1 places"),
        ("miomio_check_differences", ("retention",), 1.0, HAND, "1 rules of retention fail"),
        ("miomio_check_differences", ("objects",), 4.0, HAND, "4 sealed objects are missing"),
        ("miomio_check_differences", ("of-tomorrow",), 4.0, HAND, "of-tomorrow found 4"),
        ("miomio_check_age_seconds", ("audit",), 100_000.0, LATE, "audit was not checked for 1 d 3 h"),
        ("miomio_requests_deadline_seconds", ("access",), 4 * 86_400.0, LATE, "a request (access) is due in 4 d"),
        ("miomio_requests_deadline_seconds", ("access",), -7_200.0, HAND, "a request (access) is 2 h too late"),
        ("miomio_reports_open", ("open",), 1.0, HAND, "reports: 1 open, 0 with an account frozen"),
        ("miomio_reports_open", ("frozen",), 1.0, HAND, "reports: 0 open, 1 with an account frozen"),
        ("miomio_incidents_open", ("open",), 1.0, HAND, "1 breaches are not closed"),
        ("miomio_tickets_oldest_seconds", (), 300_000.0, LATE, "a ticket waits for 3 d 11 h"),
        ("miomio_retention_overdue_seconds", (), 7_201.0, LATE, "something is 2 h past its time"),
        ("miomio_retention_run_age_seconds", (), 10_801.0, LATE, "retention did not run for 3 h"),
        ("miomio_erasures_waiting_seconds", (), 3_700.0, LATE, "a deletion waits for 1 h 1 min"),
        ("miomio_keys", ("m1",), 1.0, LATE, "keys still hang on m1"),
    ],
)
def test_what_is_wrong_has_its_line(figure: str, labels: tuple[str, ...], value: float, level: int, words: str) -> None:
    series = {**WELL.figures.get(figure, {}), labels: value}
    [line] = judge(replace(WELL, figures={**WELL.figures, figure: series}))
    assert (line.level, words in line.what) == (level, True), line


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"seen": (Seen(WORKER, 0, 0, frozenset()), *NOBODY_LOST)}, HAND, "no worker process runs"),
        ({"seen": (Seen(WORKER, 2, 1, frozenset()), *NOBODY_LOST)}, LATE, "1 worker fell silent"),
        ({"quarantined": {"collect": 2}}, HAND, "collect: 2 given up after three crashes"),
        ({"canary": CanaryStanding("seen")}, HAND, "the canary person: seen"),
        ({"canary": CanaryStanding("old")}, HAND, "the canary person: old"),
        ({"backups_late": ("keys",)}, HAND, "no backup of the keys"),
        ({"backups": Standing({}, too_old=2, people=True)}, HAND, "2 backups are kept past their days"),
    ],
)
def test_so_has_what_is_no_figure(changes: dict[str, Any], level: int, words: str) -> None:
    [line] = judge(replace(WELL, **changes))
    assert (line.level, words in line.what) == (level, True), line


def test_a_canary_that_is_set_up_and_never_came_is_said() -> None:
    figures: Figures = {**WELL.figures, "miomio_canary_age_seconds": {(): CANARY_LIMIT + 1}}
    known = replace(WELL, figures=figures, canary=CanaryStanding(NEVER))
    [line] = judge(known)
    assert (line.level, line.what) == (LATE, "the canary person was never sent")
    assert judge(replace(known, canary=CanaryStanding(RUNNING))) == []


@pytest.mark.parametrize("result", [NEVER, RUNNING])
def test_a_canary_that_nobody_set_up_or_that_is_on_its_way_calls_nobody(result: str) -> None:
    assert judge(replace(WELL, canary=CanaryStanding(result))) == []


def test_the_worst_comes_first() -> None:
    figures: Figures = {**WELL.figures, "miomio_up": {("bell",): 0.0}, "miomio_paused": {("sales",): 1.0}}
    assert [line.level for line in judge(replace(WELL, figures=figures))] == [HAND, LATE]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3600, "1 h"), (90_061, "1 d 1 h"), (86_400, "1 d")],
)
def test_times_are_said_in_their_two_largest_parts(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
