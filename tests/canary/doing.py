"""What a person of a canary run does: every word, name and file of it is marked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

from ops.once import button
from ops.processes import ROOT
from ops.stack import PYTHON
from tests.canary.marks import METADATA, PROMPT, TICKET
from tests.canary.service import Bird, Service
from tests.spine.person import LONG


def words(bird: Bird, before: str = "a quiet garden with") -> str:
    return f"{before} {bird.marks.words(PROMPT, bird.number)}"


def sends(bird: Bird, *, kind: str = "JPEG", as_file: bool = True, caption: str | None = None) -> None:
    """A photo; as a file it keeps its metadata, and its name is one more canary."""
    name = f"{bird.marks.words(METADATA, bird.number)}.{kind.lower()}"
    bird.send_photo(bird.marks.photo(bird.number, kind), name=name, as_file=as_file, caption=caption)


def said_to_support(bird: Bird, before: str = "My order of") -> str:
    return f"{before} {bird.marks.words(TICKET, bird.number)}"


def staff(service: Service, *words: str, says: str = "") -> str:
    """A verb of theirs, as a process of its own; what it prints. Its log holds nothing of anybody."""
    done = subprocess.run(
        [PYTHON, "-m", "ops", *words],
        cwd=ROOT,
        env={**os.environ, **service.stack.environ},
        input=says,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert service.marks.latin not in done.stderr
    return done.stdout


def joins(bird: Bird, *, caption: str | None = None) -> None:
    """The notice, the first photo, and what the bot makes of it."""
    bird.write("/start")
    bird.tap("The notice", "agree:")
    bird.wait("The welcome", lambda m: not button(m, "agree:") and m["edited"])
    sends(bird, caption=caption)
    bird.tap("The question about people", "people")


def offered(bird: Bird) -> tuple[int, str]:
    message, data = bird.wait("The offer", lambda m: button(m, "make:"), seconds=LONG)
    return int(message), str(data)


def makes(bird: Bird) -> str:
    """Takes the newest offer; the id of the order."""
    message, data = offered(bird)
    bird.press(message, data)
    return data.partition(":")[2]


def gets(bird: Bird, order: str) -> dict[str, Any]:
    """The message that shows the order's result."""
    found: dict[str, Any] = bird.wait("The result", lambda m: m if button(m, f"orig:{order}") else None, seconds=LONG)
    return found


def asks(bird: Bird, what: str, *, shows: str = "") -> dict[str, Any]:
    """Says it; the first message of the bot after it (with a button that begins so)."""
    bird.write(what)
    said = max(m["message_id"] for m in bird.messages() if m["from"] == "person")

    def newer(message: dict[str, Any]) -> dict[str, Any] | None:
        return message if message["message_id"] > said and (not shows or button(message, shows)) else None

    found: dict[str, Any] = bird.wait(f"An answer to {what.split()[0]}", newer)
    return found


def ended(bird: Bird, message: int) -> None:
    """The status message says why there is nothing."""
    bird.wait("The end", lambda m: m["message_id"] == message and "Not made" in (m.get("text") or ""), seconds=LONG)


def buys(bird: Bird) -> None:
    packs = asks(bird, "/packs", shows="pack:")
    message, data = button(packs, "pack:") or (0, "")
    bird.press(message, data)
    invoice = bird.wait(
        "The invoice",
        lambda m: m["message_id"] if m["message_id"] > message and "invoice" in (m.get("other") or {}) else None,
    )
    bird.pay(int(invoice))
    bird.wait("The receipt", lambda m: m["message_id"] > invoice and "Thank you" in (m.get("text") or ""))


def offer_of(prompt: str) -> Callable[[dict[str, Any]], Any]:
    return lambda message: button(message, "make:") if prompt in (message.get("text") or "") else None
