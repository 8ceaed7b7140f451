"""Workers that will die at a point between two effects; the stack's own one goes on from there."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from jobs.kinds import GENERATION, RIGHTS

if TYPE_CHECKING:
    from tests.spine.forked import Forked
    from tests.spine.service import Spine


def points(kind: str, *steps: str) -> list[str]:
    """From the claim to the end of a kind of work; a step with a dot has a name of its own."""
    return [step if "." in step else f"{kind}.{step}" for step in ("claimed", *steps, "finishing", "finished")]


class Doomed:
    """The worker of the next point prepares itself while a test still runs. `rights`: points of the rights process."""

    def __init__(self, spine: Spine, visited: Sequence[str], *, rights: Collection[str] = ()) -> None:
        self._spine = spine
        self._visited = visited
        self._rights = frozenset(rights)
        self._waiting: dict[str, Forked] = {}

    def kill(self, point: str, act: Callable[[], object], *, passes: Callable[[], object] = lambda: None) -> None:
        """What `act` sets going is done by a worker that dies at the point; `passes` before anybody goes on."""
        with self._spine.frozen("rights" if point in self._rights else "worker"):
            worker = self._worker(point)
            act()
            assert worker.ended(knows=self._spine.open_work) == -signal.SIGKILL
            passes()
            self._spine.leases_end()

    def _worker(self, point: str) -> Forked:
        worker = self._waiting.pop(point, None) or self._prepare(point)
        with suppress(IndexError):
            following = self._visited[self._visited.index(point) + 1]
            self._waiting[following] = self._prepare(following)
        worker.let_go()
        return worker

    def _prepare(self, point: str) -> Forked:
        queue = RIGHTS if point in self._rights else GENERATION
        return self._spine.fork(queue, held=True, MIOMIO_CRASH_AT=point, WORKER_THREADS="4")
