"""What goes wrong while data are under way: errors of everybody we talk to, kills between two effects, aborts."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg

from ops.once import button
from ops.processes import answers, valkey_command
from tests.canary.doing import gets, joins, makes, offered, words
from tests.canary.flows import Story
from tests.canary.service import Bird, Service
from tests.spine.person import LONG, until
from tests.still import stand_still

KILLED_AT = ("intake.cleaned", "photo.stored", "produce.called", "result.recorded", "deliver.edited")
PASSING = ("500", "503", "drop", "truncate", "garbage")


def troubles(service: Service) -> list[Story]:
    """One after the other: each stops something that the others need. With SQLite and a folder only what is theirs."""
    own: list[Story] = [store, database, aborted]
    return own if service.sqlite is not None else [*own, providers, redis, killed]


def providers(service: Service, bird: Bird) -> None:
    """Gemini fails in each passing way, Telegram repeats our words in its errors."""
    joins(bird, caption=words(bird))
    for kind in PASSING:
        service.gemini_does(kind, words(bird))
    order = makes(bird)
    refusal = {"error_code": 500, "description": f"Internal Server Error: {words(bird)} {bird.id}"}
    service.telegram_does(method="editMessageMedia", chat_id=bird.id, kind="error", **refusal)
    service.telegram_does(method="editMessageMedia", chat_id=bird.id, kind="truncate")
    hurried(service, bird, order)


def store(service: Service, bird: Bird) -> None:
    joins(bird, caption=words(bird))
    offered(bird)
    with store_away(service):
        order = makes(bird)
        time.sleep(1)
    hurried(service, bird, order)


def redis(service: Service, bird: Bird) -> None:
    joins(bird, caption=words(bird))
    offered(bird)
    service.kill("valkey")
    gets(bird, makes(bird))
    port, folder = service.stack.ports.valkey, service.data / "valkey"
    service.stack.processes.start("valkey", valkey_command(port, folder), {})
    until("Valkey", lambda: answers(port))


def database(service: Service, bird: Bird) -> None:
    """Statements with people's words in them fail: a table is missing, connections end, a file is locked."""
    joins(bird, caption=words(bird))
    offered(bird)
    with database_broken(service):
        bird.write(words(bird, "a lake that nobody paints and"))
        time.sleep(0.8)
    order = makes(bird)
    with database_broken(service):
        time.sleep(0.5)
    hurried(service, bird, order)


def standing_still(service: Service, point: str) -> subprocess.Popen[bytes]:
    """A worker that is about to die at a point. What was still under way may have brought earlier ones there."""
    for times in range(1, 6):
        process = service.doomed(point)
        service.wait_ready(f"doomed-{point}", times)
        with suppress(ChildProcessError):
            stand_still(process)
            return process
    raise AssertionError(f"no worker stands still before {point}")


def killed(service: Service, bird: Bird) -> None:
    """One picture, for which one worker after the other is killed where plain bytes are at hand."""
    workers = {point: standing_still(service, point) for point in KILLED_AT}
    main = service.process("worker")
    stand_still(main)
    joins(bird, caption=words(bird))
    orders: list[str] = []
    for point, process in workers.items():
        if point == "produce.called":
            process.send_signal(signal.SIGCONT)
            orders.append(makes(bird))
        process.send_signal(signal.SIGCONT)
        assert process.wait(90) == -signal.SIGKILL
        over(service, "UPDATE work SET lease_until = created_at, rung_at = NULL WHERE state = 'held'")
    main.send_signal(signal.SIGCONT)
    hurried(service, bird, orders[0])


def aborted(service: Service, bird: Bird) -> None:
    """A worker aborts in the middle of a call, with a photo and a prompt in its memory."""
    joins(bird, caption=words(bird))
    service.gemini_does("slow", words(bird), seconds=3)
    order = makes(bird)
    until("the call", lambda: any(words(bird).encode() in stream for stream in service.gemini.asked))
    assert service.kill("worker", signal.SIGABRT) == -signal.SIGABRT
    service.start_worker()
    hurried(service, bird, order)


def hurried(service: Service, bird: Bird, order: str) -> None:
    """As if time passed quickly: whatever waits for its next try is due, until the result is there."""

    def there() -> bool:
        over(service, "UPDATE work SET due_at = created_at, rung_at = NULL WHERE state = 'due'")
        time.sleep(0.2)
        return any(button(message, f"orig:{order}") for message in bird.messages())

    until("the result", there, seconds=LONG)


def over(service: Service, statement: str) -> None:
    """Outside of our program."""
    if service.sqlite is None:
        with psycopg.connect(service.postgres, autocommit=True) as connection:
            connection.execute(statement)
        return
    with closing(sqlite3.connect(service.sqlite, timeout=60)) as file, file:
        file.execute(statement)


@contextmanager
def store_away(service: Service) -> Iterator[None]:
    if service.s3 is not None:
        with service.s3.away():
            yield
        return
    folder = service.data / "objects"
    beside = folder.with_name("objects-away")
    folder.rename(beside)
    folder.write_bytes(b"")  # a file where the folder was: everything fails
    try:
        yield
    finally:
        folder.unlink()
        beside.rename(folder)


@contextmanager
def database_broken(service: Service) -> Iterator[None]:
    """Postgres loses a table and every connection; a file of SQLite is locked."""
    if service.sqlite is not None:
        with closing(sqlite3.connect(service.sqlite, timeout=60, isolation_level=None)) as file:
            file.execute("BEGIN EXCLUSIVE")
            yield
            file.execute("ROLLBACK")
        return
    with psycopg.connect(service.postgres, autocommit=True) as connection:
        connection.execute("ALTER TABLE orders RENAME TO orders_away")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE orders_away RENAME TO orders")
