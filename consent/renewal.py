"""A material change of the policy binds from its date of effect on: from then on whoever agreed to less is asked again.

Ids of versions begin with their day, so that "this one or a later one" is a comparison of texts; a version that only a
newer release knows counts as later, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from peewee import fn

from database import Unit
from errors import Rejected
from models import Acceptance
from policy.versions import VERSIONS, Version
from rows import exists

SINCE = "account = ? AND kind = ? AND version >= ?"  # of an acceptance


def news(versions: Sequence[Version] = VERSIONS) -> Version | None:
    """The version that people must be told of: the newest material one. None while there was only a first one."""
    return next((version for version in reversed(versions[1:]) if version.material), None)


def binding(today: date, versions: Sequence[Version] = VERSIONS) -> Version | None:
    """The version that must have been agreed to by this day (UTC). None: the first one, which everybody agreed to."""
    return news([version for version in versions if version.effective <= today])


def demand_current(unit: Unit, account: str) -> None:
    """The one rule: raises Rejected("consent.renew") where the person must agree again first. At most one statement."""
    version = binding(unit.now.date())
    if version is not None and not agreed(account, version.id):
        raise Rejected("consent.renew", version=version.id)


def agreed(account: str, version: str) -> bool:
    """Whether the person agreed to this version or to a later one."""
    return exists(Acceptance, SINCE, account, Acceptance.NOTICE, version)


def last_agreed(account: str) -> str | None:
    """The newest version that the person agreed to."""
    own = (Acceptance.account == account) & (Acceptance.kind == Acceptance.NOTICE)
    newest = Acceptance.select(fn.MAX(Acceptance.version)).where(own).scalar()
    return str(newest) if newest is not None else None


def before(version: str, versions: Sequence[Version] = VERSIONS) -> str:
    """The version before this one, for comparing; itself where it was the first."""
    ids = [known.id for known in versions]
    return ids[max(0, ids.index(version) - 1)]
