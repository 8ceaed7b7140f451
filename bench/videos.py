"""2,000 videos in the making at once on one worker process with 8 threads: `python -m bench videos`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench import blocking, people
from bench.figures import Found
from bench.ground import Ground, ground, resident_kib
from bench.share import part
from bench.sides import IDLE, ONE_BY_ONE, OURS, THREAD_EACH
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
CLIP_MIB, PHOTO_KIB = 1, 64
PATIENCE = 600.0  # seconds for the submissions, and for what is left after the last end
WATCHED = 2 * EVERY  # seconds in which all wait
HEARD, UNHEARD = "a slow walk", "a slow walk that nobody rings for"
PEER_SPREAD = 20  # seconds
SCALE = 7.0  # 23 ends a second: near to what a single process collects


@dataclass(frozen=True)
class Ordered:
    """Chat and message of its status, and whether its callbacks are lost."""

    place: tuple[int, int]
    unheard: bool


@dataclass(frozen=True)
class Seen:
    """Of one crowd. Seconds from the provider's end to the chat, sorted, where callbacks come and where one has to ask;
    memory in KiB; how many questions about how many tasks."""

    late: list[float]
    asked: list[float]
    over: float
    idle: int
    waiting: int
    held: int
    questions: int
    about: int


def run(share: float = 1.0) -> Found:
    """All are in flight before the first ends; the ends are then spread evenly over 10 minutes, divided by SCALE.

    `late`: from the provider's end of a task to the end of the call that shows its video in the chat. Of every second
    video all callbacks are lost: those are found by asking. `held`: the most work rows that any thread held while all
    waited. `questions`: status requests, beside as many as the tasks that they were about. The peer's minutes are
    reckoned from a few videos, its 2,000 would take hours.
    """
    videos, spread = part(VIDEOS, share, least=20), SPREAD / SCALE * max(share, 0.1)
    seen = _crowd(videos, spread)
    peer = blocking.measure(part(PEER_SPREAD, share, least=5), threads=THREADS, mib=CLIP_MIB, kib=PHOTO_KIB)
    late = sorted(peer.late)
    return {
        "late_p50": {OURS: [_percentile(seen.late, 0.5)], THREAD_EACH: [_percentile(late, 0.5)]},
        "late_p99": {OURS: [_percentile(seen.late, 0.99)], THREAD_EACH: [_percentile(late, 0.99)]},
        "asked_p50": {OURS: [_percentile(seen.asked, 0.5)], THREAD_EACH: [_percentile(late, 0.5)]},
        "minutes": {OURS: [seen.over / 60], THREAD_EACH: [peer.seconds_for(videos, spread) / 60]},
        "questions": {OURS: [seen.questions], ONE_BY_ONE: [seen.about]},
        "held": {OURS: [seen.held], THREAD_EACH: [THREADS]},
        "memory": {OURS: [seen.waiting / 1024], IDLE: [seen.idle / 1024]},
    }


def _crowd(videos: int, spread: float) -> Seen:
    with ground() as parts:
        studio = Studio(parts, mib=CLIP_MIB, unheard=UNHEARD)
        environ = studio.environ(slots=videos, public_url=parts.environ["PUBLIC_URL"])
        parts.environ.update(environ, WORKER_THREADS=str(THREADS), PARALLEL_ORDERS=str(videos), MALLOC_ARENA_MAX="2")
        house = assemble(parts.settings(), ring=lambda *_: None)
        house.database.migrate()
        _, port = parts.start_server("web", "web")
        parts.environ["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        try:
            return _filmed(parts, house, studio, videos, spread)
        finally:
            house.close()


def _filmed(parts: Ground, house: House, studio: Studio, videos: int, spread: float) -> Seen:
    worker = parts.start_worker()
    time.sleep(1.0)
    idle = resident_kib(worker.pid)
    orders = _ordered(parts, house, videos)
    _until(lambda: _in_flight(house) == videos, lambda: f"{_in_flight(house)} of {videos} are in flight", PATIENCE)
    held = _while_all_wait(house)
    waiting = resident_kib(worker.pid)
    shown, began = Shown(parts), time.monotonic()
    studio.end_within(spread)

    def delivered() -> bool:
        shown.read()
        return people.state_of(house, list(orders)) == {Order.DELIVERED: videos}

    _until(delivered, lambda: f"not all delivered: {people.state_of(house, list(orders))}", spread + PATIENCE)
    over = time.monotonic() - began
    late = {order: shown.at[orders[order].place] - at for order, at in studio.ended().items()}
    polls = studio.polls()
    return Seen(
        late=sorted(seconds for order, seconds in late.items() if not orders[order].unheard),
        asked=sorted(seconds for order, seconds in late.items() if orders[order].unheard),
        over=over,
        idle=idle,
        waiting=waiting,
        held=held,
        questions=sum(poll.questions for poll in polls),
        about=sum(len(poll.ids) for poll in polls),
    )


def _ordered(parts: Ground, house: House, videos: int) -> dict[str, Ordered]:
    """Paid orders of several people."""
    picture = people.picture(kib=PHOTO_KIB)
    orders: dict[str, Ordered] = {}
    for number in range(min(PEOPLE, videos)):
        account = people.join(house, number, credits=100_000)
        photo = people.photo_of(house, account, picture)
        status_message = people.chat_with(parts, number)
        for place in range(number, videos, min(PEOPLE, videos)):
            unheard = bool(place % 2)
            message = status_message()
            with house.database.unit() as unit:
                source = Source.of_photo(Photo.get_by_id(photo))
                row = house.orders.offer(
                    unit, source=source, style=None, prompt=UNHEARD if unheard else HEARD, seconds=5
                )
                house.orders.place(unit, account=account, order=row.id, message=message)
            orders[str(row.id)] = Ordered((people.FIRST + number, message), unheard)
    return orders


def _in_flight(house: House) -> int:
    with house.database.connection():
        return VideoTask.select().where(VideoTask.state == VideoTask.RENDERING).count()


def _while_all_wait(house: House) -> int:
    """The most rows that were held at one moment. Nothing is due: all were submitted."""
    time.sleep(2.0)  # the last submission's thread ends, positions are told
    held, until = 0, time.monotonic() + WATCHED
    while time.monotonic() < until:
        with house.database.connection():
            held = max(held, Work.select().where(Work.state == Work.HELD).count())
        time.sleep(0.1)
    return held


def _percentile(late: list[float], share: float) -> float:
    return late[min(len(late) - 1, int(len(late) * share))]


def _until(done: Callable[[], bool], problem: Callable[[], str], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            sys.exit(f"after {seconds:.0f} s: {problem()}")
        time.sleep(1.0)
