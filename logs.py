"""One JSON line an event, by allow-list: a field that is not declared here is not written.

Messages of libraries are reduced to where and what kind: their texts hold URLs, arguments and people's words.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

import orjson
import structlog

# Field -> why it may be written down. None of them tells who a person is; ids are random and ours.
FIELDS: Mapping[str, str] = {
    "at": "time of the event, UTC",
    "level": "severity",
    "event": "a fixed name chosen in the code",
    "process": "name of the process group",
    "pid": "process id",
    "work": "id of a work row, random",
    "order": "id of an order, random",
    "task": "id of an attempt at a video, random",
    "photo": "id of a photo row, random",
    "payment": "id of a payment row, random",
    "erasure": "id of a deletion, random",
    "kind": "kind of work or of request, from a fixed list",
    "run": "id of a run of the canary person, random",
    "rule": "name of a rule of retention, from a fixed list",
    "code": "code of a failure, from a fixed list",
    "reason": "class of a provider's refusal, from a fixed list",
    "state": "state of a row, from a fixed list",
    "recipient": "name of a declared recipient",
    "host": "a declared outbound host, or one refused because it is not declared",
    "method": "name of an API method or an HTTP verb",
    "route": "a route's pattern, never the address that was asked for",
    "status": "HTTP status",
    "model": "name of a provider's model",
    "ms": "duration",
    "seconds": "a delay or duration",
    "count": "a number of things",
    "tries": "how often it was tried",
    "fence": "lease counter of a work row",
    "port": "a port of our own",
    "entry": "running number of the staff's log",
    "version": "version of the program or of the policy, or id of an announcement, random",
    "error": "class name of an exception",
    "where": "file and line numbers of our code or a library's",
    "logger": "name of a library's logger",
    "refused": "names of fields that were not on this list",
    "master": "id of a master key",
}

Event = MutableMapping[str, Any]

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039  a mapping that nobody changes


@contextmanager
def about(**ids: str) -> Iterator[None]:
    """Every line that is written within, by whichever part, says what it is about: the story of one order is a grep."""
    token = _ABOUT.set({**_ABOUT.get(), **ids})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def also(**ids: str) -> None:
    """The same from here to the end of the `about` around it, for what is known only now."""
    _ABOUT.set({**_ABOUT.get(), **ids})


def _what_it_is_about(_logger: object, _method: str, event: Event) -> Event:
    return {**_ABOUT.get(), **event}


def _dump(event: Any, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _only_declared(_logger: object, _method: str, event: Event) -> Event:
    undeclared = sorted(event.keys() - FIELDS.keys() - {"exc_info"})
    for name in undeclared:
        del event[name]
    if undeclared:
        event["refused"] = undeclared
    return event


def _exception_without_words(_logger: object, _method: str, event: Event) -> Event:
    """An exception's text may quote a person; its class and its places do not."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        event["error"] = type(error).__name__
        event["code"] = getattr(error, "code", None) if isinstance(getattr(error, "code", None), str) else None
        event["where"] = places(error)
    return {name: value for name, value in event.items() if value is not None}


def places(error: BaseException) -> str:
    """`file:line` of the last frames of a traceback, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return " > ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames)


class _LibraryHandler(logging.Handler):
    """What libraries log: which logger, how bad, what exception; never their text."""

    def __init__(self, write: Callable[[Event], None]) -> None:
        super().__init__(level=logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        event: Event = {
            **_ABOUT.get(),
            "event": "library",
            "level": record.levelname.lower(),
            "logger": record.name,
            "where": f"{record.filename}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            event["error"] = type(record.exc_info[1]).__name__
            event["where"] = places(record.exc_info[1])
        self._write(event)


def configure(*, process: str, pid: int, stream: TextIO, wall: Callable[[], float] = time.time) -> None:
    """Set up logging for this process; called once at its start."""

    def stamp(_logger: object, method: str, event: Event) -> Event:
        now = wall()  # read once: seconds and milliseconds belong together
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        return {"at": at, "level": method, "process": process, "pid": pid, **event}

    def write(event: Event) -> None:
        stream.write(_dump(stamp(None, event.pop("level"), event)) + "\n")
        stream.flush()

    structlog.configure(
        processors=[
            _what_it_is_about,
            _exception_without_words,
            _only_declared,
            stamp,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: orjson.dumps(value, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_LibraryHandler(write)]
    root.setLevel(logging.WARNING)


def get() -> structlog.typing.FilteringBoundLogger:
    """A logger: `log.info("order.kept", order=…, ms=…)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
