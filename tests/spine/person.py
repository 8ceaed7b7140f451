"""A person in the chat, with what a person of these tests does."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import requests
from PIL import Image

from ops.once import Client, button

LONG = 90.0  # seconds; the machine may be busy with other tests


@cache
def small_photo() -> bytes:
    """A picture that costs little to clean and to seal."""
    made = io.BytesIO()
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def until(what: str, ask: Callable[[], Any], *, seconds: float = LONG) -> Any:
    """The first true answer; fails by name when none comes in time."""
    ends = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < ends, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.05)
    return found


class Person(Client):
    """Made through the emulator's own surface."""

    def __init__(self, address: str, **names: str) -> None:
        self.address = address
        made = requests.post(f"{address}/client/people", json={"first_name": "Una", **names}, timeout=60)
        self.id = made.json()["id"]

    def agrees(self) -> None:
        self.write("/start")
        self.tap("The notice", "agree:")
        self.wait("The welcome", lambda m: "free credits" in (m.get("text") or ""))

    def offers(self, photo: bytes, prompt: str) -> tuple[int, str]:
        """Consents, sends a first photo with these words, and has an offer: message and button."""
        self.press(*self.asks(photo, prompt))
        return self.offer()

    def asks(self, photo: bytes, prompt: str) -> tuple[int, str]:
        """Consents, sends a first photo, and is asked about the people in it: message and button."""
        self.agrees()
        self.send_photo(photo, name="p.jpg", as_file=False, caption=prompt)
        message, data = self.wait("The question about people", lambda m: button(m, "people"))
        return message, data

    def offer(self) -> tuple[int, str]:
        message, data = self.wait("The offer", lambda m: button(m, "make:"))
        return message, data

    def orders(self, prompt: str) -> tuple[int, str]:
        """An order under way: its status message and its id."""
        message, data = self.offers(small_photo(), prompt)
        self.press(message, data)
        return message, data.partition(":")[2]

    def does(self, what: str) -> None:
        self._post(what)

    def deletes(self, message: int) -> None:
        requests.delete(f"{self.address}/client/people/{self.id}/messages/{message}", timeout=60).raise_for_status()

    def pictures(self) -> list[dict[str, Any]]:
        """Results in the chat."""
        return [m for m in self.messages() if m["from"] == "bot" and m.get("media") and button(m, "orig:")]

    def picture(self, *, seconds: float = LONG) -> dict[str, Any]:
        until("the picture", self.pictures, seconds=seconds)
        return self.pictures()[-1]

    def says(self, words: str, *, seconds: float = LONG) -> dict[str, Any]:
        """The message of the bot that has these words."""

        def find(message: dict[str, Any]) -> dict[str, Any] | None:
            return message if words in ((message.get("text") or "") + (message.get("caption") or "")) else None

        found: dict[str, Any] = self.wait(f"'{words}'", find, seconds=seconds)
        return found
