"""Whether machines can be made here at all: a container may have root and no right to a network of its own."""

from __future__ import annotations

import os

import pytest

from deploy.cluster import network
from ops.processes import StackError


def why_not() -> str:
    """Empty where they can."""
    try:
        network.demand(os.geteuid())
    except StackError as error:
        return str(error)
    return ""


WHY_NOT = why_not()
needs_machines = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
