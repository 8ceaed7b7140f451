"""`python -m emulators.gemini --port N`: the stand-in alone, on the loopback address."""

from __future__ import annotations

from emulators.gemini.app import make_app
from emulators.running import command_line, run_alone

if __name__ == "__main__":
    parser = command_line("emulators.gemini", ready="picture")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    run_alone(parser, make_app)
