"""`make mutate-policy`: in a copy of the tree each promise is broken, one at a time, and the tests must see it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mutate.mutations import MUTATIONS, Mutation, problems

ROOT = Path(__file__).parent.parent.parent
FAILED = re.compile(r"^FAILED \S+?::(\w+)", re.MULTILINE)
PATIENCE = 600  # seconds for the tests of one mutation


@dataclass(frozen=True)
class Outcome:
    """`failed`: the first test that failed, not one that could not be run."""

    passed: bool
    failed: str
    said: str


@dataclass(frozen=True)
class Verdict:
    """`caught_by` is empty for a mutation that survived."""

    mutation: Mutation
    caught_by: str


def copied(source: Path, target: Path) -> None:
    """What git knows or would know, as it stands in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=source, check=True, capture_output=True
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def outcome(root: Path, tests: tuple[str, ...], only: str) -> Outcome:
    """Runs tests of that tree by this Python; passed means that there were some, and none failed."""
    words = [
        "-q",
        "-x",
        "-rf",
        "--tb=no",
        "--show-capture=no",
        "-p",
        "no:cacheprovider",
        *(["-k", only] if only else []),
    ]
    environ = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *tests],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    found = FAILED.search(done.stdout)
    failed = found[1] if done.returncode == 1 and found else ""
    return Outcome(done.returncode == 0, failed, done.stdout[-600:] + done.stderr[-300:])


def judged(root: Path, mutation: Mutation) -> Verdict:
    """Breaks the tree, runs the tests, and mends it again."""
    before = {edit.file: (root / edit.file).read_bytes() for edit in mutation.edits}
    try:
        for edit in mutation.edits:
            edit.make(root)
        return Verdict(mutation, outcome(root, mutation.tests, mutation.only).failed)
    finally:
        for file, content in before.items():
            (root / file).write_bytes(content)


def main(chosen: list[str]) -> int:
    """0 when every mutation was caught."""
    if found := list(problems(ROOT)):
        say("These no longer apply; mend tests/mutate/mutations.py:", *found)
        return 1
    mutations = [one for one in MUTATIONS if not chosen or any(word in one.name for word in chosen)]
    with tempfile.TemporaryDirectory(prefix="miomio-mutate-") as folder:
        root = Path(folder)
        copied(ROOT, root)
        if not mutations or not untouched_passes(root, mutations):
            return 1
        verdicts = []
        for mutation in mutations:
            started = time.monotonic()
            verdicts.append(judged(root, mutation))
            say(row(verdicts[-1], time.monotonic() - started))
    survived = [verdict for verdict in verdicts if not verdict.caught_by]
    say(f"{len(verdicts) - len(survived)} of {len(verdicts)} were caught.")
    return 1 if survived else 0


def untouched_passes(root: Path, mutations: list[Mutation]) -> bool:
    """A test that fails anyhow catches nothing. What several mutations run is run once."""
    wanted: dict[tuple[str, ...], list[str]] = {}
    for mutation in mutations:
        wanted.setdefault(mutation.tests, []).append(mutation.only)
    for tests, only in wanted.items():
        result = outcome(root, tests, " or ".join(f"({one})" for one in dict.fromkeys(only)) if all(only) else "")
        if not result.passed:
            say(f"Without any change these tests fail already: {' '.join(tests)}", result.said)
            return False
    say("Without any change all of their tests pass.", f"{'promise':8} {'what was broken':62} caught by")
    return True


def row(verdict: Verdict, seconds: float) -> str:
    caught = verdict.caught_by or "NOTHING: IT SURVIVED"
    return f"{verdict.mutation.promise:8} {verdict.mutation.name:62} {caught} ({seconds:.0f} s)"


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
