"""The rights process is killed between every two effects of telling somebody of a new policy: they are told, and once;
where the message was in the air perhaps twice, and the row says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from consent.renewal import before, news
from tests.spine.doomed import Doomed, points
from tests.spine.person import LONG, until

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = [pytest.mark.xdist_group("spine"), pytest.mark.proves("P13.1")]

FOUND = news()
assert FOUND is not None
NEWS, OLD = FOUND, before(FOUND.id)
PLANNED = ["announce.planned"]
TOLD = points("inform", "saving", "saved", "sent")
IN_THE_AIR = ("inform.sent", "inform.finishing")
WORDS = "Our privacy policy"


@pytest.fixture(scope="module")
def doomed(spine: Spine) -> Iterator[Doomed]:
    yield Doomed(spine, [*PLANNED, *TOLD], rights=[*PLANNED, *TOLD])
    spine.end_forks()


def agreed_to_less(spine: Spine) -> tuple[Person, str]:
    """Somebody who joined under the older policy, and their account."""
    known = {account for (account,) in spine.sql("SELECT id FROM account")}
    person = spine.person()
    person.agrees()
    [account] = {account for (account,) in spine.sql("SELECT id FROM account")} - known
    spine.sql("DELETE FROM acceptance WHERE account = %s", account)
    spine.sql(
        "INSERT INTO acceptance (id, account, kind, version, at) VALUES (%s, %s, 'notice', %s, '2026-11-23')",
        account,
        account,
        OLD,
    )
    return person, account


def heard(person: Person) -> list[int]:
    """Numbers of the messages that told them."""
    return [m["message_id"] for m in person.messages() if m["from"] == "bot" and WORDS in (m.get("text") or "")]


def told(spine: Spine, account: str) -> tuple[int, int]:
    """The message's number and how often it was sent, once the row says that it arrived."""
    statement = "SELECT message_id, sends FROM telling WHERE account = %s AND state = 'told' AND told_at IS NOT NULL"
    [row] = until("the proof", lambda: spine.sql(statement, account), seconds=LONG)
    return row[0], row[1]


@pytest.mark.parametrize("point", TOLD)
def test_somebody_is_told_though_the_process_that_tells_them_is_killed(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    person, account = agreed_to_less(quick)
    doomed.kill(point, quick.house.announcements.plan)
    number, sends = told(quick, account)
    messages = heard(person)
    assert number == messages[-1]
    assert len(messages) == (2 if point in IN_THE_AIR else 1)  # sending cannot be repeated, nor asked about
    assert sends == (2 if point in (*IN_THE_AIR, "inform.saved") else 1)


def test_somebody_is_told_though_the_process_that_planned_it_is_killed(quick: Spine, doomed: Doomed) -> None:
    person, account = agreed_to_less(quick)
    due = "UPDATE lease SET next_at = NULL, until = now() AT TIME ZONE 'utc' - interval '1 s' WHERE name = 'announce'"
    doomed.kill("announce.planned", lambda: quick.sql(due))  # while the other one stands still: it would plan, too
    assert told(quick, account) == (heard(person)[-1], 1)
    assert len(heard(person)) == 1
