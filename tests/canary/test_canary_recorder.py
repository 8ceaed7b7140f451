"""The recorder passes everything on, breaks where the other side breaks, and remembers what was said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread
from typing import Any

import pytest
import requests

from tests.canary.recorder import Recorder, Said, requests_in

OVERHEARD = Path(__file__).parent / "overheard"


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if self.path == "/cut":
            self.connection.shutdown(SHUT_RDWR)
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 3))
        self.end_headers()
        self.wfile.write(b"re:" + body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    recorder = Recorder("echo", server.server_port)
    yield recorder
    recorder.close()
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_what_is_said_goes_through_and_is_remembered_in_both_directions(recorder: Recorder) -> None:
    with requests.Session() as session:
        answers = [session.post(f"{recorder.address}/{n}?a=b", data=b"x" * n).content for n in (3, 700_000)]
    assert [len(answer) for answer in answers] == [6, 700_003]
    said = recorder.requests()
    assert [(one.method, one.path, len(one.body), one.whole) for one in said] == [
        ("POST", "/3?a=b", 3, True),
        ("POST", "/700000?a=b", 700_000, True),
    ]
    assert "user-agent: python-requests" in said[0].raw.decode()
    assert b"re:xxx" in recorder.answered[0]


def test_a_line_that_breaks_behind_it_breaks_before_it(recorder: Recorder) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{recorder.address}/cut", data=b"x", timeout=60)
    assert requests.post(recorder.address, data=b"x", timeout=60).content == b"re:x"


def test_while_it_is_away_nobody_gets_through(recorder: Recorder) -> None:
    with recorder.away(), pytest.raises(requests.ConnectionError):
        requests.post(recorder.address, data=b"x", timeout=60)
    assert requests.post(recorder.address, data=b"x", timeout=60).content == b"re:x"
    assert len(recorder.requests()) == 1


def test_requests_are_read_from_a_stream_with_lengths_chunks_and_none() -> None:
    stream = (
        b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
        b"PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        b"POST /c HTTP/1.1\r\nContent-Length: 4\r\n\r\nab"
    )
    assert list(requests_in(stream)) == [
        Said("GET", "/a", {"host": "h"}, b""),
        Said("PUT", "/b", {"transfer-encoding": "chunked"}, b"abcde"),
        Said("POST", "/c", {"content-length": "4"}, b"ab", whole=False),
    ]


def test_what_is_not_http_is_not_taken_for_silence() -> None:
    with pytest.raises(ValueError, match="not a request"):
        list(requests_in(b"\x16\x03\x01 hello\r\n\r\n"))


def test_a_process_that_connects_or_writes_a_file_is_overheard(tmp_path: Path) -> None:
    notes, written = tmp_path / "notes", tmp_path / "written"
    program = (
        "import os, socket, tempfile\n"
        f"open({str(written)!r}, 'w').close(); open({str(written)!r}).close()\n"
        f"os.unlink(tempfile.mkstemp(dir={str(tmp_path)!r}, suffix='.gone')[1])\n"
        "socket.socket().connect_ex(('127.0.0.1', 9))\n"
    )
    environ = {"PYTHONPATH": str(OVERHEARD), "OVERHEARD": str(notes), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", program], env=environ, check=True)
    heard = [line.split("\t")[::2] for line in notes.read_text().splitlines()]
    assert ["connect", "127.0.0.1:9"] in heard
    assert heard.count(["write", str(written)]) == 1
    assert any(what == "write" and path.endswith(".gone") for what, path in heard)
