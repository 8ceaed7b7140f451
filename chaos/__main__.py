"""`python -m chaos quick|full SEED`: trouble, then the checks. Exit code 0 when all of them passed."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from chaos import picture, report
from chaos.levels import LEVELS
from chaos.report import RESULTS
from chaos.run import play


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("level", choices=sorted(LEVELS))
    parser.add_argument("seed", type=int)
    parser.add_argument("--keep", type=Path, help="an empty folder for logs and databases, which stay there")
    parser.add_argument("--into", type=Path, default=RESULTS, help="a folder for the report and its picture")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or its processes would outlive it
    run = play(LEVELS[options.level], options.seed, say=_say, keep=options.keep)
    print(report.words(run))
    print(f"{report.write(run, options.into)}, {picture.write(run, options.into)}")
    return 0 if run.passed else 1


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
