"""People tapping: all at once, one after the other, or evenly at a rate; and when each one's picture was shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import requests

from bench.contenders import Contender, Tap
from bench.ground import Ground
from bench.studio import Shown

LOOKED_EVERY = 0.25  # seconds
PATIENCE = 120.0
HANDS = 16


def together(contender: Contender, taps: Sequence[Tap]) -> float:
    """Orders a second, from the first tap to the last picture, all tapped as fast as Telegram takes it."""
    shown, began = Shown(contender.parts), time.time()
    press(contender.parts, taps, [0.0] * len(taps))
    _wait(contender, shown, taps)
    return len(taps) / (max(shown.at[tap.place] for tap in taps) - began)


def one_by_one(contender: Contender, taps: Sequence[Tap], *, apart: float) -> list[float]:
    """Seconds from tap to picture, sorted; each is tapped when the one before has long been shown."""
    took, shown = [], Shown(contender.parts)
    for tap in taps:
        [pressed] = press(contender.parts, [tap], [0.0])
        time.sleep(apart)
        _wait(contender, shown, [tap])
        took.append(shown.at[tap.place] - pressed)
    return sorted(took)


def evenly(contender: Contender, taps: Sequence[Tap], *, rate: float) -> list[float]:
    """Seconds from the moment each tap was due to its picture, sorted."""
    shown, began = Shown(contender.parts), time.time()
    places = [place / rate for place in range(len(taps))]
    press(contender.parts, taps, places)
    _wait(contender, shown, taps)
    return sorted(shown.at[tap.place] - began - place for tap, place in zip(taps, places, strict=True))


def press(parts: Ground, taps: Sequence[Tap], places: Sequence[float]) -> list[float]:
    """When each was pressed; `places` are seconds from now."""
    began, session = time.time(), requests.Session()

    def tapped(tap: Tap, place: float) -> float:
        time.sleep(max(0.0, began + place - time.time()))
        pressed = time.time()
        told = {"message_id": tap.message, "data": tap.data}
        session.post(f"{parts.telegram}/client/people/{tap.person}/press", json=told, timeout=60).raise_for_status()
        return pressed

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(tapped, taps, places))


def _wait(contender: Contender, shown: Shown, taps: Sequence[Tap]) -> None:
    until = time.monotonic() + PATIENCE
    while missing := [tap for tap in taps if tap.place not in shown.at]:
        shown.read()
        if time.monotonic() > until:
            sys.exit(f"{contender.side.name}: {len(missing)} of {len(taps)} pictures are missing: no figure")
        time.sleep(LOOKED_EVERY)
