"""Requests that people make in the bot, where Telegram says who they are, and their word on those that came by mail."""

from __future__ import annotations

from database import Unit
from models import RightsRequest
from privacy.deadlines import due
from privacy.requests import BOT, DONE


def asked(unit: Unit, *, kind: str, account: str) -> None:
    """The service sets about it by itself. Until `fulfilled` it is owed and alarms like any other."""
    RightsRequest.insert(
        account=account,
        kind=kind,
        source=BOT,
        confirmed=True,
        received_at=unit.now,
        due_at=due(unit.now),
    ).execute()


def fulfilled(unit: Unit, *, kind: str, account: str) -> None:
    """What was asked for is done and was given: all that this person asked for it in the bot."""
    theirs = (RightsRequest.account == account) & (RightsRequest.kind == kind)
    waits = (RightsRequest.source == BOT) & (RightsRequest.state == RightsRequest.OPEN)
    done = {"state": RightsRequest.ANSWERED, "outcome": DONE, "decided_at": unit.now, "ended_at": unit.now}
    RightsRequest.update(**done).where(theirs & waits).execute()


def confirm(account: str, request: str) -> bool:
    """The person says that a request is theirs. False where there is none of this number that names their account."""
    theirs = (RightsRequest.id == request) & (RightsRequest.account == account)
    waits = RightsRequest.state == RightsRequest.OPEN
    return bool(RightsRequest.update(confirmed=True).where(theirs & waits).execute())
