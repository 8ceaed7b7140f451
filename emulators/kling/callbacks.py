"""Tells a task's callback address of every change, in order for each task. What is lost is not repeated."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from emulators.kling import shapes, signing
from emulators.kling.scenario import CALLBACK, Rule, Scenario
from emulators.kling.settings import Settings
from emulators.kling.tasks import Task

PATIENCE = ClientTimeout(total=10)
CONNECTIONS = 64
KEPT = 10_000
OK = Rule(kind="ok", stage=CALLBACK)


@dataclass(slots=True)
class Event:
    """`claims` is the status the body speaks of."""

    task: Task
    claims: str
    body: bytes
    rule: Rule


class Callbacks:
    def __init__(self, *, scenario: Scenario, settings: Settings, now: Callable[[], float]) -> None:
        self.scenario = scenario
        self.settings = settings
        self.now = now
        self.sent: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._numbers = 0
        self._queues: dict[Task, deque[Event]] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None

    def tell(self, task: Task) -> None:
        """Send what the task is now, after what is still on its way."""
        if task.asked.callback_url is None:
            return
        rule = self.scenario.take(CALLBACK, [task.asked], status=task.state) or OK
        event = Event(task, task.state, self._body(task), rule)
        if rule.kind == "late":
            self._spawn(self._late(event))
        elif task in self._queues:
            self._queues[task].append(event)
        else:
            self._queues[task] = deque([event])
            self._spawn(self._drain(task))

    def claim(self, task: Task, status: str, kind: str) -> None:
        """Send a callback that need not be true; `kind` ok, forged, unsigned or old."""
        self._spawn(self._deliver(Event(task, status, self._body(task, status), Rule(kind=kind, stage=CALLBACK))))

    async def told(self, task: Task, status: str, seconds: float) -> None:
        """Return when the callback for that status has been answered, or the time is over."""
        async with task.telling:
            waiting = task.telling.wait_for(lambda: status in task.told)
            try:
                await asyncio.wait_for(waiting, seconds)
            except TimeoutError:
                return

    def reset(self) -> None:
        for job in self._jobs:
            job.cancel()
        self._queues.clear()
        self.sent.clear()

    async def stop(self) -> None:
        self.reset()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _body(self, task: Task, status: str | None = None) -> bytes:
        view = shapes.whole(task, task.api, files_base=self.settings.files_base, state=status)
        return json.dumps(view, separators=(",", ":")).encode()

    def _spawn(self, work: Any) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _drain(self, task: Task) -> None:
        queue = self._queues[task]
        while queue:
            await self._deliver(queue.popleft())
        if self._queues.get(task) is queue:
            del self._queues[task]

    async def _late(self, event: Event) -> None:
        await asyncio.sleep(event.rule.lasting(5.0))
        await self._deliver(event)

    async def _deliver(self, event: Event) -> None:
        headers = self._headers(event)
        if event.rule.kind == "lost":
            self._note(event, headers, None)
        else:
            await self._post(event, headers)
        if event.rule.kind == "duplicate":
            await self._post(event, headers)
        if event.rule.kind == "replay":
            self._spawn(self._again(event, headers))
        async with event.task.telling:
            event.task.told.add(event.claims)
            event.task.telling.notify_all()

    async def _again(self, event: Event, headers: dict[str, str]) -> None:
        await asyncio.sleep(event.rule.lasting(1.0))
        await self._post(event, headers)

    def _headers(self, event: Event) -> dict[str, str]:
        self._numbers += 1
        kind, moment = event.rule.kind, int(self.now())
        secrets = self.settings.secrets()
        if kind == "forged":
            secrets = [signing.FORGED]
        if not secrets or kind == "unsigned":
            return {}
        if kind == "old":
            moment -= int(event.rule.lasting(600.0))
        return signing.headers(secrets, str(7_000_000_000 + self._numbers), moment, event.body)

    async def _post(self, event: Event, headers: dict[str, str]) -> None:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=CONNECTIONS), timeout=PATIENCE)
        content_type = {"Content-Type": "application/json; charset=utf-8"}
        address = event.task.asked.callback_url or ""
        try:
            posting = self._session.post(address, data=event.body, headers=headers | content_type)
            async with posting as answer:
                await answer.read()
                self._note(event, headers, answer.status)
        except (ClientError, OSError, TimeoutError, ValueError):
            self._note(event, headers, 0)

    def _note(self, event: Event, headers: dict[str, str], answered: int | None) -> None:
        """`answered`: the status, 0 when nobody answered, None when it was not sent."""
        self.sent.append(
            {
                "task": event.task.id,
                "external_id": event.task.asked.external_id,
                "status": event.claims,
                "kind": event.rule.kind,
                "webhook_id": headers.get("webhook-id"),
                "answered": answered,
            }
        )
