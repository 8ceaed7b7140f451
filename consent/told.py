"""Who was given a person's data lately: whoever must be told when some of them are corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Disclosure


@dataclass(frozen=True)
class Recipient:
    """A recipient of the register by its id: when it last got something, and which categories it got in all."""

    id: str
    last: datetime
    categories: tuple[str, ...]


def recipients_since(account: str, since: datetime) -> list[Recipient]:
    """From the disclosure log, the latest first. Called with a connection."""
    last: dict[str, datetime] = {}
    got: dict[str, set[str]] = {}
    lately = (Disclosure.account == account) & (Disclosure.at >= since)
    for row in Disclosure.select().where(lately).order_by(Disclosure.at):
        last[row.recipient] = row.at
        got.setdefault(row.recipient, set()).update(filter(None, row.fields.split(",")))
    return [
        Recipient(id, last[id], tuple(sorted(got[id]))) for id in sorted(last, key=lambda id: last[id], reverse=True)
    ]
