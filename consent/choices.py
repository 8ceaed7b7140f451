"""Which AI providers never get anything of a person. The choice stands in their account, where every sending meets it,
and each change of it in the record of what they agreed to or opted out of."""

from __future__ import annotations

from consent.accounts import lock
from database import Unit
from errors import Permanent, Rejected
from models import Account, PrivacyChoice, new_id
from policy.choices import REFUSABLE, SEND_TO
from policy.versions import CURRENT

# In a statement about `account`; its value comes from `pattern`.
MAY_GET = "',' || COALESCE(not_to, '') || ',' NOT LIKE ?"


def pattern(recipient: str) -> str:
    return f"%,{recipient},%"


def refused(account: Account) -> frozenset[str]:
    """The recipients that get nothing of this person."""
    return frozenset(filter(None, (account.not_to or "").split(",")))


def may_get(account: Account, recipient: str) -> bool:
    return recipient not in refused(account)


def demand_may_get(account: Account, recipient: str) -> None:
    """Raises Rejected("provider.not_allowed")."""
    if not may_get(account, recipient):
        raise Rejected("provider.not_allowed", recipient=recipient)


def choose(unit: Unit, account: str, recipient: str, *, allowed: bool) -> bool:
    """From the commit on nothing is sent there, or may be again. False when it stands like that already.

    Raises Rejected("button.unknown") for a recipient that nobody can refuse.
    """
    if recipient not in REFUSABLE:
        raise Rejected("button.unknown")
    row = lock(account)
    if row is None:
        raise Permanent("account.gone")
    before = refused(row)
    now = before - {recipient} if allowed else before | {recipient}
    if now == before:
        return False
    Account.update(not_to=",".join(sorted(now)) or None).where(Account.id == account).execute()
    write_down(unit, account, what=SEND_TO, value=("+" if allowed else "-") + recipient)
    return True


def write_down(unit: Unit, account: str, *, what: str, value: str) -> None:
    """A choice about photos, in the record."""
    PrivacyChoice.insert(
        id=new_id(), account=account, what=what, value=value, version=CURRENT.id, at=unit.now
    ).execute()
