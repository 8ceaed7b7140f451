"""Until when a request about data must be answered: the earlier of what the Ordinance and the GDPR give."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from policy.rights import ALARM_BEFORE, ANSWER_WITHIN, ANSWER_WITHIN_MONTHS

LATE, SOON, IN_TIME = "late", "soon", "in time"


def due(received: datetime) -> datetime:
    """To the second, where the laws give the whole of the last day. Naive UTC."""
    return min(received + ANSWER_WITHIN, months_later(received, ANSWER_WITHIN_MONTHS))


def months_later(start: datetime, months: int) -> datetime:
    """The same day of a later month, or the last one of a month that is too short: 31 January, 28 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def standing(due_at: datetime, now: datetime, *, before: timedelta = ALARM_BEFORE) -> str:
    """LATE from the due second on, SOON in the time `before` it, else IN_TIME."""
    if due_at <= now:
        return LATE
    return SOON if due_at - now <= before else IN_TIME
