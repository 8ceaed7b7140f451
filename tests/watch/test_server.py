"""The private port: figures and a sign of life, nothing else, and never a reason not to start."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import requests
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.parser import text_string_to_metric_families

from watch.server import FigureServer


def free(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Gauge("miomio_trial", "A trial", registry=made).set(7)
    return made


@pytest.fixture
def server(registry: CollectorRegistry) -> Iterator[FigureServer]:
    made = FigureServer(registry, host="127.0.0.1", port=free("127.0.0.1"))
    made.start()
    yield made
    made.close()


def test_figures_are_served_as_prometheus_reads_them(server: FigureServer) -> None:
    answer = requests.get(f"http://127.0.0.1:{server.port}/metrics", timeout=60)
    [family] = text_string_to_metric_families(answer.text)
    assert (answer.status_code, family.name, family.samples[0].value) == (200, "miomio_trial", 7.0)
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_who_asks_for_the_newer_format_gets_it(server: FigureServer) -> None:
    asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = requests.get(f"http://127.0.0.1:{server.port}/metrics", headers=asked, timeout=60)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_a_health_check_needs_no_figures(server: FigureServer) -> None:
    assert requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=60).text == "ok"


@pytest.mark.parametrize("path", ["/", "/metrics/", "/debug", "/metrics%2f.."])
def test_there_is_nothing_else(server: FigureServer, path: str) -> None:
    assert requests.get(f"http://127.0.0.1:{server.port}{path}", timeout=60).status_code == 404


def test_nothing_is_written_through_it(server: FigureServer) -> None:
    assert requests.post(f"http://127.0.0.1:{server.port}/metrics", data=b"x", timeout=60).status_code == 501


def test_a_port_that_is_taken_keeps_nobody_from_serving_people(registry: CollectorRegistry) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = FigureServer(registry, host="127.0.0.1", port=taken.getsockname()[1])
        server.start()
        assert server.port == 0
        server.close()


def test_without_a_port_nothing_listens(registry: CollectorRegistry) -> None:
    server = FigureServer(registry, host="127.0.0.1", port=0)
    server.start()
    assert server.port == 0
    server.close()


def test_every_address_is_heard_of_both_kinds(registry: CollectorRegistry) -> None:
    try:
        port = free("::")
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = FigureServer(registry, host="::", port=port)
    server.start()
    try:
        for host in ("127.0.0.1", "[::1]"):
            assert requests.get(f"http://{host}:{port}/healthz", timeout=60).status_code == 200
    finally:
        server.close()
