"""Words go with the photo also when it is deleted in the very moment in which its order ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from database import Unit
from generation.endings import end_badly
from models import Order, Photo
from tests.generation.studio import Studio, Who

pytestmark = pytest.mark.proves("P6.8")

MEETING = 0.5  # seconds in which the second one would be through, did it not wait for the first


def meet(studio: Studio, first: Callable[[Unit], None], second: Callable[[Unit], None]) -> None:
    """The second one begins and, if it can, ends before the first one is committed."""

    def run() -> None:
        with studio.database.unit() as unit:
            second(unit)

    thread = threading.Thread(target=run)
    with studio.database.unit() as unit:
        first(unit)
        thread.start()
        time.sleep(MEETING)
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("photo_first", [True, False], ids=["the photo first", "the order first"])
def test_words_go_when_the_photo_goes_in_the_moment_in_which_its_order_fails(
    studio: Studio, ann: Who, photo_first: bool
) -> None:
    order = studio.order(ann, prompt="a lighthouse")

    def photo_goes(unit: Unit) -> None:
        assert studio.photos.delete(unit, account=ann.id, photo=ann.photo)

    def order_fails(unit: Unit) -> None:
        assert end_badly(unit, studio.desk, order=order, account=ann.id, reason="video.too_slow")

    meet(studio, *((photo_goes, order_fails) if photo_first else (order_fails, photo_goes)))
    with studio.database.connection():
        row, photo = Order.get_by_id(order), Photo.get_by_id(ann.photo)
    assert (row.state, photo.state) == (Order.FAILED, Photo.DELETED)
    assert (row.prompt, row.style) == (None, None)
