"""`python -m workers generation|rights`: one worker process of a group."""

from __future__ import annotations

import signal
import sys

from jobs.kinds import GENERATION, RIGHTS
from workers.process import build
from workers.startup import check_or_exit, settings_or_exit


def main() -> None:
    queue = sys.argv[1] if len(sys.argv) == 2 else ""
    if queue not in (GENERATION, RIGHTS):
        sys.exit(f"usage: python -m workers {GENERATION}|{RIGHTS}")
    process = build(settings_or_exit(queue), queue=queue)
    check_or_exit(process.house)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop.set())
    process.run()


if __name__ == "__main__":
    main()
