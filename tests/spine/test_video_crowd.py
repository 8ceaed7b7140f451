"""Hundreds of videos in flight while Redis forgets everything; and one that comes after we had given it up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis
import requests

from billing import ledger
from billing.prices import PRICES, video
from generation.orders import VIDEO_PROVIDER
from models import Order, VideoTask, new_id
from ops.stack import DEMO_TOKEN
from providers.kling import Kling
from tests.spine.conftest import balanced, tidy
from tests.spine.person import until

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

CROWD = 500
SECONDS = 5
MODEL = "kling-2.5-turbo"


def status_message(spine: Spine, person: Filmer) -> int:
    address = f"{spine.stack.chat}/bot{DEMO_TOKEN}/sendMessage"
    sent = requests.post(address, data={"chat_id": person.id, "text": "Being filmed"}, timeout=60)
    return int(sent.json()["result"]["message_id"])


def in_flight(spine: Spine, person: Filmer, messages: list[int]) -> list[str]:
    """An order that the provider works on for each of these status messages, as `submit` leaves it."""
    house, kind, orders = spine.house, video(SECONDS), [new_id() for _ in messages]
    with house.database.unit() as unit:
        for order, message in zip(orders, messages, strict=True):
            ledger.hold(unit, owner=person.account, order=order, credits=PRICES[kind], what=kind)
            of_both = {"account": person.account, "attempt": 1, "created_at": unit.now}
            Order.insert(
                id=order,
                state=Order.RENDERING,
                kind=kind,
                price=PRICES[kind],
                provider=VIDEO_PROVIDER,
                photo=person.photo,
                message_id=message,
                queued_at=unit.now,
                **of_both,
            ).execute()
            VideoTask.insert(
                id=new_id(),
                order=order,
                external_id=f"{order}-1",
                model=MODEL,
                state=VideoTask.RENDERING,
                seconds=SECONDS,
                ask_at=unit.now + timedelta(seconds=15),
                submitted_at=unit.now,
                **of_both,
            ).execute()
    callbacks = f"{spine.stack.web}/callbacks/kling/{house.settings.callback_secret}"
    kling = Kling(house.outbound, base_url=spine.kling.address, api_key="demo", callback_url=callbacks)
    spine.at_once(
        lambda order: kling.submit(b"unread", "a crowd", seconds=SECONDS, model=MODEL, external_id=f"{order}-1"), orders
    )
    return orders


def forgets_everything(spine: Spine) -> None:
    client = redis.Redis(port=spine.stack.ports.valkey)
    client.flushall()
    client.close()
    with spine.without_redis():
        pass


@pytest.mark.timeout(600)
def test_every_video_in_flight_is_delivered_once_although_redis_is_wiped_and_restarted(filming: Spine) -> None:
    filming.kling.settings(seconds=[2, 6])
    person = filming.filmer(credits=CROWD * PRICES[video(SECONDS)])
    person.write("/start")  # a bot may not begin a conversation
    messages = filming.at_once(lambda _: status_message(filming, person), list(range(CROWD)))
    orders = in_flight(filming, person, messages)
    states = "SELECT state, count(*) FROM orders WHERE account = %s GROUP BY state"
    until("the first ones", lambda: dict(filming.sql(states, person.account)).get("delivered", 0) > 10)
    forgets_everything(filming)
    assert dict(filming.sql(states, person.account)).get("delivered", 0) < CROWD
    until("all", lambda: filming.sql(states, person.account) == [("delivered", CROWD)], seconds=400)
    videos = [m for m in person.pictures() if m["media"]["kind"] == "video"]
    assert sorted(m["message_id"] for m in videos) == sorted(messages)
    assert {m["edited"] for m in videos} == {1}
    charged = "SELECT count(*), count(DISTINCT order_id) FROM ledger_entry WHERE owner = %s AND kind = 'charge'"
    assert filming.sql(charged, person.account) == [(CROWD, CROWD)]
    assert filming.sql("SELECT count(*) FROM cost WHERE order_id = ANY(%s)", orders) == [(CROWD,)]
    assert balanced(filming)
    assert tidy(filming)


def test_a_video_that_comes_after_it_was_given_up_is_free(filming: Spine) -> None:
    person = filming.filmer()
    filming.kling.scenario({"kind": "hang", "prompt_contains": "a tower late"})
    order = person.films("a tower late")
    until("the task", lambda: filming.order_state(order) == "rendering")
    filming.sql("UPDATE video_task SET submitted_at = submitted_at - interval '21 minutes' WHERE order_id = %s", order)
    filming.video_waits_end()
    assert "Your 8 credits are back" in filming.told(person, order, "took longer than 20 minutes")
    assert (filming.order_state(order), filming.charges(order)) == ("failed", ["give_back"])
    filming.kling.push(order, "finish")
    assert "this one is free" in filming.told(person, order, "Made with AI (Kling")
    until("the delivery", lambda: filming.order_state(order) == "delivered")
    assert len(person.videos(order)) == 1
    assert filming.charges(order) == ["give_back"]
    assert filming.kling.submits(order) == {1: (1, 1)}
    assert balanced(filming)
