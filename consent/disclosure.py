"""The disclosure log: written in the transaction before each sending, so that nothing leaves without a row."""

from __future__ import annotations

from database import Unit
from errors import Permanent
from models import Disclosure, new_id
from policy.purposes import granted
from policy.recipients import RECIPIENTS


def disclose(
    unit: Unit, *, account: str, order: str, attempt: int, recipient: str, purpose: str, categories: frozenset[str]
) -> None:
    """Raises Permanent("consent.recipient_not_granted") when the register does not let these data go there."""
    to = RECIPIENTS.get(recipient)
    if to is None or not categories <= to.categories or not all(granted(purpose, c) for c in categories):
        raise Permanent("consent.recipient_not_granted", recipient=recipient, purpose=purpose)
    Disclosure.insert(
        id=new_id(),
        account=account,
        order=order,
        recipient=recipient,
        purpose=purpose,
        fields=",".join(sorted(categories)),
        attempt=attempt,
        at=unit.now,
        kept_until=unit.now + to.keeps if to.keeps else None,
    ).execute()
