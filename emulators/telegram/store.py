"""Keeps state over a restart: JSON rows in one SQLite file, written behind in batches.

What changed is only marked; the current state of each mark is written together a little later, so a busy
emulator pays a set insertion per change. A clean stop writes everything; a killed process may lose the
last half second.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FLUSH_SECONDS = 0.5


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Flushes run in a worker thread, one at a time.
        self._db = sqlite3.connect(folder / "telegram.sqlite3", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._db.commit()
        self._readers: dict[str, Callable[[str], Any]] = {}
        self._marks: set[tuple[str, str]] = set()
        self._emptied = False
        self._flushing = asyncio.Lock()

    def keep(self, kind: str, reader: Callable[[str], Any]) -> None:
        """`reader(key)` gives the state to write, or None when the row is to go."""
        self._readers[kind] = reader

    def mark(self, kind: str, key: object) -> None:
        self._marks.add((kind, str(key)))

    def rows(self, kind: str) -> Iterator[tuple[str, Any]]:
        query = "SELECT key, body FROM rows WHERE kind = ?"
        for key, body in self._db.execute(query, (kind,)).fetchall():
            yield key, json.loads(body)

    def empty(self) -> None:
        """Forget every row; what is marked afterwards is written anew."""
        self._marks.clear()
        self._emptied = True

    async def flush(self) -> None:
        async with self._flushing:
            if not self._marks and not self._emptied:
                return
            marks, self._marks = self._marks, set()
            emptied, self._emptied = self._emptied, False
            changed: list[tuple[str, str, str]] = []
            gone: list[tuple[str, str]] = []
            for kind, key in marks:
                state = self._readers[kind](key)
                if state is None:
                    gone.append((kind, key))
                else:
                    changed.append((kind, key, json.dumps(state)))
            await asyncio.to_thread(self._write, emptied, changed, gone)

    def _write(self, emptied: bool, changed: list[tuple[str, str, str]], gone: list[tuple[str, str]]) -> None:
        with self._db:
            if emptied:
                self._db.execute("DELETE FROM rows")
            self._db.executemany("DELETE FROM rows WHERE kind = ? AND key = ?", gone)
            self._db.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", changed)

    async def close(self) -> None:
        await self.flush()
        self._db.close()
