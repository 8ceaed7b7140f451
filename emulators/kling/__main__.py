"""`python -m emulators.kling --port N`: the stand-in alone, on the loopback address."""

from __future__ import annotations

from emulators.kling.app import make_app
from emulators.running import command_line, run_alone

if __name__ == "__main__":
    parser = command_line("emulators.kling", ready="clip")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a task takes")
    run_alone(parser, make_app)
