"""A person's hands on the chat page, and eyes for what must not happen there."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import requests
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from tests.emulators.talking_bot import SAMPLES, TOKEN

ROOT = Path(__file__).resolve().parents[2]
DRAWN = """count => count ===
  [...document.querySelectorAll("[data-testid=photo] img")].filter(image => image.naturalWidth > 0).length"""
HAND_OVER = """([kind, data, target]) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], "given.jpg", { type: "image/jpeg" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(event);
}"""


def serve(port: int, state: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "emulators", "--telegram-port", str(port), "--token", TOKEN]
    command += ["--state", str(state), "--bot-name", "MIOMIO"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = re.search(r"http://\S+", process.stdout.readline())
    assert address, "the emulator did not start"
    return process, address[0]


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


def add_person(url: str, name: str) -> int:
    return int(requests.post(f"{url}/client/people", json={"first_name": name}, timeout=60).json()["id"])


def watch(page: Page, url: str) -> list[str]:
    """What must not happen: the list grows by each logged error and each request to somebody else."""
    troubles: list[str] = []

    def read(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            troubles.append(line.text)

    def follow(request: Request) -> None:
        if not request.url.startswith((url, f"blob:{url}")):
            troubles.append(request.url)

    page.on("console", read)
    page.on("request", follow)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    return troubles


def say(page: Page, text: str) -> None:
    page.get_by_test_id("composer").fill(text)
    page.get_by_test_id("send").click()


def message(page: Page, text: str) -> Locator:
    return page.get_by_test_id("message").filter(has_text=text)


def loaded(page: Page, count: int) -> None:
    """Waits until `count` photos of the chat have really been drawn."""
    page.wait_for_function(DRAWN, arg=count)


def hand_over(page: Page, kind: str, target: str) -> None:
    """Drops or pastes a picture, or drags it in, as the browser would tell the page."""
    page.evaluate(HAND_OVER, [kind, base64.b64encode((SAMPLES / "rocket.jpg").read_bytes()).decode(), target])
