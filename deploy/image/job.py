"""The main job, done by processes that run inside the image; what keeps, rings and plays the world runs beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import requests

from deploy.cluster import plan
from deploy.cluster.machines import AWS
from deploy.image.memory import memory_of
from ops.once import Client, button
from ops.postgres import Postgres
from ops.processes import ROOT, free_port
from ops.stack import PYTHON, Ports, Stack
from vault.s3 import s3_client

PICTURES = 20
OURS = ("web", "worker", "rights")
LIFTED = "loopback,plain_http"  # the stand-ins are on this machine; all else is as in production
SAMPLE = ROOT / "samples" / "portrait.jpg"
DATABASE, BUCKET = "image", "image"


def job(root: Path, place: Path, folder: Path) -> dict[str, Any]:
    """Memory of each process in MiB, idle and after the pictures. Raises StackError when one does not come."""
    python = [str(ROOT / "deploy" / "in-image.sh"), str(root), str(place / "env"), _user(place), "python"]
    with _keepers(folder) as kept:
        stack = Stack(folder / "stack", Ports.unused(), emulators=True, extra=kept, python=python)
        stack.environ |= {"MIOMIO_ENV": "production", "MIOMIO_LIFT": LIFTED, "STORE_PATH": ""}
        try:
            stack.start()
            _play(stack)
            time.sleep(2.0)  # what a start leaves running has ended
            idle = _memories(stack)
            seconds = _pictures(stack, PICTURES)
            return {"idle": idle, f"after_{PICTURES}_pictures": _memories(stack), "seconds": round(seconds, 1)}
        finally:
            stack.stop()


def _user(place: Path) -> str:
    return (place / "user").read_text().strip()


@contextmanager
def _keepers(folder: Path) -> Iterator[dict[str, str]]:
    """A Postgres and an S3 of one's own; the settings by which they are found, and what production wants to know."""
    (folder / "postgres").mkdir(mode=0o755)
    postgres, store = Postgres(folder / "postgres"), free_port()
    postgres.create()
    postgres.start()
    stack = Stack(folder / "keepers", Ports.unused(), emulators=False)  # for its processes alone
    try:
        with psycopg.connect(_address(postgres, "postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {DATABASE}")
        moto = [str(Path(PYTHON).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(store)]
        stack.processes.start("store", moto, {})
        endpoint = f"http://127.0.0.1:{store}"
        os.environ.update(AWS)
        stack.processes.wait_until("store", lambda: _made(endpoint))
        named = {name: plan.settings()[name] for name in ("CONTROLLER_NAME", "CONTROLLER_ADDRESS", "DATA_LOCATION")}
        named |= {name: value for name, value in plan.settings().items() if name in ("RECEIPT_KEY", "SUPPORT_EMAIL")}
        here = {"DATABASE_URL": _address(postgres, DATABASE), "S3_BUCKET": BUCKET, "AWS_ENDPOINT_URL_S3": endpoint}
        # Fictitious keys that do not read like a placeholder.
        yield {**named, **here, **AWS, "GEMINI_API_KEY": "image-key", "KLING_API_KEY": "image-key"}
    finally:
        stack.processes.stop()
        postgres.kill()


def _address(postgres: Postgres, database: str) -> str:
    return f"postgresql://postgres@127.0.0.1:{postgres.port}/{database}"


def _made(endpoint: str) -> bool:
    try:
        s3_client(region="us-east-1", endpoint=endpoint, tries=1).create_bucket(Bucket=BUCKET)
    except Exception:  # whatever it is, it is tried again, and the process is looked at
        return False
    return True


def _play(stack: Stack) -> None:
    gemini = f"http://127.0.0.1:{stack.ports.gemini}/control/settings"
    requests.post(gemini, json={"canned": True, "canned_kib": 1024, "latency": 0.5}, timeout=10).raise_for_status()


def _pictures(stack: Stack, number: int) -> float:
    """Consent, a photo, a pack, and so many pictures delivered, one after the other; seconds."""
    began, client = time.monotonic(), Client(stack.chat)
    client.write("/start")
    client.tap("The notice", "agree:")
    client.wait("The welcome", lambda m: "free credits" in (m.get("text") or ""))
    client.send_photo(SAMPLE.read_bytes(), name=SAMPLE.name)
    client.tap("The question about the people in the photo", "people")
    client.wait("The style board", lambda m: button(m, "style:"))
    client.write("/packs")
    client.tap("The packs", "pack:")
    client.pay(client.wait("The invoice", lambda m: m["message_id"] if "invoice" in (m.get("other") or {}) else None))
    client.wait("The receipt", lambda m: "Thank you" in (m.get("text") or ""))
    for one in range(1, number + 1):
        words = f"a quiet harbour number {one}."
        client.write(words)
        message, data = client.wait(f"Offer {one}", _offer_of(words))
        client.press(message, data)
        client.wait(f"Picture {one}", _picture_of(data.partition(":")[2]))
    return time.monotonic() - began


def _offer_of(words: str) -> Callable[[dict[str, Any]], Any]:
    return lambda m: button(m, "make:") if words in (m.get("text") or "") else None


def _picture_of(order: str) -> Callable[[dict[str, Any]], Any]:
    return lambda m: m if m.get("media") and button(m, f"orig:{order}") else None


def _memories(stack: Stack) -> dict[str, dict[str, float]]:
    running = dict(stack.processes.running)
    return {name: asdict(memory_of(running[name].pid)) for name in OURS}
