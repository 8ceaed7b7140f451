"""After the faults: everybody gets what they wait for, then nothing moves any more."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from chaos.stack import Stack

# What failed under faults waits up to minutes for its next try, or for a bell that nobody heard; that time passes at
# once here, as every other try does.
WAITS_END = """
UPDATE work SET rung_at = NULL, due_at = least(due_at, now() AT TIME ZONE 'utc' - interval '1 second')
WHERE state = 'due'
"""
LEFT = "SELECT count(*) FROM work WHERE state IN ('due', 'held')"
OPEN = "SELECT count(*) FROM orders WHERE state IN ('queued', 'calling', 'rendering', 'kept', 'held_back')"
# As if the hours had passed after which what killed processes left half stored is destroyed.
AGED = "UPDATE media SET created_at = created_at - interval '2 hours' WHERE state = 'storing'"
HALF = "SELECT count(*) FROM media WHERE state <> 'stored'"
ASKED_EVERY = 1.0
WAITS_END_EVERY = 5.0


def until_quiet(stack: Stack, seconds: float, *, tidy: Callable[[], None]) -> bool:
    """Whether all work ended and the store is tidy within so many seconds. What is not is found by the checks. `tidy`
    is the duty that looks for what was left half stored: it comes every ten minutes, and nobody waits for it here."""
    ends = time.monotonic() + seconds
    with psycopg.connect(stack.address_of(), autocommit=True) as connection:

        def none(question: str) -> bool:
            row = connection.execute(question).fetchone()
            return row is not None and row[0] == 0

        def wait_for(*questions: str) -> bool:
            again = 0.0
            while not all(none(question) for question in questions):
                if time.monotonic() > ends:
                    return False
                if time.monotonic() > again:
                    connection.execute(WAITS_END)
                    again = time.monotonic() + WAITS_END_EVERY
                time.sleep(ASKED_EVERY)
            return True

        if not wait_for(LEFT, OPEN):
            return False
        connection.execute(AGED)
        tidied = none(HALF)
        while not tidied and time.monotonic() < ends:
            tidy()  # some at a time
            tidied = wait_for(LEFT) and none(HALF)
        return tidied
