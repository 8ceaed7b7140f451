"""From where results may come: declared hosts, over TLS, from outside of every network of ours."""

from __future__ import annotations

import hashlib
import socket
import ssl

import pytest

from errors import Permanent, Temporary
from providers.http import Timeout
from providers.results import ResultHosts
from tests.providers.line_server import certificate, hold, http, serving
from tests.providers.result_asked import (
    FILM,
    NAME,
    NO_TRUST,
    SUFFIXES,
    failure,
    fetched,
    line_to,
    nobody,
    stand_in,
)


@pytest.fixture(scope="module")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"), NAME, "127.0.0.1")


@pytest.mark.proves("P7.2")
@pytest.mark.parametrize("url", [
    "http://v1.klingai.com/secret.mp4", "https://v1.klingai.com:8443/secret.mp4", "http://v1.klingai.com:443/secret",
    "ftp://v1.klingai.com/secret", "https://v1.klingai.com/a\\secret",
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


@pytest.mark.proves("P5.5")
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
        assert server.ended.wait(60)
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
        assert server.ended.wait(60)
        assert server.asked == [b""]


@pytest.mark.parametrize("peer", ["8.8.8.8", "2606:4700::1111", "172.32.0.1"])
def test_whoever_answers_from_outside_is_greeted(peer: str) -> None:
    with serving(hold()) as server:
        hosts = ResultHosts(SUFFIXES, dial=line_to(server, peer=peer), tls=NO_TRUST, timeout=Timeout(2, 0.1))
        assert failure(hosts, f"https://{NAME}/secret.mp4").code == "http.timeout", "this server speaks no TLS"
        assert server.ended.wait(60)
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


@pytest.mark.proves("P7.2")
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


def test_over_tls_from_a_declared_public_host(both_sides: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    theirs, ours = both_sides
    with serving(http(200, FILM), tls=theirs) as server:
        for url in (f"https://{NAME}/a.mp4", f"https://{NAME.upper()}:443/a.mp4"):
            hosts = ResultHosts(SUFFIXES, dial=line_to(server, peer="8.8.8.8"), tls=ours)
            assert hashlib.sha256(fetched(hosts, url)).digest() == hashlib.sha256(FILM).digest()
