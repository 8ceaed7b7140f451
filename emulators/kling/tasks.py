"""The tasks of the account: their states, how many run, and how often each external id was asked for and made."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulators.kling.faults import invalid
from emulators.kling.reading import Asked

SUBMITTED, PROCESSING, SUCCEEDED, FAILED = "submitted", "processing", "succeeded", "failed"
NEW, LEGACY = "new", "legacy"
FIRST_ID = 893_605_946_402_811_985  # larger than 2^53, as Kling's are
STEP = 4_099


@dataclass(frozen=True)
class Plan:
    """What will become of a task. `seconds` None: it stays in `halt` until told otherwise."""

    seconds: float | None
    halt: str = PROCESSING
    failure: str | None = None
    link: str = "ok"
    url: str | None = None
    canned: bool = False


@dataclass(slots=True, eq=False)
class Task:
    """`created` and `updated` in milliseconds; `clip` is the finished file, until it is cleared."""

    id: str
    api: str
    asked: Asked
    plan: Plan
    origin: str
    created: int
    updated: int
    state: str = SUBMITTED
    message: str = ""
    ended: int | None = None
    clip: bytes | None = None
    rendering: asyncio.Future[bytes] | None = None
    timer: asyncio.TimerHandle | None = None
    turn: int = 0  # raised by every order about the end, so that an earlier one is dropped
    fetched: int = 0
    told: set[str] = field(default_factory=set)
    telling: asyncio.Condition = field(default_factory=asyncio.Condition)


class Tasks:
    def __init__(self) -> None:
        self._made_ever = 0
        self._by_id: dict[str, Task] = {}
        self._by_external_id: dict[str, Task] = {}
        self.running: Counter[str] = Counter()  # by model
        self.submits: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.twins: Counter[str] = Counter()  # asked for once more when it was made already

    def add(self, *, api: str, asked: Asked, plan: Plan, origin: str, now: int) -> Task:
        self._made_ever += 1
        task = Task(str(FIRST_ID + STEP * self._made_ever), api, asked, plan, origin, now, now)
        self._by_id[task.id] = task
        if asked.external_id is not None:
            self._by_external_id[asked.external_id] = task
            self.made[asked.external_id] += 1
        self.running[asked.model.name] += 1
        return task

    def asked_for(self, external_id: str) -> None:
        """Count a submission, whatever becomes of it."""
        self.submits[external_id] += 1
        self.twins[external_id] += external_id in self._by_external_id

    def refuse_twin(self, asked: Asked) -> None:
        """Raise ApiError 1201 when the external id is taken."""
        if asked.external_id in self._by_external_id:
            raise invalid(f"External_task_id {asked.external_id} already exists")

    def ended(self, task: Task) -> None:
        self.running[task.asked.model.name] -= 1

    def find(self, any_id: str) -> Task | None:
        return self._by_id.get(any_id) or self._by_external_id.get(any_id)

    def by_ids(self, ids: Iterable[str], *, external: bool) -> list[Task]:
        """Those that are known, in the order asked for, each once."""
        shelf = self._by_external_id if external else self._by_id
        return [shelf[one] for one in dict.fromkeys(ids) if one in shelf]

    def newest_first(self) -> list[Task]:
        return list(reversed(self._by_id.values()))

    def all(self) -> list[Task]:
        return list(self._by_id.values())

    def clear(self) -> None:
        """Forget the tasks; ids go on, so that none is ever given twice."""
        for task in self._by_id.values():
            task.turn += 1
            if task.timer is not None:
                task.timer.cancel()
        for shelf in (self._by_id, self._by_external_id, self.running, self.submits, self.made, self.twins):
            shelf.clear()
