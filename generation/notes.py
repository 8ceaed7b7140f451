"""`note`: what became of a payment is said to its person, until they were told."""

from __future__ import annotations

from billing import ledger
from database import Database
from errors import Permanent
from generation.chat import Chats
from jobs.claim import Claim
from models import Payment
from providers.telegram_calls import send_text
from wording import money


class Notes:
    """Each note says what stands when it is sent."""

    def __init__(self, database: Database, chats: Chats) -> None:
        self._database = database
        self._chats = chats

    def payment(self, claim: Claim) -> None:
        """Credits that arrived, or that came back because their Stars could not go."""
        with self._database.connection():
            paid = (Payment.id == claim.subject) & (Payment.state == Payment.PAID)
            payment = Payment.get_or_none(paid)
            free = ledger.balance(claim.account).free
        if payment is not None:
            person = self._chats.person(claim.account)
            if payment.reason is None:
                text = money.paid(person.translate, credits=payment.credits, free=free)
            else:
                text = money.kept_after_all(person.translate, credits=payment.credits)
            try:
                self._chats.do(person, send_text(person.chat, text.text, text.keyboard))
            except Permanent as error:
                if error.code != "telegram.blocked":
                    raise
        with claim.finish():
            pass
