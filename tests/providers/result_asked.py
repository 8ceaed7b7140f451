"""What the tests of fetching results share: hosts that reach a server of the test, and what fetching raises."""

from __future__ import annotations

import socket
import ssl
import traceback
from typing import Any

import pytest

from errors import Failure
from providers.http import Origin
from providers.results import ResultHosts
from tests.providers.line_server import LineServer

SUFFIXES = ("klingai.com", "kling.ai")
MANY = 1 << 30
FILM = bytes(range(256)) * 10_000
NAME = "v1-kling.klingai.com"
NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: to load the world's authorities takes time


class Elsewhere(socket.socket):
    """A line whose other end says it is somewhere else: what no test machine can have of a public address."""

    peer = "8.8.8.8"

    def getpeername(self) -> Any:
        return (self.peer, 443)


def line_to(server: LineServer, *, peer: str | None = None) -> Any:
    """Dials the server whatever the name: a name that resolves to this machine, unless it says it is elsewhere."""

    def dial(address: tuple[str, int], timeout: float) -> socket.socket:
        line = socket.socket() if peer is None else Elsewhere()
        if peer is not None:
            line.peer = peer  # type: ignore[attr-defined]
        line.settimeout(timeout)
        line.connect(("127.0.0.1", server.port))
        return line

    return dial


def nobody(address: tuple[str, int], timeout: float) -> socket.socket:
    raise AssertionError("nothing was to be dialled")


def stand_in(server: LineServer, **options: Any) -> ResultHosts:
    return ResultHosts(SUFFIXES, **{"stand_ins": [Origin.of(server.url)], "tls": NO_TRUST, **options})


def fetched(hosts: ResultHosts, url: str, *, max_bytes: int = MANY) -> bytes:
    with hosts.fetch(url, max_bytes=max_bytes) as (length, stream):
        data = b"".join(stream)
    assert len(data) == length
    return data


def failure(hosts: ResultHosts, url: str, *, max_bytes: int = MANY) -> Failure:
    """What fetching raises; what is printed of it holds nothing of the address but a host."""
    with pytest.raises(Failure) as caught:
        fetched(hosts, url, max_bytes=max_bytes)
    printed = "".join(traceback.format_exception(caught.value, limit=0)) + str(caught.value.facts)
    assert "secret" not in printed
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def told(server: LineServer, *, path: str = "/secret.mp4", max_bytes: int = MANY, **options: Any) -> tuple[type, str]:
    said = failure(stand_in(server, **options), server.url + path, max_bytes=max_bytes)
    return type(said), said.code
