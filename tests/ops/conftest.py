"""What several of the verbs' tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.conftest import Emulator, run

ANN = 700100200


@pytest.fixture(scope="module")
def telegram() -> Iterator[Emulator]:
    """Telegram, where Ann has written to the bot under her name."""
    running = run()
    ann = running.client("POST", "people", json={"id": ANN, "first_name": "Ann", "username": "annlee"})
    running.client("POST", f"people/{ann['id']}/messages", json={"text": "/start"})
    yield running
    running.stop()
    if running.process.stdout is not None:
        running.process.stdout.close()
