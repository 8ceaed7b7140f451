"""What a receipt says: times, counts, what stays until when, and who may still have a copy. Nobody's name or number.

What stays and how long comes from the register; a provider's last day from the log of what was sent to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from peewee import fn

from models import Disclosure, Erasure, Receipt
from policy.categories import CATEGORIES, KEY_BACKUP
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from privacy.erasure_preview import FROM_THE_END, Stays, outlasting
from privacy.receipt_form import Body
from privacy.sweep import as_time
from wording.periods import keeps, kept

CHAT = "telegram"  # keeps what is in the chat until its person deletes it there
DATABASE, OBJECTS, IN_CHAT = "database", "objects", "chat"  # stores
# A count of a deletion -> where it was and what it is called here; every other one is of rows in the database.
STORES = {
    "files": (OBJECTS, "sealed"),
    "objects": (OBJECTS, "removed"),
    "messages": (IN_CHAT, "deleted"),
}
LEFT = "messages_left"  # no count of what was destroyed: only the person can delete them
PATH = "/receipts"
HOW = "jq -jcS 'del(.signature)' writes what was signed; the signature is Ed25519 in base64; more at the address"


def written(
    erasure: Erasure,
    *,
    stage: int,
    number: str,
    stays: Iterable[Stays],
    providers: Mapping[str, datetime],
    now: datetime,
    site: str,
    commit: str,
) -> dict[str, Any]:
    """The words of the first or the second stage. `providers`: until when each may keep something, at most."""
    last = last_copy(erasure, providers, now)
    return {
        "number": number,
        "stage": stage,
        "scope": erasure.scope,
        "undone": erasure.state == Erasure.UNDONE,
        "asked_at": moment(erasure.asked_at),
        "keys_destroyed_at": moment(erasure.keys_gone_at or now),
        "may_be_undone_until": moment(erasure.ends_at) if _may_be_undone(erasure, now) else None,
        "gone_at": moment(now) if stage != Receipt.SEALED else None,
        "issued_at": moment(now),
        "destroyed": counted(erasure.counts),
        "stays": [_stays(one, _end(erasure, now)) for one in stays],
        "copies_elsewhere": [*(_copy(id, until) for id, until in sorted(providers.items())), _chat(erasure.counts)],
        "key_backups_gone_on": day(_keys_end(erasure, now) + KEY_BACKUP),
        "last_copy_gone_on": day(last),
        "policy": CURRENT.id,
        "program": commit or "unknown",
        "how_to_check": HOW,
        "address": f"{site}{PATH}" if site else "",
    }


def later(body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The words of the last stage: those of the second, at the time when no copy is left."""
    said = {name: value for name, value in body.items() if name not in ("signature", "key", "format")}
    return {**said, "stage": Receipt.LAST_COPY_GONE, "issued_at": moment(now)}


def last_copy(erasure: Erasure, providers: Mapping[str, datetime], now: datetime) -> datetime:
    """When nobody can have a copy any more that could be read, but in the chat: no backup of a key, no provider."""
    return max([_keys_end(erasure, now) + KEY_BACKUP, *providers.values()])


def providers_of(account: str, now: datetime) -> dict[str, datetime]:
    """Recipient -> the last moment until which it may keep something of this person. Called with a connection."""
    theirs = (Disclosure.account == account) & (Disclosure.kept_until > now)
    latest: Any = Disclosure.select(Disclosure.recipient, fn.MAX(Disclosure.kept_until)).where(theirs)
    found = {str(recipient): as_time(until) for recipient, until in latest.group_by(Disclosure.recipient).tuples()}
    return {recipient: until for recipient, until in found.items() if until is not None}


def providers_in(body: Body) -> dict[str, datetime]:
    """The same as an earlier receipt has it: the log goes with the account, and what it said still holds."""
    dated = (one for one in body["copies_elsewhere"] if one["until"] is not None)
    return {one["provider"]: datetime.fromisoformat(one["until"].removesuffix("Z")) for one in dated}


def stays_in(body: Body | None) -> list[Stays]:
    """What stays as an earlier receipt has it, where nobody's rows can be asked any more; without one, everything
    that the register keeps beyond an account's end."""
    if body is None:
        return [Stays(id, 0, None) for id in outlasting()]
    dated = ((one["category"], one["until"]) for one in body["stays"])
    return [Stays(id, 0, date.fromisoformat(until) if until else None) for id, until in dated]


def counted(counts: str) -> dict[str, dict[str, int]]:
    """Store -> what -> how many."""
    found: dict[str, dict[str, int]] = {DATABASE: {}, OBJECTS: {}, IN_CHAT: {}}
    for what, count in json.loads(counts).items():
        if what == LEFT:
            continue
        store, name = STORES.get(what, (DATABASE, what))
        found[store][name] = int(count)
    return found


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds") + "Z"


def day(at: datetime) -> str:
    return at.date().isoformat()


def _keys_end(erasure: Erasure, now: datetime) -> datetime:
    """When the last key goes: an account's own only when it may not be taken back any more."""
    return erasure.ends_at or now if _may_be_undone(erasure, now) else now


def _may_be_undone(erasure: Erasure, now: datetime) -> bool:
    return erasure.state not in (Erasure.DONE, Erasure.UNDONE) and erasure.ends_at is not None and erasure.ends_at > now


def _end(erasure: Erasure, now: datetime) -> datetime | None:
    """Of the account, where it ends."""
    ends = erasure.scope == Erasure.ACCOUNT and erasure.state != Erasure.UNDONE
    return _keys_end(erasure, now) if ends else None


def _stays(one: Stays, end: datetime | None) -> dict[str, Any]:
    """`end` is that of the account: a preview knows its day only roughly."""
    category = CATEGORIES[one.category]
    begins, period = category.retention.start, category.retention.period
    until = (end + period).date() if end and begins == FROM_THE_END and period else one.until
    return {
        "category": one.category,
        "name": category.name,
        "kept": kept(str, category.retention),
        "until": until.isoformat() if until else None,
    }


def _copy(id: str, until: datetime) -> dict[str, Any]:
    known = RECIPIENTS.get(id)
    return {
        "provider": id,
        "name": known.name if known else id,
        "kept": keeps(str, known) if known else "",
        "until": moment(until),
    }


def _chat(counts: str) -> dict[str, Any]:
    """`messages`: how many only the person can delete."""
    chat, left = RECIPIENTS[CHAT], json.loads(counts).get(LEFT, 0)
    return {"provider": CHAT, "name": chat.name, "kept": keeps(str, chat), "until": None, "messages": left}


def read(text: str) -> Body:
    """A receipt of ours, from its row."""
    return cast(Body, json.loads(text))
