"""The running service, as tests reach for it: its database, its processes, and the stand-ins around it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import requests

from config import load
from jobs.kinds import GENERATION
from models import TABLES
from ops.processes import answers, valkey_command
from ops.stack import Stack
from tests.spine.filmer import CREDITS, Filmer
from tests.spine.forked import Forked
from tests.spine.kling import KlingControl
from tests.spine.person import LONG, Person, until
from tests.still import stand_still
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House


class Spine:
    """The running service, seen from outside and from its database."""

    def __init__(self, stack: Stack, postgres: str) -> None:
        self.stack = stack
        self.postgres = postgres
        self.gemini = f"http://127.0.0.1:{stack.ports.gemini}"
        self.kling = KlingControl(f"http://127.0.0.1:{stack.ports.kling}")
        self.forks: list[Forked] = []
        self._house: House | None = None

    @property
    def house(self) -> House:
        """Our own parts on the same database and the same bell, for what is prepared or written without a chat."""
        if self._house is None:
            environ = {**self.stack.environ, "PARALLEL_ORDERS": "100000"}
            bell = Doorbell(make_broker(connect(environ["REDIS_URL"])))
            self._house = assemble(load(environ), ring=bell)
        self._house.database.raw.bind(TABLES)  # another test of this process may have bound them to its own
        return self._house

    def filmer(self, *, credits: int = CREDITS) -> Filmer:
        return Filmer(self.stack.chat, self.house, credits=credits)

    def end_forks(self, *, held: bool = True) -> None:
        """Of those that wait to be let go only with `held`."""
        for fork in self.forks:
            if held or not fork.held:
                fork.kill()

    def close(self) -> None:
        self.end_forks()
        if self._house is not None:
            self._house.close()

    def person(self, **names: str) -> Person:
        return Person(self.stack.chat, **names)

    def at_once(self, act: Callable[[Any], Any], over: list[Any]) -> list[Any]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(act, over))

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    def order_state(self, order: str) -> str:
        [(state,)] = self.sql("SELECT state FROM orders WHERE id = %s", order)
        return str(state)

    def attempts(self, order: str) -> int:
        """How often the provider was called for an order."""
        [(attempts,)] = self.sql("SELECT attempt FROM orders WHERE id = %s", order)
        return int(attempts)

    def told(self, person: Person, order: str, words: str) -> str:
        """What the status message of an order says, once it has these words."""

        def said() -> str | None:
            [(message,)] = self.sql("SELECT message_id FROM orders WHERE id = %s", order)
            found = [m for m in person.messages() if m["message_id"] == message]
            texts = [str(m.get("text") or m.get("caption") or "") for m in found]
            return next((text for text in texts if words in text), None)

        return str(until(f"'{words}'", said, seconds=LONG))

    def charges(self, order: str) -> list[str]:
        """Kinds of the entries that ended the hold of an order."""
        rows = self.sql("SELECT kind FROM ledger_entry WHERE order_id = %s AND kind <> 'hold'", order)
        return [kind for (kind,) in rows]

    def spent_on(self, order: str) -> int:
        """What the provider's answers to this order cost us, in millionths of a dollar."""
        [(spent,)] = self.sql("SELECT COALESCE(SUM(micro_usd), 0) FROM cost WHERE order_id = %s", order)
        return int(spent)

    def scenario(self, *rules: dict[str, Any]) -> None:
        requests.post(f"{self.gemini}/control/scenario", json={"rules": rules}, timeout=60).raise_for_status()

    def gemini_calls(self, prompt: str) -> list[dict[str, Any]]:
        calls = requests.get(f"{self.gemini}/control/calls", timeout=60).json()
        return [call for call in calls if prompt in (call["prompt"] or "")]

    def faults(self, *rules: dict[str, Any]) -> int:
        """Adds to what goes wrong at Telegram; how many rules are not used up."""
        answer = requests.post(f"{self.stack.chat}/client/faults", json={"rules": rules}, timeout=60)
        answer.raise_for_status()
        return int(answer.json()["rules"])

    def calls(self, method: str, chat: int) -> list[dict[str, Any]]:
        """Calls of the Bot API to a chat."""
        found = requests.get(f"{self.stack.chat}/client/calls?method={method}", timeout=60).json()
        entries = found["calls"] if isinstance(found, dict) else found
        return [entry for entry in entries if str(entry["params"].get("chat_id")) == str(chat)]

    def stop(self, name: str, number: int = signal.SIGKILL, *, seconds: float = 60.0) -> int:
        """End a process of the stack by signal; its exit status."""
        process = self._take(name)
        process.send_signal(number)
        return process.wait(seconds)

    def fork(self, queue: str = GENERATION, *, held: bool = False, **environ: str) -> Forked:
        """One more worker process, with other settings than the stack's own."""
        log = self.stack.data / "logs" / f"fork-{len(self.forks)}.log"
        self.forks.append(Forked(queue, {**self.stack.environ, **environ}, log, held=held))
        return self.forks[-1]

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A process of the stack stands still meanwhile, so that another one gets the work."""
        [process] = [process for known, process in self.stack.processes.running if known == name]
        stand_still(process)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def open_work(self) -> list[tuple[Any, ...]]:
        """What is not done, for whoever wants to know why nothing happens."""
        return self.sql(
            "SELECT kind, state, reason, tries, crashes, holder, now() AT TIME ZONE 'utc' - due_at, "
            "now() AT TIME ZONE 'utc' - rung_at, lease_until - now() AT TIME ZONE 'utc' "
            "FROM work WHERE state IN ('due', 'held') ORDER BY due_at"
        )

    # What is set to a moment lies in the past: a process compares with a clock that it may have read just before.

    def leases_end(self) -> None:
        """As if time had passed: the leases of whoever was killed are over, and what it rang for is long ago."""
        self.sql("UPDATE work SET lease_until = now() AT TIME ZONE 'utc' - interval '1 second' WHERE state = 'held'")
        self.sql("UPDATE work SET rung_at = rung_at - interval '1 minute' WHERE state IN ('due', 'held')")
        self.sql("UPDATE lease SET until = now() AT TIME ZONE 'utc' - interval '1 second'")

    def waits_end(self) -> None:
        """As if time had passed: what waits for its next try is due."""
        self.sql("UPDATE work SET due_at = now() AT TIME ZONE 'utc' - interval '1 minute' WHERE state = 'due'")

    def video_waits_end(self) -> None:
        """As if time had passed: what may have been made can be found, and how videos stand is asked now."""
        self.waits_end()
        self.sql("UPDATE video_task SET submitted_at = submitted_at - interval '1 minute' WHERE state = 'submitting'")
        self.sql("UPDATE video_task SET ask_at = now() AT TIME ZONE 'utc' - interval '1 s' WHERE state = 'rendering'")

    def tidies_up(self) -> None:
        """As if hours had passed: the duty for what killed processes left behind runs, and ends."""
        self.sql("UPDATE media SET created_at = created_at - interval '2 hours' WHERE state = 'storing'")
        self.sql("UPDATE lease SET next_at = NULL WHERE name = 'leftovers'")
        until("a tidy store", lambda: not self.sql("SELECT id FROM media WHERE state <> 'stored'"))

    def objects(self) -> set[str]:
        """Names of the pictures in the store."""
        folder = self.stack.data / "objects"
        names = {str(path.relative_to(folder)).removesuffix(".object") for path in folder.rglob("*.object")}
        return {name for name in names if not name.startswith("erasures/")}

    def start_worker(self) -> None:
        log = self.stack.data / "logs" / "worker.log"
        before = log.read_text().count("worker.ready")
        self.stack.start_worker()
        until("the worker", lambda: log.read_text().count("worker.ready") > before)

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """It is killed, and comes back empty."""
        self.stop("valkey")
        try:
            yield
        finally:
            self.start_valkey()

    def start_valkey(self) -> None:
        port = self.stack.ports.valkey
        self.stack.processes.start("valkey", valkey_command(port, self.stack.data / "valkey"), {})
        until("Valkey", lambda: answers(port))

    def _take(self, name: str) -> subprocess.Popen[bytes]:
        [found] = [entry for entry in self.stack.processes.running if entry[0] == name]
        self.stack.processes.running.remove(found)
        return found[1]
