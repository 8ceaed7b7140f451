"""Fetching results: only from where they may come, only as much as was promised, and never from inside."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from errors import Failure, Permanent, Temporary
from providers.http import Origin, Timeout
from providers.results import ResultHosts
from tests.providers.line_server import LineServer, certificate, drip, hold, http, serving

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


@pytest.fixture(scope="module")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"), NAME, "127.0.0.1")


# What comes


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


def test_over_tls_from_a_declared_public_host(both_sides: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    theirs, ours = both_sides
    with serving(http(200, FILM), tls=theirs) as server:
        for url in (f"https://{NAME}/a.mp4", f"https://{NAME.upper()}:443/a.mp4"):
            hosts = ResultHosts(SUFFIXES, dial=line_to(server, peer="8.8.8.8"), tls=ours)
            assert hashlib.sha256(fetched(hosts, url)).digest() == hashlib.sha256(FILM).digest()


def test_a_consumers_own_error_goes_through_and_the_line_is_closed() -> None:
    with serving(drip(http(200, Content_Length="99999"), every=0.01)) as server:
        with pytest.raises(ValueError, match="mine"), stand_in(server).fetch(server.url, max_bytes=MANY):
            raise ValueError("mine")
        assert server.ended.wait(5), "their side saw the line close"


# From where


@pytest.mark.parametrize("url", [
    "http://v1.klingai.com/secret.mp4", "https://v1.klingai.com:8443/secret.mp4", "ftp://v1.klingai.com/secret",
    "https://user@v1.klingai.com/secret", "https://user:pw@v1.klingai.com/secret", "https://@v1.klingai.com/secret",
    "https://v1.klingai.com\\@evil.com/secret", "https://v1.klingai.com /secret", "https://v1.klingai.com/se cret",
    "https://v1.klingai.com/\r\nHost:secret", "https://v1..klingai.com/secret", "https://v1.klingai.com./secret",
    "https://klingаi.com/secret", "https://[::1]/secret", "https://[secret", "https:///secret", "", "secret",
    "https://v1.klingai.com:port/secret", "file:///etc/secret", "//v1.klingai.com/secret",
    "https://a.kling.ai/" + "s" * 5000,
])  # fmt: skip
def test_an_address_that_is_not_plainly_https_is_refused_before_anything_is_resolved(url: str) -> None:
    said = failure(ResultHosts(SUFFIXES, dial=nobody, tls=NO_TRUST), url)
    assert (type(said), said.code) == (Permanent, "result.bad_address")


@pytest.mark.parametrize("host", [
    "evilklingai.com", "klingai.com.evil.com", "klingai.comm", "com", "ai", "127.0.0.1", "localhost", "klingai",
    "xn--klingi-9qe.com", "169.254.169.254", "kling.ai.com",
])  # fmt: skip
def test_a_host_that_is_not_declared_is_refused_and_named(host: str) -> None:
    said = failure(ResultHosts(SUFFIXES, dial=nobody, tls=NO_TRUST), f"https://{host}/secret.mp4")
    assert (type(said), said.code, said.facts) == (Permanent, "result.undeclared_host", {"host": host})


@pytest.mark.parametrize("host", ["klingai.com", "a.klingai.com", "A.B.KlingAI.com", "kling.ai", "v21-kling.kling.ai"])
def test_a_declared_host_and_those_under_it_are_dialled(host: str) -> None:
    dialled = []

    def dial(address: tuple[str, int], timeout: float) -> socket.socket:
        dialled.append((address, timeout))
        raise ConnectionRefusedError("secret")

    said = failure(ResultHosts(SUFFIXES, dial=dial, tls=NO_TRUST, timeout=Timeout(2, 3)), f"https://{host}/secret")
    assert (type(said), said.code) == (Temporary, "http.unreachable")
    assert dialled == [((host.lower(), 443), 2)]


def test_a_name_that_resolves_to_this_machine_is_refused_before_a_byte_is_sent() -> None:
    with serving(http(200, FILM)) as server:
        hosts = ResultHosts(
            ("localhost",), dial=lambda _, wait: socket.create_connection(("localhost", server.port), wait)
        )
        said = failure(hosts, "https://localhost/secret.mp4")
        assert (type(said), said.code) == (Permanent, "result.private_address")
        assert server.ended.wait(5)
        assert server.asked == [b""]


@pytest.mark.parametrize("peer", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "0.0.0.0",  # noqa: S104
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1%lo",
    "fc00::1", "fdaa::3", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "2001::1", "2001:db8::1", "100::1",
])  # fmt: skip
def test_whoever_answers_from_inside_a_network_is_not_spoken_to(peer: str) -> None:
    with serving(http(200, FILM)) as server:
        said = failure(
            ResultHosts(SUFFIXES, dial=line_to(server, peer=peer), tls=NO_TRUST), f"https://{NAME}/secret.mp4"
        )
        assert (type(said), said.code) == (Permanent, "result.private_address")
        assert server.ended.wait(5)
        assert server.asked == [b""]


@pytest.mark.parametrize("peer", ["8.8.8.8", "2606:4700::1111", "172.32.0.1"])
def test_whoever_answers_from_outside_is_greeted(peer: str) -> None:
    with serving(hold()) as server:
        hosts = ResultHosts(SUFFIXES, dial=line_to(server, peer=peer), tls=NO_TRUST, timeout=Timeout(2, 0.1))
        assert failure(hosts, f"https://{NAME}/secret.mp4").code == "http.timeout", "this server speaks no TLS"
        assert server.ended.wait(5)
        assert server.asked[0].startswith(b"\x16\x03"), "but it was asked to"


def test_a_stand_in_is_exempt_at_its_exact_origin_only() -> None:
    with serving(http(200, FILM)) as server:
        hosts = stand_in(server)
        assert fetched(hosts, server.url) == FILM
        for other in (
            f"https://127.0.0.1:{server.port}/", f"http://localhost:{server.port}/",
            f"http://127.0.0.1:{server.port + 1}/", f"http://a@127.0.0.1:{server.port}/",
        ):  # fmt: skip
            assert failure(hosts, other).code == "result.bad_address"
    assert len(server.asked) == 1


def test_a_certificate_of_nobody_we_know_or_for_another_name_is_not_trusted(
    both_sides: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = both_sides
    with serving(http(200, FILM), tls=theirs) as server:
        dial = line_to(server, peer="8.8.8.8")
        unknown = failure(ResultHosts(SUFFIXES, dial=dial), f"https://{NAME}/secret")
        misnamed = failure(ResultHosts(SUFFIXES, dial=dial, tls=ours), "https://other.kling.ai/secret")
        stand = failure(stand_in(server), server.url + "/secret")
    for said in (unknown, misnamed, stand):
        assert (type(said), said.code) == (Temporary, "result.untrusted")
    assert server.asked == []


# How it goes wrong


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
        assert fetched(stand_in(server, timeout=Timeout(5, 4)), server.url) == FILM
        assert time.monotonic() - started < 2


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
