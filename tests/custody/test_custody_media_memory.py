"""How much memory a video takes on its way from a download into the store, seen by the kernel from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024
CLIP_BYTES = 50_000_000
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test-id", "AWS_SECRET_ACCESS_KEY": "test-secret", "AWS_CONFIG_FILE": os.devnull}

# VmHWM is this program's own peak; ru_maxrss would begin at the size of the test runner that started it.
CHILD = """
import base64, struct, sys
from datetime import datetime
from pathlib import Path
from custody.keys import Keys
from custody.media import VIDEO, MediaVault
from custody.purpose import PurposeCheck
from database import Database
from imaging.mp4 import Mp4Facts
from models import Media
from vault.folder import FolderStore
from vault.master import MasterKeys
from vault.s3 import S3Store, s3_client

class Clock:
    def now(self):
        return datetime(2026, 11, 23, 12, 0, 0)

def box(name, *inside):
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), name) + body

mvhd = box(b"mvhd", bytes(12), struct.pack(">II", 1000, 5040), bytes(80))
tkhd = box(b"tkhd", bytes(40), struct.pack(">9iII", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30, 720 << 16, 1280 << 16))
hdlr = box(b"hdlr", bytes(8), b"vide", bytes(13))
HEAD = box(b"ftyp", b"isom", bytes(4)) + box(b"moov", mvhd, box(b"trak", tkhd, box(b"mdia", hdlr)))

class Download:
    def __init__(self, media):
        self.head = HEAD + struct.pack(">I4s", 8 + media, b"mdat")
        self.length = len(self.head) + media
        self.left = media
    def read(self, size=-1):
        if self.head:
            part, self.head = self.head[:size], self.head[size:]
            return part
        size = min(size, self.left)
        self.left -= size
        return b"\\x55" * size

folder, endpoint, bucket, media = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
database = Database(f"sqlite:///{folder}/test.db", clock=Clock())
database.migrate()
keys = Keys(database, MasterKeys.parse("m1:" + base64.b64encode(bytes(32)).decode()))
store = FolderStore(folder / "objects")
if endpoint:
    store = S3Store(s3_client(region="us-east-1", endpoint=endpoint), bucket)
vault = MediaVault(database, keys, store, PurposeCheck(database))
with database.unit() as unit:
    keys.create(unit, "ann")
download = Download(media)
facts = Mp4Facts(download)
kept = vault.keep_stream(account="ann", kind=VIDEO, source=facts, length=download.length, mime="video/mp4")
with database.unit() as unit:
    vault.stored(unit, kept, **facts.facts()._asdict())
with database.connection():
    row = Media.get_by_id(kept.id)
assert (row.width, row.height, row.seconds) == (720, 1280, 5.04)
with vault.open(row, purpose="generation") as stream:
    read = sum(len(part) for part in iter(lambda: stream.read(65536), b""))
assert read == download.length == row.size, read
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def peak_bytes(folder: Path, endpoint: str, media: int) -> int:
    bucket = f"test-{uuid.uuid4().hex}"
    if endpoint:
        boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id="test-id",
            aws_secret_access_key="test-secret",
        ).create_bucket(Bucket=bucket)
    folder.mkdir()
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), endpoint, bucket, str(media)],
        cwd=ROOT,
        env={**os.environ, **CREDENTIALS},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    return int(child.stdout) * 1024


@pytest.mark.alone
@pytest.mark.parametrize("where", ["folder", "s3"])
def test_keeping_and_opening_a_video_of_50_mb_takes_no_more_memory_than_a_few_chunks(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    endpoint = str(request.getfixturevalue("s3")) if where == "s3" else ""
    baseline = peak_bytes(tmp_path / "small", endpoint, 1)
    growth = peak_bytes(tmp_path / "large", endpoint, CLIP_BYTES) - baseline
    assert growth < 8 * MIB, f"{growth / MIB:.1f} MiB"
