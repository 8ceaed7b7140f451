"""Daily counts: sums by kind of device and system, written at most once a minute; nothing in them is anybody's."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, cast

import pytest

from database import Database, Unit
from errors import Temporary
from models import DailyCount
from policy.terms import NotPersonal
from tests.conftest import TurnedClock
from web.app import create_app
from web.counts import FAMILIES, OTHER, SYSTEMS, Counts, family_and_system
from workers.house import House

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)
DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


def rows(database: Database) -> dict[tuple[Any, ...], int]:
    with database.connection():
        return {(str(row.day), row.family, row.system): row.count for row in DailyCount.select()}


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (IPHONE, ("phone", "iOS")),
        (DESKTOP, ("computer", "Windows")),
        ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", ("tablet", "iOS")),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Mobile Safari/537.36", ("phone", "Android")),
        ("Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 Safari/537.36", ("tablet", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15", ("computer", "macOS")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("computer", "Linux")),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36", ("computer", "ChromeOS")),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ("robot", OTHER)),
        ("TelegramBot (like TwitterBot)", ("robot", OTHER)),
        ("curl/8.5.0", ("robot", OTHER)),
        ("Anna Tam's own browser 1.0", (OTHER, OTHER)),
        ("", (OTHER, OTHER)),
    ],
)
def test_a_user_agent_becomes_two_words_of_fixed_lists(user_agent: str, expected: tuple[str, str]) -> None:
    assert family_and_system(user_agent) == expected
    families, systems = {name for name, _ in FAMILIES} | {OTHER}, {name for name, _ in SYSTEMS} | {OTHER}
    assert expected[0] in families
    assert expected[1] in systems
    assert len(families) + len(systems) < 15


def test_sums_are_added_to_the_days_rows(database: Database, clock: TurnedClock) -> None:
    one, other = Counts(database), Counts(database)
    for _ in range(3):
        one.seen(IPHONE)
    other.seen(IPHONE)
    other.seen(DESKTOP)
    assert one.write()
    assert other.write()
    assert one.write(), "nothing new"
    today = "2026-11-23"
    assert rows(database) == {(today, "phone", "iOS"): 4, (today, "computer", "Windows"): 1}
    clock.turn(timedelta(days=1).total_seconds())
    one.seen(IPHONE)
    one.write()
    assert rows(database)["2026-11-24", "phone", "iOS"] == 1


@pytest.mark.proves("P2.5")
def test_pages_are_counted_and_no_visitor_leaves_anything(house: House) -> None:
    counts = Counts(house.database)
    client = create_app(house, counts=counts).test_client()
    headers = {"User-Agent": f"{DESKTOP} Anna-Tam/77.123456789"}
    etag = client.get("/", headers=headers).headers["ETag"]
    client.get("/", headers={**headers, "If-None-Match": etag})
    client.get("/zh-hant/privacy", headers=headers)
    client.get("/privacy/proofs", headers=headers)
    for path in ("/static/icon.svg", "/robots.txt", "/no-such-page", "/healthz", "/v/abc", "/zh-hant"):
        client.get(path, headers=headers)
    client.post("/telegram/webhook", headers=headers)
    assert rows(house.database) == {}, "nothing is written while a visitor waits"
    counts.write()
    [(kind, count)] = rows(house.database).items()
    assert (kind[1:], count) == (("computer", "Windows"), 4)
    with house.database.connection():
        held = str(list(DailyCount.select().dicts()))
    assert [word for word in ("Anna", "77.123456789", "142.0", "127.0.0.1") if word in held] == []


@pytest.mark.proves("P2.5")
def test_no_column_of_the_counts_is_about_a_person() -> None:
    assert sorted(DailyCount._meta.fields) == ["count", "day", "family", "system"]
    assert {type(field.declared) for field in DailyCount._meta.sorted_fields} == {NotPersonal}


class Line:
    """A database whose line can be cut."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cut = True

    def unit(self) -> AbstractContextManager[Unit]:
        if self.cut:
            raise Temporary("database.unavailable")
        return self.database.unit()


def test_what_cannot_be_written_is_written_later(database: Database) -> None:
    line = Line(database)
    counts = Counts(cast(Database, line))
    for _ in range(2):
        counts.seen(IPHONE)
        assert not counts.write()
    assert rows(database) == {}
    line.cut = False
    assert counts.write()
    assert list(rows(database).values()) == [2]


def test_visitors_at_once_are_counted_all(database: Database) -> None:
    counts = Counts(database)

    def visit() -> None:
        for _ in range(500):
            counts.seen(IPHONE)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        counts.write()
        thread.join()
    counts.write()
    assert list(rows(database).values()) == [2000]


def test_closing_writes_what_is_left(database: Database) -> None:
    counts = Counts(database)
    counts.start()
    counts.seen(IPHONE)
    counts.close()
    assert list(rows(database).values()) == [1]
