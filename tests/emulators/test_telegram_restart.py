"""The emulator as a process: what it keeps, how it ends, what it says when it cannot start."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import requests


def written(folder: Path, kind: str) -> None:
    """Returns when a row of this kind is kept: a moment after it came, or later on a busy machine."""
    until = time.monotonic() + 60
    with closing(sqlite3.connect(folder / "telegram" / "telegram.sqlite3")) as kept:
        while not kept.execute("SELECT 1 FROM rows WHERE kind = ?", (kind,)).fetchall():
            assert time.monotonic() < until, f"no {kind} is kept"
            time.sleep(0.05)


def test_everything_is_there_after_a_restart_and_ids_go_on(start: Any, tmp_path: Path, picture: Any) -> None:
    first = start("--state", str(tmp_path))
    ann = first.person("Ann", language_code="en")
    ann.send(files={"photo": ("p.jpg", picture(400, 300))})
    ann.says("are you there?")
    sent = first.ok("sendDocument", {"document": ("a.txt", b"hello")}, chat_id=str(ann.id), caption="c")
    first.ok("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    before = first.ok("getUpdates")
    chat = ann.messages()
    assert first.stop() == 0

    second = start("--state", str(tmp_path))
    assert second.ok("getUpdates") == before
    ann.emulator = second
    assert ann.messages() == chat
    assert second.download(sent["document"]["file_id"]) == b"hello"
    assert second.download(before[0]["message"]["photo"][-1]["file_id"])
    assert second.ok("getMyCommands") == [{"command": "start", "description": "Begin"}]
    assert ann.says("next") == sent["message_id"] + 1
    assert second.ok("getUpdates")[-1]["update_id"] == before[-1]["update_id"] + 1


def test_ids_never_come_twice_even_after_a_kill(start: Any, tmp_path: Path) -> None:
    first = start("--state", str(tmp_path))
    ann = first.person("Ann")
    written(tmp_path, "person")
    last = [ann.says(str(n)) for n in range(5)][-1]
    update_id = first.ok("getUpdates")[-1]["update_id"]
    first.process.kill()
    first.process.wait(30)
    second = start("--state", str(tmp_path))
    ann.emulator = second
    assert ann.says("after") > last
    assert second.ok("getUpdates")[-1]["update_id"] > update_id


def test_a_webhook_and_what_waits_for_it_survive_a_restart(start: Any, tmp_path: Path, hook: Any) -> None:
    hook.answer = lambda update: (500, {}, b"")
    first = start("--state", str(tmp_path))
    first.ok("setWebhook", url=hook.url, secret_token="s")
    first.person("Ann").says("hello")
    first_id = hook.wait(1)[0]["update_id"]
    assert first.stop() == 0
    told = len(hook.told)
    hook.answer = lambda update: (200, {}, b"")
    start("--state", str(tmp_path))
    again = hook.wait(told + 1)[-1]
    assert (again["update_id"], hook.headers[-1]["X-Telegram-Bot-Api-Secret-Token"]) == (first_id, "s")


def test_it_ends_at_once_with_polls_and_deliveries_open(start: Any, hook: Any) -> None:
    emulator = start()
    gate = threading.Event()
    hook.answer = lambda update: (gate.wait(60), (200, {}, b""))[1]
    emulator.ok("setWebhook", url=hook.url)
    ann = emulator.person("Ann")
    ann.says("one")
    hook.wait(1)
    hanging = [f"{emulator.url}/client/{path}since=99999&wait=60" for path in (f"people/{ann.id}/chat?", "traffic?")]
    polls = [threading.Thread(target=_ignore, args=(url,), daemon=True) for url in hanging]
    for poll in polls:
        poll.start()
    time.sleep(0.3)
    assert all(poll.is_alive() for poll in polls)
    begun = time.monotonic()
    assert emulator.stop() == 0
    assert time.monotonic() - begun < 30  # of the 60 that they hang
    gate.set()


def test_a_port_in_use_is_named_and_without_a_folder_nothing_stays(start: Any) -> None:
    emulator = start()
    emulator.person("Ann")
    port = emulator.url.rpartition(":")[2]
    command = [sys.executable, "-m", "emulators", "--telegram-port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2])
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"telegram: cannot listen on port {port} of 127.0.0.1: the port is in use"
    assert emulator.stop() == 0
    assert start("--telegram-port", port).client("GET", "people") == []


def test_both_emulators_run_in_one_process(start: Any) -> None:
    emulator = start("--gemini-port", "0")
    line = emulator.process.stdout.readline()
    assert line.startswith("gemini ready on http://127.0.0.1:")
    assert requests.get(line.split()[-1] + "/healthz", timeout=60).ok
    assert emulator.client("GET", "health") == {"ok": True}


def _ignore(url: str) -> None:
    try:
        requests.get(url, timeout=90)
    except requests.RequestException:
        return
