"""Which lines there are between the parts, and how often each is spoiled compared with the others."""

from __future__ import annotations

POSTGRES, VALKEY, STORE = "postgres", "valkey", "store"
TELEGRAM, GEMINI, KLING = "telegram", "gemini", "kling"
WEB, WORKER, RIGHTS = "web", "worker", "rights"
WEBHOOK, CALLBACK = "telegram-web", "kling-web"

# Group of processes, what it talks to -> weight in the choice of the next fault's line.
WEIGHTS = {
    f"{WEB}-{POSTGRES}": 8,
    f"{WEB}-{VALKEY}": 4,
    f"{WEB}-{STORE}": 0,  # it asks the store only when it starts and when somebody fetches a file
    f"{WEB}-{TELEGRAM}": 4,
    f"{WORKER}-{POSTGRES}": 16,
    f"{WORKER}-{VALKEY}": 8,
    f"{WORKER}-{STORE}": 10,
    f"{WORKER}-{TELEGRAM}": 12,
    f"{WORKER}-{GEMINI}": 8,
    f"{WORKER}-{KLING}": 8,
    f"{RIGHTS}-{POSTGRES}": 3,
    f"{RIGHTS}-{VALKEY}": 2,
    f"{RIGHTS}-{STORE}": 0,
    f"{RIGHTS}-{TELEGRAM}": 0,
    WEBHOOK: 9,
    CALLBACK: 4,
}
# No word of a person may pass these in plain: what is behind them only keeps and rings.
SEALED = (POSTGRES, VALKEY, STORE)


def served_by(link: str) -> str:
    """The part at its far end."""
    return link.rpartition("-")[2]
