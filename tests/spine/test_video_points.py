"""A worker killed between every two effects of a video, and of a refund: one video, one charge, submitted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from tests.spine.conftest import balanced, filmed_once, tidy
from tests.spine.doomed import Doomed, points
from tests.spine.person import LONG, until
from tests.spine.test_video_job import bought

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

MADE = [
    *("admit.giving", "admit.given"),
    *points("submit", "saving", "saved", "announced", "called"),
    *("look.taken", "look.asked", "look.hearing", "look.heard"),
    *points("collect", "video.recorded", "video.stored", "stored"),
    *points("deliver", "edited"),
]
LOST = ["submit.found"]
TRIED_AGAIN = ["submit.putting_back", "submit.put_back", "collect.putting_back", "collect.put_back"]
REFUSED = ["submit.giving_up", "submit.given_up", "look.hearing", "look.heard"]
SPOILT = ["collect.giving_up", "collect.given_up"]
REFUNDED = points("refund", "sent")
VISITED = [*MADE, *LOST, *TRIED_AGAIN, *REFUSED, *SPOILT, *REFUNDED]


@pytest.fixture(scope="module")
def doomed(spine: Spine) -> Iterator[Doomed]:
    yield Doomed(spine, VISITED, rights=REFUNDED)
    spine.end_forks()


@pytest.fixture(scope="module")
def filmer(spine: Spine) -> Filmer:
    return spine.filmer()


def killed(
    spine: Spine, doomed: Doomed, filmer: Filmer, point: str, *, during: Callable[[str], object] = lambda order: None
) -> str:
    """A video whose worker died at a point, all waits being over then; the order."""
    message, data = filmer.offers_film(f"a lake {point}.")
    order = data.partition(":")[2]

    def act() -> None:
        filmer.press(message, data)
        during(order)

    doomed.kill(point, act, passes=spine.video_waits_end)
    return order


@pytest.mark.parametrize("point", MADE)
def test_a_video_whose_worker_is_killed_comes_once_and_costs_once(
    filming: Spine, doomed: Doomed, filmer: Filmer, point: str
) -> None:
    order = killed(filming, doomed, filmer, point)
    assert filmed_once(filming, filmer, order)
    assert filming.kling.submits(order) == {1: (1, 1)}


@pytest.mark.parametrize("point", LOST)
def test_a_lost_answer_that_is_looked_up_by_a_worker_that_is_killed_is_not_asked_for_again(
    filming: Spine, doomed: Doomed, filmer: Filmer, point: str
) -> None:
    filming.kling.scenario({"kind": "drop_reply", "prompt_contains": f"lake {point}."})

    def found(order: str) -> None:
        waits = "SELECT w.id FROM work w JOIN video_task t ON t.id = w.subject WHERE t.order_id = %s AND w.tries = 1"
        until("the lost answer", lambda: filming.sql(f"{waits} AND w.state = 'due'", order))
        filming.video_waits_end()
        filming.leases_end()

    order = killed(filming, doomed, filmer, point, during=found)
    assert filmed_once(filming, filmer, order)
    assert filming.kling.submits(order) == {1: (1, 1)}


@pytest.mark.parametrize("point", TRIED_AGAIN)
def test_a_video_whose_worker_is_killed_between_two_tries_comes_once_and_costs_once(
    filming: Spine, doomed: Doomed, filmer: Filmer, point: str
) -> None:
    busy = {"kind": "1302", "stage": "create"} if point.startswith("submit") else {"kind": "503", "stage": "file"}
    filming.kling.scenario({**busy, "prompt_contains": f"lake {point}."})
    order = killed(filming, doomed, filmer, point)
    assert filmed_once(filming, filmer, order)


@pytest.mark.parametrize("point", REFUSED)
def test_a_refused_video_whose_worker_is_killed_gives_the_credits_back_once(
    filming: Spine, doomed: Doomed, filmer: Filmer, point: str
) -> None:
    refusal = {"kind": "1301"} if point.startswith("submit") else {"kind": "risk"}
    filming.kling.scenario({**refusal, "prompt_contains": f"lake {point}.", "times": None})
    order = killed(filming, doomed, filmer, point)
    assert "Your 8 credits are back" in filming.told(filmer, order, "declined this one")
    assert filming.charges(order) == ["give_back"]


@pytest.mark.parametrize("point", SPOILT)
def test_a_video_that_is_none_and_whose_worker_is_killed_gives_the_credits_back_once(
    filming: Spine, doomed: Doomed, filmer: Filmer, point: str
) -> None:
    filming.kling.scenario({"kind": "not-video", "prompt_contains": f"lake {point}.", "times": None})
    order = killed(filming, doomed, filmer, point)
    assert "Your 8 credits are back" in filming.told(filmer, order, "Not made")
    assert filming.charges(order) == ["give_back"]
    assert filmer.videos(order) == []


@pytest.mark.parametrize("point", REFUNDED)
def test_a_pack_whose_refunder_is_killed_goes_back_once(filming: Spine, doomed: Doomed, point: str) -> None:
    person = filming.filmer()
    bought(person)

    def give_back() -> None:
        person.write("/paysupport")
        person.tap("The pack", "refund:")

    doomed.kill(point, give_back)
    find = "SELECT state FROM payment WHERE account = %s"
    until("the refund", lambda: filming.sql(find, person.account) == [("refunded",)], seconds=LONG)
    payments = requests.get(f"{filming.stack.chat}/client/payments", timeout=60).json()
    assert [payment["refunded"] is not None for payment in payments if payment["person"] == person.id] == [True]
    entries = "SELECT kind FROM ledger_entry WHERE owner = %s AND kind IN ('refund', 'restore')"
    assert filming.sql(entries, person.account) == [("refund",)]


def test_nothing_is_left_over_after_all_these_deaths(filming: Spine) -> None:
    assert tidy(filming)
    assert balanced(filming)
