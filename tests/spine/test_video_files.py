"""The finished video's link and bytes are not trusted: dead, elsewhere, no video, too short, too long, too large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.spine.conftest import balanced, filmed_once, tidy
from tests.spine.person import LONG, until

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

# What passes: asked for anew, or fetched again.
PASSING = [*({"kind": kind, "stage": "file"} for kind in ("403", "404", "410", "500", "503")), {"kind": "shorter"}]
# What is not to be had: the credits are back.
LOST: list[dict[str, Any]] = [
    *({"kind": kind} for kind in ("other-host", "private", "redirect", "not-video", "longer", "no-length")),
    {"kind": "url", "url": "http://127.0.0.1:1/{task}"},
    {"kind": "huge", "mib": 101},
    {"kind": "410", "stage": "file"},
]


@pytest.fixture(scope="module")
def filmer(spine: Spine) -> Filmer:
    return spine.filmer()


def test_a_link_that_is_dead_and_a_download_that_breaks_off_are_tried_again(filming: Spine) -> None:
    people = [filming.filmer(), filming.filmer()]
    for rule in PASSING:
        filming.kling.scenario({**rule, "prompt_contains": f"a quay {rule['kind']}."})
    orders = [(people[n % 2], people[n % 2].films(f"a quay {rule['kind']}.")) for n, rule in enumerate(PASSING)]

    def all_delivered() -> bool:
        filming.video_waits_end()
        return {filming.order_state(order) for _, order in orders} == {"delivered"}

    until("all", all_delivered, seconds=LONG)
    assert [filmed_once(filming, person, order) for person, order in orders] == [True] * len(PASSING)
    fetched = [task["fetched"] for _, order in orders if (task := filming.kling.task(order))]
    assert fetched == [2] * len(PASSING)


def test_what_is_no_video_of_the_providers_own_hosts_is_not_kept_and_costs_nothing(
    filming: Spine, filmer: Filmer
) -> None:
    for rule in LOST:
        prompt = f"a quay lost {rule['kind']}."
        filming.kling.scenario({**rule, "prompt_contains": prompt, "times": None})
        order = filmer.films(prompt)
        assert "Your 8 credits are back" in filming.told(filmer, order, "Something went wrong on our side"), rule
        assert filming.charges(order) == ["give_back"]
        assert filmer.videos(order) == []
    assert balanced(filming)
    assert tidy(filming)


def test_a_link_to_elsewhere_is_never_followed(filming: Spine, filmer: Filmer) -> None:
    for kind in ("other-host", "private"):
        filming.kling.scenario({"kind": kind, "prompt_contains": f"a quay at {kind}."})
        order = filmer.films(f"a quay at {kind}.")
        filming.told(filmer, order, "Not made")
        reason = "SELECT t.reason FROM video_task t WHERE t.order_id = %s"
        assert filming.sql(reason, order) == [("result.undeclared_host",)]
        task = filming.kling.task(order)
        assert task is not None
        assert task["fetched"] == 0


def test_a_video_that_is_too_large_for_the_chat_has_an_address_that_works_once(filming: Spine, filmer: Filmer) -> None:
    filming.kling.settings(canned_mib=50)
    order = filmer.films("a quay so large")
    until("the delivery", lambda: filming.order_state(order) == "delivered", seconds=LONG)
    message = filmer.wait("The address", lambda m: m if "too large for Telegram" in (m.get("text") or "") else None)
    [address] = [one["url"] for row in message["buttons"] for one in row if "url" in one]
    assert re.fullmatch(rf"{filming.stack.web}/v/[A-Za-z0-9_-]{{43}}", address)
    assert [requests.get(address, timeout=60).status_code for _ in range(2)] == [200, 200]  # looking uses nothing up
    whole = requests.post(address, timeout=60)
    task = filming.kling.task(order)
    assert task is not None
    assert whole.content == requests.get(f"{filming.kling.address}/files/{task['id']}.mp4", timeout=60).content
    assert len(whole.content) == 50 * 1024 * 1024
    assert (whole.headers["Content-Type"], whole.headers["Cache-Control"]) == ("video/mp4", "no-store")
    assert [requests.post(address, timeout=60).status_code, requests.get(address, timeout=60).status_code] == [404, 404]
    assert filming.charges(order) == ["charge"]
    logs = b"".join(path.read_bytes() for path in (filming.stack.data / "logs").iterdir())
    assert address.rpartition("/")[2].encode() not in logs
