"""Requests that people make in the bot, where Telegram says who they are, and their word on those that came by mail."""

from __future__ import annotations

from database import Unit
from models import RightsRequest, new_id
from privacy.deadlines import due
from privacy.requests import BOT, DONE, WITHDRAWN
from states import move


def asked(unit: Unit, *, kind: str, account: str) -> str:
    """The service sets about it by itself. Until `fulfilled` it is owed and alarms like any other. The row's id."""
    request = new_id()
    RightsRequest.insert(
        id=request,
        account=account,
        kind=kind,
        source=BOT,
        confirmed=True,
        received_at=unit.now,
        due_at=due(unit.now),
    ).execute()
    return request


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


def carried_out(unit: Unit, request: str | None) -> None:
    """One request is done. Who asked in the bot is told there; who asked elsewhere is still to be written to."""
    row = RightsRequest.get_or_none(RightsRequest.id == request)
    if row is None:
        return
    told = {"ended_at": unit.now} if row.source == BOT else {}
    done = {"outcome": DONE, "decided_at": unit.now, **told}
    move(RightsRequest, row.id, come_from=(RightsRequest.OPEN,), to=RightsRequest.ANSWERED, **done)


def taken_back(unit: Unit, request: str | None) -> None:
    """Its person has thought better of it."""
    over = {"outcome": WITHDRAWN, "decided_at": unit.now, "ended_at": unit.now}
    move(RightsRequest, request or "", come_from=(RightsRequest.OPEN,), to=RightsRequest.CLOSED, **over)
