"""`make once`: the main job without a browser, through every real process, with the time of each stage."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from generation.styles import MOTIONS, SOURCE, Catalogue
from ops.stack import Ports, Stack, StackError

PATIENCE = 60.0  # seconds for any one stage


class Client:
    """A person with a Telegram client: the emulator's own surface."""

    def __init__(self, address: str, *, name: str = "Una") -> None:
        self.address = address
        made = requests.post(f"{address}/client/people", json={"first_name": name}, timeout=60)
        self.id = made.json()["id"]

    def write(self, text: str) -> None:
        self._post("messages", json={"text": text})

    def send_photo(self, data: bytes, *, name: str, as_file: bool = True, caption: str | None = None) -> None:
        files = {"document" if as_file else "photo": (name, data)}
        self._post("messages", files=files, data={"caption": caption} if caption else None)

    def press(self, message: int, data: str) -> None:
        self._post("press", json={"message_id": message, "data": data})

    def messages(self) -> list[dict[str, Any]]:
        """What the chat shows now, oldest first, without what was deleted."""
        chat = requests.get(f"{self.address}/client/people/{self.id}/chat", timeout=60).json()
        return [m for m in chat["messages"] if not m["deleted"]]

    def wait(self, what: str, find: Callable[[dict[str, Any]], Any], *, seconds: float = PATIENCE) -> Any:
        """The first true answer of `find` about a message of the bot. Raises StackError naming what did not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in reversed(self.messages()):
                if message["from"] == "bot" and (found := find(message)):
                    return found
            time.sleep(0.05)
        said = [m.get("text") or m.get("caption") or "" for m in self.messages() if m["from"] == "bot"]
        raise StackError(
            f"{what} did not come within {seconds:.0f} s. The bot's last words: {said[-1] if said else '-'}"
        )

    def tap(self, what: str, starts: str, *, seconds: float = PATIENCE) -> None:
        """Wait for a button whose data begin so, and press it."""
        message, data = self.wait(what, lambda m: button(m, starts), seconds=seconds)
        self.press(message, data)

    def pay(self, message: int) -> None:
        """Pay an invoice in Stars."""
        self._post("pay", json={"message_id": message})

    def file(self, url: str) -> bytes:
        return requests.get(self.address + url, timeout=60).content

    def _post(self, what: str, **request: Any) -> None:
        answer = requests.post(f"{self.address}/client/people/{self.id}/{what}", timeout=60, **request)
        if answer.status_code >= 400:
            raise StackError(f"The emulator refused {what}: {answer.text[:200]}")


def button(message: dict[str, Any], starts: str) -> tuple[int, str] | None:
    """Message id and data of the button whose data begin so."""
    for row in message.get("buttons") or []:
        for one in row:
            if str(one.get("callback_data", "")).startswith(starts):
                return message["message_id"], one["callback_data"]
    return None


def once(photo: Path, style: str, out: Path, *, motion: str | None = None) -> None:
    """A picture in a style, or with `motion` a video of 5 seconds. Raises StackError with one sentence."""
    try:
        data = photo.read_bytes()
    except OSError as error:
        raise StackError(f"Cannot read {photo}: {error.strerror}.") from None
    wanted, kind = (motion, "motion") if motion else (style, "style")
    catalogue = Catalogue.load(MOTIONS if motion else SOURCE)
    if wanted not in catalogue:
        raise StackError(f"There is no {kind} '{wanted}'. The {kind}s: {', '.join(s.id for s in catalogue)}.")
    with tempfile.TemporaryDirectory(prefix="miomio-once-") as folder:
        stack = Stack(Path(folder), Ports.unused(), emulators=True)
        stages = _Stages()
        try:
            stack.start()
            stages.done("started")
            client = Client(stack.chat)
            board = _sent(client, data, photo.name, stages)
            result = _film(client, board, wanted, stages) if motion else _picture(client, board, wanted, stages)
        except requests.RequestException as error:
            raise StackError(f"A part of the service stopped answering ({type(error).__name__}).") from None
        finally:
            stack.stop()
    try:
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{photo.stem}-{wanted}.{'mp4' if motion else 'jpg'}"
        target.write_bytes(result)
    except OSError as error:
        raise StackError(f"Cannot write to {out}: {error.strerror}.") from None
    stages.done(f"wrote {target} ({len(result):,} bytes)")


def _sent(client: Client, data: bytes, name: str, stages: _Stages) -> tuple[int, str]:
    """From /start to the style board: its message and one of its buttons."""
    client.write("/start")
    client.tap("The notice", "agree:")
    client.wait("The welcome", lambda m: "free credits" in (m.get("text") or ""))
    stages.done("consented")
    client.send_photo(data, name=name)
    client.tap("The question about the people in the photo", "people")
    board = client.wait("The style board", _board_or_refusal)
    if isinstance(board, str):
        raise StackError(f"The photo was refused: {board}")
    stages.done("photo taken in")
    message, data = board
    return int(message), str(data)


def _picture(client: Client, board: tuple[int, str], style: str, stages: _Stages) -> bytes:
    client.press(board[0], f"style:{board[1].split(':')[1]}:{style}")
    client.tap(f"The offer for the style '{style}'", "make:")
    stages.done("ordered")
    return _delivered(client, "picture", stages)


def _film(client: Client, board: tuple[int, str], motion: str, stages: _Stages) -> bytes:
    """A video costs more than the free credits, so a pack is bought first."""
    client.write("/packs")
    client.tap("The packs", "pack:")
    client.pay(client.wait("The invoice", _invoice))
    client.wait("The receipt", lambda m: "Thank you" in (m.get("text") or ""))
    stages.done("pack bought")
    client.write("/animate")
    client.tap(f"The motion '{motion}'", f"motp:{board[1].split(':')[1]}:{motion}")
    client.tap("The offer", "make:")
    stages.done("ordered")
    return _delivered(client, "video", stages)


def _delivered(client: Client, what: str, stages: _Stages) -> bytes:
    result = client.wait(f"The {what}", _result_or_reason)
    if isinstance(result, str):
        raise StackError(f"No {what}: {result}")
    stages.done("delivered")
    return client.file(result["media"]["url"])


def _board_or_refusal(message: dict[str, Any]) -> tuple[int, str] | str | None:
    if found := button(message, "style:"):
        return found
    return message["text"] if message.get("reply_to") and message.get("text") and not message.get("buttons") else None


def _invoice(message: dict[str, Any]) -> int | None:
    return int(message["message_id"]) if "invoice" in (message.get("other") or {}) else None


def _result_or_reason(message: dict[str, Any]) -> dict[str, Any] | str | None:
    if message.get("media") and button(message, "orig:"):
        return message
    text = message.get("text") or ""
    return text if text.startswith("Not made") else None


class _Stages:
    """One line per stage with its time."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        print(f"{now - self._last:7.2f} s  {what}", flush=True)
        self._last = now
