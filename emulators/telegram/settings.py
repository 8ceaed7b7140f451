"""How fast the emulator's clocks run. The defaults are Telegram's own; tests shorten them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from emulators.settings import Held, duration


@dataclass(slots=True)
class Settings(Held):
    """All values are seconds."""

    retry_first: float = 2.0  # the second retry of an update; the first comes at once
    retry_cap: float | None = None  # None: a random 60 to 120, as Telegram does
    pending_timeout: float = 60.0  # how long a webhook may take to answer
    message_lifetime: float = 24 * 3600.0  # undelivered messages and member updates
    callback_lifetime: float = 150.0  # undelivered or unanswered button presses
    checkout_answer: float = 10.0  # how long a pre-checkout question waits for the bot
    link_lifetime: float = 3600.0  # a download link after getFile
    delete_age: float = 48 * 3600.0  # how old a message may be when the bot deletes it
    gone_limit: float = 23 * 3600.0  # a webhook that answers 410 for this long is removed
    reorder_wait: float = 5.0  # how long the "reorder" fault holds an update for a successor

    def check(self, name: str, value: object) -> None:
        """Raise ValueError for an unknown name or a value that is no number of seconds."""
        known = sorted(item.name for item in fields(self))
        if name not in known:
            raise ValueError(f"unknown setting {name}; known are {', '.join(known)}")
        if not duration(value) and not (value is None and name == "retry_cap"):
            raise ValueError(f"{name} must be a number of seconds")
