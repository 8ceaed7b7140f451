"""An order from tap to picture, through Telegram, webhook, queue, provider and chat: `python -m bench orders`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench import people, taps
from bench.contenders import PHOTO_KIB, Chats, Contender, Ours, celery, open_chats, ptb, show_photos
from bench.figures import Found, Runs
from bench.ground import TOKEN, Ground, ground
from bench.share import part
from bench.sides import BARE_SCRIPT, Side

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
AT_ONCE = 40  # orders of a round
ONE_BY_ONE = 12
BUSY_SECONDS = 10.0
LOAD = 0.8  # of each one's own rate
PROVIDER_IDLE, PROVIDER_BUSY = 0.5, 2.0  # seconds
PICTURE_KIB = 1024


@dataclass
class Seen:
    """Of one contender: orders a second and CPU milliseconds an order of each round; milliseconds beyond the provider's
    own time, sorted, idle and busy."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def run(share: float = 1.0) -> Found:
    """A tap is a press on a button in the emulated Telegram, which tells the webhook; the picture is there when the
    call ends that puts it into the tapped message.

    `rate` and `cpu`: all tapped at once, the provider answering at once, sides in turns. `idle`: one at a time, the
    provider taking 0.5 s. `busy`: at 80 % of each one's own rate for 10 s, the provider taking 2 s. A photo of 256 KiB
    goes out, a picture of 1 MiB comes back.
    """
    with ground() as parts, closing(Ours(parts).start()) as ours:
        sides = [ours, ptb(parts), celery(parts)]
        chats = open_chats(parts)
        for peer in sides[1:]:
            show_photos(peer)
        seen = {each.side: Seen() for each in sides}
        bare = _full(parts, sides, chats, seen, share)
        for each in sides:
            _late(parts, each, chats, seen[each.side], share)
    return {
        "rate": {side: each.rates for side, each in seen.items()} | {BARE_SCRIPT: bare.rates},
        "cpu": {side: each.cpu for side, each in seen.items()} | {BARE_SCRIPT: bare.cpu},
        "idle_p50": _each(seen, lambda one: _percentile(one.idle, 0.5)),
        "idle_p99": _each(seen, lambda one: _percentile(one.idle, 0.99)),
        "busy_p50": _each(seen, lambda one: _percentile(one.busy, 0.5)),
        "busy_p99": _each(seen, lambda one: _percentile(one.busy, 0.99)),
    }


def _full(parts: Ground, sides: list[Contender], chats: Chats, seen: dict[Side, Seen], share: float) -> Seen:
    parts.play(latency=0.0, kib=PICTURE_KIB)
    bare, count = Seen(), part(AT_ONCE, share, least=6)
    for each in sides:  # not counted: connections are made, statements are prepared
        each.take_over()
        taps.together(each, each.taps(chats, 6))
    for _ in range(part(ROUNDS, share)):
        for each in sides:
            each.take_over()
            wanted = each.taps(chats, count)
            before = each.cpu()
            seen[each.side].rates.append(taps.together(each, wanted))
            time.sleep(0.5)  # the notes after the last pictures
            seen[each.side].cpu.append((each.cpu() - before) / count * 1e3)
        rate, cpu = _bare(parts, chats, count)
        bare.rates.append(rate)
        bare.cpu.append(cpu)
    return bare


def _late(parts: Ground, each: Contender, chats: Chats, seen: Seen, share: float) -> None:
    each.take_over()
    parts.play(latency=0.0, gemini=PROVIDER_IDLE, kib=PICTURE_KIB)
    wanted = each.taps(chats, part(ONE_BY_ONE, share, least=3))
    took = taps.one_by_one(each, wanted, apart=PROVIDER_IDLE + 0.1)
    seen.idle = [(one - PROVIDER_IDLE) * 1e3 for one in took]
    parts.play(latency=0.0, gemini=PROVIDER_BUSY, kib=PICTURE_KIB)
    rate = LOAD * sorted(seen.rates)[len(seen.rates) // 2]
    wanted = each.taps(chats, max(3, round(rate * BUSY_SECONDS * share)))
    seen.busy = [(one - PROVIDER_BUSY) * 1e3 for one in taps.evenly(each, wanted, rate=rate)]


def _bare(parts: Ground, chats: Chats, count: int) -> tuple[float, float]:
    """Orders a second and CPU milliseconds an order of one script that makes the calls in a row."""
    person, send = chats[0]
    folder, photo = parts.folder / "bare", parts.folder / "photo.jpg"
    folder.mkdir(exist_ok=True)
    photo.write_bytes(people.picture(kib=PHOTO_KIB))
    order = {
        "telegram": parts.telegram,
        "token": TOKEN,
        "gemini": parts.gemini,
        "model": parts.environ["GEMINI_MODEL"],
        "database": parts.database,
        "chat": person,
        "messages": [send() for _ in range(count + 1)],
        "photo": str(photo),
        "folder": str(folder),
    }
    command = [sys.executable, "-m", "bench.bare_job", json.dumps(order)]
    said = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return count / sum(said["took"]), said["cpu"] / count * 1e3


def _each(seen: dict[Side, Seen], take: Callable[[Seen], float]) -> Runs:
    return {side: [take(one)] for side, one in seen.items()}


def _percentile(took: list[float], share: float) -> float:
    return took[min(len(took) - 1, int(len(took) * share))]
