"""A whole house in one process with a real Telegram beside it, a provider that paints, and a canary that visits it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from config import Settings
from errors import Failure
from jobs.kinds import GENERATION, RIGHTS
from jobs.runner import Runner
from models import Account, CanaryRun, Media
from privacy.canary import Canary
from privacy.canary_day import CanaryDay
from privacy.canary_places import objects, rows
from privacy.places import Place
from tests.conftest import TurnedClock
from tests.emulators.conftest import Emulator
from workers.assembly import assemble


@dataclass(frozen=True)
class Made:
    data: bytes
    model: str = "painter"
    usage: dict[str, int] = field(default_factory=lambda: {"totalTokenCount": 10})


class Painter:
    """Paints noise, or fails as it is told; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: Failure | None = None

    def picture(
        self,
        photo: bytes,
        mime: str,
        prompt: str,
        *,
        aspect_ratio: str | None,
        attempt: int,
        meanwhile: Callable[[], None],
    ) -> Made:
        del mime, aspect_ratio, attempt
        self.asked.append(prompt)
        meanwhile()
        if self.fails is not None:
            raise self.fails
        with Image.open(io.BytesIO(photo)) as seen:
            noise = Image.frombytes("RGB", seen.size, os.urandom(3 * seen.width * seen.height))
        made = io.BytesIO()
        noise.save(made, "JPEG")
        return Made(made.getvalue())


class Died(BaseException):
    """The process is gone; nothing of it is tidied up."""


class Birdhouse:
    """`pause` is where a canary waits for others: here they work, and `meanwhile` may do something, too."""

    def __init__(self, settings: Settings, clock: TurnedClock, telegram: Emulator, *, chat: int = 0) -> None:
        self.settings, self.clock, self.telegram, self.painter = settings, clock, telegram, Painter()
        self.chat = chat or self.meets()
        self.house = assemble(settings, ring=lambda *_: None, clock=clock, provider=lambda _: self.painter)
        self.house.database.migrate()
        self.meanwhile: Callable[[], None] = lambda: None  # before the others work
        self.afterwards: Callable[[], None] = lambda: None
        self.more: list[Place] = []
        self.canary = self.hatch()

    def meets(self) -> int:
        """Somebody who has written to the bot; their chat."""
        chat = int(self.telegram.client("POST", "people", json={"first_name": "Test"})["id"])
        self.telegram.client("POST", f"people/{chat}/messages", json={"text": "/start"})
        return chat

    def other(self) -> Birdhouse:
        """The same as another process has it."""
        return Birdhouse(self.settings, self.clock, self.telegram, chat=self.chat)

    def hatch(self, *, chat: int | None = -1, step_within: timedelta = timedelta(minutes=15)) -> Canary:
        """A canary as a process has it."""
        house = self.house
        day = CanaryDay(
            database=house.database,
            media=house.media,
            accounts=house.accounts,
            chats=house.chats,
            photos=house.photos,
            orders=house.orders,
            exports=house.exports,
            erasures=house.erasures,
            everywhere=self.everywhere,
            pause=self.pause,
            step_within=step_within,
        )
        return Canary(database=house.database, day=day, chat=self.chat if chat == -1 else chat)

    def everywhere(self, since: datetime, row: str, erased: str) -> Sequence[Place]:
        house = self.house
        found = [
            Place("rows", rows(house.database), row.encode()),
            Place("objects", objects(house.media.store, since), erased.encode()),
        ]
        return [*found, *self.more]

    def pause(self, seconds: float) -> None:
        self.clock.turn(seconds)
        self.meanwhile()
        self.works()
        self.afterwards()

    def works(self) -> None:
        runner = Runner(self.house.desk)
        while due := self.house.desk.next_due({GENERATION, RIGHTS}, limit=50):
            for work in due:
                runner.run(work)

    def runs(self) -> list[CanaryRun]:
        with self.house.database.connection():
            return list(CanaryRun.select().order_by(CanaryRun.begun_at))

    def account(self) -> Account | None:
        with self.house.database.connection():
            found: Account | None = Account.select().first()
        return found

    def name(self) -> str:
        """The canary's, while it is here."""
        row = self.account()
        return "" if row is None else self.house.fields.open(Account.first_name, row, purpose="generation") or ""

    def picture(self, kind: str) -> bytes:
        """What of it is sealed, opened; nothing while it is not there."""
        with self.house.database.connection():
            media = Media.get_or_none((Media.kind == kind) & (Media.state == Media.STORED))
        if media is None:
            return b""
        with self.house.media.open(media, purpose="generation") as opened:
            return opened.read()

    def messages(self) -> list[dict[str, Any]]:
        """What its chat shows now."""
        chat = self.telegram.client("GET", f"people/{self.chat}/chat")
        return [message for message in chat["messages"] if not message["deleted"]]

    def close(self) -> None:
        self.house.close()
