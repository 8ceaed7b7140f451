"""One line of the bot's account with Telegram: Stars that came in or went out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class StarTransaction:
    """`id` is the charge id of the payment, and a refund has the same one; `at` is naive UTC.

    `user` and `payload` are there for payments of our invoices and their refunds; `kind` names the others.
    """

    id: str = field(repr=False)
    stars: int
    at: datetime
    incoming: bool
    kind: str = ""
    user: int | None = field(default=None, repr=False)
    payload: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        incoming = "source" in raw
        partner = raw.get("source") or raw.get("receiver") or {}
        user = partner.get("user") or {}
        return cls(
            id=str(raw["id"]),
            stars=int(raw["amount"]),
            at=datetime.fromtimestamp(int(raw["date"]), UTC).replace(tzinfo=None),
            incoming=incoming,
            kind=str(partner.get("transaction_type") or partner.get("type") or ""),
            user=user.get("id"),
            payload=partner.get("invoice_payload"),
        )
