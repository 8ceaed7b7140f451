"""The time to answer ends with the earlier of forty days and a calendar month."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.rights import ALARM_BEFORE, ANSWER_WITHIN
from privacy.deadlines import IN_TIME, LATE, SOON, due, months_later, standing

SECOND = timedelta(seconds=1)
CALENDAR = [
    ("2026-11-25", "2026-12-25"),
    ("2027-01-31", "2027-02-28"),
    ("2028-01-31", "2028-02-29"),
    ("2027-01-28", "2027-02-28"),
    ("2027-03-31", "2027-04-30"),
    ("2027-12-31", "2028-01-31"),
    ("2027-02-28", "2027-03-28"),
]


@pytest.mark.proves("P9.6")
@pytest.mark.parametrize(("received", "last"), CALENDAR)
def test_a_month_is_one_of_the_calendar(received: str, last: str) -> None:
    assert due(datetime.fromisoformat(f"{received} 15:30")) == datetime.fromisoformat(f"{last} 15:30")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)))
def test_neither_law_s_time_is_ever_passed(received: datetime) -> None:
    assert received + timedelta(days=28) <= due(received) <= received + timedelta(days=31)
    assert due(received) <= received + ANSWER_WITHIN


def test_many_months_pass_the_end_of_years() -> None:
    assert months_later(datetime(2026, 11, 30), 3) == datetime(2027, 2, 28)
    assert months_later(datetime(2026, 11, 30), 26) == datetime(2029, 1, 30)


def test_it_is_soon_five_days_before_and_late_from_the_second_on() -> None:
    end = datetime(2026, 12, 25, 12)
    assert standing(end, end - ALARM_BEFORE - SECOND) == IN_TIME
    assert standing(end, end - ALARM_BEFORE) == SOON
    assert standing(end, end - SECOND) == SOON
    assert standing(end, end) == LATE
