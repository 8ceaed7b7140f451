"""Whether machines can be made here at all: a container may have root and no right to a network of its own."""

from __future__ import annotations

import os

import pytest

from deploy.cluster import network
from deploy.cluster.network import Network
from deploy.cluster.plan import DATA, INTERNET
from ops.processes import StackError


def why_not() -> str:
    """Empty where they can."""
    trial = Network((DATA, INTERNET))
    try:
        network.demand(os.geteuid())
        try:
            trial.open()
            with trial.at(DATA):
                return ""
        finally:
            trial.close()
    except (StackError, OSError) as error:
        return str(error)


WHY_NOT = why_not()
needs_machines = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
