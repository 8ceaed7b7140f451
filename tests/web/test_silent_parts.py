"""Readiness is told in time, whatever falls silent: a platform that waits in vain takes every machine out."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from tests.silent import silent_machine
from watch.part import SILENT, Part
from web.app import create_app
from workers.house import House

LONG = 60.0  # seconds


def test_a_redis_that_says_nothing_takes_no_machine_out(house: House) -> None:
    with silent_machine() as port:
        settings = replace(house.settings, redis_url=f"redis://127.0.0.1:{port}/0")
        answer = create_app(replace(house, settings=settings)).test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["bell"] in ("away", SILENT)  # as it was known when the patience for all parts was over


def test_a_part_that_says_nothing_is_named_in_time() -> None:
    never = threading.Event()

    def ask() -> str:
        never.wait(LONG)
        return "ok"

    began = time.monotonic()
    assert Part(ask, patience=0.2).begin()() == SILENT
    assert time.monotonic() - began < LONG / 2  # a patience of moments, on a busy machine
    never.set()


def test_who_asks_while_a_part_is_silent_costs_no_thread_more() -> None:
    never, asked = threading.Event(), []

    def ask() -> str:
        asked.append(1)
        never.wait(LONG)
        return "ok"

    part = Part(ask, patience=0.1)
    assert [part.begin()() for _ in range(5)] == [SILENT] * 5
    assert len(asked) == 1
    waits = part.begin()
    never.set()
    while waits() == SILENT:
        time.sleep(0.01)
    again = part.begin()
    while (said := again()) == SILENT:
        time.sleep(0.01)
    assert (said, len(asked)) == ("ok", 2)


def test_a_part_that_breaks_is_no_answer_and_is_asked_again() -> None:
    said = iter(["broken", "ok"])

    def ask() -> str:
        if (word := next(said)) == "broken":
            raise RuntimeError(word)
        return word

    part = Part(ask, patience=LONG)
    assert part.begin()() == "broken"
    assert part.begin()() == "ok"
