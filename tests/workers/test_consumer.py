"""The bell on a real Valkey: it wakes an idle worker at once, costs little while nobody rings, and takes trouble."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from statistics import median

import dramatiq
import pytest
import redis
from dramatiq import Worker
from dramatiq.errors import ConnectionClosed

from jobs.kinds import GENERATION
from ops.processes import Processes, answers, free_port, valkey_command
from workers.broker import Broker, Doorbell, connect, make_broker
from workers.consumer import HEARD_LATELY, HEARTBEAT, Line, WakingConsumer

WORK = "0" * 32


class Valkey:
    """A server that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._processes = Processes(folder / "logs")
        self._asked = 0

    def start(self) -> None:
        self._processes.start("valkey", valkey_command(self.port, self._folder / "valkey"), {})
        self._processes.wait_until("valkey", lambda: answers(self.port))
        self.client: redis.Redis = connect(self.url)
        self.client.ping()  # what a new connection says first is said

    def stop(self) -> None:
        self._processes.stop()

    def commands(self) -> int:
        """How many there were, the question itself left out."""
        self._asked += 1
        return int(self.client.info("stats")["total_commands_processed"]) - self._asked


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()


class Hearer:
    """A worker whose only actor notes what it was rung for and when."""

    def __init__(self, valkey: Valkey) -> None:
        self.broker = make_broker(connect(valkey.url))
        self.bell = Doorbell(self.broker, monotonic=iter(range(0, 10**6, 10)).__next__)  # never silent for long
        self.heard: Queue[tuple[str, float]] = Queue()

        @dramatiq.actor(broker=self.broker, actor_name="note", queue_name=GENERATION)  # type: ignore[untyped-decorator]
        def note(work: str) -> None:
            self.heard.put((work, time.monotonic()))

    @contextmanager
    def working(self) -> Iterator[None]:
        worker = Worker(self.broker, queues={GENERATION}, worker_threads=2)
        worker.start()
        yield
        worker.stop()

    def delay(self, work: str = WORK) -> float:
        """Seconds from the ring to the actor."""
        began = time.monotonic()
        self.bell(GENERATION, "note", work)
        return self.heard.get(timeout=60)[1] - began


@pytest.fixture
def hearer(valkey: Valkey) -> Hearer:
    return Hearer(valkey)


def consumer_of(broker: Broker, *, prefetch: int = 4) -> WakingConsumer:
    return broker.consume(GENERATION, prefetch)


@pytest.mark.alone
def test_an_idle_worker_starts_as_soon_as_it_is_rung_for(hearer: Hearer) -> None:
    with hearer.working():
        hearer.delay()
        delays = []
        for _ in range(9):
            time.sleep(0.4)  # by now a consumer that sleeps between questions sleeps for long
            delays.append(hearer.delay())
    assert median(delays) < 0.05, delays


def test_an_idle_worker_asks_redis_no_more_than_dramatiq_does(hearer: Hearer, valkey: Valkey) -> None:
    with hearer.working():
        hearer.delay()
        before, began = valkey.commands(), time.monotonic()
        time.sleep(4.0)
        asked, took = valkey.commands() - before, time.monotonic() - began
    assert asked / took < 2.5  # dramatiq: 8 to 9, with what its script does


def test_every_ring_is_heard_once_though_two_workers_wait(valkey: Valkey) -> None:
    one, other = Hearer(valkey), Hearer(valkey)
    rung = [f"{number:032}" for number in range(50)]
    with one.working(), other.working():
        time.sleep(0.3)
        for work in rung:
            one.bell(GENERATION, "note", work)
        heard = [_first_of(one.heard, other.heard) for _ in rung]
        time.sleep(0.3)
    assert sorted(heard) == rung
    assert one.heard.empty()
    assert other.heard.empty()


def _first_of(*queues: Queue[tuple[str, float]]) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for queue in queues:
            try:
                return queue.get(timeout=0.02)[0]
            except Empty:
                continue
    raise AssertionError("a ring was not heard")


def test_waiting_takes_nothing_from_the_queue(hearer: Hearer, valkey: Valkey) -> None:
    waiting, second = consumer_of(hearer.broker), consumer_of(make_broker(connect(valkey.url)))
    assert next(waiting) is None  # it fetched and found nothing: from here on it waits
    hearer.bell(GENERATION, "note", WORK)
    assert next(waiting) is None  # it was woken, and then it dies or its answer is lost
    assert next(second).args == (WORK,)


def test_cut_connections_lose_no_ring(hearer: Hearer, valkey: Valkey) -> None:
    with hearer.working():
        hearer.delay()
        time.sleep(0.3)
        valkey.client.client_kill_filter(_type="normal", skipme=True)
        assert hearer.delay() < 30.0


def test_a_redis_that_was_away_is_heard_again(hearer: Hearer, valkey: Valkey) -> None:
    with hearer.working():
        hearer.delay()
        valkey.stop()
        time.sleep(0.5)
        valkey.start()
        assert hearer.delay() < 30.0


def test_a_redis_that_is_away_is_said_in_dramatiqs_words(hearer: Hearer, valkey: Valkey) -> None:
    waiting = consumer_of(hearer.broker)
    assert next(waiting) is None
    valkey.stop()
    with pytest.raises(ConnectionClosed):
        next(waiting)


def test_with_as_much_fetched_as_may_be_redis_is_asked_nothing(hearer: Hearer, valkey: Valkey) -> None:
    consumer = consumer_of(hearer.broker, prefetch=1)
    for _ in range(2):
        hearer.bell(GENERATION, "note", WORK)
    first = next(consumer)
    before = valkey.commands()
    assert [next(consumer) for _ in range(8)] == [None] * 8
    assert valkey.commands() == before
    consumer.ack(first)
    assert any(next(consumer) is not None for _ in range(4))


def test_what_is_full_goes_on_once_half_of_it_is_done_and_not_before(hearer: Hearer) -> None:
    """A pause instead leaves threads idle that have short work; a question after each lets Redis answer one by one."""
    consumer = WakingConsumer(hearer.broker, GENERATION, 4, full=100.0)
    for _ in range(8):
        hearer.bell(GENERATION, "note", WORK)
    fetched = [next(consumer) for _ in range(4)]
    assert next(consumer) is None  # as much is fetched as may be
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, consumer)
        consumer.ack(fetched[0])
        with pytest.raises(TimeoutError):
            waiting.result(0.3)
        consumer.nack(fetched[1])
        assert waiting.result(60) is None  # woken: it fetches next
        fetched += [next(consumer) for _ in range(2)]
        assert next(consumer) is None  # full again
        again = pool.submit(next, consumer)
        with pytest.raises(TimeoutError):
            again.result(0.3)
        for message in fetched[2:4]:
            consumer.ack(message)
        assert again.result(60) is None


def test_a_long_idle_process_still_says_that_it_lives(hearer: Hearer, valkey: Valkey) -> None:
    now = [0.0]
    consumer = WakingConsumer(hearer.broker, GENERATION, 4, monotonic=lambda: now[0])
    next(consumer)
    next(consumer)
    beats = f"{hearer.broker.namespace}:__heartbeats__"
    valkey.client.delete(beats)
    next(consumer)
    assert valkey.client.exists(beats) == 0
    now[0] = HEARTBEAT + 1
    next(consumer)  # notices that it is time
    next(consumer)  # fetches
    assert valkey.client.exists(beats) == 1


def test_whoever_waits_at_redis_hears_that_it_lives_and_that_it_went(hearer: Hearer, valkey: Valkey) -> None:
    now = [0.0]
    line = Line(monotonic=lambda: now[0])
    assert not line.lives()
    consumer = WakingConsumer(hearer.broker, GENERATION, 4, line=line)
    next(consumer)  # fetches
    assert line.lives()
    now[0] += HEARD_LATELY
    assert not line.lives()
    next(consumer)  # waits a second, in vain
    assert line.lives()
    assert not line.broke()
    valkey.stop()
    with pytest.raises(ConnectionClosed):
        next(consumer)
    assert not line.lives()
    assert [line.broke(), line.broke()] == [True, False]


def test_one_who_has_as_much_as_may_be_hears_nothing(hearer: Hearer) -> None:
    now = [0.0]
    line = Line(monotonic=lambda: now[0])
    consumer = WakingConsumer(hearer.broker, GENERATION, 1, line=line, full=0.01)
    for _ in range(2):
        hearer.bell(GENERATION, "note", WORK)
    next(consumer)
    now[0] += HEARD_LATELY
    for _ in range(6):
        assert next(consumer) is None
    assert not line.lives()


def test_a_redis_that_was_away_for_a_moment_is_known_to_all_who_ask_the_broker(hearer: Hearer, valkey: Valkey) -> None:
    with hearer.working():
        hearer.delay()
        assert hearer.broker.line.lives()
        valkey.stop()
        until = time.monotonic() + 60
        while not (broke := hearer.broker.line.broke()) and time.monotonic() < until:
            time.sleep(0.01)
        assert broke
        valkey.start()  # not before: what is back before it is missed was never away
        hearer.delay()
        assert hearer.broker.line.lives()


def test_nobody_waits_for_delayed_messages(hearer: Hearer) -> None:
    assert (hearer.broker.get_declared_queues(), hearer.broker.get_declared_delay_queues()) == ({GENERATION}, set())
    with hearer.working():
        assert hearer.delay() < 30.0
