"""What we open to others is encrypted to the one that was meant: a certificate of nobody we know ends the call."""

from __future__ import annotations

import ssl
import urllib.request

import pytest

from errors import Temporary
from providers.http import Origin, Outbound
from tests.providers.line_server import certificate, http, serving
from vault.s3 import S3Store, s3_client
from vault.store import new_object_name


@pytest.fixture(scope="module")
def both_sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


def test_whoever_trusts_this_server_can_speak_to_it(both_sides: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """So that the tests below fail for no other reason than trust."""
    theirs, ours = both_sides
    with serving(http(200, b"hello"), tls=theirs) as server, urllib.request.urlopen(server.url, context=ours) as answer:
        assert answer.read() == b"hello"


@pytest.mark.proves("P7.2")
def test_a_provider_with_a_certificate_of_nobody_we_know_is_told_nothing(
    both_sides: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, _ = both_sides
    monkeypatch.setenv("CURL_CA_BUNDLE", "")  # the surroundings cannot switch it off either
    with serving(http(200, b"hello"), tls=theirs) as server:
        outbound = Outbound([Origin.of(server.url)])
        with pytest.raises(Temporary, match=r"http\.unreachable"):
            outbound.request("POST", f"{server.url}/secret", body=b"a photo")
        outbound.close()
    assert server.asked == []


@pytest.mark.proves("P7.2")
def test_a_store_with_a_certificate_of_nobody_we_know_is_asked_nothing(
    both_sides: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, _ = both_sides
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "demo")
    with serving(http(200), tls=theirs) as server:
        store = S3Store(s3_client(region="auto", endpoint=server.url, tries=1), "bucket")
        with pytest.raises(Temporary, match=r"store\.unavailable"):
            store.get(new_object_name("photo"))
    assert server.asked == []
