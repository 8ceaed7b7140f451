"""The one way a row changes its state: along its table of moves, in one statement that also checks where it stood."""

from __future__ import annotations

from typing import Any

from models import Base


class IllegalMove(AssertionError):
    """A move that the table beside the column does not have: a mistake in our code."""


def move(
    model: type[Base], row: str, *, come_from: tuple[str, ...], to: str, where: Any = None, **changes: Any
) -> bool:
    """Whether the row stood in one of `come_from` (and fulfilled `where`) and is in `to` now."""
    fits = model.id == row
    return move_all(model, fits if where is None else fits & where, come_from=come_from, to=to, **changes) == 1


def move_all(model: type[Base], where: Any, *, come_from: tuple[str, ...], to: str, **changes: Any) -> int:
    """The same for every row that fulfils `where`; how many there were."""
    moves = model.MOVES  # type: ignore[attr-defined]  # every model with a state has one
    for state in come_from:
        if to not in moves[state]:
            raise IllegalMove(f"{model.__name__}: {state} -> {to}")
    fits = where & model.state.in_(come_from)  # type: ignore[attr-defined]
    return int(model.update(state=to, **changes).where(fits).execute())
