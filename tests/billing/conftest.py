"""A shop on SQLite and on Postgres, and people who do things to it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from database import Database
from errors import Failure
from tests.billing.books import Shop

AtOnce = Callable[..., list[str]]


@pytest.fixture
def shop(database: Database, clock: Any) -> Shop:
    return Shop(database, clock)


@pytest.fixture
def at_once() -> AtOnce:
    """Runs all of them at the same moment; says for each "done", the code of its refusal, or what broke, sorted."""

    def run(*acts: Callable[[], object]) -> list[str]:
        start, outcomes = threading.Barrier(len(acts)), list[str]()

        def one(act: Callable[[], object]) -> None:
            start.wait()
            try:
                act()
                outcomes.append("done")
            except Failure as refused:
                outcomes.append(refused.code)
            except Exception as broken:
                outcomes.append(repr(broken))

        threads = [threading.Thread(target=one, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return sorted(outcomes)

    return run
