"""How many page views a day, by kind of device and operating system. Only sums are written: no visitor has a row."""

from __future__ import annotations

import threading
from collections import Counter

from flask import Flask, Response, request
from peewee import EXCLUDED

import logs
from database import Database
from errors import Failure
from models import DailyCount

EVERY = 60.0  # seconds between two writings, at least
OTHER = "other"
# The first word that a User-Agent holds decides; iPads and Android tablets come before the phones they resemble.
SYSTEMS = (
    ("Windows", ("windows nt",)),
    ("Android", ("android",)),
    ("iOS", ("iphone", "ipad", "ipod")),
    ("macOS", ("mac os x", "macintosh")),
    ("ChromeOS", ("cros ",)),
    ("Linux", ("linux",)),
)
FAMILIES = (
    ("robot", ("bot", "crawl", "spider", "slurp", "preview", "lighthouse", "headless", "curl/", "python")),
    ("tablet", ("ipad", "tablet")),
    ("phone", ("iphone", "ipod", "mobile")),
    ("computer", ("windows nt", "macintosh", "x11", "cros ")),
    ("tablet", ("android",)),  # without "mobile"
)
PAGES = ("site", "proofs")
SEEN = (200, 304)

log = logs.get()


def family_and_system(user_agent: str) -> tuple[str, str]:
    """Kind of device and operating system, each from a fixed list."""
    said = user_agent.lower()

    def first(table: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        return next((name for name, words in table if any(word in said for word in words)), OTHER)

    return first(FAMILIES), first(SYSTEMS)


class Counts:
    """Adds up in memory and writes the sums at most once a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sums: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def seen(self, user_agent: str) -> None:
        """A page was opened with this User-Agent."""
        kind = family_and_system(user_agent)
        with self._lock:
            self._sums[kind] += 1

    def write(self) -> bool:
        """Adds the sums to the day's rows. What cannot be written now is kept for later; False then."""
        with self._lock:
            sums, self._sums = self._sums, Counter()
        if not sums:
            return True
        try:
            with self._database.unit() as unit:
                day = unit.now.date()
                rows = [
                    {"day": day, "family": family, "system": system, "count": count}
                    for (family, system), count in sorted(sums.items())  # in one order, so that two never wait in turn
                ]
                DailyCount.insert_many(rows).on_conflict(
                    conflict_target=[DailyCount.day, DailyCount.family, DailyCount.system],
                    update={DailyCount.count: DailyCount.count + EXCLUDED.count},
                ).execute()
        except Failure as error:
            with self._lock:
                self._sums.update(sums)
            log.warning("counts.later", code=error.code)
            return False
        return True

    def start(self) -> None:
        """Write once a minute from now on, beside the visitors."""
        threading.Thread(target=self._go_on, name="counts", daemon=True).start()

    def close(self) -> None:
        """Write what is left, once no more visitors come."""
        self._ended.set()
        self.write()

    def _go_on(self) -> None:
        while not self._ended.wait(EVERY):
            self.write()


def install(app: Flask, counts: Counts) -> None:
    """Counts each page that somebody opened; files and addresses that are nobody's page are not counted."""

    @app.after_request
    def count(response: Response) -> Response:
        if request.blueprint in PAGES and response.status_code in SEEN and response.mimetype == "text/html":
            counts.seen(request.user_agent.string)
        return response
