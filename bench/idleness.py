"""What processes cost that have nothing to do: memory, Redis commands, database queries: `python -m bench idleness`.

All idle at the same time, each at a Redis database and, ours, at a Postgres database of its own, so that each process
does what a lonely one does.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import redis

from bench.contenders import ptb
from bench.figures import Found
from bench.ground import PEERS, Ground, family_kib, ground
from bench.sides import BARE_FLASK, CELERY, OURS, PTB, STOCK
from jobs.kinds import GENERATION, RIGHTS
from ops.processes import answers, free_port
from workers.assembly import assemble

THREADS = 8
SETTLED = 6.0  # seconds from the last start until it is quiet
WATCHED = 12.0  # seconds
PLACES = {"worker": 0, "celery": 1, "stock": 2, "rights": 3, "web": 4}
FROM_A_SCRIPT = "lua"


def run(share: float = 1.0) -> Found:
    """Each a process group as it is started: our worker with 8 threads, `dramatiq -p 1 -t 8`, `celery -P threads -c 8`.
    Commands that a script issues inside Redis do not count. Memory: what processes share counts once."""
    seconds = max(3.0, WATCHED * share)
    with ground() as parts:
        _prepare(parts)
        pids = _started(parts)
        time.sleep(SETTLED)
        commands, queries = _watched(parts, seconds)
        memory = {name: family_kib(pid) / 1024 for name, pid in pids.items()}
    peers = {STOCK: [commands["stock"]], CELERY: [commands["celery"]]}
    stock_and_celery = {STOCK: [memory["stock"]], CELERY: [memory["celery"]]}
    return {
        "redis": {OURS: [commands["worker"]], **peers},
        "both": {OURS: [commands["worker"] + queries["worker"]], **peers},
        "worker": {OURS: [memory["worker"]], **stock_and_celery},
        "rights": {OURS: [memory["rights"]], **stock_and_celery},
        "web": {OURS: [memory["web"]], BARE_FLASK: [memory["bare"]], PTB: [memory["ptb"]]},
    }


def _prepare(parts: Ground) -> None:
    """A migrated database for each of ours; from here on each statement is logged with its database's name."""
    house = assemble(parts.settings(), ring=lambda *_: None)
    house.database.migrate()
    house.close()
    with psycopg.connect(parts.database.replace("/bench", "/postgres"), autocommit=True) as admin:
        for name in ("worker", "rights", "web"):
            admin.execute(f"CREATE DATABASE {name} TEMPLATE bench")
        admin.execute("ALTER SYSTEM SET log_statement = 'all'")
        admin.execute("ALTER SYSTEM SET log_line_prefix = '%d '")
        admin.execute("SELECT pg_reload_conf()")


def _started(parts: Ground) -> dict[str, int]:
    """Process ids by name."""
    environs = {name: _own(parts, name) for name in PLACES}
    ours = {name: {**environs[name], "WORKER_THREADS": str(THREADS)} for name in ("worker", "rights")}
    port = free_port()
    parts.start("worker", "workers", GENERATION, environ=ours["worker"])
    parts.start("rights", "workers", RIGHTS, environ=ours["rights"])
    parts.start("web", "web", environ={**environs["web"], "WEB_PORT": str(port)})
    parts.start_server("bare", "bench.bare_web")
    words = ["--workdir", str(PEERS), "-A", "celery_app", "worker", "-P", "threads", "-c", str(THREADS), "-l", "INFO"]
    parts.start_peer("celery", "-m", "celery", *words, environ=environs["celery"])
    words = ["--path", str(PEERS), "-p", "1", "-t", str(THREADS), "stock_queue"]
    parts.start_peer("stock", "-m", "dramatiq", *words, environ=environs["stock"])
    ptb(parts)
    said: Callable[[str, str], bool] = lambda name, words: words in (parts.processes.logs / f"{name}.log").read_text()  # noqa: E731
    for name, words_ in (
        ("worker", "worker.ready"),
        ("rights", "worker.ready"),
        ("celery", " ready."),
        ("stock", "is ready"),
    ):
        parts.processes.wait_until(name, lambda name=name, words=words_: said(name, words))  # type: ignore[misc]
    parts.processes.wait_until("web", lambda: answers(port))
    return {name: parts.pid(name) for name in (*PLACES, "bare", "ptb")}


def _own(parts: Ground, name: str) -> dict[str, str]:
    return {
        "REDIS_URL": parts.environ["REDIS_URL"].removesuffix("0") + str(PLACES[name]),
        "DATABASE_URL": parts.database.replace("/bench", f"/{name}"),
    }


def _watched(parts: Ground, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Commands and queries a second, by the name of the process."""
    log = parts.folder / "postgres" / "log"
    before = len(log.read_bytes())
    commands = _commands(parts.environ["REDIS_URL"], seconds)
    lines = log.read_bytes()[before:].decode(errors="replace").splitlines()
    queries = Counter(line.split(" ", 1)[0] for line in lines if "LOG:  statement:" in line or "LOG:  execute" in line)
    return _each_second(commands, seconds), _each_second(queries, seconds)


def _commands(url: str, seconds: float) -> Counter[str]:
    """What clients send, as Redis itself tells."""
    names = {str(place): name for name, place in PLACES.items()}
    seen: Counter[str] = Counter()
    over = threading.Event()
    client = redis.Redis.from_url(url, socket_timeout=None)

    def listen() -> None:
        with client.monitor() as monitor:  # type: ignore[no-untyped-call]  # redis carries no types here
            for command in monitor.listen():
                if over.is_set():
                    return
                if command["client_type"] != FROM_A_SCRIPT:
                    seen[names.get(str(command["db"]), "")] += 1

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    time.sleep(seconds)
    over.set()
    listener.join(30)
    return seen


def _each_second(counted: Counter[str], seconds: float) -> dict[str, float]:
    return {name: counted[name] / seconds for name in PLACES}
