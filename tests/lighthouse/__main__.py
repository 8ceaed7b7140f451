"""`python -m tests.lighthouse`: median points of the site in Lighthouse; exits 1 when a goal is missed."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.lighthouse.install import INSTALLED, program
from tests.parts import chromium, prepare
from tests.site.serving import serve

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGES = ("/", "/privacy")
FORMS: dict[str, list[str]] = {"mobile": [], "desktop": ["--preset=desktop"]}
# As root Chromium needs --no-sandbox; the others keep it from asking its maker for things while it is measured.
FLAGS = "--headless=new --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-sync"
PATIENCE = 240  # seconds for one run
WELL = 0.9  # where Lighthouse itself begins to show an audit in green


@dataclass(frozen=True)
class Run:
    """Points of 100 by category, and the audits that lost some of them."""

    points: dict[str, float]
    lost: frozenset[str]


def measure(lighthouse: Path, browser: str, address: str, options: list[str]) -> Run:
    """One run, in a browser that was never here. Exits when there is no result."""
    command = [str(lighthouse), address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}", *options]
    command.append(f"--only-categories={','.join(GOALS)}")
    environ = {**os.environ, "CHROME_PATH": browser, "CI": "true"}  # CI: it asks nothing
    done = subprocess.run(
        command, env=environ, cwd=INSTALLED, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        sys.exit(f"Lighthouse could not measure {address}: {done.stderr.strip()[-2000:]}")
    found = json.loads(done.stdout)
    if "runtimeError" in found:
        sys.exit(f"Lighthouse could not measure {address}: {found['runtimeError']['message']}")
    return Run({name: 100 * found["categories"][name]["score"] for name in GOALS}, frozenset(_lost(found)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lighthouse")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("pages", nargs="*", default=PAGES)
    asked = parser.parse_args()
    prepare()
    browser = chromium()
    if browser is None:
        sys.exit("Lighthouse needs Chromium: apt-get install chromium")
    lighthouse = program()
    missed = False
    with tempfile.TemporaryDirectory(prefix="miomio-lighthouse-") as folder, serve(Path(folder)) as site:
        _say("page", "form", *GOALS)
        for page in asked.pages:
            for form, options in FORMS.items():
                runs = [measure(lighthouse, browser, site.url + page, options) for _ in range(asked.runs)]
                missed |= report(page, form, runs)
    sys.exit(1 if missed else 0)


def report(page: str, form: str, runs: list[Run]) -> bool:
    """Prints a row, and below it what cost points in any of the runs; whether a goal was missed by the median."""
    points = {name: statistics.median(run.points[name] for run in runs) for name in GOALS}
    missed = [name for name, goal in GOALS.items() if points[name] < goal]
    _say(page, form, *(f"{points[name]:.0f}{' < ' + str(GOALS[name]) if name in missed else ''}" for name in GOALS))
    for audit in sorted(frozenset().union(*(run.lost for run in runs))):
        _say("", "", audit)
    return bool(missed)


def _lost(found: dict[str, object]) -> set[str]:
    """What a person could mend: audits with a weight that were not passed, with their sentence."""
    categories, audits = found["categories"], found["audits"]
    assert isinstance(categories, dict)
    assert isinstance(audits, dict)
    weighty = {ref["id"] for category in categories.values() for ref in category["auditRefs"] if ref["weight"]}
    return {
        f"{audits[one]['title']} ({audits[one].get('displayValue', one)})"
        for one in weighty
        if audits[one]["score"] is not None and audits[one]["score"] < WELL
    }


def _say(page: str, form: str, *cells: str) -> None:
    print(f"{page:<20}{form:<10}" + "".join(f"{cell:<18}" for cell in cells), flush=True)  # noqa: T201  its output


if __name__ == "__main__":
    main()
