"""Data that are wrong are put right, on a confirmed request of their person; what stays has their note beside it.

Few fields can be wrong and not follow by themselves. Names follow Telegram with every update; records of what happened
are never rewritten: they are answered by an entry of their own, or carry a note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from consent.accounts import Accounts, Identity
from consent.told import Recipient, recipients_since
from custody.fields import Fields
from database import Unit
from errors import Rejected
from models import Account, CorrectionNote, RightsRequest, new_id
from policy.categories import CATEGORIES
from policy.limits import LARGEST_LIMIT, LONGEST_NOTE
from policy.rights import CORRECTION, TOLD_OF
from privacy.audit import Act, Audit
from privacy.requests import DONE, Requests
from wording.language import LANGUAGES

PURPOSE = "rights"
NONE = "none"  # instead of a value: there shall be none
YES, NO = "yes", "no"
Names = tuple[str | None, str | None, str | None]  # first name, last name, username


@dataclass(frozen=True)
class Field:
    """A column that staff may correct: what is in it as text, and what a text becomes in it.

    `read` raises Rejected("correction.value").
    """

    category: str
    shown: Callable[[Fields, Account], str]
    read: Callable[[Fields, Account, str], Mapping[str, Any]]


@dataclass(frozen=True, repr=False)
class Corrected:
    """What staff are shown once: the value before and after, and who must be told of it."""

    before: str
    after: str
    tell: list[Recipient]


def _language(fields: Fields, row: Account, said: str) -> Mapping[str, Any]:
    if said == NONE:
        return {"language": None}
    if said not in LANGUAGES:
        raise Rejected("correction.value")
    return {"language": fields.seal(Account.language, row=row.id, account=row.id, value=said)}


def _limit(fields: Fields, row: Account, said: str) -> Mapping[str, Any]:
    del fields, row
    if said == NONE:
        return {"daily_limit": None}
    if not said.isdecimal() or not said.isascii() or len(said) > 6 or int(said) > LARGEST_LIMIT:
        raise Rejected("correction.value")
    return {"daily_limit": int(said)}


def _reachable(fields: Fields, row: Account, said: str) -> Mapping[str, Any]:
    del fields, row
    if said not in (YES, NO):
        raise Rejected("correction.value")
    return {"reachable": said == YES}


FIELDS: Mapping[str, Field] = {
    "language": Field(
        "account", lambda fields, row: fields.open(Account.language, row, purpose=PURPOSE) or NONE, _language
    ),
    "daily-limit": Field(
        "transactions", lambda _fields, row: NONE if row.daily_limit is None else str(row.daily_limit), _limit
    ),
    "reachable": Field("account", lambda _fields, row: YES if row.reachable else NO, _reachable),
}


class Corrections:
    """Each is one transaction: the change or the note, the request's end, the entry in the staff's log."""

    def __init__(self, fields: Fields, accounts: Accounts, requests: Requests, audit: Audit) -> None:
        self._fields = fields
        self._accounts = accounts
        self._requests = requests
        self._audit = audit

    def correct(self, unit: Unit, by: Act, request: str, *, field: str, value: str) -> Corrected:
        """Raises Rejected("request.unknown" | "request.decided" | "request.unconfirmed" | "request.nobody"),
        Rejected("correction.kind") where the request asks for something else, Rejected("correction.value" |
        "correction.same").
        """
        row, known = self._whose(request), FIELDS[field]
        before = known.shown(self._fields, row)
        changes = known.read(self._fields, row, value.strip())
        if value.strip() == before:
            raise Rejected("correction.same")
        Account.update(**changes).where(Account.id == row.id).execute()
        self._requests.answer(unit, by, request, outcome=DONE)
        return Corrected(before, value.strip(), self._to_tell(unit, row))

    def telegram_id(self, request: str) -> int:
        """Whom to ask Telegram about, for `follow`. Called with a connection; raises what `correct` does."""
        return int(self._fields.open(Account.telegram_id, self._whose(request), purpose=PURPOSE) or 0)

    def follow(self, unit: Unit, by: Act, request: str, *, names: Names) -> list[Recipient]:
        """The names that Telegram shows now, for somebody who does not write any more. Raises as `correct` does."""
        row = self._whose(request)
        code = self._fields.open(Account.language_code, row, purpose=PURPOSE)
        telegram_id = int(self._fields.open(Account.telegram_id, row, purpose=PURPOSE) or 0)
        if not self._accounts.rename(row, Identity(telegram_id, *names, code)):
            raise Rejected("correction.same")
        self._requests.answer(unit, by, request, outcome=DONE)
        return self._to_tell(unit, row)

    def note(self, unit: Unit, by: Act, request: str, *, on: str, words: str, ground: str) -> list[Recipient]:
        """The data stay as they are: the request is refused on a ground of the register, and what its person says
        stands beside the data from then on. Who was given them.

        Raises what `correct` does about the request, Rejected("request.ground"), Rejected("note.words").
        """
        row = self._whose(request)
        words = words.strip()
        if on not in CATEGORIES or not words or len(words) > LONGEST_NOTE:
            raise Rejected("note.words", most=LONGEST_NOTE)
        note = new_id()
        sealed = self._fields.seal(CorrectionNote.words, row=note, account=row.id, value=words)
        CorrectionNote.insert(id=note, account=row.id, request=request, on=on, words=sealed, at=unit.now).execute()
        self._requests.refuse(unit, by, request, ground=ground)
        return self._to_tell(unit, row)

    def to_tell(self, unit: Unit, by: Act, request: str) -> list[Recipient]:
        """Who was given data of this request's person lately, once more. Raises Rejected("request.unknown" |
        "request.nobody")."""
        asked = self._requests.get(request)
        row = Account.get_or_none(Account.id == asked.account) if asked.account else None
        if row is None:
            raise Rejected("request.nobody")
        self._audit.record(unit, by, "correction.tell", subject=request)
        return self._to_tell(unit, row)

    def _whose(self, request: str) -> Account:
        """The account of an open, confirmed request for a correction."""
        asked = self._requests.get(request)
        if asked.state != RightsRequest.OPEN:
            raise Rejected("request.decided", state=asked.state)
        if asked.kind != CORRECTION:
            raise Rejected("correction.kind")
        row = Account.get_or_none(Account.id == asked.account) if asked.account else None
        if row is None:
            raise Rejected("request.nobody")
        if not asked.confirmed:
            raise Rejected("request.unconfirmed")
        return row

    @staticmethod
    def _to_tell(unit: Unit, row: Account) -> list[Recipient]:
        return recipients_since(row.id, unit.now - TOLD_OF)


def notes(fields: Fields, account: str) -> list[tuple[CorrectionNote, str]]:
    """A person's notes with their words, the newest first. Called with a connection."""
    rows = CorrectionNote.select().where(CorrectionNote.account == account)
    newest = list(rows.order_by(CorrectionNote.at.desc(), CorrectionNote.id))
    return [(row, fields.open(CorrectionNote.words, row, purpose=PURPOSE) or "") for row in newest]


def note_of(fields: Fields, request: str) -> str | None:
    """The words of the note that a refused request left, for the letter: section 25 wants a copy of it sent along."""
    row = CorrectionNote.get_or_none(CorrectionNote.request == request)
    return fields.open(CorrectionNote.words, row, purpose=PURPOSE) if row is not None else None
