"""How much memory a copy of somebody's data takes, however much they have: `python -m bench export`.

Two processes of their own: one fills a folder store, the other is a rights process that packs, seals, and gives the
copy out. The second one's peak counts, as the kernel saw it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from bench.figures import Found
from bench.people import FIRST, join, photo_of
from bench.share import part
from bench.sides import BARE_ZIP, OURS
from bench.sides import SMALL as SMALL_ONE
from config import load
from custody.media import EXPORT, VIDEO
from generation.chat import Chats
from jobs.runner import Runner
from models import Account, Media, Order, Work, new_id
from privacy.export import Exports
from privacy.manifest import PURPOSE
from providers.telegram import Sent, Telegram
from providers.telegram_calls import Call
from workers.assembly import assemble
from workers.house import House
from workers.work_kinds import export_kinds

ROOT = Path(__file__).parent.parent
GREAT, SMALL = 2_000, 1  # megabytes
VIDEO_BYTES = 20_000_000
PIECE = 256 * 1024
KEY = base64.b64encode(bytes(range(32))).decode()


def run(share: float = 1.0) -> Found:
    """The peak beside that of a copy of 1 MB; how fast packing and sealing is beside zipping as many bytes."""
    great, small = part(GREAT, share, least=40), measured(SMALL)
    ours, zipped = measured(great), _zipped(great)
    return {
        "peak": {OURS: [ours["peak_bytes"] / 1e6], SMALL_ONE: [small["peak_bytes"] / 1e6]},
        "rate": {OURS: [ours["zip_bytes"] / 1e6 / ours["packed_seconds"]], BARE_ZIP: [zipped]},
    }


def _zipped(megabytes: int) -> float:
    """MB a second of a zip without compression, from files to a file, as a copy is packed."""
    with tempfile.TemporaryDirectory(prefix="miomio-export-") as name:
        folder, videos = Path(name), megabytes * 1_000_000 // VIDEO_BYTES
        for number in range(videos):
            (folder / f"{number}.mp4").write_bytes(b"\x55" * VIDEO_BYTES)
        began = time.perf_counter()
        with zipfile.ZipFile(folder / "copy.zip", "w") as target:
            for number in range(videos):
                target.write(folder / f"{number}.mp4")
        return videos * VIDEO_BYTES / 1e6 / (time.perf_counter() - began)


def measured(megabytes: int) -> dict[str, float]:
    """A copy of so many megabytes of videos, made in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="miomio-export-") as folder:
        _child("fill", folder, str(megabytes))
        found: dict[str, float] = json.loads(_child("pack", folder))
        return found


def _child(*words: str) -> str:
    child = subprocess.run(
        [sys.executable, "-m", "bench.export", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if child.returncode:
        sys.exit(child.stderr)
    return child.stdout


class Chat:
    """Where Telegram would be: takes what is sent, piece by piece, and keeps none of it."""

    def __init__(self) -> None:
        self.taken = 0

    def call(self, call: Call) -> Any:
        self.send(call)

    def send(self, call: Call) -> Sent:
        for upload in call.files.values():
            if upload.opens is not None:
                with upload.opens() as opened:
                    self.taken += _all(opened.read)
        return Sent(77, None)


def _house(folder: Path) -> House:
    return assemble(
        load(
            {
                "MIOMIO_ENV": "test",
                "DATABASE_URL": f"sqlite:///{folder}/bench.db",
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "STORE_PATH": str(folder / "objects"),
                "TELEGRAM_TOKEN": "12345:bench",
                "TELEGRAM_API_URL": "http://127.0.0.1:1",
                "GEMINI_API_KEY": "bench",
                "GEMINI_API_URL": "http://127.0.0.1:1",
                "PUBLIC_URL": "http://127.0.0.1:1",
                "INDEX_KEY": f"1:{KEY}",
                "MASTER_KEYS": f"m1:{KEY}",
                "RECEIPT_KEY": f"test:{KEY}",
            }
        ),
        ring=lambda *_: None,
    )


def fill(folder: Path, megabytes: int) -> None:
    """Somebody with a photo and so many megabytes of videos."""
    house = _house(folder)
    house.database.migrate()
    account = join(house, 0)
    photo = photo_of(house, account, b"\xff\xd8 a photo")
    size = min(VIDEO_BYTES, megabytes * 1_000_000)
    for _ in range(megabytes * 1_000_000 // size):
        kept = house.media.keep_stream(
            account=account, kind=VIDEO, source=_Made(size), length=size, mime="video/mp4", width=64, height=48
        )
        with house.database.unit() as unit:
            house.media.stored(unit, kept)
            Order.insert(
                id=new_id(),
                account=account,
                state=Order.DELIVERED,
                kind="video_5",
                price=8,
                provider="kling",
                photo=photo,
                media=kept.id,
                created_at=unit.now,
            ).execute()
    house.close()


def pack(folder: Path) -> dict[str, float]:
    """What a rights process does with an ask, and a web process with its address."""
    house, chat = _house(folder), Chat()
    exports = _exports(house, chat)
    house.desk.kinds.update({kind.name: kind for kind in export_kinds(exports)})  # type: ignore[attr-defined]  # a dict
    with house.database.connection():
        account = Account.get().id
    with house.database.unit() as unit:
        exports.ask(unit, account=account, telegram_id=FIRST)
    with house.database.connection():
        work = Work.get(Work.kind == "export").id
    began = time.perf_counter()
    assert Runner(house.desk).run(work)
    packed = time.perf_counter() - began
    with house.database.connection():
        media = Media.get_or_none((Media.kind == EXPORT) & (Media.state == Media.STORED))
    began = time.perf_counter()
    taken = chat.taken
    if media is not None:  # too large for the chat
        with house.media.open(media, purpose=PURPOSE) as opened:
            taken = _all(opened.read)
    given_out = time.perf_counter() - began
    house.close()
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return {"peak_bytes": peak, "zip_bytes": taken, "packed_seconds": packed, "given_out_seconds": given_out}


def _exports(house: House, chat: Chat) -> Exports:
    return Exports(
        database=house.database,
        fields=house.fields,
        media=house.media,
        desk=house.desk,
        chats=Chats(house.database, house.fields, cast(Telegram, chat), purpose=PURPOSE),
        links=house.links,
        contents=house.exports.contents,
    )


class _Made:
    """So many bytes of nothing."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return b"\x55" * size


def _all(read: Callable[[int], bytes]) -> int:
    return sum(len(piece) for piece in iter(lambda: read(PIECE), b""))


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "fill":
        fill(where, int(sys.argv[3]))
    else:
        print(json.dumps(pack(where)))
