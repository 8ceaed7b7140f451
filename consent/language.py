"""The language to speak with a person: the one they chose with /language, else the one their app speaks."""

from __future__ import annotations

from custody.fields import Fields
from models import Account
from wording.language import Translate, translate


def spoken(fields: Fields, row: Account, *, purpose: str, said: str | None = None) -> Translate:
    """`said` is the code that Telegram gives with an update; without one, that of the last update counts."""
    if row.language is not None:
        return translate(fields.open(Account.language, row, purpose=purpose))
    return translate(said or fields.open(Account.language_code, row, purpose=purpose))


def choose(fields: Fields, row: Account, tag: str) -> None:
    """Inside a unit. What Telegram tells later does not change it."""
    sealed = fields.seal(Account.language, row=row.id, account=row.id, value=tag)
    Account.update(language=sealed).where(Account.id == row.id).execute()
