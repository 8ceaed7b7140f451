"""The backup of the keys alone, which ordinary dumps leave out: wrapped as they are, and of use for so many days as the
register says. Older ones are not read any more, so that what was destroyed stays so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from custody.keys import IN_USE
from database import Database, Unit
from errors import Permanent
from models import Account, Erasure, KeyRow, Payment, Report, Ticket
from policy.categories import KEY_BACKUP
from privacy.erasure_gather import CATEGORIES, KEY_OF

BATCH = 500
FORM = "miomio keys 1"  # the first line says what it is, and from when; the last one how many there are
# Who must be there for a key to be of use; nobody for the one of the staff's log.
OWNERS: Mapping[str, Any] = {
    **dict.fromkeys((KeyRow.ACCOUNT, KeyRow.PHOTOS, KeyRow.RESULTS), Account.id),
    KeyRow.TRANSACTIONS: Payment.account,
    KeyRow.TICKET: Ticket.id,
    KeyRow.CASE: Report.id,
}


@dataclass
class Loaded:
    """`left_out`: nobody here needs them, or what they locked was deleted after they were made."""

    at: datetime
    loaded: int = 0
    left_out: int = 0


def lines(database: Database) -> Iterator[str]:
    """A backup from now on, in constant memory. Keys that are about to be destroyed are not in it."""
    yield _line({"form": FORM, "at": database.clock.now().isoformat()})
    count, last = 0, ""
    while True:
        with database.connection():
            later = KeyRow.select().where(IN_USE & (KeyRow.id > last)).order_by(KeyRow.id)
            rows = list(later.limit(BATCH))
        if not rows:
            yield _line({"count": count})
            return
        for row in rows:
            yield _line(_said(row))
        count, last = count + len(rows), rows[-1].id


def load(unit: Unit, said: Iterable[str], *, older: bool = False) -> Loaded:
    """Put back the keys that somebody here needs; all of them or, where this raises, none.

    Raises Permanent("keys.unreadable" | "keys.cut_off" | "keys.too_old" | "keys.there"): the last where people have
    keys already, for then one of them may have been destroyed for good.
    """
    if KeyRow.select(KeyRow.id).where(KeyRow.kind != KeyRow.STAFF).limit(1).exists():
        raise Permanent("keys.there")
    found = _read(said)
    first = next(found, None)
    at = _dated(first)
    if at <= unit.now - KEY_BACKUP and not older:
        raise Permanent("keys.too_old", days=(unit.now - at).days, most=KEY_BACKUP.days)
    done, count, last = Loaded(at), 0, {}
    while batch := list(islice(found, BATCH)):
        if "count" in (last := batch[-1]):
            batch.pop()
        count += len(batch)
        _put(batch, done)
    if last.get("count") != count:
        raise Permanent("keys.cut_off", count=count)
    return done


def _put(batch: list[dict[str, Any]], done: Loaded) -> None:
    try:
        rows = [_row(said) for said in batch]
    except (KeyError, ValueError, TypeError):
        raise Permanent("keys.unreadable") from None
    there = _there(rows)
    deleted = _deleted({row["account"] for row in rows})
    wanted = [
        row
        for row in rows
        if (row["kind"], row["account"]) in there
        and row["created_at"] >= deleted.get((row["kind"], row["account"]), datetime.min)
    ]
    if wanted:
        done.loaded += int(KeyRow.insert_many(wanted).on_conflict_ignore().as_rowcount().execute())
    done.left_out += len(rows) - len(wanted)


def _there(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Kinds and owners of keys whose owner is here."""
    found = {(row["kind"], row["account"]) for row in rows if row["kind"] == KeyRow.STAFF}
    for kind, owner in OWNERS.items():
        named = {row["account"] for row in rows if row["kind"] == kind}
        if named:
            here = owner.model.select(owner).where(owner.in_(named)).distinct().tuples()
            found |= {(kind, account) for (account,) in here}
    return found


def _deleted(accounts: set[str]) -> dict[tuple[str, str], datetime]:
    """Until when the keys of these people were destroyed, by kind: a deletion that this database knows."""
    found: dict[tuple[str, str], datetime] = {}
    known = Erasure.account.in_(accounts) & Erasure.begun_at.is_null(False)
    for row in Erasure.select().where(known).order_by(Erasure.begun_at):
        for category in CATEGORIES[row.scope]:
            found[KEY_OF[category], str(row.account)] = row.begun_at
    return found


def _said(row: KeyRow) -> dict[str, Any]:
    wrapped = base64.b64encode(bytes(row.wrapped)).decode()
    known = {"id": row.id, "account": row.account, "kind": row.kind, "wrapped": wrapped, "frozen": row.frozen}
    return {**known, "created_at": row.created_at.isoformat()}


def _row(said: dict[str, Any]) -> dict[str, Any]:
    row = {name: str(said[name]) for name in ("id", "account", "kind")}
    wrapped = base64.b64decode(said["wrapped"], validate=True)
    return {**row, "wrapped": wrapped, "frozen": bool(said["frozen"]), "created_at": _time(said["created_at"])}


def _read(said: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in said:
        try:
            found = json.loads(line)
        except ValueError:
            raise Permanent("keys.unreadable") from None
        if not isinstance(found, dict):
            raise Permanent("keys.unreadable")
        yield found


def _dated(first: dict[str, Any] | None) -> datetime:
    try:
        if first is None or first["form"] != FORM:
            raise ValueError
        return _time(first["at"])
    except (KeyError, ValueError, TypeError):
        raise Permanent("keys.unreadable") from None


def _time(said: str) -> datetime:
    at = datetime.fromisoformat(said)
    if at.tzinfo is not None:
        raise ValueError
    return at


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, separators=(",", ":")) + "\n"
