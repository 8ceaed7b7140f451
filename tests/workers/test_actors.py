"""Whatever work can be put down has somebody who is rung for it."""

from __future__ import annotations

from collections.abc import Callable

from dramatiq.brokers.stub import StubBroker

from config import Settings
from workers.actors import declare
from workers.assembly import assemble


def test_every_kind_of_work_has_an_actor_of_its_name_on_its_queue(make_settings: Callable[..., Settings]) -> None:
    house, broker = (
        assemble(make_settings(KLING_API_KEY="demo", CALLBACK_SECRET="c" * 24), ring=lambda *_: None),
        StubBroker(),
    )
    try:
        declare(broker, lambda _: True, house.rounds())
        kinds = {name: kind.queue for name, kind in house.desk.kinds.items()}
    finally:
        house.close()
    assert len(kinds) > 15
    rung = {name: actor.queue_name for name, actor in broker.actors.items() if name not in house.rounds()}
    assert rung == kinds
