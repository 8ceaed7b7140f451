"""`python -m bench`: every figure there is, printed and written to `bench/results/`."""

from __future__ import annotations

import json
from pathlib import Path

from bench import sealing

RESULTS = Path(__file__).parent / "results"
FIGURES = {"sealing": sealing.run}


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    for name, run in FIGURES.items():
        figures = run()
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
        for figure, value in figures.items():
            print(f"{name}: {figure} = {value:.3g}")


if __name__ == "__main__":
    main()
