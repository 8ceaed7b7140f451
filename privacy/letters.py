"""What who asked is told. A refusal is worded from its row in the log: without one there is nothing to say."""

from __future__ import annotations

from consent.language import spoken
from custody.fields import Fields
from database import Database
from errors import Permanent, Rejected
from models import Account, Refusal, RightsRequest
from privacy.corrections import note_of
from wording import rights as says
from wording.language import Translate, translate

PURPOSE = "rights"


class Letters:
    """Written answers. In an account's language only where it was made sure that its person asks: it is data, too."""

    def __init__(self, database: Database, fields: Fields, *, support_email: str) -> None:
        self._database = database
        self._fields = fields
        self._support_email = support_email

    def letter(self, request: str, *, language: str | None = None) -> str:
        """`language`: the tag of that in which they wrote.

        Of an open request: that it is here. Raises Rejected("request.unknown"), Rejected("request.undecided") for a
        closed one, Permanent("refusal.unlogged").
        """
        with self._database.connection():
            row = RightsRequest.get_or_none(RightsRequest.id == request)
            if row is None:
                raise Rejected("request.unknown")
            if row.state == RightsRequest.CLOSED:
                raise Rejected("request.undecided", state=row.state)
            _ = self._language(row, language)
            about = {
                "request": row.id,
                "kind": row.kind,
                "received": row.received_at,
                "support_email": self._support_email,
            }
            if row.state == RightsRequest.OPEN:
                return says.receipt(_, due=row.due_at, **about)
            if row.state == RightsRequest.ANSWERED:
                return says.answer(_, outcome=row.outcome or "", **about)
            logged = Refusal.get_or_none(Refusal.request == row.id)
            note = note_of(self._fields, row.id)
        if logged is None:
            raise Permanent("refusal.unlogged")
        return says.refusal(_, ground=logged.ground, note=note, **about)

    def _language(self, row: RightsRequest, language: str | None) -> Translate:
        account = Account.get_or_none(Account.id == row.account) if row.account else None
        if account is None or language is not None or not row.confirmed:
            return translate(language)
        return spoken(self._fields, account, purpose=PURPOSE)
