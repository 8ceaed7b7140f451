"""The published versions of the policy. A change of the register without a new entry here fails the tests."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS


@dataclass(frozen=True)
class Version:
    """`fingerprint` is what `register_fingerprint()` gave on the day the version was published."""

    id: str
    published: date
    fingerprint: str


VERSIONS: tuple[Version, ...] = (
    Version("2026-11-23", date(2026, 11, 23), "836ae729ea3b0a2987f215b683347100d7f1417a37d1d9da46f1367e098a0683"),
    Version("2026-11-25", date(2026, 11, 25), "51fdcdc1121fd04abeaa2694d0b33c6a6bc80f1194442353442b04fcf59400a3"),
)
CURRENT = VERSIONS[-1]


def register_fingerprint() -> str:
    """SHA-256 over everything that the register declares, in an order that does not depend on the run."""
    return hashlib.sha256(
        "\n".join(
            f"{name}={_plain(value)}"
            for table in (CATEGORIES, PURPOSES, RECIPIENTS)
            for declaration in table.values()
            for name, value in sorted(asdict(declaration).items())
        ).encode()
    ).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    if isinstance(value, dict):
        return ";".join(f"{k}:{_plain(v)}" for k, v in sorted(value.items()))
    return str(value)
