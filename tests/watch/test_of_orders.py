"""Figures of orders and videos move with their rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Order, Slots, VideoTask


def test_orders_under_way_are_counted_by_kind_and_state_with_the_age_of_the_oldest(watcher: Any) -> None:
    watcher.order(Order.QUEUED, waits=20)
    watcher.order(Order.CALLING, waits=50)
    watcher.order(Order.RENDERING, kind="video_5", waits=100)
    watcher.order(Order.OFFERED, waits=500)
    watcher.order(Order.DELIVERED, waits=500, ended_at=watcher.ago(400))
    found = watcher.figures()
    assert {labels: n for labels, n in found["miomio_orders_open"].items() if n} == {
        ("picture", "queued"): 1,
        ("picture", "calling"): 1,
        ("video_5", "rendering"): 1,
    }
    assert found["miomio_orders_oldest_seconds"][("picture",)] == 50
    assert found["miomio_orders_oldest_seconds"][("video_5",)] == 100


@pytest.mark.parametrize(
    "state",
    [Order.KEPT, Order.DELIVERED, Order.HELD_BACK, Order.REFUSED, Order.FAILED, Order.CANCELLED, Order.DELETED],
)
def test_an_order_that_ended_is_counted_for_ten_minutes(watcher: Any, state: str) -> None:
    watcher.order(state, waits=700, ended_at=watcher.ago(0))
    assert watcher.value("miomio_orders_lately", "picture", state) == 1
    watcher.clock.turn(601)
    assert watcher.value("miomio_orders_lately", "picture", state) == 0


def test_an_offer_has_not_ended(watcher: Any) -> None:
    watcher.order(Order.OFFERED)
    assert ("picture", "offered") not in watcher.figures()["miomio_orders_lately"]


def test_attempts_at_videos_hold_slots(watcher: Any) -> None:
    watcher.task(VideoTask.ADMITTED)
    watcher.task(VideoTask.RENDERING)
    watcher.task(VideoTask.RENDERING, late=True)  # given up by us: its slot is free
    watcher.task(VideoTask.ENDED)
    assert watcher.value("miomio_videos_in_flight", "rendering") == 1
    assert watcher.value("miomio_videos_in_flight", "admitted") == 1
    assert (watcher.value("miomio_slots_used", "kling"), watcher.value("miomio_slots_limit", "kling")) == (2, 3)


def test_slots_that_the_provider_took_back_are_seen(watcher: Any) -> None:
    watcher.add(Slots, name="kling", lowered_to=1, lowered_until=watcher.clock.now() + timedelta(seconds=60))
    assert watcher.value("miomio_slots_limit", "kling") == 1
    watcher.clock.turn(61)
    assert watcher.value("miomio_slots_limit", "kling") == 3
