"""submitted → processing → succeeded or failed: one timer for each task, and never a way back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from emulators.kling.callbacks import Callbacks
from emulators.kling.clips import Unreadable
from emulators.kling.faults import BAD_INPUT, NOT_FETCHED, RISK
from emulators.kling.reading import Asked
from emulators.kling.scenario import LINK, TASK, Rule, Scenario
from emulators.kling.settings import Settings
from emulators.kling.studio import Studio
from emulators.kling.tasks import FAILED, PROCESSING, SUBMITTED, SUCCEEDED, Plan, Task, Tasks

WAITING_SHARE = 0.2  # of a task's seconds before its processing begins
OK = Rule(kind="ok")
UNREADABLE = "The input image could not be processed."


class Lifecycle:
    def __init__(
        self,
        *,
        tasks: Tasks,
        scenario: Scenario,
        settings: Settings,
        studio: Studio,
        callbacks: Callbacks,
        now: Callable[[], float],
    ) -> None:
        self.tasks = tasks
        self.scenario = scenario
        self.settings = settings
        self.studio = studio
        self.callbacks = callbacks
        self.now = now

    def plan(self, asked: Asked) -> Plan:
        """What will become of a task made now: by the rules, else by the settings."""
        rule = self.scenario.take(TASK, [asked]) or OK
        link = self.scenario.take(LINK, [asked]) or OK
        seconds = rule.seconds
        if seconds is None and rule.kind not in ("hang", "stuck"):
            seconds = self.settings.draw_seconds()
        usual = {"risk": RISK, "bad-input": BAD_INPUT, "fail": UNREADABLE}.get(rule.kind)
        failure = (rule.message or usual) if usual else None
        if asked.by_address:
            failure = failure or NOT_FETCHED
        halt = SUBMITTED if rule.kind == "stuck" else PROCESSING
        canned = rule.canned or self.settings.canned
        return Plan(seconds, halt, failure, link=link.kind, url=link.url, canned=canned)

    def begin(self, task: Task) -> None:
        plan = task.plan
        self.callbacks.tell(task)
        if plan.failure is None:
            self._film(task)
        if plan.halt == SUBMITTED:
            if plan.seconds is not None:
                self._at(task, plan.seconds, self._finish)
            return
        # A task without an end begins to be processed as soon as one that takes no time.
        wait = (plan.seconds or 0.0) * WAITING_SHARE
        self._at(task, wait, self._process)

    async def finish(self, task: Task, seconds: float = 0.0) -> None:
        """Succeed after that time; without one, return when it is done."""
        self._film(task)
        if seconds:
            self._at(task, seconds, self._finish)
            return
        self.hang(task)
        self._finish(task)
        if task.rendering is not None:
            await asyncio.wait([task.rendering])

    def fail(self, task: Task, message: str, seconds: float = 0.0) -> None:
        if seconds:
            self._at(task, seconds, lambda task: self._fail(task, message))
            return
        self.hang(task)
        self._fail(task, message)

    def hang(self, task: Task) -> None:
        """No end until told."""
        task.turn += 1
        if task.timer is not None:
            task.timer.cancel()
            task.timer = None

    def _at(self, task: Task, seconds: float, step: Callable[[Task], None]) -> None:
        self.hang(task)
        task.timer = asyncio.get_running_loop().call_later(seconds, step, task)

    def _process(self, task: Task) -> None:
        self._move(task, PROCESSING)
        plan = task.plan
        if plan.seconds is None:
            return
        rest = plan.seconds * (1.0 - WAITING_SHARE)
        if plan.failure is not None:
            self.fail(task, plan.failure, rest)
        else:
            self._at(task, rest, self._finish)

    def _finish(self, task: Task) -> None:
        """Succeed as soon as the clip is there, which may be later."""
        if task.ended is not None or task.rendering is None:
            return
        if task.state == SUBMITTED:
            self._move(task, PROCESSING)
        turn = task.turn
        if task.rendering.done():
            self._filmed(task, task.rendering, turn)
        else:
            task.rendering.add_done_callback(lambda done: self._filmed(task, done, turn))

    def _filmed(self, task: Task, done: asyncio.Future[bytes], turn: int) -> None:
        if task.ended is not None or task.turn != turn or done.cancelled():
            return  # it was told otherwise meanwhile
        failure = done.exception()
        if failure is None:
            self.studio.keep(task, done.result(), shared=task.plan.canned or task.asked.picture is None)
            self._move(task, SUCCEEDED)
            return
        self._fail(task, UNREADABLE)
        if not isinstance(failure, Unreadable):
            raise failure

    def _fail(self, task: Task, message: str) -> None:
        if task.state == SUBMITTED:
            self._move(task, PROCESSING)
        task.message = message
        if self.settings.tasks_left is not None:
            self.settings.tasks_left += 1  # what failed is not paid for
        self._move(task, FAILED)

    def _film(self, task: Task) -> None:
        if task.rendering is not None:
            return
        canned = self.studio.canned(self.settings.canned_mib)
        task.rendering = canned if task.plan.canned else self.studio.film(task.asked)

    def _move(self, task: Task, state: str) -> None:
        if task.ended is not None:
            return
        task.state = state
        task.updated = max(round(self.now() * 1000), task.created)
        if state in (SUCCEEDED, FAILED):
            task.ended = task.updated
            task.asked = replace(task.asked, picture=None)
            self.tasks.ended(task)
        self.callbacks.tell(task)
