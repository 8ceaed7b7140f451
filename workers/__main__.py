"""`python -m workers generation|rights`: one worker process of a group."""

from __future__ import annotations

import signal
import sys

from jobs.kinds import GENERATION, RIGHTS
from workers.process import WorkerProcess, build
from workers.startup import check_or_exit, settings_or_exit


def main() -> None:
    queue = sys.argv[1] if len(sys.argv) == 2 else ""
    if queue not in (GENERATION, RIGHTS):
        sys.exit(f"usage: python -m workers {GENERATION}|{RIGHTS}")
    prepare(queue).run()


def prepare(queue: str) -> WorkerProcess:
    """A process that lacks only its `run`; or exit 2 with what keeps it from starting."""
    process = build(settings_or_exit(queue), queue=queue)
    check_or_exit(process.house)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop.set())
    return process


if __name__ == "__main__":
    main()
