"""A copy on a real S3 API: put as a stream that cannot go back, though the store is slow to take it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custody.media import VIDEO
from database import Database
from errors import Temporary
from tests.buckets import bucket
from tests.privacy.packing import CLIP, Packer, files
from vault.pieces import ByteSource
from vault.s3 import S3Store

pytestmark = pytest.mark.proves("P9.1")


class SlowDown(S3Store):
    """Says so the first time, after some of the body."""

    asked = 0

    def put(self, name: str, source: ByteSource, length: int) -> None:
        self.asked += name.startswith("export/")
        if self.asked == 1 and name.startswith("export/"):
            source.read(1000)
            raise Temporary("store.unavailable")
        super().put(name, source, length)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDown]:
    with bucket(monkeypatch) as (client, name):
        yield SlowDown(client, name)


def test_a_copy_goes_through_a_real_s3_that_was_busy_at_first_and_leaves_nothing_there(
    database: Database, tmp_path: Path, clock: Any, store: SlowDown
) -> None:
    packer = Packer(database, tmp_path / "unused", clock, store=store)
    ann = packer.person()
    packer.has(ann, VIDEO, CLIP * 200)
    packer.asks(ann)
    packer.work(seconds=30)
    [data] = packer.copies()
    assert [found for name, found in files(data).items() if name.startswith("videos/")] == [CLIP * 200]
    assert store.asked == 2
    assert [name for name in store.names() if name.startswith("export/")] == []
