"""What several of these tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config import load
from workers.assembly import assemble


@pytest.fixture(scope="module")
def queues(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Kind of work -> the queue that rings for it."""
    folder = tmp_path_factory.mktemp("queues")
    local = {"STORE_PATH": str(folder / "objects"), "DATABASE_URL": f"sqlite:///{folder}/test.db"}
    videos = {"KLING_API_KEY": "demo", "CALLBACK_SECRET": "a" * 24}
    house = assemble(load({**environ, **local, **videos}), ring=lambda *_: None)
    yield {name: kind.queue for name, kind in house.desk.kinds.items()}
    house.close()
