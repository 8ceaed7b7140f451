"""A service with people in it whose backups are made at a shell; what happens afterwards; and the way back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from consent.accounts import Identity
from custody.media import PHOTO, RESULT
from generation.source import Source
from jobs.kinds import GENERATION, RIGHTS
from jobs.runner import Runner
from models import Account, AuditEntry, KeyRow, Media, Order, Photo, Work, new_id
from ops.backup_manifest import Manifest, file_of, read, write
from ops.dumps import FILES
from ops.postgres import postgres_binaries
from policy.versions import CURRENT
from privacy.erasures import ACCOUNT, PHOTOS
from tests.emulators.conftest import Emulator
from tests.ops.shell import ops
from vault.index import BlindIndex
from workers.house import House

STAFF = ("--actor", "may.chan", "--reason", "the disk of Monday")
TOKEN = re.compile(r"--confirm ([0-9a-f-]{41})")


@dataclass(frozen=True)
class Who:
    """Somebody with a photo and a picture made of it; names of both objects."""

    id: str
    telegram_id: int
    photo: str
    order: str
    objects: tuple[str, str]


class Rehearsal:
    """Ann will leave for good, Bob delete his photos, Cat her picture; Dan stays."""

    def __init__(self, house: House, environ: Mapping[str, str], folder: Path, telegram: Emulator) -> None:
        self.house, self.environ, self.telegram = house, {**os.environ, **environ}, telegram
        self.backups, self.keys = folder / "backups", folder / "keys"
        self.ann, self.bob, self.cat, self.dan = (self._person(name) for name in ("Ann", "Bob", "Cat", "Dan"))
        self.index = BlindIndex.parse(house.settings.index_key)

    def does(self, *words: str, **more: str) -> CompletedProcess[str]:
        """A verb; our own lines are closed meanwhile, as those of a service that was stopped."""
        self.house.database.close()
        return ops(*words, *STAFF, environ={**self.environ, **more}, timeout=120)

    def backs_up(self, *, objects: bool = False) -> Path:
        """Database and keys, with `objects` these too; the folder of the dump."""
        done = self.does("backup", "--to", str(self.backups))
        assert done.returncode == 0, done.stderr
        kept = ops("keys", "dump", str(self.keys), environ=self.environ)
        assert kept.returncode == 0, kept.stderr
        if objects:
            copied = self.does("backup", "objects", "--to", str(self.backups))
            assert copied.returncode == 0, copied.stderr
        return Path(done.stdout.partition(": ")[0])

    def restores(self, dump: Path, *words: str, keys: Path | None = None, **more: str) -> CompletedProcess[str]:
        """With the token, where one is asked for."""
        command = ("restore", "--from", str(dump), "--keys", str(keys or self.keys), *words)
        done = self.does(*command, **more)
        if (asked := TOKEN.search(done.stderr)) is not None:
            return self.does(*command, "--confirm", asked[1], **more)
        return done

    def goes_on(self) -> None:
        """What people have deleted since the backup, down to the last object."""
        with self.house.database.unit() as unit:
            self.house.erasures.ask(unit, account=self.ann.id, scope=ACCOUNT, at_once=True)
        with self.house.database.unit() as unit:
            self.house.erasures.ask(unit, account=self.bob.id, scope=PHOTOS)
        with self.house.database.unit() as unit:
            assert self.house.orders.delete_result(unit, account=self.cat.id, order=self.cat.order)
        self.works()
        assert self.names() == {*self.cat.objects[:1], self.bob.objects[1], *self.dan.objects}

    def works(self) -> None:
        """Everything that is due, and what follows from it."""
        runner = Runner(self.house.desk)
        while due := self.house.desk.next_due({GENERATION, RIGHTS}, limit=50):
            for work in due:
                runner.run(work)
        with self.house.database.connection():
            left = [(row.kind, row.reason) for row in Work.select().where(Work.state == Work.DUE)]
        assert [found for found in left if found[0] != "receipt"] == []

    def names(self) -> set[str]:
        """Objects in the store but records of erasures."""
        return {name for name in self.house.media.store.names() if not name.startswith("erasures/")}

    def copied(self) -> set[str]:
        """The same of the copy."""
        files = (self.backups / "objects").rglob("*.object")
        found = {str(path.relative_to(self.backups / "objects")).removesuffix(".object") for path in files}
        return {name for name in found if not name.startswith("erasures/")}

    def accounts(self) -> set[str]:
        with self.house.database.connection():
            return {row.id for row in Account.select(Account.id)}

    def opens(self, who: Who) -> list[bytes]:
        """What of somebody's can be opened."""
        with self.house.database.connection():
            rows = list(Media.select().where((Media.account == who.id) & (Media.state == Media.STORED)))
        found = []
        for media in sorted(rows, key=lambda row: str(row.kind)):
            with self.house.media.open(media, purpose="generation") as opened:
                found.append(opened.read())
        return found

    def key_rows(self) -> list[KeyRow]:
        with self.house.database.connection():
            return list(KeyRow.select())

    def verbs(self) -> list[str]:
        with self.house.database.connection():
            return [row.verb for row in AuditEntry.select().order_by(AuditEntry.number)]

    def signs(self, dump: Path, **changes: object) -> None:
        """A manifest of the dump as it is now, with these values, signed by us."""
        kept = read(dump, self.index)
        known = {name: getattr(kept, name) for name in Manifest.__dataclass_fields__}
        name = FILES[kept.database]
        write(dump, Manifest(**{**known, "files": {name: file_of(dump / name)}, **changes}), self.index)

    def dumped(self, dump: Path) -> Path:
        """The file of a dump."""
        return dump / str(next(iter(json.loads((dump / "manifest.json").read_text())["files"])))

    def unpacks(self, dump: Path) -> None:
        """What a dump of Postgres says, beside it."""
        binaries = postgres_binaries()
        assert binaries is not None
        words = ["--file", str(dump / "unpacked.sql"), str(self.dumped(dump))]
        subprocess.run([binaries / "pg_restore", *words], check=True, timeout=120)
        assert self.ann.id in (dump / "unpacked.sql").read_text()

    def loses_objects(self, *names: str) -> None:
        assert self.house.media.store.delete(names) == []

    def is_copied_aside(self, dump: Path) -> Path:
        """Another dump of the same, to be spoilt."""
        other = dump.with_name("other-" + new_id())
        shutil.copytree(dump, other)
        return other

    def _person(self, name: str) -> Who:
        telegram_id = self.telegram.client("POST", "people", json={"first_name": name})["id"]
        self.telegram.client("POST", f"people/{telegram_id}/messages", json={"text": "/start"})
        with self.house.database.unit() as unit:
            who = Identity(telegram_id, f"Zo\u00eb of Kowloon, {name}", None, None, "en")
            account = self.house.accounts.open(unit, who, version=CURRENT.id).id
        photo, order = new_id(), ""
        kept = [self._kept(account, kind, f"{kind} of {name}".encode()) for kind in (PHOTO, RESULT)]
        with self.house.database.unit() as unit:
            row = {"id": photo, "account": account, "state": Photo.READY, "message_id": 1, "media": kept[0].id}
            Photo.insert(**row, created_at=unit.now).execute()
            source = Source(account, photo)
            order = self.house.orders.offer(unit, source=source, style=None, prompt=f"a lake for {name}").id
            Order.update(state=Order.DELIVERED, media=kept[1].id).where(Order.id == order).execute()
        return Who(account, telegram_id, photo, order, (kept[0].object_name, kept[1].object_name))

    def _kept(self, account: str, kind: str, data: bytes) -> Media:
        media = self.house.media.keep(account=account, kind=kind, data=data, mime="image/jpeg", width=1, height=1)
        with self.house.database.unit() as unit:
            self.house.media.stored(unit, media)
        return media
