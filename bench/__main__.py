"""`python -m bench [name …]`: every figure there is, or those named, printed and written to `bench/results/`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench import checkout, crowd, erasure, export, job, retention, sealing, start, videos, webhook

RESULTS = Path(__file__).parent / "results"
FIGURES = {
    "sealing": sealing.run,
    "webhook": webhook.run,
    "job": job.run,
    "start": start.run,
    "crowd": crowd.run,
    "checkout": checkout.run,
    "erasure": erasure.run,
    "export": export.run,
    "retention": retention.run,
    "videos": videos.run,
}


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or FIGURES:
        figures = FIGURES[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
        for figure, value in figures.items():
            print(f"{name}: {figure} = {value:.3g}", flush=True)


if __name__ == "__main__":
    main()
