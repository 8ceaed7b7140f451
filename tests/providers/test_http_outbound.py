"""The one way out, against a real server that misbehaves as it is asked to."""

from __future__ import annotations

import contextlib
import gzip
import io
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from errors import Failure, Permanent, Temporary
from providers.http import Origin, Outbound, Timeout
from silence import OUTSIDE


class Misbehaving(BaseHTTPRequestHandler):
    """The path says what to do. Remembers what it was asked for."""

    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        what = self.path.split("/")[1]
        if what == "slow":
            self.server.release.wait(20)
            return
        body = b"x" * 1000
        self.send_response({"redirect": 302, "busy": 429, "broken": 503, "denied": 401}.get(what, 200))
        if what == "redirect":
            self.send_header("Location", "/ok/followed")
        if what == "zipped":
            body = gzip.compress(b"y" * 5_000_000)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(body) + (500 if what == "cut" else 0)))
        self.end_headers()
        self.wfile.write(body)
        if what == "cut":
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.asked, server.release = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def url(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def outbound(url: str) -> Iterator[Outbound]:
    outbound = Outbound([Origin.of(url)])
    yield outbound
    outbound.close()


def failure(outbound: Outbound, address: str, **options: Any) -> Failure:
    """What the call raises; nothing that is printed of it may hold more than the host."""
    with pytest.raises(Failure) as caught:
        outbound.request("GET", address, **options)
    printed = "".join(traceback.format_exception(caught.value, limit=0))
    assert "secret" not in printed + repr(caught.value) + str(caught.value.facts)
    return caught.value


SECRET = "secretpath?secretquery=1"


def test_an_answer_comes_back_whole(outbound: Outbound, url: str) -> None:
    answer = outbound.request("GET", f"{url}/ok")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"x" * 1000, "1000")


def test_a_body_that_is_read_while_it_is_sent_goes_out_in_large_blocks(outbound: Outbound, url: str) -> None:
    class Read(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size)
            return super().read(size)

        def __len__(self) -> int:
            return len(self.getvalue())

    asked: list[int | None] = []
    outbound.request("GET", f"{url}/ok", body=Read(b"x" * 1_000_000))
    assert len(asked) <= 5, asked  # four blocks and the end; the library's own blocks would be 62


@pytest.mark.proves("P5.5")
def test_an_undeclared_host_is_refused_before_any_connection(outbound: Outbound, server: Any, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        port = elsewhere.getsockname()[1]
        for address in (
            f"http://127.0.0.1:{port}/{SECRET}",
            f"https://127.0.0.1:{server.server_port}/{SECRET}",
            f"http://localhost:{server.server_port}/{SECRET}",
            f"{url}@localhost:{port}/{SECRET}",
        ):
            refused = failure(outbound, address)
            assert isinstance(refused, Permanent)
            assert refused.code == "http.undeclared_host"
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert server.asked == []


@pytest.mark.proves("P5.5")
def test_a_redirect_is_not_followed(outbound: Outbound, server: Any, url: str) -> None:
    assert outbound.request("GET", f"{url}/redirect").status == 302
    assert [path for path, _ in server.asked] == ["/redirect"]


def test_a_body_above_the_cap_is_refused(outbound: Outbound, url: str) -> None:
    assert outbound.request("GET", f"{url}/ok", max_bytes=1000).body
    refused = failure(outbound, f"{url}/ok/{SECRET}", max_bytes=999)
    assert isinstance(refused, Permanent)
    assert refused.code == "http.too_large"


def test_the_cap_counts_what_was_packed_small(outbound: Outbound, url: str) -> None:
    assert failure(outbound, f"{url}/zipped/{SECRET}", max_bytes=1_000_000).code == "http.too_large"


def test_a_body_that_was_cut_off_is_temporary(outbound: Outbound, url: str) -> None:
    cut = failure(outbound, f"{url}/cut/{SECRET}")
    assert isinstance(cut, Temporary)
    assert cut.code == "http.cut_off"


def test_silence_is_a_temporary_timeout(outbound: Outbound, url: str) -> None:
    late = failure(outbound, f"{url}/slow/{SECRET}", timeout=Timeout(read=0.2))
    assert isinstance(late, Temporary)
    assert late.code == "http.timeout"


def test_every_call_is_heard_with_what_was_wrong_with_it(url: str) -> None:
    heard: list[str | None] = []
    moments = iter(float(n) for n in range(100))
    origin = Origin.of(url)

    def called(to: Origin, seconds: float, code: str | None) -> None:
        assert (to, seconds) == (origin, 1.0)
        heard.append(code)

    outbound = Outbound([origin], called=called, monotonic=lambda: next(moments))
    outbound.request("GET", f"{url}/ok")
    outbound.request("GET", f"{url}/busy")
    outbound.request("GET", f"{url}/broken")
    outbound.request("GET", f"{url}/denied")
    failure(outbound, f"{url}/cut")
    with pytest.raises(Permanent), outbound.stream("GET", f"{url}/ok"):
        raise Permanent("store.full")  # the reader's
    outbound.close()
    assert heard == [None, "http.429", "http.5xx", "http.4xx", "http.cut_off", None]


def test_a_server_that_is_away_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    outbound = Outbound([Origin.of(url)])
    away = failure(outbound, f"{url}/{SECRET}")
    assert isinstance(away, Temporary)
    assert (away.code, away.facts) == ("http.unreachable", {"host": "127.0.0.1"})


def test_no_cookie_is_kept_and_no_proxy_is_asked(
    outbound: Outbound, server: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    for _ in range(2):
        outbound.request("GET", f"{url}/ok")
    assert all("Cookie" not in headers for _, headers in server.asked)
    assert len(server.asked) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="the options have other names there")
def test_a_line_that_is_silent_is_asked_whether_it_lives(server: Any) -> None:
    """A picture takes its time; whether anybody works on it any more is known long before that is over."""
    address = f"http://127.0.0.1:{server.server_port}"
    outbound = Outbound({Origin.of(address)})
    with outbound.stream("GET", f"{address}/ok"), _line_to(server.server_port) as line:
        for level, name, value in OUTSIDE.options():
            assert line.getsockopt(level, name) == value
    outbound.close()


def _line_to(port: int) -> socket.socket:
    """This process's own end of a connection to a port of this machine."""
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            line = socket.socket(fileno=socket.dup(int(entry.name)))
            with contextlib.suppress(OSError):
                if line.family == socket.AF_INET and line.getpeername()[1] == port:
                    return line
            line.close()
    raise AssertionError("no line to that port")
