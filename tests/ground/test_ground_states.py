"""Every table of moves: all its states can be come to, none is a trap; and `move` keeps to it, whatever is asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import models
from database import Database
from models import (
    TABLES,
    Account,
    Announcement,
    Breaker,
    CanaryRun,
    Erasure,
    Export,
    Incident,
    Media,
    Order,
    Payment,
    Photo,
    Report,
    RightsRequest,
    Telling,
    Ticket,
    TicketMessage,
    VideoTask,
    Work,
)
from states import IllegalMove, move
from tests.conftest import TurnedClock

HOUSE = Path(models.__file__).parent
MOVING = ("move", "move_all")
BEGINNINGS: dict[Any, set[str]] = {
    Account: {Account.ACTIVE},
    Media: {Media.STORING},
    Photo: {Photo.WAITING},
    Order: {Order.OFFERED},
    VideoTask: {VideoTask.ADMITTED},
    Work: {Work.DUE},
    Breaker: {Breaker.CLOSED},
    Payment: {Payment.PAID, Payment.UNCLAIMED},
    Telling: {Telling.WAITING},
    Export: {Export.ASKED},
    Erasure: {Erasure.ASKED},
    Announcement: {Announcement.SENDING},
    RightsRequest: {RightsRequest.OPEN},
    Report: {Report.OPEN},
    Incident: {Incident.OPEN},
    CanaryRun: {CanaryRun.BEGUN},
    Ticket: {Ticket.OPEN},
    TicketMessage: {TicketMessage.KEPT, TicketMessage.INCOMING, TicketMessage.WAITING},
}
ENDLESS = {Account, Ticket, Breaker}  # the first two end by the deletion of their rows, the last never
ENDS = [model for model in BEGINNINGS if model not in ENDLESS]


def reached(moves: dict[str, set[str]], start: set[str]) -> set[str]:
    found, open_ = set(start), list(start)
    while open_:
        for state in moves[open_.pop()] - found:
            found.add(state)
            open_.append(state)
    return found


def test_every_table_with_a_state_has_its_moves_and_is_looked_at_here() -> None:
    stateful = {model for model in TABLES if "state" in model._meta.fields}
    assert stateful == {model for model in TABLES if hasattr(model, "MOVES")} == set(BEGINNINGS)


@pytest.mark.parametrize("model", BEGINNINGS)
def test_every_state_is_in_the_table_and_can_be_come_to(model: Any) -> None:
    named = {value for name, value in vars(model).items() if name.isupper() and isinstance(value, str)}
    named -= set(getattr(model, "SCOPES", ()))  # of which a deletion has one, and a state besides
    assert set(model.MOVES) == named
    assert reached(model.MOVES, BEGINNINGS[model]) == named


@pytest.mark.parametrize("model", ENDS)
def test_every_state_leads_to_an_end(model: Any) -> None:
    ends = {state for state, following in model.MOVES.items() if not following}
    assert ends
    assert [state for state in model.MOVES if not reached(model.MOVES, {state}) & ends] == []


@pytest.mark.parametrize("model", BEGINNINGS)
def test_a_row_that_begins_without_a_word_begins_at_a_beginning(model: Any) -> None:
    default = model.state.default
    assert default is None or default in BEGINNINGS[model]


def asked() -> Iterator[tuple[str, Any, set[str], str]]:
    """(place, model, where from, where to) of every call of `move` or `move_all` in the code that names its states."""
    for path in sorted(HOUSE.glob("*/*.py")):
        if path.parent.name in {"tests", "migrations", "emulators"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MOVING):
                continue
            model = getattr(models, ast.unparse(node.args[0]))
            given_ = {word.arg: word.value for word in node.keywords}
            come_from, to = states(given_["come_from"]), states(given_["to"])
            if come_from and to:
                yield f"{path.parent.name}/{path.name}:{node.lineno}", model, come_from, to.pop()


def states(node: ast.expr) -> set[str]:
    """What `Photo.WAITING`, `Order.OPEN` or a tuple of such stands for; nothing where it is only known at run time."""
    if isinstance(node, ast.Tuple):
        return set().union(*map(states, node.elts))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and hasattr(models, node.value.id):
        value = getattr(getattr(models, node.value.id), node.attr)
        return {value} if isinstance(value, str) else set(value)
    return set()


def test_every_move_that_the_code_asks_for_is_in_its_table() -> None:
    calls = list(asked())
    assert len(calls) >= 12
    wrong = [
        (place, to) for place, model, come_from, to in calls if any(to not in model.MOVES[one] for one in come_from)
    ]
    assert wrong == []


STATES = sorted(Photo.MOVES)
WALK = st.lists(
    st.tuples(st.lists(st.sampled_from(STATES), min_size=1, max_size=3), st.sampled_from(STATES), st.booleans()),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STATES), walk=WALK)
def test_a_row_goes_along_its_table_or_stays_as_it_was(
    database: Database, clock: TurnedClock, start: str, walk: list[tuple[list[str], str, bool]]
) -> None:
    row, reason = start, "none"
    with database.unit():
        Photo.delete().execute()
        for name in ("mine", "other"):
            Photo.insert(
                id=name, account="a", state=start, reason=reason, message_id=1, created_at=clock.now()
            ).execute()
    for number, (come_from, to, fits) in enumerate(walk):
        legal = all(to in Photo.MOVES[state] for state in come_from)
        with database.unit():
            try:
                moved = move(
                    Photo, "mine", come_from=tuple(come_from), to=to, where=Photo.message_id == fits, reason=str(number)
                )
            except IllegalMove:
                assert not legal
                continue
        assert legal
        assert moved == (row in come_from and fits)
        if moved:
            row, reason = to, str(number)
        with database.connection():
            mine, other = Photo.get_by_id("mine"), Photo.get_by_id("other")
        assert (mine.state, mine.reason, other.state, other.reason) == (row, reason, start, "none")
