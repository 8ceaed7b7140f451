"""Whatever the program writes to a log is a field of the list in logs.py, and its events are fixed names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

import logs
from config import Settings
from generation.kinds import COLLECT, DELIVER, ORIGINAL, PRODUCE, SUBMIT, TELL
from tests.policy.test_architecture import RANK, sources
from workers.assembly import assemble

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


def contexts() -> Iterator[tuple[str, ast.Call]]:
    """Place and call of everything that says what the lines after it are about."""
    for name in RANK:
        for source in sources(name):
            for node in ast.walk(ast.parse(source.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.about", "logs.also"):
                    node.keywords = [keyword for keyword in node.keywords if keyword.arg is not None]  # see below
                    yield f"{source.name}:{node.lineno}", node


@pytest.mark.proves("P2.8")
def test_every_field_that_is_logged_is_declared() -> None:
    said = [*calls(), *contexts()]
    assert len(said) > 40
    assert len(list(contexts())) >= 3
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


OF_MANY = {"video.batch_halved", "video.not_asked"}  # about a batch


def test_whatever_happens_to_an_order_is_said_with_its_id() -> None:
    """What the work it happens in is about is said anyway; this holds outside of work, and in whatever is moved."""
    happened = {
        str(call.args[0].value): {keyword.arg for keyword in call.keywords}
        for _, call in calls()
        if call.args and isinstance(call.args[0], ast.Constant)
        if str(call.args[0].value).startswith(("order.", "video."))
    }
    assert {"order.accepted", "order.sent", "order.kept", "order.delivered", "order.ended_badly"} <= happened.keys()
    assert {event for event, fields in happened.items() if "order" not in fields} <= OF_MANY


@pytest.mark.proves("P2.8")
def test_the_field_that_says_what_work_is_about_is_declared(make_settings: Callable[..., Settings]) -> None:
    house = assemble(make_settings(KLING_API_KEY="k", CALLBACK_SECRET="x" * 24), ring=lambda *_: None)
    house.close()
    named = {kind.name: kind.about for kind in house.desk.kinds.values() if kind.about is not None}
    assert set(named.values()) <= logs.FIELDS.keys()
    assert {name for name, field in named.items() if field == "order"} == {PRODUCE, DELIVER, TELL, ORIGINAL}
    assert {name for name, field in named.items() if field == "task"} == {SUBMIT, COLLECT}
