"""Writes down which promises the tests prove: `--proofs FILE`. Runs of one version are merged in the file.

It claims nothing: tests that were left out, skipped or never reached stand in the record as what they are.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops.tagged import tagged
from privacy.proofs import FAILED, NOT_RUN, PASSED, SKIPPED, WORSE, Proof, Record, read, write
from privacy.release import Release, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proofs", metavar="FILE", help="write down which promises were proven")


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.proofs:
        return
    if any("::" in str(argument) for argument in config.args):
        raise pytest.UsageError("--proofs is for whole files: a single test cannot show that all its cases pass")
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Worker(config), "proofs of a worker")
    else:
        config.pluginmanager.register(Book(config.rootpath, Path(config.option.proofs)), "proofs")


class Worker:
    """A process of xdist: tells the one that writes which marked tests there are."""

    def __init__(self, config: pytest.Config) -> None:
        self._output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]  # xdist's, on its workers
        self._output["proofs"] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if ids := _ids(item):
            self._output["proofs"][item.nodeid] = ids


class Book:
    """The process that sees all results, and writes them down at the end."""

    def __init__(self, root: Path, path: Path) -> None:
        self._root = root
        self._path = path
        self._release, self._clean = running(root=root), clean(root)
        self._marked: dict[str, list[str]] = {}
        self._results: dict[str, tuple[str, str]] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Before anything is deselected: what is left out of this run must show."""
        if ids := _ids(item):
            self._marked[item.nodeid] = ids

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._marked.update(getattr(node, "workeroutput", {}).get("proofs", {}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call and tear-down each report; the worst counts, and without a call nothing has passed."""
        if report.when == "call" or report.outcome != "passed":
            before, _ = self._results.get(report.nodeid, (NOT_RUN, ""))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._results[report.nodeid] = (max(before, _result(report), key=WORSE.index), now)

    def pytest_sessionfinish(self) -> None:
        unchanged = running(root=self._root) == self._release and clean(self._root) == self._clean
        record = self._record(self._release, self._clean and unchanged)
        before = read(self._path)
        write(before.merged(record) if before is not None and before.same_version(record) else record, self._path)

    def _record(self, release: Release, is_clean: bool) -> Record:
        ids = {name: set(each) for name, each in tagged(self._root / "tests").items()}
        cases: dict[str, dict[str, str]] = {name: {} for name in ids}
        ended = dict.fromkeys(ids, "")
        for nodeid, marked in self._marked.items():
            name, bracket, case = nodeid.partition("[")
            ids.setdefault(name, set()).update(marked)
            result, at = self._results.get(nodeid, (NOT_RUN, ""))
            cases.setdefault(name, {})[bracket + case] = result
            ended[name] = max(ended.get(name, ""), at)
        proofs = {name: Proof(tuple(sorted(ids[name])), cases[name], ended[name]) for name in sorted(ids)}
        return Record(release.commit, release.sources, is_clean, proofs)


def clean(root: Path) -> bool:
    """Whether the checkout holds its commit and nothing else. Without git nobody can say so, and the answer is no."""
    try:
        git = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=False)
    except OSError:
        return False
    return git.returncode == 0 and not git.stdout.strip()


def _ids(item: pytest.Item) -> list[str]:
    return sorted({str(each) for mark in item.iter_markers("proves") for each in mark.args})


def _result(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail") or report.outcome == "skipped":  # an expected failure proves nothing
        return SKIPPED
    return PASSED if report.outcome == "passed" else FAILED
