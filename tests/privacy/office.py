"""An office that handles requests: its staff, its log, and people whose names were given by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from consent.accounts import Accounts, Identity
from database import Database
from models import Account, RightsRequest
from policy.versions import CURRENT
from privacy.audit import Act, Audit
from privacy.letters import Letters
from privacy.requests import MAIL, Requests
from tests.closing import close_account
from tests.conftest import TurnedClock
from tests.custody.conftest import Custody

MAY = Act("may.chan", "mail of Monday, case 12")
MAIL = MAIL


class NoRefunds:
    def possible(self, unit: object, account: str, **_: object) -> list[Any]:
        return []


class Office:
    """Everything on one database; each step is a transaction of its own."""

    def __init__(self, database: Database, clock: TurnedClock, folder: Path) -> None:
        self.database = database
        self.clock = clock
        custody = Custody(database, folder)
        self.fields, self.keys = custody.fields, custody.keys
        self.accounts = Accounts(self.fields, self.keys)
        self.audit = Audit(database, self.fields, self.keys)
        self.requests = Requests(database, self.fields, self.audit)
        self.letters = Letters(database, self.fields, support_email="help@miomio.invalid")

    def person(self, telegram_id: int = 700100200, username: str | None = "annlee", language: str = "en") -> Account:
        with self.database.unit() as unit:
            who = Identity(telegram_id, "Ann", None, username, language)
            return self.accounts.open(unit, who, version=CURRENT.id)

    def find(self, said: str) -> Account | None:
        with self.database.connection():
            return self.requests.find(said)

    def shows(self, account: Account, who: Identity) -> bool:
        """Telegram shows these names with the next thing that this person writes; whether any of them is new."""
        with self.database.unit():
            return self.accounts.refresh(self.row_of(account), who)

    def row_of(self, account: Account) -> Account:
        with self.database.connection():
            return Account.get(Account.id == account.id)

    def opens(self, kind: str = "access", account: Account | None = None, **more: Any) -> RightsRequest:
        with self.database.unit() as unit:
            known = account.id if account else None
            return self.requests.open(unit, MAY, kind=kind, source=MAIL, account=known, **more)

    def answers(self, request: RightsRequest, outcome: str = "done", **more: Any) -> None:
        with self.database.unit() as unit:
            self.requests.answer(unit, MAY, request.id, outcome=outcome, **more)

    def refuses(self, request: RightsRequest, ground: str = "identity") -> None:
        with self.database.unit() as unit:
            self.requests.refuse(unit, MAY, request.id, ground=ground)

    def closes(self, request: RightsRequest, outcome: str = "withdrawn") -> None:
        with self.database.unit() as unit:
            self.requests.close(unit, MAY, request.id, outcome=outcome)

    def gives(self, request: RightsRequest) -> str:
        letter = self.letters.letter(request.id)
        with self.database.unit() as unit:
            self.requests.answered(unit, request.id)
        return letter

    def row(self, request: RightsRequest) -> RightsRequest:
        with self.database.connection():
            return self.requests.get(request.id)

    def ends(self, account: Account) -> None:
        """The account is closed; nobody here has work under way, or has paid."""
        with self.database.unit() as unit:
            close_account(
                unit,
                desk=cast(Any, None),
                keys=self.keys,
                fields=self.fields,
                refunds=cast(Any, NoRefunds()),
                account=account.id,
            )

    def at(self, moment: datetime) -> None:
        self.clock.time = moment

    def passes(self, length: timedelta) -> None:
        self.clock.time += length
