"""Deletions that support enqueues: for a case whose person was made sure of, after a preview of what would go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from custody.fields import Fields
from database import Database, Unit
from errors import Permanent, Rejected, Temporary
from models import Account, Erasure, RightsRequest
from policy.rights import DELETION
from privacy.audit import Act, Audit
from privacy.erasure_preview import Preview, undo_until
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS, Erasures
from privacy.requests import TELEGRAM_ID, Requests
from privacy.tokens import GOOD_FOR, Tokens

SCOPES = (PHOTOS, GENERATED, ACCOUNT)
SUPPORT = "support"  # where the deletion came from
PURPOSE = "rights"


class Names(Protocol):
    """Telegram, as far as it tells who has a username now."""

    def username(self, telegram_id: int) -> str | None: ...


@dataclass(frozen=True)
class Wanted:
    """`case`: the number of the request. `at_once`: an account goes without the days in which it may be taken back."""

    case: str
    scope: str
    at_once: bool = False


@dataclass(frozen=True)
class Looked:
    """What would happen, and the token that has just this carried out."""

    preview: Preview
    token: str
    until: datetime


class DeletionCases:
    """Both steps stand in the staff's log."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        requests: Requests,
        erasures: Erasures,
        names: Names,
        tokens: Tokens,
        audit: Audit,
    ) -> None:
        self._database = database
        self._fields = fields
        self._requests = requests
        self._erasures = erasures
        self._names = names
        self._tokens = tokens
        self._audit = audit

    def look(self, by: Act, wanted: Wanted, person: str) -> Looked:
        """`person`: a Telegram id or a username; of a username Telegram is asked whose it is now.

        Raises Rejected("person.unclear" | "person.ambiguous" | "person.unknown" | "person.moved" |
        "person.not_compared" | "case.other_person"), and what `_case` raises.
        """
        with self._database.connection():
            account = self._requests.find(person)
            if account is None:
                raise Rejected("person.unknown")
            case = self._case(wanted)
            if case.account != account.id:
                raise Rejected("case.other_person")
        self.demand_still_theirs(account, person)
        with self._database.unit() as unit:
            self._audit.record(unit, by, "erase.look", subject=wanted.case)
            ends_at = unit.now if wanted.at_once else undo_until(unit.now, case.received_at)
            preview = self._erasures.preview(account.id, wanted.scope, ends_at=ends_at)
            token = self._tokens.give(unit.now, *_bound(wanted, account.id, preview))
        return Looked(preview, token, unit.now + GOOD_FOR)

    def enqueue(self, by: Act, wanted: Wanted, token: str) -> Erasure:
        """Begin what was looked at. Who it is about stands in the case.

        Raises Rejected("token.unclear" | "token.late" | "token.other"), and what `_case` raises.
        """
        with self._database.unit() as unit:
            account = self._case(wanted).account
            preview = self._erasures.preview(str(account), wanted.scope)
            self._tokens.demand(unit.now, token, *_bound(wanted, str(account), preview))
            erasure = self._ask(unit, wanted, str(account))
            self._audit.record(unit, by, "erase", subject=wanted.case)
        return erasure

    def demand_still_theirs(self, account: Account, person: str) -> None:
        """Usernames move between people, and we learn of it only when somebody writes to the bot. Of a username
        Telegram is asked, so never inside a unit. Raises Rejected("person.moved" | "person.not_compared")."""
        if TELEGRAM_ID.fullmatch(person.strip()):
            return
        try:
            with self._database.connection():
                telegram_id = int(self._fields.open(Account.telegram_id, account, purpose=PURPOSE) or 0)
            now = self._names.username(telegram_id)
        except (Temporary, Permanent):
            raise Rejected("person.not_compared") from None
        if now is None or now.lower() != person.strip().removeprefix("@").lower():
            raise Rejected("person.moved")

    def _ask(self, unit: Unit, wanted: Wanted, account: str) -> Erasure:
        return self._erasures.ask(
            unit, account=account, scope=wanted.scope, source=SUPPORT, request=wanted.case, at_once=wanted.at_once
        )

    def _case(self, wanted: Wanted) -> RightsRequest:
        """Raises Rejected("request.unknown" | "request.decided" | "case.kind" | "case.nobody" | "case.unconfirmed" |
        "case.under_way" | "case.scope")."""
        row = self._requests.get(wanted.case)
        if row.kind != DELETION:
            raise Rejected("case.kind")
        if row.state != RightsRequest.OPEN:
            raise Rejected("request.decided", state=row.state)
        if wanted.at_once and wanted.scope != ACCOUNT:
            raise Rejected("case.scope")
        if row.account is None or not Account.select().where(Account.id == row.account).exists():
            raise Rejected("case.nobody")
        if not row.confirmed:
            raise Rejected("case.unconfirmed")
        if Erasure.select().where(Erasure.request == row.id).exists():
            raise Rejected("case.under_way")
        return row


def _bound(wanted: Wanted, account: str, preview: Preview) -> tuple[str, ...]:
    """What a token is good for: this person, this case, and as much as was shown."""
    counts = json.dumps({**preview.goes, "orders": preview.orders}, sort_keys=True)
    return (account, wanted.scope, wanted.case, "at once" if wanted.at_once else "", counts)
