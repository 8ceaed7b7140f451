"""What counts as a goal that was reached, and what somebody reads who missed one."""

from __future__ import annotations

import pytest

from tests.lighthouse.__main__ import GOALS, Run, report

GOOD = Run(dict.fromkeys(GOALS, 100.0), frozenset())


def short_of(name: str) -> Run:
    return Run({**GOOD.points, name: GOALS[name] - 1.0}, frozenset({"Letters are hard to see (color-contrast)"}))


@pytest.mark.parametrize("name", GOALS)
def test_a_median_below_its_goal_is_missed_and_two_bad_runs_of_five_are_not(name: str) -> None:
    bad = short_of(name)
    assert report("/", "mobile", [bad, GOOD, bad, GOOD, bad])
    assert not report("/", "mobile", [bad, GOOD, bad, GOOD, GOOD])


def test_the_goals_are_those_that_were_set() -> None:
    assert GOALS == {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}


def test_what_was_missed_is_named_with_what_cost_points(capsys: pytest.CaptureFixture[str]) -> None:
    report("/privacy", "mobile", [short_of("accessibility")])
    said = capsys.readouterr().out
    assert "99 < 100" in said
    assert "Letters are hard to see" in said
