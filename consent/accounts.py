"""Accounts: found by blind index, opened by the yes to the notice, kept in line with the names Telegram shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from billing import ledger
from billing.prices import PICTURE, PRICES, TRIAL_CREDITS
from consent.record import accept
from custody.fields import Fields
from custody.keys import LIVES, Keys
from custody.memory import Memory
from database import Unit
from errors import Permanent
from models import AbuseMark, Acceptance, Account, new_id
from rows import find

# Of an account: there is nothing that `refresh` would change, and nothing that keeps the person from being served.
# Values: its id, the index of the names that Telegram shows, and now.
AS_KNOWN = (
    f"id = ? AND state = '{Account.ACTIVE}' AND frozen_at IS NULL AND reachable AND names_index = ? "
    "AND (writes_until IS NULL OR writes_until <= ?)"  # what they send goes to no ticket
)


@dataclass(frozen=True, repr=False)
class Identity:
    """Who Telegram says is writing. Held in memory only, for one update."""

    telegram_id: int
    first_name: str | None
    last_name: str | None
    username: str | None
    language_code: str | None


class Accounts:
    """Every method is called with a connection or inside a unit."""

    def __init__(self, fields: Fields, keys: Keys, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fields = fields
        self._keys = keys
        self._lately: Memory[bytes, str] = Memory(LIVES, monotonic=monotonic)

    def find(self, telegram_id: int) -> Account | None:
        """The account of this Telegram id, if its person ever said yes."""
        indexes = self._fields.indexes(Account.telegram_id_index, str(telegram_id))
        rows = find(Account, f"telegram_id_index IN ({', '.join('?' * len(indexes))})", *indexes)
        if not rows:
            return None
        self._lately.keep(indexes[0], rows[0].id)
        return rows[0]

    def lately(self, telegram_id: int) -> str | None:
        """The id of the account that `find` found a moment ago; a hint, which saves a look. The account may have ended
        meanwhile: whoever acts on it lets the database say that it is there. Needs no connection."""
        return self._lately.get(self._fields.index(Account.telegram_id_index, str(telegram_id)))

    def buyer(self, telegram_id: int) -> str | None:
        """The account that this Telegram id may buy for: an open one that is not banned and not frozen."""
        row = self.find(telegram_id)
        return row.id if row is not None and row.state == Account.ACTIVE and row.frozen_at is None else None

    def open(self, unit: Unit, who: Identity, *, version: str, canary: bool = False) -> Account:
        """A new account with keys, the recorded yes and, the first time, the trial credits. The canary has each time
        what one picture costs, and no trial.

        Raises IntegrityError when it exists.
        """
        account = new_id()
        self._keys.create(unit, account)
        self._take_over(account, who.username)
        row = Account(
            id=account,
            telegram_id=self._seal(Account.telegram_id, account, str(who.telegram_id)),
            telegram_id_index=self._fields.index(Account.telegram_id_index, str(who.telegram_id)),
            created_at=unit.now,
            **self._names(account, who),
        )
        row.save(force_insert=True)
        accept(unit, account=account, kind=Acceptance.NOTICE, version=version)
        ledger.open_books(unit, account)
        if canary:
            ledger.grant(unit, owner=account, credits=PRICES[PICTURE], source=ledger.CANARY, key=f"canary:{account}")
        elif not AbuseMark.select().where(AbuseMark.mark.in_(self._marks(who.telegram_id))).exists():
            ledger.grant(unit, owner=account, credits=TRIAL_CREDITS, source=ledger.TRIAL, key=f"trial:{account}")
        return row

    def mark(self, unit: Unit, row: Account, *, at: datetime | None = None) -> bool:
        """Remember, as a keyed hash, that this Telegram id has had its trial credits. For an account that ends, or
        ended at another time than now. False where the key that locks the id was lost, as by a restored backup."""
        try:
            telegram_id = self._fields.open(Account.telegram_id, row, purpose="abuse")
        except Permanent as failure:
            if failure.code != "custody.key_destroyed":
                raise
            return False
        mark = self._fields.index(AbuseMark.mark, telegram_id or "")
        AbuseMark.insert(mark=mark, at=at or unit.now).on_conflict(
            conflict_target=[AbuseMark.mark], update={AbuseMark.at: at or unit.now}
        ).execute()
        return True

    def refresh(self, row: Account, who: Identity) -> bool:
        """Follow the names Telegram shows now; also notes that the person is back. Whether anything changed."""
        changes = {} if bytes(row.names_index) == self.names_index(who) else self._names(row.id, who)
        if not row.reachable:
            changes["reachable"] = True
        if "username" in changes:
            self._take_over(row.id, who.username)
        if changes:
            Account.update(**changes).where(Account.id == row.id).execute()
        return bool(changes)

    def rename(self, row: Account, who: Identity) -> bool:
        """Names that Telegram told when it was asked: the person has not come by themselves. Whether any is new."""
        if bytes(row.names_index) == self.names_index(who):
            return False
        self._take_over(row.id, who.username)
        Account.update(**self._names(row.id, who)).where(Account.id == row.id).execute()
        return True

    def _take_over(self, account: str, username: str | None) -> None:
        """Telegram gives a username to one person at a time: whoever was seen with it last has it, and nobody else."""
        if username is None:
            return
        known = Account.username_index.in_(self._fields.indexes(Account.username_index, username.lower()))
        nameless = {"username": None, "username_index": None, "names_index": b""}  # read anew when they next write
        Account.update(**nameless).where(known & (Account.id != account)).execute()

    def _marks(self, telegram_id: int) -> list[bytes]:
        return self._fields.indexes(AbuseMark.mark, str(telegram_id))

    def _names(self, account: str, who: Identity) -> dict[str, object]:
        username = who.username
        return {
            "first_name": self._seal(Account.first_name, account, who.first_name),
            "last_name": self._seal(Account.last_name, account, who.last_name),
            "username": self._seal(Account.username, account, username),
            "username_index": self._fields.index(Account.username_index, username.lower()) if username else None,
            "language_code": self._seal(Account.language_code, account, who.language_code),
            "names_index": self.names_index(who),
        }

    def names_index(self, who: Identity) -> bytes:
        """What stands in the account of somebody whom Telegram shows like this."""
        shown = (who.first_name, who.last_name, who.username, who.language_code)
        return self._fields.index(Account.names_index, "\x1f".join("\x00" if n is None else n for n in shown))

    def _seal(self, column: object, account: str, value: str | None) -> bytes | None:
        return self._fields.seal(column, row=account, account=account, value=value)


def lock(account: str) -> Account | None:
    """The person's row as it is now; nobody else changes it until the unit ends. None where it is gone."""
    held: list[Account] = list(
        Account.update(state=Account.state).where(Account.id == account).returning(Account).execute()
    )
    return held[0] if held else None
