"""`python -m bench.growth [--share 0.02]`: whether anything slows down while the tables grow."""

from __future__ import annotations

import argparse
import sys

from bench.figures import RESULTS, ROOT, write
from bench.growth.turns import DRAWN, GROWTH
from bench.page import draw

parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
parser.add_argument("--share", type=float, default=1.0, help="of the people: less than 1 shows only that it works")
share = parser.parse_args().share
folder = RESULTS if share == 1 else ROOT / "build" / "bench"
made = GROWTH.reported(share)
write(made, folder)
draw(folder, DRAWN)
sys.exit(1 if any(figure.met is False for figure in made.figures) else 0)
