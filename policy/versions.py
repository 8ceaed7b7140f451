"""The published versions of the policy. A change of its text or of the register without a new entry fails the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policy.snapshots import fingerprint


@dataclass(frozen=True)
class Version:
    """`effective` is the day from which it binds; of a `material` change people are told before, and asked again."""

    id: str
    published: date
    effective: date
    material: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was published, in hex; empty while nothing is."""
        return fingerprint(self.id)


VERSIONS: tuple[Version, ...] = (
    Version("2026-11-23", published=date(2026, 11, 23), effective=date(2026, 11, 23), material=True),
    Version("2026-11-28", published=date(2026, 11, 28), effective=date(2026, 12, 12), material=True),
)
CURRENT = VERSIONS[-1]
BY_ID = {version.id: version for version in VERSIONS}


def in_effect(today: date) -> Version:
    """The version that binds on this day; the first one on days before it."""
    return next((v for v in reversed(VERSIONS) if v.effective <= today), VERSIONS[0])
