"""Processes forked from one that has imported the program already: starting one costs a second less."""

from __future__ import annotations

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
# Once for all tests, for the last call counts.
FORKS.set_forkserver_preload(["workers.__main__", "ops.verbs", "tests.privacy.town"])
