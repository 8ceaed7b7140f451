"""The one way a row changes its state: along its table of moves, in one statement that also checks where it stood."""

from __future__ import annotations

from functools import cache
from typing import Any

from peewee import Node

from models import Base
from rows import update


class IllegalMove(AssertionError):
    """A move that the table beside the column does not have: a mistake in our code."""


def move(
    model: type[Base],
    row: str,
    *,
    come_from: tuple[str, ...],
    to: str,
    where: Any = None,
    fence: Any = None,
    **changes: Any,
) -> bool:
    """Whether the row stood in one of `come_from` (under this fence, and fulfilled `where`) and is in `to` now."""
    if where is not None or any(isinstance(value, Node) for value in changes.values()):
        fits = model.id == row if where is None else (model.id == row) & where
        if fence is not None:
            fits &= model.fence == fence  # type: ignore[attr-defined]  # who names one means a model that has it
        return move_all(model, fits, come_from=come_from, to=to, **changes) == 1
    _demand_legal(model, come_from, to)  # by hand: every step of every piece of work is one of these
    held = () if fence is None else (fence,)
    return update(model, _stands(len(come_from), fenced=bool(held)), row, *come_from, *held, state=to, **changes) == 1


def move_all(model: type[Base], where: Any, *, come_from: tuple[str, ...], to: str, **changes: Any) -> int:
    """The same for every row that fulfils `where`; how many there were."""
    _demand_legal(model, come_from, to)
    fits = where & model.state.in_(come_from)  # type: ignore[attr-defined]
    return int(model.update(state=to, **changes).where(fits).execute())


def _demand_legal(model: type[Base], come_from: tuple[str, ...], to: str) -> None:
    moves = model.MOVES  # type: ignore[attr-defined]  # every model with a state has one
    for state in come_from:
        if to not in moves[state]:
            raise IllegalMove(f"{model.__name__}: {state} -> {to}")


@cache
def _stands(states: int, *, fenced: bool) -> str:
    return f"id = ? AND state IN ({', '.join('?' * states)}){' AND fence = ?' if fenced else ''}"
