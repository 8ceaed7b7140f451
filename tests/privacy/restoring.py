"""A service whose database is lost, and restored from a dump that is older than some deletions."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from billing.payments import Paid, Payments
from billing.prices import PACKS
from billing.reconcile import unbalanced
from custody.keys import IN_USE
from custody.media import ERASURES
from database import Database
from models import Account, AuditEntry, KeyRow, Media, Payment, Work
from ops.postgres import postgres_binaries
from privacy.audit import Act, Audit
from privacy.erasure_mark import ErasureMarks
from privacy.replay import Replay
from privacy.replayed import Again
from privacy.search import Canary, Search
from tests.generation.studio import Who
from tests.parts import missing
from tests.privacy.wiping import Wiper

MAY = Act("may.chan", "the disk of Monday")
KEYS = "data_key"
OWNED: tuple[tuple[Any, Any], ...] = ((Account, Account.id), (KeyRow, KeyRow.account), (Media, Media.account))
SHARED = ("id", "account", "names_index")  # numbers that outlive the account; in these tests everybody is called alike


class Restorer(Wiper):
    """A wiper with what a restored database needs; a second one on the same database is a process started later."""

    def __init__(self, database: Database, folder: Path, clock: Any, *, store: Any = None) -> None:
        super().__init__(database, folder, clock, store=store)
        self.payments = Payments(self.fields, self.keys, self.desk)
        self.marks = ErasureMarks(database, self.store)
        self.audit = Audit(database, self.fields, self.keys)
        self.replay = Replay(
            database=database,
            store=self.store,
            marks=self.marks,
            desk=self.desk,
            keys=self.keys,
            photos=self.photos,
            orders=self.orders,
            again=Again(desk=self.desk, keys=self.keys, fields=self.fields),
        )

    def replays(self) -> dict[str, int]:
        return dict(self.replay.run(lambda unit: self.audit.record(unit, MAY, "replay-erasures")))

    def refuses(self) -> int:
        """How many erasures a process that starts now finds not done."""
        return len(self.marks.undone())

    def buys_pack(self, who: Who) -> Payment:
        with self.database.unit() as unit:
            invoice = self.payments.offer(unit, account=who.id, pack=PACKS["small"])
        paid = Paid(1000, f"charge-{invoice.id}", invoice.id, invoice.stars)
        with self.database.unit() as unit:
            return self.payments.receive(unit, paid, account=who.id).payment

    def deletes_result(self, who: Who, order: str) -> None:
        with self.database.unit() as unit:
            assert self.orders.delete_result(unit, account=who.id, order=order)

    def names(self, who: Who) -> set[str]:
        """The objects of somebody, as the database knows them."""
        return {media.object_name for media in self.kept(who)}

    def adds_up(self) -> bool:
        with self.database.connection():
            return list(unbalanced()) == []

    def set_aside(self) -> int:
        """Keys that open nothing any more and are not destroyed yet."""
        with self.database.connection():
            return int(KeyRow.select().where(~IN_USE).count())

    def acts(self) -> int:
        with self.database.connection():
            return int(AuditEntry.select().where(AuditEntry.verb == "replay-erasures").count())

    def works(self, *kinds: str) -> int:
        with self.database.connection():
            return int(Work.select().where(Work.kind.in_(kinds) & (Work.state == Work.DUE)).count())

    def openable(self) -> list[Media]:
        """Files of anybody that can be opened as they stand."""
        with self.database.connection():
            return list(Media.select().where((Media.state == Media.STORED) & Media.wrapped_key.is_null(False)))

    def traces(self, who: Who) -> list[Canary]:
        """What stands in rows about somebody and nobody else: what is sealed, keys, indexes, names of objects."""
        found = []
        with self.database.connection():
            for model, owner in OWNED:
                for row in model.select().where(owner == who.id):
                    values = {name: value for name, value in row.__data__.items() if len(_plain(value)) > 15}
                    found += [
                        Canary(f"{model.__name__}.{name} {row.id}", _plain(value))
                        for name, value in values.items()
                        if name not in SHARED
                    ]
        return found

    def record_names(self) -> list[str]:
        return list(self.store.names(f"{ERASURES}/"))


def _plain(value: Any) -> Any:
    """Text or bytes; nothing for what is neither."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value if isinstance(value, str | bytes) else b""


class Dump:
    """What the database held at one moment. With `keys=False` as the ordinary one is made, without the keys."""

    def __init__(self, database: Database, url: str, folder: Path, *, keys: bool = True) -> None:
        self._database, self._url = database, url
        self._path = folder / f"{os.urandom(4).hex()}.dump"
        (self._from_sqlite if database.sqlite else self._from_postgres)(keys)

    def restore(self) -> None:
        """In place of what is there now; nobody may be connected."""
        self._database.close()
        (self._to_sqlite if self._database.sqlite else self._to_postgres)()

    def search(self, canaries: Iterable[Canary]) -> set[str]:
        """What of it is in the dump."""
        return {sighting.what for sighting in Search(canaries).within(self._path.read_bytes(), "the dump")}

    def _from_sqlite(self, keys: bool) -> None:
        with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(self._path)) as target:
            source.backup(target)
            if not keys:
                target.execute(f"DELETE FROM {KEYS}")
                target.commit()
            target.execute("VACUUM")  # free pages are no part of what it says

    def _to_sqlite(self) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self._file}{end}").unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(self._file)) as target:
            source.backup(target)

    def _from_postgres(self, keys: bool) -> None:
        without = [] if keys else [f"--exclude-table-data={KEYS}"]
        self._run("pg_dump", "--format=custom", "--compress=0", f"--file={self._path}", *without, self._url)

    def _to_postgres(self) -> None:
        self._run("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={self._url}", str(self._path))

    @property
    def _file(self) -> str:
        return urlsplit(self._url).path

    def _run(self, program: str, *words: str) -> None:
        binaries = postgres_binaries()
        if binaries is None or not (binaries / program).exists():
            missing(f"no {program} beside Postgres: install Debian's postgresql")
            raise AssertionError
        subprocess.run([str(binaries / program), *words], check=True, capture_output=True, text=True, timeout=60)
