"""Rate limits know an address by a keyed hash, in Redis for an hour at most, and do without Redis when it is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
import redis
from flask.testing import FlaskClient

from generation.links import PATH
from ops.processes import Processes, answers, free_port, valkey_command
from policy.categories import ADDRESS_HASH, CATEGORIES
from privacy.gate import undeclared, unknown_keys
from web.app import create_app
from web.limits import MOST_REMEMBERED, REDIS_KEYS, WINDOW, Limiter, household
from web.reports import MOST as MOST_REPORTS
from workers.house import House
from workers.startup import surfaces

VISITOR = "203.0.113.77"
LINK = f"{PATH}{'a' * 43}"


class Hands:
    """A monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("valkey")
    port, processes = free_port(), Processes(folder / "logs")
    processes.start("valkey", valkey_command(port, folder / "data"), {})
    processes.wait_until("valkey", lambda: answers(port))
    yield f"redis://127.0.0.1:{port}/0"
    processes.stop()


@pytest.fixture
def bell(valkey: str) -> redis.Redis:
    client = redis.Redis.from_url(valkey)
    client.flushall()
    return client


@pytest.fixture
def near(house: House, valkey: str, bell: redis.Redis) -> House:
    """A house whose Redis answers."""
    return replace(house, settings=replace(house.settings, redis_url=valkey))


def limited(house: House, *, most: int = 3, header: str = "") -> FlaskClient:
    settings = replace(house.settings, client_address_header=header)
    return create_app(replace(house, settings=settings), limiter=Limiter(settings, most=most)).test_client()


def ask(client: FlaskClient, times: int, address: str = VISITOR, path: str = LINK) -> list[int]:
    return [client.get(path, environ_base={"REMOTE_ADDR": address}).status_code for _ in range(times)]


def keys(bell: redis.Redis) -> list[str]:
    return [key.decode() for key in cast(list[bytes], bell.keys("*"))]


@pytest.mark.parametrize("reachable", [True, False], ids=["with Redis", "without Redis"])
def test_who_asks_too_often_waits_and_others_do_not(house: House, near: House, reachable: bool) -> None:
    client = limited(near if reachable else house)
    assert ask(client, 5) == [404, 404, 404, 429, 429]
    assert ask(client, 1, "203.0.113.78") == [404]
    assert client.post(LINK, environ_base={"REMOTE_ADDR": VISITOR}).status_code == 429


@pytest.mark.parametrize("tag", ["", "/zh-hant", "/zh-hans"])
def test_who_waits_is_told_how_long(house: House, tag: str) -> None:
    client = limited(house, most=0)
    answer = client.get(tag + LINK)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert "</html>" in answer.text


def test_pages_from_memory_health_and_the_webhook_are_never_limited(house: House) -> None:
    client = limited(house, most=0)
    free = ("/", "/zh-hant/privacy", "/privacy/proofs", "/robots.txt", "/healthz", "/no-such-page", "/static/icon.svg")
    assert [path for path in free if client.get(path).status_code == 429] == []
    assert client.post("/telegram/webhook").status_code == 403
    assert client.post("/callbacks/kling/x").status_code == 404


@pytest.mark.parametrize("path", ["/privacy", "/no-such-page"])
def test_other_posts_are_limited(house: House, path: str) -> None:
    client = limited(house, most=1)
    assert [client.post(path).status_code == 429 for _ in range(2)] == [False, True]


@pytest.mark.proves("P6.9", "P2.5")
def test_redis_holds_a_keyed_hash_for_an_hour_at_most_and_nothing_else(near: House, bell: redis.Redis) -> None:
    ask(limited(near), 5)
    [key] = keys(bell)
    assert 0 < bell.pttl(key) <= ADDRESS_HASH.total_seconds() * 1000
    held = cast(bytes, bell.dump(key)) + key.encode()
    number = bytes(int(part) for part in VISITOR.split("."))
    for form in (VISITOR.encode(), number, number.hex().encode(), VISITOR[::-1].encode()):
        assert form not in held
    assert bell.get(key) == b"5", "a number, and what follows from it"
    ask(
        limited(
            replace(near, settings=replace(near.settings, index_key=near.settings.index_key[:-4] + "AAA=")), most=9
        ),
        1,
    )
    assert len(keys(bell)) == 2, "another key, another hash: it cannot be tried out without the key"


@pytest.mark.proves("P6.9")
def test_a_later_visit_does_not_make_the_hash_live_longer(near: House, bell: redis.Redis) -> None:
    client = limited(near)
    ask(client, 1)
    [key] = keys(bell)
    bell.pexpire(key, 5000)
    ask(client, 3)
    assert 0 < bell.pttl(key) <= 5000


@pytest.mark.proves("P6.9")
def test_reports_are_counted_apart_from_visits_and_as_sparingly(near: House, bell: redis.Redis) -> None:
    client = create_app(near).test_client()
    ask(client, MOST_REPORTS + 1)
    form = {"kind": "other", "words": "that is me"}
    sent = [client.post("/report", data=form, environ_base={"REMOTE_ADDR": VISITOR}).status_code for _ in range(2)]
    assert sent == [200, 200], "visits are no reports"
    assert len(keys(bell)) == 2
    assert unknown_keys(keys(bell), REDIS_KEYS) == []
    [counted] = [key for key in keys(bell) if key.startswith("visit:report:")]
    assert bell.get(counted) == b"2"
    assert 0 < bell.pttl(counted) <= WINDOW.total_seconds() * 1000


def test_the_key_is_declared_with_its_category(near: House, bell: redis.Redis) -> None:
    ask(limited(near), 1)
    assert unknown_keys(keys(bell), REDIS_KEYS) == []
    assert undeclared(surfaces(near.settings, redis_keys=REDIS_KEYS)) == []
    assert set(REDIS_KEYS.values()) == {"ip_hash"} <= CATEGORIES.keys()
    assert CATEGORIES["ip_hash"].retention.period == ADDRESS_HASH >= WINDOW


def test_web_processes_count_together(near: House) -> None:
    assert ask(limited(near), 2) + ask(limited(near), 2) == [404, 404, 404, 429]


def test_a_window_ends(house: House) -> None:
    hands = Hands()
    limiter = Limiter(house.settings, most=1, monotonic=hands)
    assert limiter.wait(VISITOR) == 0
    assert limiter.wait(VISITOR) == WINDOW.total_seconds()
    hands.time += WINDOW.total_seconds() - 10
    assert limiter.wait(VISITOR) == 10
    hands.time += 11
    assert limiter.wait(VISITOR) == 0


def test_redis_that_went_away_is_not_waited_for_each_time_and_is_found_again(near: House, bell: redis.Redis) -> None:
    hands = Hands()
    away = [True]
    asked = []

    class Line(redis.Connection):
        """A connection that can be cut."""

        def connect(self) -> None:
            asked.append(1)
            if away[0]:
                raise redis.ConnectionError("cut")
            super().connect()  # type: ignore[no-untyped-call]  # redis-py's is untyped

    def connect(url: str) -> redis.Redis:
        return redis.Redis(connection_pool=redis.ConnectionPool.from_url(url, connection_class=Line))

    limiter = Limiter(near.settings, most=2, monotonic=hands, connect=connect)
    assert [limiter.wait(VISITOR) > 0 for _ in range(4)] == [False, False, True, True]
    tried = len(asked)
    away[0] = False
    limiter.wait(VISITOR)
    assert len(asked) == tried
    hands.time += 60
    limiter.wait(VISITOR)
    assert len(keys(bell)) == 1


def test_memory_without_redis_is_bounded(house: House) -> None:
    limiter = Limiter(house.settings, most=1)
    assert [limiter.wait(VISITOR) > 0 for _ in range(2)] == [False, True]
    for number in range(MOST_REMEMBERED):
        limiter.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert limiter.wait(VISITOR) == 0, "forgotten: so many are not remembered at once"


def test_threads_are_counted_all(house: House) -> None:
    limiter = Limiter(house.settings, most=400)
    limiter.wait(VISITOR)

    def visit() -> None:
        for _ in range(100):
            limiter.wait(VISITOR)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limiter.wait(VISITOR) > 0


def test_the_proxys_word_counts_only_where_the_settings_say_so(house: House) -> None:
    def through(client: FlaskClient, named: str) -> int:
        return client.get(LINK, headers={"Fly-Client-IP": named}, environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code

    trusting = limited(house, most=1, header="Fly-Client-IP")
    assert [through(trusting, f"203.0.113.{n}") for n in range(5)] == [404] * 5
    assert through(trusting, "203.0.113.1") == 429
    wary = limited(house, most=1)
    assert [through(wary, f"203.0.113.{n}") for n in range(3)] == [404, 429, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        (" 203.0.113.7 ", "203.0.113.7", True),
        ("not an address", "", True),
    ],
)
def test_a_household_is_one_visitor(one: str, other: str, same: bool) -> None:
    assert (household(one) == household(other)) is same


def test_what_went_wrong_is_written_down_without_an_address(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    ask(limited(house), 5)
    written = "".join(capsys.readouterr())
    assert "limits.alone" in written
    assert VISITOR not in written
