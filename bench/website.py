"""Pages a second beside bare Flask and beside a template, all behind our gunicorn: `python -m bench website`."""

from __future__ import annotations

import sys

from bench.figures import Found
from bench.ground import ground
from bench.load import Plan, put
from bench.share import part
from bench.sides import BARE_FLASK, FLASK_TEMPLATE, OURS, Side
from workers.assembly import assemble

ROUNDS = 3
SECONDS = 1.5


def run(share: float = 1.0) -> Found:
    """16 connections that always ask, sides in turns."""
    with ground() as parts:
        house = assemble(parts.settings(), ring=lambda *_: None)
        house.database.migrate()
        house.close()
        _, bare = parts.start_server("bare", "bench.bare_web")
        _, ours = parts.start_server("web", "web")
        asked = {
            ("front", OURS): (ours, "/"),
            ("policy", OURS): (ours, "/privacy"),
            ("nothing", BARE_FLASK): (bare, "/"),
            ("template", FLASK_TEMPLATE): (bare, "/page"),
        }
        rates: dict[tuple[str, Side], list[float]] = {what: [] for what in asked}
        for port, page in asked.values():
            _pages(port, page, 0.5)
        for _ in range(part(ROUNDS, share)):
            for what, (port, page) in asked.items():
                rates[what].append(_pages(port, page, SECONDS))
    theirs = {side: runs for (_, side), runs in rates.items() if side is not OURS}
    return {name: {OURS: rates[name, OURS], **theirs} for name in ("front", "policy")}


def _pages(port: int, page: str, seconds: float) -> float:
    outcome = put(Plan(port, seconds, first=1, page=page))
    if outcome.refused:
        sys.exit(f"{outcome.refused} of {outcome.requests} requests for {page} were refused: no figure")
    return outcome.rate
