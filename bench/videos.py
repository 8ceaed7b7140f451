"""2,000 videos in the making at once on one worker process with 8 threads: `python -m bench.videos [--scale 5]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench import blocking, people
from bench.ground import Ground, cpu_seconds, ground, resident_kib
from bench.studio import Shown, Studio
from generation.source import Source
from generation.watch import EVERY
from models import Order, Photo, VideoTask, Work
from workers.assembly import assemble
from workers.house import House

VIDEOS = 2_000
PEOPLE = 50
THREADS = 8
SPREAD = 600.0  # seconds over which the ends are spread, divided by the scale
CLIP_MIB, PHOTO_KIB = 1, 256
PATIENCE = 600.0  # seconds for the submissions, and for what is left after the last end
WATCHED = 2 * EVERY  # seconds in which all wait
SCALE = 5.0  # 17 ends a second; a single process cannot collect more than about 25


@dataclass(frozen=True)
class Seen:
    """Of one crowd. Seconds from the provider's end to the chat, sorted; memory in KiB; cores busy while all wait; CPU
    seconds of the worker for each video from its end to the chat."""

    late: list[float]
    submitted: float
    over: float
    idle: int
    waiting: int
    peak: int
    held: int
    cpu: float
    each: float
    questions: int
    allowed: int

    def percentile(self, share: float) -> float:
        return self.late[min(len(self.late) - 1, int(len(self.late) * share))]


def run(scale: float = SCALE, videos: int = VIDEOS) -> dict[str, float]:
    """All are in flight before the first ends; the ends are then spread evenly over 10 minutes, divided by `scale`.

    `…_p50_s`, `…_p99_s`: from the provider's end of a task to the end of the call that shows its video in the chat.
    `collect_cpu_ms`: CPU of the worker for each video from its end on, what it asks meanwhile included.
    `held_while_waiting`: the most work rows that any thread held while all waited. `waiting_cpu`: cores busy then.
    `…_growth_mib`: the worker's memory beyond idle, while all wait and at its highest. `questions_per_100`: status
    requests, divided by one for each 100 tasks and poll. `blocking_…`: the same load on a thread for each video, as far
    as its small number of videos tells of all of them.
    """
    spread = SPREAD / scale
    asked = _crowd(videos, spread, callbacks=False)
    rung = _crowd(videos, spread, callbacks=True)
    peer = blocking.measure(spread, threads=THREADS, mib=CLIP_MIB, kib=PHOTO_KIB)
    return {
        "scale": scale,
        "videos": videos,
        "asking_p50_s": asked.percentile(0.5),
        "asking_p99_s": asked.percentile(0.99),
        "callbacks_p50_s": rung.percentile(0.5),
        "callbacks_p99_s": rung.percentile(0.99),
        "collect_cpu_ms": asked.each * 1e3,
        "held_while_waiting": max(asked.held, rung.held),
        "waiting_cpu": asked.cpu,
        "waiting_growth_mib": max(seen.waiting - seen.idle for seen in (asked, rung)) / 1024,
        "peak_growth_mib": max(seen.peak - seen.idle for seen in (asked, rung)) / 1024,
        "idle_mib": asked.idle / 1024,
        "questions": asked.questions,
        "questions_per_100": asked.questions / asked.allowed,
        "submit_minutes": asked.submitted / 60,
        "end_minutes": asked.over / 60,
        "blocking_videos": peer.videos,
        "blocking_p50_late_s": median(peer.late),
        "blocking_end_minutes": peer.seconds_for(videos) / 60,
    }


def _crowd(videos: int, spread: float, *, callbacks: bool) -> Seen:
    with ground() as parts:
        studio = Studio(parts, mib=CLIP_MIB, callbacks=callbacks)
        environ = studio.environ(slots=videos, public_url=parts.environ["PUBLIC_URL"])
        parts.environ.update(environ, WORKER_THREADS=str(THREADS), PARALLEL_ORDERS=str(videos), MALLOC_ARENA_MAX="2")
        house = assemble(parts.settings(), ring=lambda *_: None)
        house.database.migrate()
        if callbacks:
            _, port = parts.start_server("web", "web")
            parts.environ["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        try:
            return _filmed(parts, house, studio, videos, spread)
        finally:
            house.close()


def _filmed(parts: Ground, house: House, studio: Studio, videos: int, spread: float) -> Seen:
    worker = parts.start_worker()
    time.sleep(1.0)
    idle, began = resident_kib(worker.pid), time.monotonic()
    orders = _ordered(parts, house, videos)
    _until(lambda: _in_flight(house) == videos, lambda: f"{_in_flight(house)} of {videos} are in flight", PATIENCE)
    submitted = time.monotonic() - began
    held, cpu = _while_all_wait(house, worker.pid)
    waiting = resident_kib(worker.pid)
    shown, began, used = Shown(parts), time.monotonic(), cpu_seconds(worker.pid)
    studio.end_within(spread)

    def delivered() -> bool:
        shown.read()
        return people.state_of(house, list(orders)) == {Order.DELIVERED: videos}

    _until(delivered, lambda: f"not all delivered: {people.state_of(house, list(orders))}", spread + PATIENCE)
    over = time.monotonic() - began
    polls = studio.polls()
    return Seen(
        late=sorted(shown.at[orders[order]] - at for order, at in studio.ended().items()),
        submitted=submitted,
        over=over,
        idle=idle,
        waiting=waiting,
        peak=resident_kib(worker.pid, peak=True),
        held=held,
        cpu=cpu,
        each=(cpu_seconds(worker.pid) - used) / videos,
        questions=sum(poll.questions for poll in polls),
        allowed=sum(poll.allowed for poll in polls),
    )


def _ordered(parts: Ground, house: House, videos: int) -> dict[str, tuple[int, int]]:
    """Paid orders of several people, with their chats and status messages."""
    picture = people.picture(kib=PHOTO_KIB)
    orders: dict[str, tuple[int, int]] = {}
    for number in range(PEOPLE):
        account = people.join(house, number, credits=100_000)
        photo = people.photo_of(house, account, picture)
        status_message = people.chat_with(parts, number)
        for _ in range(number, videos, PEOPLE):
            message = status_message()
            with house.database.unit() as unit:
                source = Source.of_photo(Photo.get_by_id(photo))
                row = house.orders.offer(unit, source=source, style=None, prompt="a slow walk", seconds=5)
                house.orders.place(unit, account=account, order=row.id, message=message)
            orders[str(row.id)] = (people.FIRST + number, message)
    return orders


def _in_flight(house: House) -> int:
    with house.database.connection():
        return VideoTask.select().where(VideoTask.state == VideoTask.RENDERING).count()


def _while_all_wait(house: House, pid: int) -> tuple[int, float]:
    """The most rows that were held at one moment, and how many cores were busy. Nothing is due: all were submitted."""
    time.sleep(2.0)  # the last submission's thread ends, positions are told
    held, before, until = 0, cpu_seconds(pid), time.monotonic() + WATCHED
    while time.monotonic() < until:
        with house.database.connection():
            held = max(held, Work.select().where(Work.state == Work.HELD).count())
        time.sleep(0.1)
    return held, (cpu_seconds(pid) - before) / WATCHED


def _until(done: Callable[[], bool], problem: Callable[[], str], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            sys.exit(f"after {seconds:.0f} s: {problem()}")
        time.sleep(1.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.videos")
    parser.add_argument("--scale", type=float, default=SCALE, help="1: ends spread over 10 minutes; 5: over two")
    parser.add_argument("--videos", type=int, default=VIDEOS)
    options = parser.parse_args()
    for figure, value in run(options.scale, options.videos).items():
        print(f"{figure:22} {value:10.3f}", flush=True)


if __name__ == "__main__":
    main()
