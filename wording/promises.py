"""A promise in words, with its period from the register's number."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.terms import Promise
from wording.language import Translate
from wording.periods import period


def says(_: Translate, promise: Promise) -> str:
    """What is promised, in one sentence."""
    length = CATEGORIES[promise.period_of].retention.period if promise.period_of else None
    return _(promise.says) if length is None else _(promise.says).format(period=period(_, length))


def how(_: Translate, promise: Promise) -> str:
    """How it is kept, in one sentence; empty while nothing proves it."""
    return _(promise.how) if promise.how else ""  # gettext answers its own header for an empty sentence
