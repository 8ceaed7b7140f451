"""What the providers cost us, by order, and what is left of a pack: recorded as it comes, as their answers say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from peewee import fn

from billing.prices import PACKS, PRICES, Pack
from database import Unit
from models import CanaryRun, Cost, LedgerEntry
from rows import insert

SOURCE = Path(__file__).with_name("costs.toml")
_LISTED: Final[dict[str, Any]] = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
USD_PER_STAR: Final[float] = _LISTED["usd_per_star"]
MILLION: Final = 1_000_000
TOTAL: Final = "totalTokenCount"


def record(
    unit: Unit, *, order: str, kind: str, provider: str, model: str, units: float, usd: float | None = None
) -> None:
    """One call's cost. `units` is what the provider counted; `usd` where it could be told."""
    insert(
        Cost,
        order=order,
        kind=kind,
        provider=provider,
        model=model,
        units=units,
        micro_usd=round((usd or 0.0) * MILLION),
        at=unit.now,
    )


def of_tokens(model: str, usage: Mapping[str, int]) -> tuple[float, float | None]:
    """(tokens, dollars) of a Gemini answer. Rejected pictures count thoughts twice: only the total is right."""
    total, asked = usage.get(TOTAL, 0), usage.get("promptTokenCount", 0)
    listed = _LISTED["tokens"].get(model)
    if listed is None:
        return float(total), None
    return float(total), (max(0, total - asked) * listed["out"] + asked * listed["in"]) / MILLION


def of_video(model: str, seconds: int, *, units: float | None, usd: float | None) -> tuple[float, float | None]:
    """(units, dollars) of a Kling task: what the bill says, else what the price list says."""
    if usd is not None:
        return units or 0.0, usd
    if units is not None:
        return units, units * _LISTED["unit"]["kling"]
    listed = _LISTED["second"].get(model)
    return 0.0, None if listed is None else seconds * listed


@dataclass(frozen=True)
class Margin:
    """Of one pack, if all of it went to orders of one kind: dollars in, dollars to the provider, what is left."""

    pack: Pack
    kind: str
    revenue: float
    cost: float | None  # None: no order of this kind was made in the time looked at

    @property
    def left(self) -> float | None:
        return None if self.cost is None else self.revenue - self.cost


def margins(now: datetime, *, days: int = 30) -> list[Margin]:
    """For every pack and kind of order, from the last `days`: what all attempts cost, refused ones included, for one
    that was charged."""
    spent = {kind: _per_order(kind, now - timedelta(days=days)) for kind in PRICES}
    return [
        Margin(
            pack,
            kind,
            pack.stars * USD_PER_STAR,
            None if each is None else each * (pack.credits / PRICES[kind]),
        )
        for pack in PACKS.values()
        for kind, each in spent.items()
    ]


def _per_order(kind: str, since: datetime) -> float | None:
    """Dollars for one charged order of a kind."""
    recent = (Cost.kind == kind) & (Cost.at >= since) & Cost.order.not_in(_of_canary(since))
    total = Cost.select(fn.COALESCE(fn.SUM(Cost.micro_usd), 0)).where(recent).scalar()
    charges = (LedgerEntry.kind == LedgerEntry.CHARGE) & (LedgerEntry.what == kind) & (LedgerEntry.at >= since)
    charged = LedgerEntry.select().where(charges & LedgerEntry.order.not_in(_of_canary(since))).count()
    return None if not charged else int(total) / MILLION / charged


def _of_canary(since: datetime) -> Any:
    """Orders that the service placed itself, to see whether it works."""
    theirs = CanaryRun.order.is_null(False) & (CanaryRun.begun_at >= since - timedelta(days=1))
    return CanaryRun.select(CanaryRun.order).where(theirs)
