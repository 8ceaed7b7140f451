"""A worker killed between every two effects of a piece of work: it ends as if nothing had been, and costs once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.spine.conftest import balanced, paid_once, tidy
from tests.spine.doomed import Doomed, points
from tests.spine.person import LONG, small_photo, until

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")


UNTIL_OFFERED = [
    *points("intake", "fetched", "cleaned", "photo.recorded", "photo.stored"),
    *points("greet", "saving", "saved", "sent"),
]
UNTIL_DELIVERED = [
    *points("produce", "saving", "saved", "status.said", "announced", "called", "result.recorded", "result.stored"),
    *points("deliver", "edited"),
    "deliver.noted",
]
TRIED_AGAIN = ["produce.putting_back", "produce.put_back"]
REFUSED = ["produce.giving_up", "produce.given_up", *points("tell", "said")]
ORIGINAL = points("original", "sent")
DESTROYED = points("destroy", "written_down", "key_gone", "object_gone", "row_gone")
VISITED = [*UNTIL_OFFERED, *UNTIL_DELIVERED, *TRIED_AGAIN, *REFUSED, *ORIGINAL, *DESTROYED]


@pytest.fixture(scope="module")
def doomed(spine: Spine) -> Iterator[Doomed]:
    yield Doomed(spine, VISITED, rights=DESTROYED)
    spine.end_forks()


def photos(spine: Spine, order: str) -> list[str]:
    """States of the photos of the person of an order."""
    rows = spine.sql("SELECT p.state FROM photo p JOIN orders o ON o.account = p.account WHERE o.id = %s", order)
    return [state for (state,) in rows]


@pytest.mark.parametrize("point", UNTIL_OFFERED)
def test_a_photo_whose_worker_is_killed_is_taken_in_once_and_becomes_a_picture(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    person = quick.person()
    question = person.asks(small_photo(), "a quiet harbour")
    doomed.kill(point, lambda: person.press(*question))
    message, data = person.offer()
    person.press(message, data)
    order = data.partition(":")[2]
    assert paid_once(quick, person, order)
    assert photos(quick, order) == ["ready"]
    assert balanced(quick)
    assert tidy(quick)


@pytest.mark.parametrize("point", UNTIL_DELIVERED)
def test_an_order_whose_worker_is_killed_brings_one_picture_and_one_charge(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    person = quick.person()
    offer = person.offers(small_photo(), "a quiet harbour")
    doomed.kill(point, lambda: person.press(*offer))
    assert paid_once(quick, person, offer[1].partition(":")[2])
    assert balanced(quick)
    assert tidy(quick)


@pytest.mark.parametrize("point", TRIED_AGAIN)
def test_an_order_whose_worker_is_killed_between_two_tries_brings_one_picture_and_one_charge(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    quick.scenario({"kind": "503", "prompt_contains": f"harbour {point}."})
    person = quick.person()
    offer = person.offers(small_photo(), f"a harbour {point}.")
    doomed.kill(point, lambda: person.press(*offer))
    assert paid_once(quick, person, offer[1].partition(":")[2])
    assert balanced(quick)


@pytest.mark.parametrize("point", REFUSED)
def test_a_refusal_whose_worker_is_killed_is_told_and_gives_the_credit_back_once(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    quick.scenario({"kind": "image-safety", "prompt_contains": f"harbour {point}.", "times": None})
    person = quick.person()
    offer = person.offers(small_photo(), f"a harbour {point}.")
    doomed.kill(point, lambda: person.press(*offer))
    assert person.says("Your credit is back", seconds=LONG)["message_id"] == offer[0]
    assert quick.charges(offer[1].partition(":")[2]) == ["give_back"]
    assert balanced(quick)


@pytest.mark.parametrize("point", ORIGINAL)
def test_an_original_whose_worker_is_killed_comes_all_the_same(quick: Spine, doomed: Doomed, point: str) -> None:
    person = made(quick)

    def files() -> int:
        return sum((m.get("media") or {}).get("kind") == "document" for m in person.messages())

    doomed.kill(point, lambda: person.tap("The picture", "orig:"))
    until("the file", files)
    until("the end", lambda: not open_work(quick, "original"))
    assert files() == (2 if point in ("original.sent", "original.finishing") else 1)  # sending cannot be repeated


@pytest.mark.proves("P6.3")
@pytest.mark.parametrize("point", DESTROYED)
def test_a_picture_whose_destroyer_is_killed_is_gone_for_good(quick: Spine, doomed: Doomed, point: str) -> None:
    person = made(quick)
    before = quick.objects()
    person.tap("The picture", "del:")

    def confirm() -> None:
        person.tap("The question", "delyes:")

    doomed.kill(point, confirm)
    until("the end", lambda: not open_work(quick, "destroy"))
    assert len(quick.objects()) == len(before) - 1
    assert tidy(quick)


def made(spine: Spine) -> Person:
    """A person who has a picture."""
    person = spine.person()
    _, order = person.orders("a quiet harbour")
    assert paid_once(spine, person, order)
    return person


def open_work(spine: Spine, kind: str) -> bool:
    return bool(spine.sql("SELECT id FROM work WHERE kind = %s AND state IN ('due', 'held')", kind))
