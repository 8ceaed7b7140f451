"""No log holds an address: the real web process is asked well, badly and broken, and its lines are read."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import requests

from generation.links import PATH
from tests.site.serving import Site, serve

VISITOR = "127.0.0.77"  # the machine's own, and ours alone in what is written
NAMED = "203.0.113.77"
BROKEN = (
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
    b"NONSENSE\r\n\r\n",
    b"POST /privacy HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nBad Header: 1\r\n\r\n",
    b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with serve(folder) as running:
        yield running


def send(site: Site, data: bytes) -> bytes:
    """From the visitor's address, as it is; what comes back."""
    port = int(site.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(VISITOR, 0)) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        try:
            return line.recv(65_536)
        except OSError:
            return b""


@pytest.mark.proves("P2.5", "P6.9")
def test_no_log_holds_an_address_whatever_is_asked(site: Site, folder: Path) -> None:
    head = f"Host: x\r\nFly-Client-IP: {NAMED}\r\nX-Forwarded-For: {NAMED}\r\nConnection: close\r\n\r\n"
    for path in ("/", "/zh-hant/privacy", "/no-such-page", f"{PATH}{'a' * 43}", "/static/icon.svg"):
        assert send(site, f"GET {path} HTTP/1.1\r\n{head}".encode()).startswith(b"HTTP/1.1 ")
        send(site, f"POST {path} HTTP/1.1\r\nContent-Length: 0\r\n{head}".encode())
    for data in BROKEN:
        send(site, data)
    assert requests.get(site.url, timeout=60).status_code == 200, "it goes on"
    client = redis.Redis.from_url(site.environ["REDIS_URL"])
    assert client.keys("visit:*"), "the visitor was counted"
    logs = {file.name: file.read_bytes() for file in (folder / "logs").glob("*.log")}
    assert b"gunicorn" in logs["web.log"], "what was broken was written down"
    database = b"".join(file.read_bytes() for file in folder.glob("site.db*"))
    for where, content in {**logs, "database": database}.items():
        for address in (VISITOR, NAMED):
            assert address.encode() not in content, where
