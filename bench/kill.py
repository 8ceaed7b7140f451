"""What a SIGKILL in the middle of 20 jobs costs: pictures that never come, that come twice, calls paid twice.

All sides at the same time, each with servers of its own: what counts are counts, not times.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import requests

from bench import taps
from bench.contenders import Contender, Ours, celery, open_chats, ptb, show_photos
from bench.figures import Found
from bench.ground import Ground, ground
from bench.sides import OURS, Side
from bench.studio import Shown

JOBS = 20
THREADS = 8  # a worker has so many in flight; python-telegram-bot has no such number
KILLED_AFTER = 5  # pictures
RATE = 3.0  # taps a second
PROVIDER = 3.0  # seconds
WAITED = 36.0  # seconds after the restart
PICTURE_KIB = 256


@dataclass(frozen=True)
class Left:
    """What became of the jobs."""

    side: Side
    lost: int
    doubled: int
    paid_again: int


def run(share: float = 1.0) -> Found:
    """The worker process is killed once five pictures are shown, and started again a second later. The web process
    lives on where there is one; python-telegram-bot is one process. What has not come 36 s later counts as lost."""
    del share  # one kill is the least there is
    starts: list[Callable[[Ground], Contender]] = [
        lambda parts: Ours(parts, threads=THREADS).start(),
        ptb,
        lambda parts: celery(parts, threads=THREADS),
        lambda parts: celery(parts, threads=THREADS, late=True),
    ]
    with ThreadPoolExecutor(len(starts)) as pool:
        left = list(pool.map(_killed, starts))
    return {
        "lost": {one.side: [one.lost] for one in left},
        "doubled": {one.side: [one.doubled] for one in left},
        "paid_again": {one.side: [one.paid_again] for one in left},
    }


def _killed(start: Callable[[Ground], Contender]) -> Left:
    with ground() as parts, closing(start(parts)) as contender:
        chats = open_chats(parts)
        if contender.side is not OURS:
            show_photos(contender)
        contender.take_over()
        parts.play(latency=0.0, gemini=PROVIDER, kib=PICTURE_KIB)
        wanted = contender.taps(chats, JOBS)
        shown = Shown(parts)
        tapping = threading.Thread(target=taps.press, args=(parts, wanted, [n / RATE for n in range(JOBS)]))
        tapping.start()
        _until(lambda: len(shown.at) >= KILLED_AFTER, shown)
        os.killpg(parts.pid(contender.names[-1]), signal.SIGKILL)
        time.sleep(1.0)
        parts.forget(contender.names[-1])
        contender.start_worker()
        tapping.join()
        ended = time.monotonic() + WAITED
        while time.monotonic() < ended:
            shown.read()
            time.sleep(1.0)
        calls = requests.get(f"{parts.gemini}/control/calls", timeout=30).json()
        return counted(contender.side, [tap.place for tap in wanted], shown.times, calls=len(calls))


def counted(side: Side, places: list[tuple[int, int]], times: Counter[tuple[int, int]], *, calls: int) -> Left:
    """From where pictures were wanted, how often each place got one, and how often the provider was called."""
    came = sum(times[place] > 0 for place in places)
    doubled = sum(max(0, times[place] - 1) for place in places)
    return Left(side, lost=len(places) - came, doubled=doubled, paid_again=max(0, calls - came))


def _until(done: Callable[[], bool], shown: Shown) -> None:
    until = time.monotonic() + WAITED
    while not done():
        if time.monotonic() > until:
            sys.exit(f"only {len(shown.at)} pictures came before the kill: no figure")
        shown.read()
        time.sleep(0.1)
