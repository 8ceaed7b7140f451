"""Cables that are pulled: what is sent meanwhile is heard by nobody, and nobody is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cluster import network
from deploy.cluster.network import Network
from deploy.cluster.plan import DATA, INTERNET, OFFICE
from ops.processes import StackError
from tests.deploy.namespaces import needs_machines

PORT = 7000
HERE = Path("/proc/thread-self/ns/net")


@pytest.fixture
def lan() -> Iterator[Network]:
    made = Network((DATA, OFFICE, INTERNET))
    made.open()
    yield made
    made.close()


def reached(lan: Network, *, seconds: float) -> bool:
    with lan.at(OFFICE), socket.socket() as line:
        line.settimeout(seconds)
        try:
            line.connect((DATA.address, PORT))
        except OSError:
            return False
        return True


def test_who_is_not_root_is_told_so() -> None:
    with pytest.raises(StackError, match="needs root"):
        network.demand(user=1000)


def test_a_name_says_whose_it_is() -> None:
    assert network.owner_of("miomio-4711-worker-1") == 4711
    assert network.owner_of("miomio-somebody") == 0


@needs_machines
def test_a_cut_host_is_reached_by_nobody_and_reached_again_when_it_is_mended(lan: Network) -> None:
    with lan.at(DATA), socket.create_server((DATA.address, PORT), backlog=64):
        assert reached(lan, seconds=30)
        lan.cut(DATA)
        assert not reached(lan, seconds=0.5)
        lan.mend(DATA)
        assert any(reached(lan, seconds=2) for _ in range(30))


@needs_machines
def test_who_was_on_another_machine_is_at_home_afterwards(lan: Network) -> None:
    here = HERE.readlink()
    with lan.at(OFFICE):
        assert HERE.readlink() != here
    assert HERE.readlink() == here


@needs_machines
def test_what_a_killed_run_left_is_swept_and_what_lives_is_not(lan: Network) -> None:
    gone = 1 << 30  # above every number that a process may have
    left = Network((DATA, INTERNET), owner=gone)
    left.open()
    swept = set(network.sweep())  # with what others may have left
    there = set(network.names())
    assert {left.named(name) for name in ("data", "internet", "switch")} <= swept - there
    assert {lan.named("data"), lan.named("switch")} <= there - swept
    lan.close()
    assert not [name for name in network.names() if network.owner_of(name) == os.getpid()]
