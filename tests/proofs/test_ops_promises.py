"""`python -m ops promises`: open ones shown as open, nothing shown as proven that was not run on this version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.promises import as_data, promises, standings, table
from ops.tagged import tagged
from policy.promises import OPEN, PROMISES
from privacy.proofs import OPEN_STILL, PROVEN, UNPROVEN, UNTAGGED, Proof, Record, read, write
from privacy.release import Release

HERE = Release("c" * 40, "s" * 64)
PASSED = Proof(("P1.1",), {"": "passed"}, "2026-11-25T07:12:31+00:00")
NAME = "tests/web/test_site.py::test_the_controller_is_named"
PROVES = "@pytest.mark.proves"


def record(*, commit: str = HERE.commit, clean: bool = True) -> Record:
    return Record(commit, HERE.sources, clean, {NAME: PASSED})


def test_what_passed_on_this_version_is_proven_and_open_ones_are_open() -> None:
    stand = standings({NAME: ("P1.1",)}, record(), speaks=record().speaks_for(HERE))
    assert (stand["P1.1"].state, stand["P1.1"].at) == (PROVEN, PASSED.at)
    assert {promise for promise, each in stand.items() if each.state == OPEN_STILL} == OPEN.keys()
    assert stand["P14.1"].state == UNTAGGED
    assert "(passed 2026-11-25T07:12:31+00:00)" in table(stand)


@pytest.mark.parametrize(
    "other", [record(commit="d" * 40), record(clean=False), None], ids=["another commit", "uncommitted", "no record"]
)
def test_what_passed_elsewhere_is_not_run_for_this_version(other: Record | None) -> None:
    stand = standings({NAME: ("P1.1",)}, other, speaks=other is not None and other.speaks_for(HERE))
    assert (stand["P1.1"].state, stand["P1.1"].at) == (UNPROVEN, "")
    assert f"{NAME}  (not run for this version)" in table(stand)


def test_nobody_knows_the_commit_so_nothing_is_proven() -> None:
    assert not record(commit="").speaks_for(Release("", HERE.sources))


def test_a_test_that_the_record_does_not_know_did_not_run() -> None:
    stand = standings({NAME: ("P1.1",), "tests/a.py::test_new": ("P1.1",)}, record(), speaks=True)
    assert stand["P1.1"].state == UNPROVEN


def test_where_there_are_no_tests_the_record_knows_them() -> None:
    assert standings({}, record(), speaks=True)["P1.1"].state == PROVEN
    stand = standings({}, record(commit="d" * 40), speaks=False)
    assert (stand["P1.1"].state, list(stand["P1.1"].proofs)) == (UNPROVEN, [NAME])


def test_an_open_promise_is_never_shown_as_proven() -> None:
    promise = next(iter(OPEN))
    bold = Record(HERE.commit, HERE.sources, True, {NAME: Proof((promise,), {"": "passed"}, PASSED.at)})
    stand = standings({NAME: (promise,)}, bold, speaks=True)
    assert (stand[promise].state, stand[promise].at) == (OPEN_STILL, "")


def test_the_same_for_programs() -> None:
    data = json.loads(as_data(standings({NAME: ("P1.1",)}, record(), speaks=True)))
    assert data.keys() == PROMISES.keys()
    assert data["P1.1"] == {"state": PROVEN, "tests": {NAME: {"result": "passed", "at": PASSED.at}}}


def test_the_verb_names_every_promise_of_this_checkout_and_has_nothing_against_it() -> None:
    done = CliRunner().invoke(promises, ["--json"])
    assert json.loads(done.stdout).keys() == PROMISES.keys()
    assert done.exit_code == 0, done.output


def test_a_record_is_read_as_it_was_written_and_half_a_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "build" / "proofs.json"
    assert read(path) is None
    write(record(), path)
    assert read(path) == record()
    path.write_text(path.read_text()[:-40])
    assert read(path) is None
    path.write_text('{"commit": "c", "sources": "s", "clean": true, "proofs": []}')
    assert read(path) is None


SOURCE = f"""
import pytest
pytestmark = [pytest.mark.slow, pytest.mark.proves("P1.1")]

{PROVES}("P1.2", "P1.3")
@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.proves("P2.1"))])
async def test_one(n): pass

{PROVES}("P2.2")
class TestMany:
    {PROVES}("P2.3")
    def test_two(self): pass

    def helper(self): pass

def helper(): pass
"""


def test_marks_are_found_wherever_they_may_stand(tmp_path: Path) -> None:
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "deep" / "test_a.py").write_text(SOURCE)
    assert tagged(tmp_path / "tests") == {
        "tests/deep/test_a.py::test_one": ("P1.1", "P1.2", "P1.3", "P2.1"),
        "tests/deep/test_a.py::TestMany::test_two": ("P1.1", "P2.2", "P2.3"),
    }


def test_a_mark_whose_ids_are_not_written_out_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(f"import pytest\n{PROVES}(*IDS)\ndef test_a(): pass\n")
    with pytest.raises(ValueError, match="line 2: write the ids"):
        tagged(tmp_path / "tests")
