"""Bars as inline SVG: ours above the others, the spread of the runs, the goal. Colours are the page's."""

from __future__ import annotations

import math
from html import escape

from bench.figures import Figure, Numbers
from bench.sides import OURS, SIDES

WIDTH, ROW, LEFT, RIGHT = 360, 38, 4, 60  # units of the picture; a phone shows them about one to one
BAR = 14


def bars(figure: Figure) -> str:
    """One row a side: its name above its bar, its value behind it."""
    ours = Numbers(OURS.id, figure.value, figure.runs, figure.min, figure.max, None)
    rows = [ours, *figure.beside]
    goal = _goal(figure)
    longest = max([row.max for row in rows] + ([goal] if goal is not None else [])) or 1.0
    height = ROW * len(rows) + 6
    parts = [_row(figure, row, place, longest) for place, row in enumerate(rows)]
    if goal is not None:
        x = _x(goal, longest)
        parts.append(f'<line class="goal" x1="{x:.1f}" y1="14" x2="{x:.1f}" y2="{height - 2}"/>')
    label = escape(f"{figure.says}: " + ", ".join(f"{SIDES[row.side].name} {said(row.value)}" for row in rows))
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def said(number: float) -> str:
    """Three digits that count, with commas from a thousand on."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    digits = 2 - math.floor(math.log10(abs(number)))
    rounded = round(number, digits)
    return f"{rounded:,.0f}" if digits <= 0 else f"{rounded:.{digits}f}".rstrip("0").rstrip(".")


def _row(figure: Figure, row: Numbers, place: int, longest: float) -> str:
    side, top = SIDES[row.side], place * ROW
    y = top + 18
    end = _x(row.value, longest)
    kind = OURS.id if side is OURS else side.kind
    value = f"{said(row.value)} {figure.unit}".strip()
    spread = (
        f'<line class="spread" x1="{_x(row.min, longest):.1f}" y1="{y + BAR / 2}" x2="{_x(row.max, longest):.1f}" '
        f'y2="{y + BAR / 2}"/>'
        if row.runs > 1
        else ""
    )
    return (
        f'<text class="{"" if side is OURS else "dim"}" x="{LEFT}" y="{top + 13}">{escape(side.name)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{max(end - LEFT, 1):.1f}" height="{BAR}" rx="2"/>{spread}'
        f'<text x="{_x(max(row.value, row.max), longest) + 5:.1f}" y="{y + 11}">{escape(value)}</text>'
    )


def _x(value: float, longest: float) -> float:
    return LEFT + max(value, 0.0) / longest * (WIDTH - LEFT - RIGHT)


def _goal(figure: Figure) -> float | None:
    """Where the goal lies on our axis."""
    if figure.goal is None:
        return None
    number = float(figure.goal["number"])
    return number if figure.goal["on"] == "value" else number * figure.beside[0].value
