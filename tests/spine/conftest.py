"""The real thing, started once: emulators, Valkey, Postgres, web, worker and rights as processes of their own."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator

import psycopg
import pytest
import requests

from ops.once import button
from ops.stack import Ports, Stack
from tests.spine.kling import QUICK
from tests.spine.person import LONG, Person, until
from tests.spine.service import Spine

# A lease is renewed three times in its length: on a busy machine each may come seconds late.
FAST = {"LEASE_SECONDS": "4", "TICK_SECONDS": "0.2", "DUTIES_SECONDS": "0.5", "BREAKER_SECONDS": "0.5"}
SPEEDS = {"retry_first": 0.2, "retry_cap": 0.5, "pending_timeout": 20}
SIGNING = "whsec_" + base64.b64encode(b"the secret of Kling's console...").decode()


def balanced(spine: Spine) -> bool:
    [(total,)] = spine.sql("SELECT coalesce(sum(amount), 0) FROM ledger_line")
    return bool(total == 0)


def paid_once(spine: Spine, person: Person, order: str) -> bool:
    """Whether the order ended in one picture in the chat and one charge."""
    until("the delivery", lambda: spine.order_state(order) == "delivered", seconds=LONG)
    return len(person.pictures()) == 1 and spine.charges(order) == ["charge"]


def filmed_once(spine: Spine, person: Person, order: str) -> bool:
    """Whether the order ended in one video in the chat, one charge, and no attempt that was made twice."""
    until("the delivery", lambda: spine.order_state(order) == "delivered", seconds=LONG)
    videos = [m for m in person.pictures() if button(m, f"orig:{order}") and m["media"]["kind"] == "video"]
    made = [made for _, made in spine.kling.submits(order).values()]
    return len(videos) == 1 and spine.charges(order) == ["charge"] and max(made) == 1


def tidy(spine: Spine) -> bool:
    """Whether, after the duty for it, there is no half object, none without its row and no row without its object."""
    spine.tidies_up()
    return spine.objects() == {name for (name,) in spine.sql("SELECT object_name FROM media")}


@pytest.fixture(scope="package")
def spine(postgres_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    name = "s" + os.urandom(6).hex()
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    address = f"postgresql://postgres@127.0.0.1:{postgres_port}/{name}"
    data = tmp_path_factory.mktemp("spine")
    stack = Stack(
        data, Ports.unused(), emulators=True, extra={**FAST, "KLING_WEBHOOK_SECRET": SIGNING, "DATABASE_URL": address}
    )
    running = Spine(stack, address)
    try:
        stack.start()
        requests.post(f"{stack.chat}/client/settings", json=SPEEDS, timeout=60).raise_for_status()
        running.kling.settings(webhook_secret=SIGNING)
        yield running
    finally:
        running.close()
        stack.stop()


@pytest.fixture
def quick(spine: Spine) -> Iterator[Spine]:
    """The same, Gemini answering with a picture made beforehand; rules are gone afterwards."""
    requests.post(f"{spine.gemini}/control/settings", json={"canned": True}, timeout=60).raise_for_status()
    yield spine
    spine.end_forks(held=False)
    requests.post(f"{spine.gemini}/control/settings", json={"canned": False}, timeout=60).raise_for_status()
    requests.delete(f"{spine.gemini}/control/scenario", timeout=60).raise_for_status()
    requests.delete(f"{spine.stack.chat}/client/faults", timeout=60).raise_for_status()


@pytest.fixture
def filming(quick: Spine) -> Iterator[Spine]:
    """Kling answers with a video made beforehand, soon; afterwards nothing is paused and no rule waits."""
    quick.kling.settings(**QUICK)
    yield quick
    quick.kling.forget()
    quick.sql("UPDATE slots SET lowered_until = NULL, paused_until = NULL")
