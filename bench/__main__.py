"""`python -m bench [name …]`: every figure there is, or those named, into `bench/results/` with a page of plots.

`--share 0.1` does a tenth and writes to `build/bench/`: enough to see that a program works, too little for a figure.
`--page` only draws the page anew. `--list` says what there is and how long each takes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.figures import RESULTS, ROOT, Report, write
from bench.growth.turns import DRAWN
from bench.page import draw
from bench.programs import BY_NAME, PROGRAMS


def main() -> None:
    options = _options()
    if options.list:
        for program in PROGRAMS:
            print(f"{program.name:10} {program.seconds:4} s  {program.title}")
        return
    folder = RESULTS if options.share == 1 else ROOT / "build" / "bench"
    failed: list[str] = []
    if not options.page:
        failed = _measure(options.names or list(BY_NAME), folder, options.share)
    page = draw(folder, DRAWN)
    print(f"{page.relative_to(ROOT)}")
    if failed:
        sys.exit(f"no figures from {', '.join(failed)}")


def _measure(names: list[str], folder: Path, share: float) -> list[str]:
    """Those that gave no figures: one that breaks does not take the others along."""
    failed = []
    for name in names:
        try:
            made = BY_NAME[name].reported(share)
        except (Exception, SystemExit) as error:
            failed.append(name)
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            continue
        write(made, folder)
        _print(made)
    return failed


def _print(made: Report) -> None:
    print(f"{made.program}, {made.seconds:.0f} s")
    for figure in made.figures:
        ratio = "" if figure.ratio is None else f" = {figure.ratio:.3g} × {figure.compared_with}"
        verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
        print(f"  {figure.name:18} {figure.value:10.4g} {figure.unit:5}{ratio:28} {verdict}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BY_NAME))
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BY_NAME):
        parser.error(f"no program called {', '.join(sorted(unknown))}; there are {', '.join(BY_NAME)}")
    return options


if __name__ == "__main__":
    main()
