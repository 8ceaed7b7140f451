"""Requests about rights: each is a row with a deadline, is decided once, and is owed until its answer was given.

Whoever is named is looked up by blind index only. Nobody found is no error: that we hold nothing is an answer, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import logs
from consent.optin import choose
from custody.fields import Fields
from database import Database, Unit
from errors import Rejected
from models import Account, Erasure, Refusal, RightsRequest, new_id
from policy.refusals import GROUNDS
from policy.rights import ACCESS, CORRECTION, DELETION, OPT_OUT
from privacy.audit import Act, Audit
from privacy.canary_standing import of_people
from privacy.deadlines import LATE, SOON, due, standing
from states import move

TELEGRAM_ID = re.compile(r"[0-9]{1,19}")
USERNAME = re.compile(r"@?([A-Za-z0-9_]{4,32})")

BOT, MAIL, WEB = "bot", "mail", "web"  # where a request came from

# What may become of a request. A refusal has its grounds in the register.
DONE, NOTHING = "done", "nothing"
OUTCOMES = (DONE, NOTHING)
WITHDRAWN, DUPLICATE, NO_REQUEST = "withdrawn", "duplicate", "no-request"
CLOSINGS = (WITHDRAWN, DUPLICATE, NO_REQUEST)
# Only to the person themselves, or at their own wish.
CONFIRMED_FIRST = (ACCESS, CORRECTION, DELETION)

ALARM_EVERY = 3600.0  # seconds

log = logs.get()


@dataclass(frozen=True)
class Owed:
    """How many requests wait for their answer; of these, how many are within the days of alarm, and how many late."""

    open: int
    soon: int
    late: int


class Requests:
    """What staff do with them is written to their log in the same transaction."""

    def __init__(self, database: Database, fields: Fields, audit: Audit) -> None:
        self._database = database
        self._fields = fields
        self._audit = audit

    def find(self, said: str) -> Account | None:
        """The account of a Telegram id or a username. Called with a connection.

        Raises Rejected("person.unclear") for what is neither, Rejected("person.ambiguous") where several people had the
        username one after the other: names move, and only Telegram knows to whom.
        """
        said = said.strip()
        if TELEGRAM_ID.fullmatch(said):
            return self._holder(Account.telegram_id_index, str(int(said)))
        if (name := USERNAME.fullmatch(said)) is None:
            raise Rejected("person.unclear")
        return self._holder(Account.username_index, name[1].lower())

    def open(
        self,
        unit: Unit,
        by: Act,
        *,
        kind: str,
        source: str,
        account: str | None,
        received: datetime | None = None,
        confirmed: bool = False,
    ) -> RightsRequest:
        """A request that reached us outside the bot. `received`: now, or before; the time runs from there.

        Raises Rejected("request.not_yet").
        """
        received = received or unit.now
        if received > unit.now:
            raise Rejected("request.not_yet")
        row = RightsRequest(
            id=new_id(),
            account=account,
            kind=kind,
            source=source,
            confirmed=confirmed,
            received_at=received,
            due_at=due(received),
        )
        row.save(force_insert=True)
        self._audit.record(unit, by, "request.open", subject=row.id)
        return row

    def confirm(self, unit: Unit, by: Act, request: str) -> None:
        """It was made sure that it is the person who asks. Raises Rejected("request.unknown" | "request.decided")."""
        row = self._undecided(request)
        RightsRequest.update(confirmed=True).where(RightsRequest.id == row.id).execute()
        self._audit.record(unit, by, "request.confirm", subject=row.id)

    def answer(self, unit: Unit, by: Act, request: str, *, outcome: str, confirmed: bool = False) -> RightsRequest:
        """Decided: what was asked for is done, or nothing is held.

        An opt-out is carried out here. Raises Rejected("request.unknown" | "request.decided"),
        Rejected("request.unconfirmed") where nobody made sure who asks, Rejected("request.something_is_held") where
        there is an account, Rejected("request.nobody") where there is none.
        """
        row = self._undecided(request)
        if confirmed and not row.confirmed:
            RightsRequest.update(confirmed=True).where(RightsRequest.id == row.id).execute()
            row.confirmed = True
        self._demand_true(row, outcome)
        if row.kind == OPT_OUT and outcome == DONE:
            choose(unit, str(row.account), wanted=False)
        self._decide(unit, row, to=RightsRequest.ANSWERED, outcome=outcome)
        self._audit.record(unit, by, "request.answer", subject=row.id)
        return row

    def refuse(self, unit: Unit, by: Act, request: str, *, ground: str) -> RightsRequest:
        """Decided, and written into the log of refusals. Who asked is told afterwards: `wording.rights.letter`.

        Raises Rejected("request.unknown" | "request.decided"), Rejected("request.ground") for one that is none against
        this kind of request.
        """
        row = self._undecided(request)
        if ground not in GROUNDS or row.kind not in GROUNDS[ground].kinds:
            raise Rejected("request.ground", kind=row.kind)
        Refusal.insert(request=row.id, kind=row.kind, ground=ground, at=unit.now).execute()
        self._decide(unit, row, to=RightsRequest.REFUSED, outcome=ground)
        self._audit.record(unit, by, "request.refuse", subject=row.id)
        return row

    def close(self, unit: Unit, by: Act, request: str, *, outcome: str) -> RightsRequest:
        """Nothing is owed: it was withdrawn, is there twice, or asks for no right. Raises as `answer` does."""
        row = self._undecided(request)
        self._decide(unit, row, to=RightsRequest.CLOSED, outcome=outcome, ended_at=unit.now)
        self._audit.record(unit, by, "request.close", subject=row.id)
        return row

    def answered(self, unit: Unit, request: str) -> None:
        """The answer was given to who asked; until then the request is owed, whatever was decided."""
        waits = (
            (RightsRequest.id == request)
            & RightsRequest.ended_at.is_null()
            & (RightsRequest.state != RightsRequest.OPEN)
        )
        RightsRequest.update(ended_at=unit.now).where(waits).execute()

    def get(self, request: str) -> RightsRequest:
        """Called with a connection. Raises Rejected("request.unknown")."""
        row: RightsRequest | None = RightsRequest.get_or_none(RightsRequest.id == request)
        if row is None:
            raise Rejected("request.unknown")
        return row

    def alarm(self) -> None:
        """An error in the log while one is late, or will be within the days of the register."""
        now = self._database.clock.now()
        found = counted(owed(self._database), now, but=waiting(self._database, now))
        if found.late:
            log.error("requests.late", count=found.late)
        if found.soon:
            log.error("requests.soon", count=found.soon)

    def _holder(self, column: Any, value: str) -> Account | None:
        rows = list(Account.select().where(column.in_(self._fields.indexes(column, value))).limit(2))
        if len(rows) > 1:
            raise Rejected("person.ambiguous")
        return rows[0] if rows else None

    def _undecided(self, request: str) -> RightsRequest:
        row = self.get(request)
        if row.state != RightsRequest.OPEN:
            raise Rejected("request.decided", state=row.state)
        return row

    def _decide(self, unit: Unit, row: RightsRequest, *, to: str, outcome: str, **changes: Any) -> None:
        changes |= {"outcome": outcome, "decided_at": unit.now}
        if not move(RightsRequest, row.id, come_from=(RightsRequest.OPEN,), to=to, **changes):
            raise Rejected("request.decided")  # by somebody else, in the same moment
        row.state, row.outcome = to, outcome

    def _demand_true(self, row: RightsRequest, outcome: str) -> None:
        """An answer says only what is so."""
        held = row.account is not None and Account.select().where(Account.id == row.account).exists()
        if outcome == NOTHING:
            if held:
                raise Rejected("request.something_is_held")
            return
        if row.account is None and row.kind in (*CONFIRMED_FIRST, OPT_OUT):
            raise Rejected("request.nobody")
        if row.kind in CONFIRMED_FIRST and not row.confirmed:
            raise Rejected("request.unconfirmed")


def owed(database: Database) -> list[RightsRequest]:
    """Every request whose answer was not given yet, the most urgent first."""
    with database.connection():
        waits = RightsRequest.ended_at.is_null() & of_people(RightsRequest.account)
        return list(RightsRequest.select().where(waits).order_by(RightsRequest.due_at, RightsRequest.id))


def waiting(database: Database, now: datetime) -> set[str]:
    """Deletions of accounts that end by themselves, on a day before their answer is due: nobody need be called."""
    with database.connection():
        ends: Any = (
            Erasure.select(Erasure.request)
            .join(RightsRequest, on=(RightsRequest.id == Erasure.request))
            .where((Erasure.state == Erasure.WAITING) & (Erasure.ends_at > now))
            .where(Erasure.ends_at < RightsRequest.due_at)
        )
        return {request for (request,) in ends.tuples()}


def counted(rows: list[RightsRequest], now: datetime, *, but: Collection[str] = ()) -> Owed:
    """`but`: those that are not counted as due soon."""
    places = [(row.id, standing(row.due_at, now)) for row in rows]
    soon = [id for id, place in places if place == SOON and id not in but]
    return Owed(len(places), len(soon), sum(place == LATE for _, place in places))
