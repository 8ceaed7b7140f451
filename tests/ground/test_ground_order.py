"""Several processes share the tests without one of them being left with the longest at the end."""

from __future__ import annotations

from pathlib import Path

from tests.order import FIRST, TOGETHER, rank, share

ROOT = Path(__file__).parents[2]


def test_what_is_dealt_first_is_there() -> None:
    assert [name for name in FIRST if not (ROOT / name).exists()] == []
    assert set(TOGETHER) <= set(FIRST), "what starts something for all its files takes long"


def test_a_file_is_dealt_as_a_whole_and_a_service_with_all_its_files() -> None:
    assert share("tests/jobs/test_jobs_tick.py::test_a[postgres]") == share("tests/jobs/test_jobs_tick.py::test_b")
    assert share("tests/jobs/test_jobs_tick.py::test_a") != share("tests/jobs/test_jobs_desk.py::test_a")
    assert share("tests/spine/test_drain.py::test_a") == share("tests/spine/test_points.py::test_b")


def test_the_longest_come_first_and_the_others_stay_as_they_came() -> None:
    came = [f"{name}::test" for name in ("tests/jobs/test_b.py", FIRST[2], "tests/jobs/test_a.py", FIRST[0] + "t.py")]
    assert sorted(came, key=rank) == [came[3], came[1], came[0], came[2]]
