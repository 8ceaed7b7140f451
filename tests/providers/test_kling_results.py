"""Fetching results: as many bytes as were promised, by the deadline, and never all of them in memory."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from errors import Permanent, Temporary
from providers.http import Origin, Timeout
from providers.results import ResultHosts
from tests.providers.line_server import drip, hold, http, serving
from tests.providers.result_asked import (
    FILM,
    MANY,
    SUFFIXES,
    failure,
    fetched,
    stand_in,
    told,
)


def test_a_result_comes_byte_for_byte_with_its_length_first() -> None:
    with (
        serving(http(200, FILM)) as server,
        stand_in(server).fetch(f"{server.url}/a/b.mp4?sign=1&x=%2F#part", max_bytes=MANY) as (length, stream),
    ):
        assert length == len(FILM)
        data = b""
        while piece := stream.read(50_000):
            assert len(piece) <= 50_000
            data += piece
        assert data == FILM
        assert stream.read(10) == b""
    head = server.asked[0].decode().split("\r\n")
    assert head[0] == "GET /a/b.mp4?sign=1&x=%2F HTTP/1.1"
    assert {"Accept-Encoding: identity", "Connection: close", f"Host: 127.0.0.1:{server.port}"} <= set(head)
    assert not any(line.lower().startswith(("authorization", "cookie", "referer")) for line in head)


def test_everything_may_be_read_at_once() -> None:
    with (
        serving(http(200, FILM)) as server,
        stand_in(server).fetch(server.url, max_bytes=len(FILM)) as (_, stream),
    ):
        assert stream.read() == FILM


def test_an_address_without_a_path_asks_for_the_root() -> None:
    with serving(http(200, FILM)) as server:
        assert fetched(stand_in(server), f"{server.url}?x=1") == FILM
    assert server.asked[0].startswith(b"GET /?x=1 HTTP/1.1\r\n")


def test_an_empty_result_is_one_of_no_bytes() -> None:
    with serving(http(200)) as server:
        assert fetched(stand_in(server), server.url) == b""


def test_a_result_is_taken_as_it_is_kept_there_even_if_it_says_it_is_packed() -> None:
    with serving(http(200, b"not gzip", Content_Encoding="gzip")) as server:
        assert fetched(stand_in(server), server.url) == b"not gzip"


def test_a_large_result_is_never_in_memory_as_a_whole() -> None:
    size = 64 << 20

    def reply(line: socket.socket) -> None:
        line.sendall(http(200, Content_Length=str(size)))
        zeros = bytes(1 << 20)
        for _ in range(size >> 20):
            line.sendall(zeros)

    with serving(reply) as server, stand_in(server).fetch(server.url, max_bytes=size) as (_, stream):
        tracemalloc.start()
        try:
            assert sum(map(len, stream)) == size
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4 << 20


def test_a_consumers_own_error_goes_through_and_the_line_is_closed() -> None:
    with serving(drip(http(200, Content_Length="99999"), every=0.01)) as server:
        with pytest.raises(ValueError, match="mine"), stand_in(server).fetch(server.url, max_bytes=MANY):
            raise ValueError("mine")
        assert server.ended.wait(60), "their side saw the line close"


@pytest.mark.parametrize("status, family, code", [
    (301, Permanent, "result.redirected"), (302, Permanent, "result.redirected"), (303, Permanent, "result.redirected"),
    (307, Permanent, "result.redirected"), (308, Permanent, "result.redirected"), (304, Permanent, "result.redirected"),
    (403, Permanent, "result.dead_link"), (404, Permanent, "result.dead_link"), (410, Permanent, "result.dead_link"),
    (500, Temporary, "result.unavailable"), (503, Temporary, "result.unavailable"),
    (429, Temporary, "result.unavailable"), (408, Temporary, "result.unavailable"), (400, Permanent, "result.refused"),
    (401, Permanent, "result.refused"), (204, Permanent, "result.refused"), (206, Permanent, "result.refused"),
])  # fmt: skip
def test_every_status_but_200_has_its_meaning(status: int, family: type, code: str) -> None:
    with serving(http(status, b"secret words")) as server:
        assert told(server) == (family, code)


def test_a_redirect_is_not_followed_even_to_the_same_host() -> None:
    with serving(http(302, Location="/elsewhere"), http(200, FILM)) as server:
        assert told(server)[1] == "result.redirected"
        assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [
    http(200, FILM, Content_Length=""), http(200, FILM, Content_Length="-5"), http(200, FILM, Content_Length="+5"),
    http(200, FILM, Content_Length="5 secret"), http(200, FILM, Content_Length="٣"),
    http(200, FILM, Content_Length="1" * 20),
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    http(200, b"3\r\nabc\r\n0\r\n\r\n", Content_Length="3", Transfer_Encoding="chunked"),
    http(200, b"3\r\nabc\r\n0\r\n\r\n", Content_Length="", Transfer_Encoding="chunked"),
])  # fmt: skip
def test_without_one_plain_length_nothing_is_read(answer: bytes) -> None:
    with serving(answer) as server:
        assert told(server) == (Permanent, "result.no_length")


def test_one_byte_more_than_we_take_is_too_large() -> None:
    with serving(http(200, FILM)) as server:
        assert fetched(stand_in(server), server.url, max_bytes=len(FILM)) == FILM
        assert told(server, max_bytes=len(FILM) - 1) == (Permanent, "result.too_large")


@pytest.mark.parametrize("size", [1, 999, len(FILM)])
def test_more_bytes_than_promised_are_noticed_before_the_promised_ones_are_all_given_out(size: int) -> None:
    with serving(http(200, FILM[:size] + b"!", Content_Length=str(size))) as server:
        received = 0
        with stand_in(server).fetch(server.url, max_bytes=MANY) as (_, stream), pytest.raises(Permanent) as caught:
            for piece in stream:
                received += len(piece)
        assert caught.value.code == "result.longer_than_promised"
        assert received < size


def test_a_server_that_keeps_the_line_open_costs_a_moment_only() -> None:
    with serving(hold(http(200, FILM))) as server:
        started = time.monotonic()
        assert fetched(stand_in(server, timeout=Timeout(30, 30)), server.url) == FILM
        assert time.monotonic() - started < 25  # before its patience ends


@pytest.mark.parametrize("size", [0, 1, len(FILM) - 1])
def test_fewer_bytes_than_promised_are_temporary(size: int) -> None:
    with serving(http(200, FILM[:size], Content_Length=str(len(FILM)))) as server:
        assert told(server) == (Temporary, "http.cut_off")


@pytest.mark.parametrize("answer", [
    b"", b"secret", b"HTTP/1.1 secret\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    b"HTTP/1.1 200 OK\r\n" + b"A: secret\r\n" * 200 + b"\r\n", b"\x16\x03\x01",
])  # fmt: skip
def test_what_is_no_answer_is_temporary(answer: bytes) -> None:
    with serving(answer) as server:
        assert told(server) == (Temporary, "http.cut_off")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX:", http(200, b"abc", Content_Length="9")])
def test_silence_before_and_within_a_result_is_a_timeout(head: bytes) -> None:
    with serving(hold(head)) as server:
        assert told(server, timeout=Timeout(5, 0.1)) == (Temporary, "http.timeout")


def test_a_result_that_drips_is_ended_by_the_deadline_however_patient_each_read_is() -> None:
    with serving(drip(http(200, Content_Length="100000"), every=0.01)) as server:
        times: Iterator[int] = iter(range(0, 10**6, 10))
        said = told(server, timeout=Timeout(5, 5), deadline=50, clock=lambda: next(times))
    assert said == (Temporary, "http.timeout")


def test_nobody_there_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    said = failure(ResultHosts(SUFFIXES, stand_ins=[Origin.of(url)]), url + "/secret")
    assert (type(said), said.code) == (Temporary, "http.unreachable")
