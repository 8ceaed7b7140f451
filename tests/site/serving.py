"""The website as production serves it: gunicorn in a process of its own, with production's settings and checks."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from config import load
from consent.accounts import Identity
from models import Erasure, Receipt, new_id
from ops.processes import Processes, StackError, answers, free_port, valkey_command
from policy.versions import CURRENT
from workers.assembly import assemble
from workers.house import House

KEY = base64.b64encode(bytes(range(32))).decode()
FILM = b"\x00\x00\x00 ftypisom" + bytes(range(256)) * 3000


@dataclass(frozen=True)
class Site:
    """Where it is reached, and the settings it runs with."""

    url: str
    environ: Mapping[str, str]

    def download(self) -> str:
        """A one-time address, made as a worker makes it for a video that is too large for the chat."""
        with self._house() as house:
            return _link(house)

    def receipt(self) -> str:
        """The first receipt of somebody's photos, made as a worker makes it."""
        with self._house() as house:
            return _receipt(house)

    @contextmanager
    def _house(self) -> Iterator[House]:
        house = assemble(load(self.environ), ring=lambda *_: None)
        try:
            yield house
        finally:
            house.close()


@contextmanager
def serve(folder: Path) -> Iterator[Site]:
    """Web, Valkey and an SQLite of their own in `folder`; ends them afterwards. Raises StackError."""
    port, bell = free_port(), free_port()
    environ = _environ(folder, port=port, bell=bell)
    processes = Processes(folder / "logs")
    try:
        _migrate(environ)
        processes.start("valkey", valkey_command(bell, folder / "valkey"), {})
        processes.wait_until("valkey", lambda: answers(bell))
        processes.start("web", [sys.executable, "-m", "web"], environ)
        processes.wait_until("web", lambda: _healthy(environ["PUBLIC_URL"]))
        yield Site(environ["PUBLIC_URL"], environ)
    finally:
        processes.stop()


def _environ(folder: Path, *, port: int, bell: int) -> dict[str, str]:
    """Production, less what one machine cannot have: TLS, Postgres and an object store."""
    return {
        "MIOMIO_ENV": "production",
        "MIOMIO_LIFT": "sqlite,folder_store,plain_http",
        "DATABASE_URL": f"sqlite:///{folder / 'site.db'}",
        "REDIS_URL": f"redis://127.0.0.1:{bell}/0",
        "STORE_PATH": str(folder / "objects"),
        "S3_BUCKET": "",
        "TELEGRAM_TOKEN": "12345:not-used-by-any-page",
        "TELEGRAM_WEBHOOK_SECRET": "not-used-by-any-page",
        "GEMINI_API_KEY": "not-used-by-any-page",
        "KLING_API_KEY": "not-used-by-any-page",
        "CALLBACK_SECRET": "not-used-by-any-page-either",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": str(port),
        "INDEX_KEY": f"1:{KEY}",
        "MASTER_KEYS": f"m1:{KEY}",
        "RECEIPT_KEY": f"r1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "CONTROLLER_NAME": "Mio Studio Limited",
        "CONTROLLER_ADDRESS": "Unit 1203, 12/F, Lee Garden One, 33 Hysan Avenue, Causeway Bay, Hong Kong",
        "SUPPORT_EMAIL": "support@miomio.app",
        "DATA_LOCATION": "Singapore",
    }


def _migrate(environ: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "ops", "migrate"]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"migrate failed: {done.stderr.strip()}")


def _healthy(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=30).status_code == 200
    except requests.RequestException:
        return False


def _receipt(house: House) -> str:
    with house.database.unit() as unit:
        who = Identity(secrets.randbelow(10**9), "Ann", None, None, "en")
        account = house.accounts.open(unit, who, version=CURRENT.id)
        row = house.erasures.ask(unit, account=account.id, scope=Erasure.PHOTOS)
        house.receipts.sealed(unit, row)
        return str(Receipt.get(Receipt.erasure == row.id).body)


def _link(house: House) -> str:
    account = new_id()
    with house.database.unit() as unit:
        house.keys.create(unit, account)
    kept = house.media.keep(account=account, kind="video", data=FILM, mime="video/mp4", width=64, height=48)
    with house.database.unit() as unit:
        house.media.stored(unit, kept)
        return house.links.make(unit, kept)
