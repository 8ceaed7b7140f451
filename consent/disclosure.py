"""The disclosure log: written in the transaction before each sending, so that nothing leaves without a row, and no row
is written for a recipient that the person refuses, nor for somebody who is banned or frozen."""

from __future__ import annotations

from consent.choices import MAY_GET, pattern
from database import Unit
from errors import Permanent, Rejected
from models import Account, Disclosure, new_id
from policy.purposes import granted
from policy.recipients import RECIPIENTS
from rows import Row, insert_from

# The account is held until the commit: a "never" or a ban meanwhile waits for it, one from before is seen.
SERVED = f"state <> '{Account.BANNED}' AND frozen_at IS NULL"
WILLING = f"account WHERE id = ? AND {SERVED} AND {MAY_GET}"


def disclose(
    unit: Unit, *, account: str, order: str, attempt: int, recipient: str, purpose: str, categories: frozenset[str]
) -> None:
    """Raises Permanent("consent.recipient_not_granted") when the register does not let these data go there,
    Rejected("provider.not_allowed") when the person does not, Rejected("account.banned" | "account.frozen"),
    Permanent("account.gone")."""
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
    owner = Account.get_or_none(Account.id == account)
    if owner is None:
        raise Permanent("account.gone")
    if owner.state == Account.BANNED:
        raise Rejected("account.banned")
    if owner.frozen_at is not None:
        raise Rejected("account.frozen")
    raise Rejected("provider.not_allowed", recipient=recipient)
