"""Each way to break a promise can still be tried: what it changes stands where it looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.promises import PROMISES
from tests.mutate.__main__ import Verdict, copied, judged, outcome
from tests.mutate.mutations import MUTATIONS, Edit, Mutation, problems

ROOT = Path(__file__).parent.parent.parent


def test_every_mutation_can_still_be_made() -> None:
    assert list(problems(ROOT)) == []


def test_at_least_ten_promises_are_broken_and_each_is_one_of_ours() -> None:
    assert {mutation.promise for mutation in MUTATIONS} <= PROMISES.keys()
    assert len({mutation.promise for mutation in MUTATIONS}) >= 10
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_every_test_that_is_to_catch_one_exists() -> None:
    assert [path for mutation in MUTATIONS for path in mutation.tests if not (ROOT / path).exists()] == []


def test_an_edit_whose_text_is_gone_or_doubled_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\ny = 2\n")
    assert Edit("a.py", "y = 2", "y = 3").problem(tmp_path) is None
    assert Edit("a.py", "x = 1", "x = 2").problem(tmp_path) == "a.py has 2 times: x = 1"
    assert Edit("a.py", "z", "").problem(tmp_path) == "a.py has 0 times: z"
    assert Edit("b.py", "z", "").problem(tmp_path) == "b.py is not there"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A program of one line, with a test that sees when it changes."""
    (tmp_path / "one.py").write_text("VALUE = 1\n")
    (tmp_path / "test_one.py").write_text("from one import VALUE\n\n\ndef test_it_is_one():\n    assert VALUE == 1\n")
    return tmp_path


BREAKS = Mutation("two", "P1.1", (Edit("one.py", "1", "2"),), ("test_one.py",))
HARMLESS = Mutation("a comment", "P1.1", (Edit("one.py", "VALUE = 1", "VALUE = 1  # one"),), ("test_one.py",))
BROKEN = Mutation("no program", "P1.1", (Edit("one.py", "VALUE = 1", "VALUE ="),), ("test_one.py",))


def test_a_mutation_is_caught_by_a_test_that_fails_and_is_taken_back(tree: Path) -> None:
    assert judged(tree, BREAKS) == Verdict(BREAKS, caught_by="test_it_is_one")
    assert (tree / "one.py").read_text() == "VALUE = 1\n"


def test_one_that_no_test_sees_has_survived(tree: Path) -> None:
    assert judged(tree, HARMLESS).caught_by == ""


def test_tests_that_cannot_even_run_have_caught_nothing(tree: Path) -> None:
    assert judged(tree, BROKEN).caught_by == ""


def test_tests_that_are_not_there_do_not_pass(tree: Path) -> None:
    assert not outcome(tree, ("test_nothing.py",), "").passed
    assert outcome(tree, ("test_one.py",), "").passed
    assert not outcome(tree, ("test_one.py",), "no_such_name").passed


def test_the_copy_holds_the_working_tree_and_nothing_that_git_ignores(tmp_path: Path) -> None:
    copied(ROOT, tmp_path)
    assert (tmp_path / "models.py").read_bytes() == (ROOT / "models.py").read_bytes()
    assert (tmp_path / "tests" / "mutate" / "mutations.py").exists()
    assert not (tmp_path / ".venv").exists()
