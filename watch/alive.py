"""Signs of life: each process writes that it is there, and takes its row away when it goes of its own accord."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import logs
from database import Database
from errors import Failure
from models import Heartbeat

EVERY = 10.0  # seconds
LATELY = timedelta(seconds=35)  # three signs missed: it hangs, or it is gone
MOURNED = timedelta(hours=1)  # so long it is told that a process fell silent
WEB, WORKER, RIGHTS = "web", "worker", "rights"
GROUPS = (WEB, WORKER, RIGHTS)

log = logs.get()


@dataclass(frozen=True)
class Seen:
    """Processes of a group: how many live, how many fell silent within the last hour, which releases those run that
    live."""

    group: str
    living: int
    lost: int
    releases: frozenset[str]


class Alive:
    """One process's row. Never raises: a sign that could not be given is given again in some seconds."""

    def __init__(self, database: Database, *, id: str, group: str, release: str) -> None:
        self._database = database
        self._id = id
        self._group = group
        self._release = release
        self._over = threading.Event()
        self._lock = threading.Lock()  # no sign is given after the goodbye

    def beat(self) -> None:
        try:
            now = self._database.clock.now()
            with self._lock, self._database.connection():
                if self._over.is_set():
                    return
                if not Heartbeat.update(seen_at=now).where(Heartbeat.id == self._id).execute():
                    Heartbeat.insert(
                        id=self._id, group=self._group, release=self._release, begun_at=now, seen_at=now
                    ).on_conflict_ignore().execute()
        except Failure as error:
            log.warning("alive.not_said", code=error.code)

    def start(self) -> None:
        """Give signs from a thread until `close`."""
        threading.Thread(target=self._go_on, name="alive", daemon=True).start()

    def close(self) -> None:
        """A goodbye: whoever looks need not wonder."""
        self._over.set()
        try:
            with self._lock, self._database.connection():
                Heartbeat.delete().where(Heartbeat.id == self._id).execute()
        except Failure as error:
            log.warning("alive.not_said", code=error.code)

    def _go_on(self) -> None:
        while not self._over.is_set():
            self.beat()
            self._over.wait(EVERY)


def seen(database: Database) -> list[Seen]:
    """Each group, also one of which nothing lives. Called with a connection."""
    now = database.clock.now()
    rows = list(Heartbeat.select().where(Heartbeat.seen_at > now - MOURNED))
    groups = dict.fromkeys((*GROUPS, *sorted(row.group for row in rows)))
    return [_of(group, [row for row in rows if row.group == group], now - LATELY) for group in groups]


def _of(group: str, rows: list[Heartbeat], since: object) -> Seen:
    living = [row for row in rows if row.seen_at > since]
    return Seen(group, len(living), len(rows) - len(living), frozenset(row.release for row in living))
