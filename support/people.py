"""Who is still to be told of a version of the policy, and how far the telling is. Called with a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from consent.optin import wanting
from models import Acceptance, Account, Announcement, Telling
from policy.versions import Version

SERVICE, PROMOTIONAL = "service", "promotional"  # kinds of announcements


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Numbers of people. `unreachable`: by the code of the reason."""

    version: Version
    told: int
    perhaps_twice: int
    waiting: int
    unplanned: int
    spared: int
    unreachable: Mapping[str, int]

    @property
    def untold(self) -> int:
        """Whom nobody has tried to tell yet, or not successfully so far."""
        return self.waiting + self.unplanned

    def late(self, today: date) -> bool:
        """Whether it is in effect, and somebody is untold."""
        return self.version.effective <= today and self.untold > 0


def progress(version: Version) -> Progress:
    told = _of(version.id, Telling.TOLD)
    return Progress(
        version=version,
        told=told.count(),
        perhaps_twice=told.where(Telling.sends > 1).count(),
        waiting=waiting(version.id),
        unplanned=_without_a_row(version.id, "").count(),
        spared=_of(version.id, Telling.SPARED).count(),
        unreachable=_reasons(version.id),
    )


def untold(version: str, limit: int, *, after: str = "") -> list[str]:
    """Ids of people who neither agreed to the version nor have a row, in their order, behind this one."""
    return [row.id for row in _without_a_row(version, after).order_by(Account.id).limit(limit)]


def last_planned(version: str) -> str:
    """The last id that has a row; empty while none has."""
    return str(Telling.select(fn.MAX(Telling.account)).where(Telling.version == version).scalar() or "")


def without_notice(notice: Announcement, limit: int, *, after: str = "") -> list[str]:
    """Ids of people whom an announcement is for and who have no row, in their order, behind this one."""
    return [row.id for row in for_notice(notice, after).order_by(Account.id).limit(limit)]


def for_notice(notice: Announcement, after: str = "") -> Any:
    """Who was here when it was made, has no row, and is not about to leave; a promotional one: who wants such messages
    and is not banned."""
    told = Telling.select().where((Telling.version == notice.id) & (Telling.account == Account.id))
    here = (Account.id > after) & (Account.created_at <= notice.created_at) & ~fn.EXISTS(told)
    here &= Account.state != Account.CLOSING  # of what the law demands they are still told
    if notice.kind == PROMOTIONAL:
        here &= wanting() & (Account.state == Account.ACTIVE)
    return Account.select(Account.id).where(here)


def waiting(*versions: str) -> int:
    """How many have a row for one of these and were not told yet."""
    return sum(in_state(version, Telling.WAITING) for version in versions)


def in_state(version: str, state: str) -> int:
    return int(_of(version, state).count())


def _of(version: str, state: str) -> Any:
    return Telling.select().where((Telling.version == version) & (Telling.state == state))


def _without_a_row(version: str, after: str) -> Any:
    told = Telling.select().where((Telling.version == version) & (Telling.account == Account.id))
    to_it = (Acceptance.kind == Acceptance.NOTICE) & (Acceptance.version >= version)
    agreed = Acceptance.select().where((Acceptance.account == Account.id) & to_it)
    return Account.select(Account.id).where((Account.id > after) & ~fn.EXISTS(told) & ~fn.EXISTS(agreed))


def _reasons(version: str) -> dict[str, int]:
    of = (Telling.version == version) & (Telling.state == Telling.UNREACHABLE)
    rows: Any = Telling.select(Telling.reason, fn.COUNT(Telling.id)).where(of).group_by(Telling.reason).tuples()
    return {str(reason): int(number) for reason, number in rows}
