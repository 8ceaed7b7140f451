"""`python -m deploy.cluster`: makes the machines, tries them, says what was seen, and takes everything away again."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from deploy.cluster import network, report
from deploy.cluster.machines import Machines
from deploy.cluster.plan import MACHINES, WORKERS
from deploy.cluster.trial import trial
from ops.processes import ROOT, StackError

RESULT = ROOT / "bench" / "results" / "cluster.json"
KEPT = ROOT / "var" / "cluster-logs"  # of the last run
FOLDER = "miomio-cluster-"


def main() -> int:
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    network.demand(os.geteuid())
    for name in (*network.sweep(), *_swept_folders()):
        _say(f"took away {name}, which a run left that was killed")
    with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as somebody else
        lan = network.Network(MACHINES)
        machines = Machines(folder, lan)
        try:
            lan.open()
            machines.start()
            _say(f"{time.monotonic() - began:6.1f} s  {len(MACHINES)} machines are up")
            seen = trial(machines)
            cut, mended = seen.moments(WORKERS[0])
            said = report.said_by(machines.log(WORKERS[0]), cut=cut, mended=mended)
            told = report.figures(seen, said)
            checked = report.checks(seen)
        finally:
            _taken_away(machines, lan)
            _keep(machines.processes.logs)
    report.written(RESULT, told, checked, seconds=time.monotonic() - began)
    _say(report.text(told, checked))
    _say(f"{time.monotonic() - began:6.1f} s  in all; {RESULT.relative_to(ROOT)}, logs in {KEPT.relative_to(ROOT)}")
    return 0 if all(check.passed for check in checked) else 1


def _taken_away(machines: Machines, lan: network.Network) -> None:
    """Whatever is pressed meanwhile."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        machines.stop()
    finally:
        lan.close()


def _swept_folders() -> list[Path]:
    left = [entry for entry in Path(tempfile.gettempdir()).glob(f"{FOLDER}*") if not network.lives(_owner(entry))]
    for entry in left:
        shutil.rmtree(entry, ignore_errors=True)
    return left


def _owner(folder: Path) -> int:
    number = folder.name.removeprefix(FOLDER).partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _keep(logs: Path) -> None:
    if logs.exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        shutil.copytree(logs, KEPT)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(str(error))
    except TimeoutError:
        sys.exit("People still wait for their orders long after the last cable was mended.")
    except KeyboardInterrupt:
        sys.exit("Stopped; everything was taken away.")
