"""`python -m ops <verb>`: what people who run the service do."""

from __future__ import annotations

from ops.verbs import verbs

if __name__ == "__main__":
    verbs(prog_name="python -m ops")
