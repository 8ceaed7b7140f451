"""A run as a picture: orders that ended above, faults below, each kind on a lane of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from chaos.levels import FREEZE, KILL, NETWORK, POSTGRES_KILL, ROLLING, SKEW, STORM, VALKEY_FLUSH, VALKEY_KILL
from chaos.report import RESULTS, Run, waits
from chaos.timeline import Event, per_second

WIDTH, LEFT, RIGHT = 1100, 190, 24
TOP, CHART, LANE, FOOT = 64, 220, 26, 46
LANES = {  # kind -> words and colour (told apart also without red and green)
    NETWORK: ("spoiled lines", "#0072b2"),
    KILL: ("workers killed", "#d55e00"),
    FREEZE: ("workers stopped", "#e69f00"),
    ROLLING: ("rolling restarts", "#009e73"),
    SKEW: ("wrong clocks", "#cc79a7"),
    VALKEY_KILL: ("Valkey killed", "#7a3e9d"),
    VALKEY_FLUSH: ("Valkey emptied", "#9f79ee"),
    POSTGRES_KILL: ("Postgres killed", "#000000"),
    STORM: ("provider storms", "#8c564b"),
    "revived": ("started again", "#888888"),
}
PALE = "#dddddd"
MANY = 300  # ticks on a lane: from here on they are thin and pale, so that one sees where they are dense


def draw(run: Run) -> str:
    """The text of an SVG."""
    ends = [told.ended for told in run.told if told.ended is not None]
    seconds = max(1, int(max([run.load_seconds, *ends])) + 1)
    step = max(1, round(seconds / 120))  # seconds in one point of the line
    counts = [count / step for count in _gathered(per_second(ends, seconds), step)]
    height = TOP + CHART + 30 + LANE * len(LANES) + FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *_title(run, len(ends)),
        *_grid(seconds, most := _top(counts), run.load_seconds),
        _line(counts, step, seconds, most),
        *_lanes(run.timeline.events, seconds),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def write(run: Run, folder: Path = RESULTS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.name}.svg"
    path.write_text(draw(run))
    return path


def _title(run: Run, ended: int) -> Iterator[str]:
    checks = sum(check.passed for check in run.checks)
    result = "passed" if run.passed else "FAILED"
    colour = "#006d4e" if run.passed else "#b00020"
    yield _text(24, 28, f"make chaos LEVEL={run.level.name} SEED={run.seed}", size=18, weight="600")
    words = f"{result}: {checks} of {len(run.checks)} checks, {ended} orders ended"
    if waited := waits(run.told):
        words += f"; half of the results came within {waited['p50']:.2g} s, 99 of 100 within {waited['p99']:.2g} s"
    yield _text(24, 50, words, colour=colour)


def _top(counts: list[float]) -> int:
    """Of the scale, whose four parts are whole numbers."""
    return max(4, 4 * math.ceil(max(counts, default=0.0) / 4))


def _grid(seconds: int, most: int, load: float) -> Iterator[str]:
    base = TOP + CHART
    for part in range(5):
        y = base - CHART * part / 4
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{PALE}"/>'
        yield _text(LEFT - 8, y + 4, str(most * part // 4), anchor="end")
    yield _text(24, TOP + 20, "orders ended")
    yield _text(24, TOP + 38, "per second")
    every = next(step for step in (5, 10, 20, 30, 60, 120, 300, 600, 3600) if seconds / step <= 14)
    bottom = base + 30 + LANE * len(LANES)
    for second in range(0, seconds + 1, every):
        x = _x(second, seconds)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" stroke="{PALE}"/>'
        yield _text(x, bottom + 18, f"{second} s", anchor="middle")
    x = _x(min(load, seconds), seconds)
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" stroke="#555555" stroke-dasharray="4 4"/>'
    beside = (x - 4, "end") if x > WIDTH / 2 else (x + 4, "start")
    yield _text(beside[0], TOP - 4, "faults end", anchor=beside[1], colour="#555555")


def _line(counts: list[float], step: int, seconds: int, most: int) -> str:
    points = [
        f"{_x(min(seconds, (number + 0.5) * step), seconds):.1f},{TOP + CHART - CHART * count / most:.1f}"
        for number, count in enumerate(counts)
    ]
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="#222222" stroke-width="1.8"/>'


def _lanes(events: list[Event], seconds: int) -> Iterator[str]:
    for number, (kind, (words, colour)) in enumerate(LANES.items()):
        y = TOP + CHART + 30 + LANE * number
        here = [event for event in events if event.kind == kind]
        width = "2" if len(here) < MANY else "1"
        pale = "" if len(here) < MANY else ' stroke-opacity="0.4"'
        yield f'<rect x="24" y="{y + 6}" width="10" height="14" fill="{colour}"/>'
        yield _text(42, y + 18, f"{words} ({len(here)})")
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y + LANE}" y2="{y + LANE}" stroke="{PALE}"/>'
        for event in here:
            x = _x(min(event.t, seconds), seconds)
            title = escape(f"{event.t:.1f} s: {event.target} {event.how}".strip())
            yield (
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 4}" y2="{y + LANE - 4}" stroke="{colour}" '
                f'stroke-width="{width}"{pale}><title>{title}</title></line>'
            )


def _gathered(counts: list[int], step: int) -> list[int]:
    return [sum(counts[at : at + step]) for at in range(0, len(counts), step)]


def _x(second: float, seconds: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * second / seconds


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 13,
    weight: str = "400",
    anchor: str = "start",
    colour: str = "#222222",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(words)}</text>'
    )
