"""Every promise is proven by a test or stands in the list of open ones; the list only gets shorter."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path

import pytest

from ops.tagged import tagged
from policy.promises import OPEN, PROMISES
from policy.text import SECTIONS
from privacy.release import ROOT
from tests.parts import tool
from wording.language import translate
from wording.promises import how, says

LIST = "policy/promises.py"
FIRST = Path(__file__).parent / "open_at_first.txt"
OPENED = re.compile(r'^    "(P\d+\.\d+)": Open\(', re.MULTILINE)


@pytest.fixture(scope="module")
def tags() -> dict[str, tuple[str, ...]]:
    return tagged(ROOT / "tests")


def git(*arguments: str) -> str | None:
    """What git says; None where there is no git or no checkout."""
    done = subprocess.run([tool("git"), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_every_promise_has_a_proof_or_is_open(tags: dict[str, tuple[str, ...]]) -> None:
    proven = {promise for ids in tags.values() for promise in ids}
    assert PROMISES.keys() - OPEN.keys() - proven == set()


def test_an_open_promise_has_no_proof(tags: dict[str, tuple[str, ...]]) -> None:
    claimed = {name: set(ids) & OPEN.keys() for name, ids in tags.items() if set(ids) & OPEN.keys()}
    assert claimed == {}, "take it out of the list in policy/promises.py and write how it is kept"


def test_marks_name_promises_that_there_are(tags: dict[str, tuple[str, ...]]) -> None:
    unknown = {name: set(ids) - PROMISES.keys() for name, ids in tags.items() if set(ids) - PROMISES.keys()}
    assert unknown == {}


def test_open_promises_are_promises_with_an_area_and_a_reason() -> None:
    assert OPEN.keys() <= PROMISES.keys()
    assert all(each.area and each.why for each in OPEN.values())


def test_how_it_is_kept_is_said_of_what_is_proven_only() -> None:
    assert {promise for promise, each in PROMISES.items() if not each.how} == OPEN.keys()


def test_the_page_makes_every_promise_and_no_other() -> None:
    made = {promise for part in SECTIONS for said in part.says for promise in said.promises}
    assert made == PROMISES.keys()


def test_every_promise_is_said_with_its_number_from_the_register() -> None:
    english = translate(None)
    for promise in PROMISES.values():
        assert not re.search(r"[{}]", says(english, promise) + how(english, promise)), promise.id
    assert "30 days" in says(english, PROMISES["P6.1"])
    assert how(english, PROMISES["P12.1"]) == ""


def test_the_list_has_no_promise_that_it_did_not_begin_with() -> None:
    assert OPEN.keys() <= set(FIRST.read_text().split())


def test_the_list_grew_in_no_commit() -> None:
    """As far as the history goes: a shallow clone has its newest commit only, and the test above."""
    commits = (git("log", "--format=%H", "--reverse", "--", FIRST.relative_to(ROOT).as_posix()) or "").split()
    if not commits:
        return  # the list was not committed with this history
    since = (git("log", "--format=%H", "--reverse", f"{commits[0]}..HEAD", "--", LIST) or "").split()
    lists = [set(OPENED.findall(git("show", f"{commit}:{LIST}") or "")) for commit in (commits[0], *since)]
    lists.append(set(OPENED.findall((ROOT / LIST).read_text())))
    assert lists[-1] == OPEN.keys(), "the list is not written as this test reads it"
    grown = [after - before for before, after in itertools.pairwise(lists) if after - before]
    assert grown == []


def test_what_the_list_began_with_is_never_changed() -> None:
    commits = (git("log", "--format=%H", "--reverse", "--", FIRST.relative_to(ROOT).as_posix()) or "").split()
    if commits:
        assert git("show", f"{commits[0]}:{FIRST.relative_to(ROOT).as_posix()}") == FIRST.read_text()
