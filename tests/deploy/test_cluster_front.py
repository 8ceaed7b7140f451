"""https in front of what speaks plain http, with papers that name whom the register declares."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.cluster.authority import Papers, issue
from ops.processes import free_port
from tests.parts import wait_for_port
from tests.providers.line_server import LineServer, http

NAME, OTHER = "api.telegram.org", "files.klingai.com"
SERVE = """
import asyncio, sys
from deploy.cluster.front import serve
asyncio.run(serve(sys.argv[1], sys.argv[2], {"127.0.0.1": ("127.0.0.1", int(sys.argv[3]))}, port=int(sys.argv[4])))
"""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return issue(tmp_path_factory.mktemp("papers"), [NAME, OTHER])


@contextmanager
def front(papers: Papers, behind: int) -> Iterator[int]:
    port = free_port()
    words = [str(papers.certificate), str(papers.key), str(behind), str(port)]
    process = subprocess.Popen([sys.executable, "-c", SERVE, *words], cwd=Path(__file__).parents[2])
    try:
        wait_for_port(port, process, 60)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def said(port: int, name: str, papers: Papers) -> bytes:
    trusting = ssl.create_default_context(cafile=str(papers.trusted))
    line = socket.create_connection(("127.0.0.1", port), 30)
    with trusting.wrap_socket(line, server_hostname=name) as secured:
        secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = b""
        while piece := secured.recv(65536):
            got += piece
        return got


def test_what_is_asked_and_answered_passes_whole(papers: Papers) -> None:
    body = bytes(range(256)) * 4096
    server = LineServer(http(200, body))
    with front(papers, server.port) as port:
        for name in (NAME, OTHER):
            assert said(port, name, papers).endswith(body)
        with pytest.raises(ssl.SSLCertVerificationError):
            said(port, "somebody.else.org", papers)
    assert server.asked[0].startswith(b"GET / HTTP/1.1")
    server.close()


def test_with_nobody_behind_the_line_ends(papers: Papers) -> None:
    with front(papers, free_port()) as port:
        assert said(port, NAME, papers) == b""


def test_the_key_is_for_its_owner_alone(papers: Papers) -> None:
    assert papers.key.stat().st_mode & 0o077 == 0
