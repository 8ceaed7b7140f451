"""What becomes a proof: all tests of a promise ran and passed, in whole runs, on the commit that is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from privacy.proofs import FAILED, FAILING, NOT_RUN, PASSED, PROVEN, SKIPPED, UNPROVEN, UNTAGGED
from tests.proofs.project import Project

FATES = """
    @pytest.mark.proves("P1.1", "P1.2")
    def test_that_passes(): pass

    @pytest.mark.proves("P1.2", "P1.3")
    def test_that_fails(): assert False

    @pytest.mark.proves("P2.1")
    @pytest.mark.skip
    def test_that_is_skipped(): pass

    @pytest.mark.proves("P2.2")
    @pytest.mark.xfail
    def test_that_is_expected_to_fail(): assert False

    @pytest.mark.proves("P2.3")
    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_with_a_case_that_fails(number): assert number != 2

    @pytest.fixture
    def breaks_afterwards():
        yield
        raise OSError

    @pytest.mark.proves("P2.4")
    def test_whose_tear_down_fails(breaks_afterwards): pass

    @pytest.mark.proves("P2.5")
    class TestClass:
        def test_inside(self): pass

    @pytest.mark.parametrize("number", [1, pytest.param(2, marks=pytest.mark.proves("P2.7"))])
    def test_of_which_one_case_is_a_proof(number): pass
"""
WHOLE = """
    pytestmark = [pytest.mark.proves("P2.8")]

    def test_of_a_file_that_is_marked_as_a_whole(): pass
"""
BROKEN = """
    import a_module_that_is_not_there

    @pytest.mark.proves("P1.1")
    def test_that_is_never_reached(): pass
"""
TWO_RUNS = """
    @pytest.mark.proves("P1.1")
    @pytest.mark.parametrize("number", [1, 2])
    def test_together(number): pass

    @pytest.mark.proves("P1.1")
    @pytest.mark.alone
    def test_alone(): pass
"""
EXPECTED = {
    "P1.1": PROVEN,
    "P1.2": FAILING,
    "P1.3": FAILING,
    "P2.1": UNPROVEN,
    "P2.2": UNPROVEN,
    "P2.3": FAILING,
    "P2.4": FAILING,
    "P2.5": PROVEN,
    "P2.7": PROVEN,
    "P2.8": PROVEN,
    "P14.1": UNTAGGED,
}
WORKERS = ("-n", "2", "--dist", "loadfile")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.mark.parametrize("how", [(), WORKERS], ids=["one process", "two workers"])
def test_only_what_ran_and_passed_in_every_case_is_proven(project: Project, how: tuple[str, ...]) -> None:
    project.has("test_fates.py", FATES)
    project.has("test_whole.py", WHOLE)
    assert project.run(*how) == 1
    assert {promise: project.standing(promise).state for promise in EXPECTED} == EXPECTED


def test_each_case_stands_in_the_record_with_its_result_and_time(project: Project) -> None:
    project.has("test_fates.py", FATES)
    project.run()
    [proof] = project.standing("P2.3").proofs.values()
    assert (dict(proof.cases), proof.result) == ({"[1]": PASSED, "[2]": FAILED, "[3]": PASSED}, FAILED)
    assert project.standing("P1.1").at.startswith("20")
    assert project.standing("P1.2").at == ""
    [skipped] = project.standing("P2.1").proofs.values()
    assert skipped.result == SKIPPED


@pytest.mark.parametrize("how", [(), WORKERS], ids=["one process", "two workers"])
def test_a_proof_may_need_both_runs(project: Project, how: tuple[str, ...]) -> None:
    project.has("test_both.py", TWO_RUNS)
    project.run(*how, "-m", "not alone")
    assert project.standing("P1.1").state == UNPROVEN
    assert {proof.result for proof in project.standing("P1.1").proofs.values()} == {PASSED, NOT_RUN}
    project.run("-m", "alone")
    assert project.standing("P1.1").state == PROVEN


def test_a_case_that_was_left_out_leaves_the_promise_unproven(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    project.run("-k", "alone or 1")
    assert project.standing("P1.1").state == UNPROVEN


def test_a_run_of_some_files_does_not_speak_for_the_others(project: Project) -> None:
    project.has("test_fates.py", FATES)
    project.has("test_more.py", "@pytest.mark.proves('P1.1')\ndef test_more(): pass\n")
    project.run("tests/test_more.py")
    assert project.standing("P1.1").state == UNPROVEN
    project.run("tests/test_fates.py")
    assert project.standing("P1.1").state == PROVEN


def test_a_single_test_cannot_be_written_down(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    assert project.run("tests/test_both.py::test_together[1]") == 4
    assert project.record is None


def test_a_file_that_cannot_be_read_leaves_its_promises_unproven(project: Project) -> None:
    project.has("test_fates.py", FATES)
    project.has("test_broken.py", BROKEN)
    project.run("--continue-on-collection-errors")
    assert project.standing("P1.1").state == UNPROVEN
    assert project.standing("P2.5").state == PROVEN


def test_a_worker_that_dies_proves_nothing(project: Project) -> None:
    project.has("test_fates.py", FATES)
    project.has("test_death.py", "@pytest.mark.proves('P1.1')\ndef test_that_kills_its_worker(): os._exit(1)\n")
    project.run(*WORKERS)
    assert project.standing("P1.1").state == FAILING


def test_what_failed_once_has_failed_for_this_version(project: Project) -> None:
    project.has("test_moody.py", "@pytest.mark.proves('P1.1')\ndef test_moody(): assert 'CALM' in os.environ\n")
    project.run()
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("CALM", "1")
        assert project.run() == 0
    assert project.standing("P1.1").state == FAILING


def test_another_commit_is_not_spoken_for_and_begins_a_new_record(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    project.run()
    assert project.standing("P1.1").state == PROVEN
    project.commit()
    assert project.standing("P1.1").state == UNPROVEN
    project.run("-m", "alone")
    assert project.standing("P1.1").state == UNPROVEN
    project.run("-m", "not alone")
    assert project.standing("P1.1").state == PROVEN


def test_with_a_change_that_is_not_committed_nothing_is_proven(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    (project.folder / "stray.txt").write_text("not of this commit")
    project.run()
    assert project.standing("P1.1").state == UNPROVEN


def test_a_program_that_was_changed_after_its_tests_is_not_spoken_for(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    project.run()
    (project.folder / "program.py").write_text("ANSWER = 41\n")
    assert project.standing("P1.1").state == UNPROVEN


def test_a_program_that_changes_during_its_tests_is_not_spoken_for_even_when_it_changes_back(project: Project) -> None:
    program = project.folder / "program.py"
    written = program.read_text()
    project.has(
        "test_changing.py",
        "@pytest.mark.proves('P1.1')\ndef test_that_writes(): open('program.py', 'a').write('# more')\n",
    )
    project.run()
    program.write_text(written)
    assert project.standing("P1.1").state == UNPROVEN


def test_without_the_option_nothing_is_written(project: Project) -> None:
    project.has("test_both.py", TWO_RUNS)
    assert project.run(proofs=False) == 0
    assert project.record is None


def test_make_names_the_file_in_one_word_with_the_option() -> None:
    """Pytest takes a second word for the place of the tests as soon as such a file exists, and finds none there."""
    makefile = Path(__file__).parents[2] / "Makefile"
    commands = [line for line in makefile.read_text().splitlines() if "--proofs" in line]
    assert len(commands) == 2
    assert all("--proofs=" in line for line in commands)
