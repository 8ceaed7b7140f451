"""A fault hits: whoever has just ended by itself is waited for, and is met when it is back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from chaos.faults import Fault
from chaos.hands import Hands
from chaos.levels import FREEZE, KILL, NETWORK
from chaos.pace import Pace
from chaos.stack import Stack
from chaos.timeline import Timeline


class OneWorker:
    """A stack of one process, which ends by itself shortly before the fault, and is back some looks later."""

    def __init__(self, looks: int) -> None:
        self.links: dict[str, Any] = {}
        self.skewed: dict[str, int] = {}
        self.signals: list[int] = []
        self.looks = looks
        self.started = 0

    def kill(self, name: str, number: int = signal.SIGKILL) -> bool:
        assert name == "worker-1"
        self.looks -= 1
        if self.looks >= 0:
            return False
        self.signals.append(number)
        return True

    def spawn(self, name: str) -> None:
        assert name == "worker-1"
        self.started += 1

    def ready(self, name: str) -> bool:
        return name == "worker-1"


def hit(stack: OneWorker, *faults: Fault) -> Timeline:
    async def story() -> Timeline:
        timeline = Timeline()
        async with ClientSession() as http:
            hands = Hands(cast("Stack", stack), timeline, http)
            await asyncio.wait_for(hands.run(faults, Pace(1.0, lambda: 1.0)), 60)
        return timeline

    return asyncio.run(story())


@pytest.mark.parametrize("kind", [KILL, FREEZE])
def test_who_ended_by_itself_is_met_when_it_is_back(kind: str) -> None:
    stack = OneWorker(looks=2)
    timeline = hit(stack, Fault(0.0, kind, "worker-1", seconds=0.1))
    assert timeline.hits() == {kind: 1}
    assert stack.signals == ([signal.SIGKILL] if kind == KILL else [signal.SIGSTOP, signal.SIGCONT])


def test_a_killed_process_is_started_again_each_time() -> None:
    stack = OneWorker(looks=0)
    timeline = hit(stack, Fault(0.0, KILL, "worker-1"), Fault(0.0, KILL, "worker-1"))
    assert timeline.hits() == {KILL: 2}
    assert stack.started == 2


class Unmet:
    """A line on which nobody speaks."""

    def __init__(self) -> None:
        self.waits = 0.0
        self.tries = 0
        self.on_hit: Callable[[str, str], Awaitable[None]] | None = None

    def spoil(self, trouble: object) -> None:
        assert trouble is not None
        self.tries += 1


def test_a_line_on_which_nobody_speaks_is_tried_some_times_and_counts_for_nothing() -> None:
    stack, line = OneWorker(looks=0), Unmet()
    stack.links["worker-postgres"] = line
    timeline = hit(stack, Fault(0.0, NETWORK, "worker-postgres", "reset"))
    assert line.tries > 1
    assert timeline.hits()[NETWORK] == 0
