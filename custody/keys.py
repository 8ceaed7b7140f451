"""A person's data keys: rows wrapped by a master key; unwrapped they live in memory for at most 30 seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any

from peewee import Value

import crash
from custody.memory import Memory
from database import Database, Unit
from errors import Permanent, Rejected
from models import Account, KeyRow, new_id
from rows import columns, find, returned
from vault.fields import DataKey, binding
from vault.master import MasterKeys

LIVES = 30.0  # seconds that an unwrapped key may stay in memory
KINDS = (KeyRow.ACCOUNT, KeyRow.PHOTOS, KeyRow.RESULTS)  # made with an account, destroyed with it
PICTURES = (KeyRow.PHOTOS, KeyRow.RESULTS)  # what lock photos, pictures and videos; may be destroyed alone
ASIDE = "aside-"  # begins the kind of a key that is about to be destroyed and opens nothing any more
IN_USE = ~KeyRow.kind.startswith(ASIDE)
OF_ONE = "account = ? AND kind NOT LIKE ?"  # in use, of one person: asked for whoever was not here for a while
HOLD = f"UPDATE data_key SET kind = kind WHERE account = ? AND kind = ? RETURNING {columns(KeyRow)}"  # noqa: S608
ROTATION_BATCH = 500
COUNTED_AT_ONCE = 5_000


class Keys:
    """Makes, finds, destroys and rewraps the data keys of people."""

    def __init__(self, database: Database, master: MasterKeys, *, monotonic: Callable[[], float] = time.monotonic):
        self._database = database
        self._master = master
        self._unwrapped: Memory[tuple[str, str], DataKey] = Memory(LIVES, monotonic=monotonic)

    def create(self, unit: Unit, account: str) -> None:
        """Write the keys of a new account and hold them ready."""
        rows = []
        for kind in KINDS:
            key, row = DataKey.new(), new_id()
            rows.append(
                {
                    "id": row,
                    "account": account,
                    "kind": kind,
                    "wrapped": self._master.wrap(key.raw, binding=_binding(row, account, kind)),
                    "created_at": unit.now,
                }
            )
            self._unwrapped.keep((account, kind), key)
        KeyRow.insert_many(rows).execute()

    def ensure(self, unit: Unit, owner: str, kind: str) -> None:
        """A key of a kind that is made when it is first needed."""
        del unit
        self._make(owner, kind)

    def _make(self, owner: str, kind: str) -> None:
        if KeyRow.select().where((KeyRow.account == owner) & (KeyRow.kind == kind)).exists():
            return
        row, now = new_id(), self._database.clock.now()
        wrapped = self._master.wrap(DataKey.new().raw, binding=_binding(row, owner, kind))
        KeyRow.insert(id=row, account=owner, kind=kind, wrapped=wrapped, created_at=now).on_conflict_ignore().execute()
        # A key that a rolled back transaction left in memory, or the other one of two made at once.
        self._forget(owner, (kind,))

    def get(self, account: str, kind: str) -> DataKey:
        """Raises Permanent("custody.key_destroyed") when the person's key is gone, Rejected("account.frozen") while it
        is held back."""
        found = self._unwrapped.get((account, kind))
        if found is not None:
            return found
        with self._database.connection():
            rows = find(KeyRow, OF_ONE, account, f"{ASIDE}%")
        fresh = {row.kind: self._opened(row) for row in rows if not row.frozen}
        self._forget(account, [row.kind for row in rows if row.frozen])
        if any(row.frozen and row.kind == kind for row in rows):
            raise Rejected("account.frozen")
        if kind not in fresh:  # what memory may still hold is too old to count
            raise Permanent("custody.key_destroyed", kind=kind)
        return fresh[kind]

    def _opened(self, row: KeyRow) -> DataKey:
        """The key of a row that was read now and is not held back."""
        key = DataKey(self._master.unwrap(bytes(row.wrapped), binding=_binding(row.id, row.account, row.kind)))
        self._unwrapped.keep((row.account, row.kind), key)
        return key

    def destroy(self, unit: Unit, account: str, kinds: Iterable[str] = KINDS) -> int:
        """Destroy keys, and with them all they lock. Returns how many there were."""
        kinds = tuple(kinds)
        gone = KeyRow.delete().where((KeyRow.account == account) & KeyRow.kind.in_(kinds)).execute()
        self._forget(account, kinds)
        return int(gone)

    def get_or_make(self, account: str, kind: str) -> DataKey:
        """The key that locks something new: where the one of pictures was destroyed alone, another one is made.

        Raises as `get` does, also for who is about to leave, or frozen: nothing new is kept of them.
        """
        try:
            return self.get(account, kind)
        except Permanent:
            with self._database.connection():
                if kind not in PICTURES or not Account.select().where(_stays(account)).exists():
                    raise
                self._make(account, kind)
            return self.get(account, kind)

    def for_locking(self, unit: Unit, account: str, kind: str) -> DataKey:
        """The same as the database has it now, whatever memory holds; nobody sets it aside before the unit ends."""
        del unit
        rows = returned(KeyRow, HOLD, account, kind)
        if not rows:
            self.forget(account)
            self.get_or_make(account, kind)
            rows = returned(KeyRow, HOLD, account, kind)
        if not rows:
            raise Permanent("custody.key_destroyed", kind=kind)
        if rows[0].frozen:
            self._forget(account, (kind,))
            raise Rejected("account.frozen")
        return self._opened(rows[0])

    def forget(self, account: str) -> None:
        """Look into the database the next time: what memory holds may have been replaced."""
        self._forget(account, KINDS)

    def set_aside(self, unit: Unit, account: str, kinds: Iterable[str]) -> int:
        """Nobody opens anything with these keys from the commit on; another process, which may have one in memory,
        `LIVES` later. How many there were."""
        kinds = tuple(kinds)
        theirs = (KeyRow.account == account) & KeyRow.kind.in_(kinds)
        aside = Value(ASIDE).concat(KeyRow.kind).concat(Value("-")).concat(KeyRow.id)
        gone = KeyRow.update(kind=aside).where(theirs).execute()
        unit.after(lambda: self._forget(account, kinds))
        self._forget(account, kinds)
        return int(gone)

    def destroy_aside(self, unit: Unit, account: str, kinds: Iterable[str]) -> int:
        """Destroy what was set aside of these kinds. How many there were."""
        del unit
        aside = reduce(or_, (KeyRow.kind.startswith(f"{ASIDE}{kind}-") for kind in kinds))
        return int(KeyRow.delete().where((KeyRow.account == account) & aside).execute())

    def freeze(self, unit: Unit, account: str) -> None:
        """From the commit on nobody opens or seals a picture of this person; other processes, which may have a key in
        memory, `LIVES` later. Only `thaw` changes that, and no restart does."""
        self._hold_back(account, frozen=True)
        unit.after(lambda: self._forget(account, PICTURES))  # once more: before the commit somebody may have looked

    def thaw(self, unit: Unit, account: str) -> None:
        """What was frozen can be opened again."""
        del unit
        self._hold_back(account, frozen=False)

    def held_back(self, account: str) -> bool:
        """Whether the keys of this person's pictures are frozen now. Called with a connection."""
        return bool(KeyRow.select().where((KeyRow.account == account) & KeyRow.frozen).exists())

    def _hold_back(self, account: str, *, frozen: bool) -> None:
        theirs = (KeyRow.account == account) & KeyRow.kind.in_(PICTURES)
        KeyRow.update(frozen=frozen).where(theirs).execute()
        self._forget(account, PICTURES)

    def rewrap(self, *, progress: Callable[[int], None] = lambda _: None) -> int:
        """Wrap every key under the newest master key, in batches; stopped anywhere, it goes on where it was."""
        done, last = 0, ""
        while True:
            with self._database.unit():
                rows = list(
                    KeyRow.select().where((KeyRow.id > last) & IN_USE).order_by(KeyRow.id).limit(ROTATION_BATCH)
                )
                for row in rows:
                    wrapped = bytes(row.wrapped)
                    if not self._master.needs_rewrap(wrapped):
                        continue
                    fresh = self._master.rewrap(wrapped, binding=_binding(row.id, row.account, row.kind))
                    done += KeyRow.update(wrapped=fresh).where(KeyRow.id == row.id).execute()
                crash.at("rotation.rewrapping")
            crash.at("rotation.rewrapped")
            if not rows:
                return done
            last = rows[-1].id
            progress(done)

    @property
    def newest(self) -> str:
        """The id of the master key that wraps what is made now."""
        return self._master.newest

    def by_master(self) -> Counter[str]:
        """How many keys each master key wraps; the newest one is named even where it wraps none. Reads them all."""
        counts, last = Counter({self._master.newest: 0}), ""
        while True:
            with self._database.connection():
                both: Any = KeyRow.select(KeyRow.id, KeyRow.wrapped).where((KeyRow.id > last) & IN_USE)
                rows = list(both.order_by(KeyRow.id).limit(COUNTED_AT_ONCE).tuples())
            if not rows:
                return counts
            counts.update(self._master.wrapped_under(bytes(wrapped)) for _, wrapped in rows)
            last = rows[-1][0]

    def check(self) -> None:
        """Unwrap one key, so that a master key that does not match is named at start-up and not in somebody's chat."""
        with self._database.connection():
            row = KeyRow.select().where(IN_USE).order_by(KeyRow.created_at.desc()).first()
        if row is not None:
            self._master.unwrap(bytes(row.wrapped), binding=_binding(row.id, row.account, row.kind))

    def demand(self) -> None:
        """Raises Permanent("keys.missing") where there are people and not one key of theirs: a dump that was restored
        without its keys, and from which nobody could be served."""
        with self._database.connection():
            people = Account.select(Account.id).limit(1)
            theirs = KeyRow.select(KeyRow.id).where(KeyRow.kind == KeyRow.ACCOUNT).limit(1)
            missing = bool(list(people)) and not list(theirs)
        if missing:
            raise Permanent("keys.missing")

    def _forget(self, account: str, kinds: Iterable[str]) -> None:
        self._unwrapped.forget((account, kind) for kind in kinds)


def _stays(account: str) -> Any:
    return (Account.id == account) & (Account.state != Account.CLOSING) & Account.frozen_at.is_null()


def _binding(row: str, account: str, kind: str) -> bytes:
    return binding("data_key", "wrapped", row, account, kind)
