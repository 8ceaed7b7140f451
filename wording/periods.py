"""Periods in words, made from the register's numbers: no number is written twice."""

from __future__ import annotations

from datetime import timedelta

from policy.terms import DAY, HOUR, YEAR, Recipient, Retention
from wording.language import Translate


def period(_: Translate, length: timedelta) -> str:
    """Whole years from two on, else twelve months, days or hours: "7 years", "12 months", "30 days", "1 hour"."""
    if length == YEAR:
        return _("12 months")
    if length % YEAR == timedelta(0) and length > YEAR:
        return _("{number} years").format(number=length // YEAR)
    if length > DAY and length % DAY == timedelta(0):
        return _("{number} days").format(number=length // DAY)
    if length % HOUR != timedelta(0):
        raise ValueError("a period of the register is whole hours, days or years")
    return _("1 hour") if length == HOUR else _("{number} hours").format(number=length // HOUR)


def kept(_: Translate, retention: Retention) -> str:
    """How long a category is kept: "while the account exists, plus 30 days after a deletion request"."""
    return filled(_, retention.words, retention.period)


def keeps(_: Translate, recipient: Recipient) -> str:
    """How long a recipient keeps what it got: "up to 55 days for abuse monitoring; never for training"."""
    return filled(_, recipient.keeps_words, recipient.keeps)


def filled(_: Translate, words: str, length: timedelta | None) -> str:
    """The words of a period with its number in them."""
    return _(words) if length is None else _(words).format(period=period(_, length))
