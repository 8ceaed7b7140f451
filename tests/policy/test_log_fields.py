"""Whatever the program writes to a log is a field of the list in logs.py, and its events are fixed names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

import logs
from tests.policy.test_architecture import RANK, sources

LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Place and call of everything that the program says to its log."""
    for name in RANK:
        for source in sources(name):
            for node in ast.walk(ast.parse(source.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in LEVELS
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "log"
                ):
                    yield f"{source.name}:{node.lineno}", node


@pytest.mark.proves("P2.8")
def test_every_field_that_is_logged_is_declared() -> None:
    said = list(calls())
    assert len(said) > 40
    undeclared = {
        f"{place} {keyword.arg}"
        for place, call in said
        for keyword in call.keywords
        if keyword.arg not in logs.FIELDS and keyword.arg != "exc_info"
    }
    assert undeclared == set()


@pytest.mark.proves("P2.8")
def test_an_event_is_a_name_written_in_the_code_and_nothing_that_a_person_said() -> None:
    loose = [
        place
        for place, call in calls()
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant) or " " in str(call.args[0].value)
    ]
    assert loose == []
