"""Processes forked from one that has imported the program already: starting one costs a second less."""

from __future__ import annotations

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["workers.__main__", "tests.privacy.town"])  # once for all tests: the last call counts
