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
    moves = model.MOVES  # type: ignore[attr-defined]  # every model with a state has one
    for state in come_from:
        if to not in moves[state]:
            raise IllegalMove(f"{model.__name__}: {state} -> {to}")
    fits = (model.id == row) & model.state.in_(come_from)  # type: ignore[attr-defined]
    changed = model.update(state=to, **changes).where(fits if where is None else fits & where).execute()
    return bool(changed == 1)
