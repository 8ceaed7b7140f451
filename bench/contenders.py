"""Who competes for an order from tap to picture: ours, and the peers, all behind one emulated Telegram.

One at a time has the webhook. Each is asked for taps: buttons on messages of the bot, in the chats of several people.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from bench import people
from bench.ground import PEERS, SECRET, TOKEN, Ground, cpu_seconds
from bench.sides import CELERY, CELERY_LATE, OURS, PTB, Side
from generation.source import Source
from models import Photo
from ops.processes import answers, free_port
from web.webhook import PATH
from wording.buttons import MAKE, data
from workers.assembly import assemble
from workers.house import House

Chats = list[tuple[int, Callable[[], int]]]

PEOPLE = 20
PHOTO_KIB = 256
AT_ONCE = 64  # what each may have in flight


@dataclass(frozen=True)
class Tap:
    """A button's data under a message of the bot, in a person's chat."""

    person: int
    message: int
    data: str

    @property
    def place(self) -> tuple[int, int]:
        return self.person, self.message


@dataclass
class Contender:
    """`worker` is the name of the process that a crash is about."""

    side: Side
    parts: Ground
    port: int
    names: list[str]
    start_worker: Callable[[], object]
    button: Callable[[int, int], str]
    database: bool = False
    redis: bool = True
    close: Callable[[], None] = lambda: None

    def take_over(self) -> None:
        """From now on Telegram tells this one."""
        told = {
            "url": f"http://127.0.0.1:{self.port}{PATH}",
            "secret_token": SECRET,
            "max_connections": 100,
            "drop_pending_updates": True,
        }
        requests.post(f"{self.parts.telegram}/bot{TOKEN}/setWebhook", json=told, timeout=30).raise_for_status()

    def taps(self, chats: Chats, count: int) -> list[Tap]:
        places = [chats[number % len(chats)] for number in range(count)]
        sent = [(person, send()) for person, send in places]
        return [Tap(person, message, self.button(person, message)) for person, message in sent]

    def cpu(self) -> float:
        """Seconds so far: its own processes, and of the servers those that it uses."""
        pids = [self.parts.pid(name) for name in self.names]
        pids += [self.parts.database_pid()] if self.database else []
        pids += [self.parts.pid("valkey")] if self.redis else []
        return sum(map(cpu_seconds, pids))


class Ours:
    """Web and worker, with people who have credits and a photo that was taken in."""

    def __init__(self, parts: Ground, *, threads: int = AT_ONCE) -> None:
        parts.environ.update(PARALLEL_ORDERS="100000", WORKER_THREADS=str(threads), MALLOC_ARENA_MAX="2")
        self._parts = parts
        self._house: House = assemble(parts.settings(), ring=lambda *_: None)
        self._house.database.migrate()
        self._photos: dict[int, str] = {}
        picture = people.picture(kib=PHOTO_KIB)
        for number in range(PEOPLE):
            account = people.join(self._house, number, credits=10_000)
            self._photos[people.FIRST + number] = people.photo_of(self._house, account, picture)

    def start(self) -> Contender:
        _, port = self._parts.start_server("web", "web")
        self._parts.start_worker()
        return Contender(
            OURS,
            self._parts,
            port,
            ["web", "worker"],
            self._parts.start_worker,
            self._button,
            database=True,
            close=self._house.close,
        )

    def _button(self, person: int, message: int) -> str:
        with self._house.database.unit() as unit:
            source = Source.of_photo(Photo.get_by_id(self._photos[person]))
            row = self._house.orders.offer(unit, source=source, style=None, prompt="as a lighthouse")
        return data(MAKE, row.id)


def ptb(parts: Ground) -> Contender:
    """One process."""
    port = free_port()

    def start() -> None:
        parts.start_peer("ptb", str(PEERS / "ptb_app.py"), environ={"WEB_PORT": str(port)})
        parts.processes.wait_until("ptb", lambda: answers(port))

    start()
    return Contender(PTB, parts, port, ["ptb"], start, lambda *_: "make", redis=False)


def celery(parts: Ground, *, threads: int = AT_ONCE, late: bool = False) -> Contender:
    """A web process and a worker with threads."""
    port = free_port()
    environ = {"WEB_PORT": str(port), "REDIS_URL": parts.environ["REDIS_URL"].removesuffix("0") + "1"}
    environ |= {"CELERY_LATE": "1"} if late else {}
    words = ["-m", "celery", "--workdir", str(PEERS), "-A", "celery_app", "worker", "-P", "threads"]

    def start() -> None:
        log = parts.processes.logs / "celery.log"
        before = log.read_text().count(" ready.") if log.exists() else 0
        parts.start_peer("celery", *words, "-c", str(threads), "-l", "INFO", environ=environ)
        parts.processes.wait_until("celery", lambda: log.read_text().count(" ready.") > before)

    parts.start_peer("celery-web", str(PEERS / "celery_web.py"), environ=environ)
    parts.processes.wait_until("celery-web", lambda: answers(port))
    start()
    return Contender(CELERY_LATE if late else CELERY, parts, port, ["celery-web", "celery"], start, lambda *_: "make")


def open_chats(parts: Ground) -> Chats:
    """Each person, and what sends them a message of the bot and gives its number."""
    return [(people.FIRST + number, people.chat_with(parts, number)) for number in range(PEOPLE)]


def show_photos(contender: Contender) -> None:
    """A peer knows a person's photo from the update that brought it. Returns once it was told of all."""
    parts, photo = contender.parts, people.picture(kib=PHOTO_KIB)
    contender.take_over()
    for number in range(PEOPLE):
        client = f"{parts.telegram}/client/people/{people.FIRST + number}"
        files = {"photo": ("photo.jpg", photo, "image/jpeg")}
        requests.post(f"{client}/messages", files=files, timeout=30).raise_for_status()
    until = time.monotonic() + 30
    info = f"{parts.telegram}/bot{TOKEN}/getWebhookInfo"
    while requests.get(info, timeout=10).json()["result"]["pending_update_count"]:
        if time.monotonic() > until:
            sys.exit(f"{contender.side.name} does not take photos: no figure")
        time.sleep(0.1)
