"""What a log line may hold: declared fields, classes and places; never a person's words."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

import logs
from errors import Permanent

WORDS = "words of a person"


class Lines(io.StringIO):
    @property
    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.getvalue().splitlines()[-1])
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Lines()
    moments = iter(1_795_435_200.9995 + n for n in range(100))
    logs.configure(process="test", pid=7, stream=stream, wall=lambda: next(moments))
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def fail() -> None:
    raise ValueError(WORDS)


def test_a_declared_field_is_written_with_time_level_and_process(lines: Lines) -> None:
    logs.get().info("order.kept", order="o1", ms=12)
    logs.get().info("order.kept", order="o1", ms=12)
    assert lines.last == {
        "at": "2026-11-23T12:00:01.999Z",
        "level": "info",
        "process": "test",
        "pid": 7,
        "event": "order.kept",
        "order": "o1",
        "ms": 12,
    }


@pytest.mark.proves("P2.8", "P7.1")
def test_an_undeclared_field_is_dropped_and_named(lines: Lines) -> None:
    logs.get().warning("order.kept", order="o1", prompt=WORDS, chat=42)
    assert lines.last["refused"] == ["chat", "prompt"]
    assert WORDS not in lines.getvalue()
    assert "chat" not in lines.last


@pytest.mark.proves("P7.1")
def test_of_an_exception_only_class_code_and_places_are_written(lines: Lines) -> None:
    try:
        fail()
    except ValueError:
        logs.get().error("work.broken", exc_info=True)
    assert lines.last["error"] == "ValueError"
    assert "test_ground_logs.py:" in lines.last["where"]
    logs.get().error("work.broken", exc_info=Permanent("vault.tampered", words=WORDS))
    assert (lines.last["error"], lines.last["code"]) == ("Permanent", "vault.tampered")
    assert WORDS not in lines.getvalue()


@pytest.mark.proves("P7.1")
def test_messages_of_libraries_are_reduced_to_where_and_what(lines: Lines) -> None:
    library = logging.getLogger("some.library")
    library.warning("asked https://host/bot12345:token for %s", WORDS, extra={"body": WORDS})
    assert {k: lines.last[k] for k in ("event", "level", "logger", "process")} == {
        "event": "library",
        "level": "warning",
        "logger": "some.library",
        "process": "test",
    }
    try:
        fail()
    except ValueError:
        library.exception(WORDS)
    assert lines.last["error"] == "ValueError"
    assert WORDS not in lines.getvalue()
    assert "token" not in lines.getvalue()
    count = len(lines.getvalue().splitlines())
    library.info(WORDS)
    assert len(lines.getvalue().splitlines()) == count
