"""The disclosure log: written in the transaction before each sending, so that nothing leaves without a row, and no row
is written for a recipient that the person refuses."""

from __future__ import annotations

from consent.choices import MAY_GET, pattern
from database import Unit
from errors import Permanent, Rejected
from models import Account, Disclosure, new_id
from policy.purposes import granted
from policy.recipients import RECIPIENTS
from rows import Row, exists, insert_from

# The account is held until the commit: a "never" that is said meanwhile waits for it, one said before is seen.
WILLING = f"account WHERE id = ? AND {MAY_GET}"


def disclose(
    unit: Unit, *, account: str, order: str, attempt: int, recipient: str, purpose: str, categories: frozenset[str]
) -> None:
    """Raises Permanent("consent.recipient_not_granted") when the register does not let these data go there,
    Rejected("provider.not_allowed") when the person does not, Permanent("account.gone")."""
    to = RECIPIENTS.get(recipient)
    if to is None or not categories <= to.categories or not all(granted(purpose, c) for c in categories):
        raise Permanent("consent.recipient_not_granted", recipient=recipient, purpose=purpose)
    row = {
        "id": new_id(),
        "account": account,
        "order": order,
        "recipient": recipient,
        "purpose": purpose,
        "fields": ",".join(sorted(categories)),
        "attempt": attempt,
        "at": unit.now,
        "kept_until": unit.now + to.keeps if to.keeps else None,
    }
    if insert_from(Row(Disclosure, row), WILLING, account, pattern(recipient)):
        return
    if not exists(Account, "id = ?", account):
        raise Permanent("account.gone")
    raise Rejected("provider.not_allowed", recipient=recipient)
