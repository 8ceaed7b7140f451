"""Does what the schedule says, when it says it, and notes what really hit. Afterwards everything is whole again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import redis
from aiohttp import ClientError, ClientSession

from chaos.faults import Fault
from chaos.levels import FREEZE, KILL, NETWORK, POSTGRES_KILL, ROLLING, SKEW, STORM, VALKEY_FLUSH, VALKEY_KILL
from chaos.links import GEMINI, KLING, TELEGRAM, VALKEY
from chaos.pace import Pace
from chaos.person import DECLINED
from chaos.proxy import Trouble
from chaos.stack import LONGEST_START, Stack
from chaos.timeline import Timeline

KILLED_AFTER = 5.0  # seconds between SIGTERM and SIGKILL in a rolling restart
REVIVED_EVERY = 0.2
SPOILED_TRIES = 5
LONGEST_STORM = 60.0  # seconds: one that nobody has met goes on
LONGEST_END = 120.0  # seconds that a process may take to be gone, on a machine that has much to do
# Always in force: so that some orders are refused, and given back.
REFUSALS: dict[str, list[dict[str, Any]]] = {
    GEMINI: [{"kind": "image-safety", "prompt_contains": DECLINED, "times": None}],
    KLING: [{"kind": "risk", "stage": "task", "prompt_contains": DECLINED, "times": None}],
}


class Hands:
    """`run` returns when every fault of the schedule is over."""

    def __init__(self, stack: Stack, timeline: Timeline, http: ClientSession) -> None:
        self._stack = stack
        self._timeline = timeline
        self._http = http
        self._one_at_a_time: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._does: dict[str, Callable[[Fault], Coroutine[Any, Any, None]]] = {
            NETWORK: self._spoil,
            KILL: self._kill,
            FREEZE: self._freeze,
            VALKEY_KILL: self._kill_valkey,
            VALKEY_FLUSH: self._flush_valkey,
            POSTGRES_KILL: self._kill_postgres,
            STORM: self._storm,
            SKEW: self._skew,
            ROLLING: self._roll,
        }
        for link in stack.links.values():
            link.on_hit = lambda name, kind: timeline.note(NETWORK, name, kind)

    async def run(self, faults: Sequence[Fault], pace: Pace) -> None:
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                while pace.now() < fault.at:
                    await asyncio.sleep(0.05)
                group.create_task(self._does[fault.kind](fault))

    def calm(self) -> int:
        """No line is spoiled any more; how many troubles met nobody."""
        for link in self._stack.links.values():
            link.calm()
        return sum(link.unmet for link in self._stack.links.values())

    async def revive(self) -> None:
        """For ever: whoever ended by itself is started again."""
        while True:
            await asyncio.sleep(REVIVED_EVERY)
            for name in self._stack.revive():
                self._timeline.note("revived", name)

    async def expect_refusals(self) -> None:
        for part in (GEMINI, KLING):
            await self._tell(part, "scenario", {"rules": REFUSALS[part]})

    async def _spoil(self, fault: Fault) -> None:
        """Whoever was not there to be met may be there a little later."""
        link = self._stack.links[fault.target]
        for _ in range(SPOILED_TRIES):
            trouble = Trouble(fault.how, fault.seconds)
            link.spoil(trouble)
            ends = time.monotonic() + link.waits
            while not trouble.met and time.monotonic() < ends:
                await asyncio.sleep(0.1)
            if trouble.met:
                return

    async def _kill(self, fault: Fault) -> None:
        async with self._one_at_a_time[fault.target]:
            await self._hit(fault.target, signal.SIGKILL)
            self._timeline.note(KILL, fault.target)
            self._stack.skewed.pop(fault.target, None)
            self._stack.spawn(fault.target)
            await self._until_ready(fault.target)

    async def _freeze(self, fault: Fault) -> None:
        async with self._one_at_a_time[fault.target]:
            await self._hit(fault.target, signal.SIGSTOP)
            self._timeline.note(FREEZE, fault.target, f"{fault.seconds:.1f} s")
            await asyncio.sleep(fault.seconds)
            self._stack.kill(fault.target, signal.SIGCONT)

    async def _hit(self, name: str, number: int) -> None:
        """Who has just ended by itself is back soon: a fault that hit nobody would be none."""
        while not self._stack.kill(name, number):
            await asyncio.sleep(REVIVED_EVERY)
            await self._until_ready(name)

    async def _kill_valkey(self, fault: Fault) -> None:
        async with self._one_at_a_time[VALKEY]:
            self._stack.running_valkey.kill()
            self._stack.running_valkey.wait()
            self._timeline.note(VALKEY_KILL, VALKEY, f"{fault.seconds:.1f} s")
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(self._stack.start_valkey)

    async def _flush_valkey(self, fault: Fault) -> None:
        async with self._one_at_a_time[VALKEY]:
            await asyncio.to_thread(self._flush)
            self._timeline.note(VALKEY_FLUSH, VALKEY)

    def _flush(self) -> None:
        client = redis.Redis(port=self._stack.ports[VALKEY])
        client.flushall()
        client.close()

    async def _kill_postgres(self, fault: Fault) -> None:
        async with self._one_at_a_time[fault.target]:
            await asyncio.to_thread(self._stack.postgres.kill, LONGEST_END)
            self._timeline.note(POSTGRES_KILL, fault.target, f"{fault.seconds:.1f} s")
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(self._stack.postgres.start, LONGEST_START)

    async def _skew(self, fault: Fault) -> None:
        """The process is started anew on a wrong clock, and keeps it until it is killed or restarted."""
        async with self._one_at_a_time[fault.target]:
            self._stack.kill(fault.target)
            self._stack.skewed[fault.target] = int(fault.seconds)
            self._stack.spawn(fault.target)
            await self._until_ready(fault.target)
            self._timeline.note(SKEW, fault.target, f"{fault.seconds:+.0f} s")

    async def _roll(self, fault: Fault) -> None:
        """One process after the other, each told to stop and killed if it takes longer than the platform allows."""
        for name in self._stack.groups:
            async with self._one_at_a_time[name]:
                self._stack.taken_away.add(name)
                self._stack.kill(name, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ended(name), KILLED_AFTER)
                self._stack.kill(name)
                self._stack.skewed.pop(name, None)
                self._stack.spawn(name)
                self._stack.taken_away.discard(name)
                await self._until_ready(name)
        self._timeline.note(ROLLING, fault.target)

    async def _ended(self, name: str) -> None:
        while self._stack.running[name].poll() is None:
            await asyncio.sleep(0.05)

    async def _until_ready(self, name: str, seconds: float = 60.0) -> None:
        """Not for ever: what it needs may be away just now, and it is revived when it ends for that."""
        ends = time.monotonic() + seconds
        while not self._stack.ready(name) and time.monotonic() < ends:
            await asyncio.sleep(0.1)

    async def _storm(self, fault: Fault) -> None:
        async with self._one_at_a_time[fault.target]:
            before = await self._last_call(fault.target)
            if fault.target == TELEGRAM:
                await self._ask("POST", f"{self._stack.url(TELEGRAM)}/client/faults", {"rules": [_telegram(fault)]})
            else:
                await self._tell(fault.target, "scenario", {"rules": _rules(fault)})
            await asyncio.sleep(fault.seconds)
            ends = time.monotonic() + LONGEST_STORM - fault.seconds
            while not (met := await self._met(fault, before)) and time.monotonic() < ends:
                await asyncio.sleep(0.5)
            if fault.target == TELEGRAM:
                await self._ask("DELETE", f"{self._stack.url(TELEGRAM)}/client/faults")
            else:
                await self._ask("DELETE", f"{self._stack.url(fault.target)}/control/scenario")
                await self._tell(fault.target, "scenario", {"rules": REFUSALS[fault.target]})
            if met:
                self._timeline.note(STORM, fault.target, f"{fault.how}, {met} calls")

    async def _last_call(self, part: str) -> int:
        if part == TELEGRAM:
            return int((await self._ask("GET", f"{self._stack.url(part)}/client/traffic?since=1000000000"))["next"])
        calls = await self._ask("GET", f"{self._stack.url(part)}/control/calls")
        return int(calls[-1]["n"]) if calls else 0

    async def _met(self, fault: Fault, since: int) -> int:
        """How many calls met the storm."""
        if fault.target != TELEGRAM:
            calls = await self._ask("GET", f"{self._stack.url(fault.target)}/control/calls?since={since}")
            return sum(call.get("scenario") == fault.how for call in calls)
        calls = await self._ask("GET", f"{self._stack.url(TELEGRAM)}/client/calls?since={since}")
        return sum(fault.how in ("delay", str(call["status"])) for call in calls)

    async def _tell(self, part: str, what: str, values: dict[str, Any]) -> None:
        await self._ask("POST", f"{self._stack.url(part)}/control/{what}", values)

    async def _ask(self, method: str, address: str, values: dict[str, Any] | None = None) -> Any:
        try:
            async with self._http.request(method, address, json=values) as answer:
                answer.raise_for_status()
                return await answer.json()
        except ClientError as error:
            raise RuntimeError(f"an emulator refused {address}: {error}") from error


def _rules(fault: Fault) -> list[dict[str, Any]]:
    rule = {"kind": fault.how, "times": None, **({"seconds": 3.0} if fault.how == "stall" else {})}
    return [rule] if fault.target == GEMINI else [{**rule, "stage": "create"}, {**rule, "stage": "query"}]


def _telegram(fault: Fault) -> dict[str, Any]:
    rule: dict[str, Any] = {"method": "*", "times": None}
    if fault.how == "delay":
        return {**rule, "kind": "delay", "seconds": 2.0}
    wait = {"parameters": {"retry_after": 2}} if fault.how == "429" else {}
    return {**rule, "kind": "error", "error_code": int(fault.how), "description": "a storm", **wait}
