"""The real web process dies behind what it has committed and before it answers: Telegram tells the update again, and
one order was placed, made and paid."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

from ops.stack import PYTHON
from tests.spine.conftest import balanced, paid_once
from tests.spine.person import small_photo, until

if TYPE_CHECKING:
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")


def web(spine: Spine, **environ: str) -> None:
    """Instead of the one that runs; returns when it answers."""
    spine.stop("web", signal.SIGTERM)
    spine.stack.processes.start("web", [PYTHON, "-m", "web"], {**spine.stack.environ, **environ})
    until("the site", lambda: answers(spine))


def serving(spine: Spine) -> set[int]:
    """Processes behind the one that was started: they take what is asked."""
    [started] = [process for known, process in spine.stack.processes.running if known == "web"]
    return {child.pid for child in psutil.Process(started.pid).children()}


def answers(spine: Spine) -> bool:
    try:
        return requests.get(f"{spine.stack.web}/healthz", timeout=60).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("point", ["update.handled"])
def test_a_tap_on_which_the_web_process_dies_is_one_order(quick: Spine, point: str) -> None:
    person = quick.person()
    message, data = person.offers(small_photo(), "a quiet harbour")
    web(quick, MIOMIO_CRASH_AT=point)
    try:
        alive = until("who serves", lambda: serving(quick))
        person.press(message, data)
        until("the death", lambda: not alive & serving(quick))
    finally:
        web(quick)
    assert paid_once(quick, person, data.partition(":")[2])
    assert balanced(quick)
