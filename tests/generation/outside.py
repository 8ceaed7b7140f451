"""What stands outside the video part: a provider, its file host and a chat that behave, and remember what they saw."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from errors import Failure, Permanent, Temporary
from providers.kling import FAILED, PROCESSING, SUCCEEDED, Task
from providers.telegram import Sent
from providers.telegram_calls import Call
from tests.emulators.moving_pictures import film

CLIP = film(64, 48, seconds=1)


@dataclass
class Asked:
    """One submission that arrived at the provider."""

    external_id: str
    picture: bytes
    prompt: str
    seconds: int
    model: str


class FakeKling:
    """Remembers tasks by our ids. `next` holds what befalls the next submissions; the rest says what it is like."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.asked: list[Asked] = []
        self.looks: list[list[str]] = []
        self.next: list[str] = []  # "lost": made, and the answer did not come; "dropped": not made, and no answer
        self.before_answer: Callable[[str], None] = lambda external_id: None
        self.room = 100
        self.money = True
        self.retired: set[str] = set()
        self.most_at_once = 1_000
        self.away: Failure | None = None
        self.refuses: Failure | None = None

    def submit(self, picture: bytes, prompt: str, *, seconds: int, model: str, external_id: str) -> Task:
        self.asked.append(Asked(external_id, picture, prompt, seconds, model))
        fate = self.next.pop(0) if self.next else ""
        if fate == "dropped":
            raise Temporary("provider.unsure")
        if fate == "unreachable":
            raise Temporary("provider.unreachable")
        if external_id in self.tasks:
            raise Temporary("provider.unsure")  # "already exists"
        if self.refuses is not None:
            raise self.refuses
        if not self.money:
            raise Permanent("provider.out_of_money")
        if model in self.retired:
            raise Permanent("provider.model_retired")
        if sum(task.state == PROCESSING for task in self.tasks.values()) >= self.room:
            raise Temporary("provider.slots_full", retry_after=1.0)
        self.tasks[external_id] = made = Task("9" + external_id, external_id, PROCESSING)
        self.before_answer(external_id)
        if fate == "lost":
            raise Temporary("provider.unsure")
        return made

    def look(self, external_ids: Sequence[str]) -> dict[str, Task]:
        self.looks.append(list(external_ids))
        if self.away is not None:
            raise self.away
        if len(external_ids) > self.most_at_once:
            raise Permanent("provider.batch_refused")
        return {one: self.tasks[one] for one in external_ids if one in self.tasks}

    def finishes(self, *external_ids: str, link: str = "https://files.invalid/1") -> None:
        for one in external_ids:
            assert one in self.tasks, "the provider does not have it"
            self.tasks[one] = Task("9" + one, one, SUCCEEDED, url=link, seconds=5.0, units=2.0)

    def fails(self, external_id: str, reason: str = "provider.failed") -> None:
        self.tasks[external_id] = Task("9" + external_id, external_id, FAILED, reason=reason)


class FakeFiles:
    """The provider's file host: one film for all, unless the link is dead or something goes wrong."""

    def __init__(self) -> None:
        self.content = CLIP
        self.dead: set[str] = set()
        self.failure: Failure | None = None
        self.fetched: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    @contextmanager
    def fetch(self, url: str, *, max_bytes: int) -> Iterator[tuple[int, Any]]:
        self.fetched.append(url)
        if url in self.dead:
            raise Permanent("result.dead_link")
        if self.failure is not None:
            raise self.failure
        self.meanwhile()
        assert len(self.content) <= max_bytes
        yield len(self.content), io.BytesIO(self.content)


class FakeTelegram:
    """Remembers what was sent and reads the files in it; `fails` says by method what does not work, `meanwhile` what
    happens while it works at the next call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.films: list[bytes] = []
        self.fails: dict[str, Failure] = {}
        self.meanwhile: list[Callable[[], object]] = []
        self._numbers = itertools.count(500)

    def call(self, call: Call) -> Any:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if call.method in self.fails:
            raise self.fails[call.method]
        self.calls.append(call)
        for upload in call.files.values():
            if upload.opens is not None:
                with upload.opens() as opened:
                    self.films.append(opened.read(upload.length))
        return {}

    def send(self, call: Call) -> Sent | None:
        self.call(call)
        return Sent(call.params.get("message_id") or next(self._numbers), "file-id" if call.files else None)

    def said(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def texts(self) -> str:
        return "\n".join(str(call.params.get("text") or "") for call in self.calls)
