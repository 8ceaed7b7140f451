"""A person's Telegram: what the chat shows now, and what can be done in it. Telegram itself is never away here."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, FormData

T = TypeVar("T")
Message = dict[str, Any]

LONGEST_LOOK = 20.0  # seconds that the emulator holds a question about news


class Phone:
    """Watches its chat from `watch` on; every find is about messages that are not deleted."""

    def __init__(self, http: ClientSession, telegram: str, person: int) -> None:
        self._http = http
        self._address = f"{telegram}/client/people/{person}"
        self._people = f"{telegram}/client/people"
        self._watching: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._rev = 0
        self.person = person
        self.messages: dict[int, Message] = {}
        self.toasts: dict[str, str] = {}  # by the press that they answer

    async def join(self, name: str) -> None:
        await self._post(self._people, json={"id": self.person, "first_name": name, "stars": 1_000_000})

    def watch(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def write(self, text: str) -> None:
        await self._post(f"{self._address}/messages", json={"text": text})

    async def send_photo(self, data: bytes) -> None:
        form = FormData()
        form.add_field("document", data, filename="photo.jpg", content_type="image/jpeg")
        await self._post(f"{self._address}/messages", data=form)

    async def press(self, message: int, data: str) -> str:
        """The number of the press."""
        answer = await self._post(f"{self._address}/press", json={"message_id": message, "data": data})
        return str(answer["callback_query_id"])

    async def pay(self, message: int) -> bool:
        """Whether Telegram took the Stars: it asks the bot first."""
        answer = await self._post(f"{self._address}/pay", json={"message_id": message})
        return bool(answer["paid"])

    def find(self, look: Callable[[Message], T | None]) -> T | None:
        """The first true answer about a message of the bot, the newest first."""
        for number in sorted(self.messages, reverse=True):
            message = self.messages[number]
            if message["from"] == "bot" and not message["deleted"] and (found := look(message)):
                return found
        return None

    async def until(self, seen: Callable[[], T | None], seconds: float) -> T | None:
        """The first true answer, asked at each change of the chat; None when none came in time."""
        ends = time.monotonic() + seconds
        async with self._news:
            while not (found := seen()):
                left = ends - time.monotonic()
                if left <= 0:
                    return None
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), left)
            return found

    async def whole_chat(self) -> list[Message]:
        """Every message there ever was, as it is now."""
        async with self._http.get(f"{self._address}/chat") as answer:
            messages: list[Message] = (await answer.json())["messages"]
            return messages

    async def _watch(self) -> None:
        while True:
            try:
                query = {"since": str(self._rev), "wait": str(LONGEST_LOOK)}
                async with self._http.get(f"{self._address}/chat", params=query) as answer:
                    news = await answer.json()
            except (ClientError, TimeoutError):
                await asyncio.sleep(0.5)
                continue
            self._rev = max(self._rev, news["rev"])
            self.messages |= {message["message_id"]: message for message in news["messages"]}
            self.toasts |= {toast["callback_query_id"]: toast["text"] for toast in news["toasts"]}
            async with self._news:
                self._news.notify_all()

    async def _post(self, address: str, **what: Any) -> dict[str, Any]:
        async with self._http.post(address, **what) as answer:
            answer.raise_for_status()
            said: dict[str, Any] = await answer.json()
            return said


def button(message: Message, starts: str) -> tuple[int, str] | None:
    """Message id and data of the button whose data begin so."""
    for row in message.get("buttons") or []:
        for one in row:
            if str(one.get("callback_data", "")).startswith(starts):
                return message["message_id"], str(one["callback_data"])
    return None


def said(message: Message) -> str:
    return str(message.get("text") or message.get("caption") or "")
