"""Somebody whose chat was closed to us comes back in the very moment in which a result is held back for them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from errors import Permanent
from generation.deliver import Deliver
from generation.kinds import DELIVER
from generation.show import Show
from models import Account, Order, Work
from tests.generation.studio import Studio


class Closed:
    """A chat that is closed; `back` says whether its person is here again by the time that is known."""

    def __init__(self, studio: Studio, *, back: bool) -> None:
        self.studio, self.back = studio, back

    def result(self, *_: Any) -> None:
        with self.studio.database.connection():
            Account.update(reachable=self.back).execute()
        raise Permanent("telegram.blocked")


@pytest.mark.parametrize("back", [True, False])
def test_a_result_that_is_held_back_for_somebody_who_is_here_again_is_delivered(studio: Studio, back: bool) -> None:
    order = studio.found(studio.person())
    deliver = Deliver(
        database=studio.database,
        fields=studio.fields,
        desk=studio.desk,
        chats=studio.chats,
        show=cast(Show, Closed(studio, back=back)),
        status=studio.status,
    )
    [collect] = studio.desk.next_due({"generation"}, limit=5)
    studio.runner.run(collect)
    [row] = studio.desk.next_due({"generation"}, limit=5)
    claim = studio.desk.claim(row)
    assert claim is not None
    deliver.result(claim)
    assert studio.state(order) == Order.HELD_BACK
    with studio.database.connection():
        waiting = Work.select().where((Work.kind == DELIVER) & (Work.state == Work.DUE)).count()
    assert waiting == int(back)
    studio.work()
    assert studio.state(order) == (Order.DELIVERED if back else Order.HELD_BACK)
