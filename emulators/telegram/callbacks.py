"""Presses on inline buttons, and what the bot answered to them."""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass
from typing import Any

from .errors import ApiError, bad_request
from .pulse import Pulse
from .settings import Settings
from .store import Store

KEPT_SECONDS = 3600.0


@dataclass(slots=True)
class Press:
    id: str
    person: int
    created: float
    answered: bool = False
    text: str | None = None
    show_alert: bool = False
    url: str | None = None

    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = {"answered": self.answered, "show_alert": self.show_alert}
        view |= {"text": self.text} if self.text else {}
        return view | ({"url": self.url} if self.url else {})


class Callbacks:
    def __init__(self, store: Store, settings: Settings) -> None:
        self._presses: dict[str, Press] = {}
        self._store = store
        self._settings = settings
        self.pulse = Pulse()
        store.keep("press", self._row)
        for _, row in store.rows("press"):
            self._presses[row["id"]] = Press(**row)

    def add(self, person: int) -> Press:
        self._prune()
        press = Press(str(random.randrange(10**17, 10**18)), person, time.time())
        self._presses[press.id] = press
        self._store.mark("press", press.id)
        return press

    def get(self, press_id: str) -> Press | None:
        return self._presses.get(press_id)

    def open(self, press_id: str) -> Press:
        """A press that may still be answered. Raises ApiError for an unknown or an old one."""
        press = self._presses.get(press_id)
        if press is None or time.time() - press.created > self._settings.callback_lifetime:
            raise too_old()
        return press

    def answer(self, press: Press, *, text: str, show_alert: bool, url: str) -> None:
        press.answered = True
        press.text, press.show_alert, press.url = text or None, show_alert, url or None
        self._store.mark("press", press.id)
        self.pulse.beat()

    def forget(self) -> None:
        self._presses.clear()

    def _prune(self) -> None:
        limit = time.time() - KEPT_SECONDS
        while (oldest := next(iter(self._presses.values()), None)) is not None and oldest.created <= limit:
            del self._presses[oldest.id]
            self._store.mark("press", oldest.id)

    def _row(self, key: str) -> Any:
        press = self._presses.get(key)
        return asdict(press) if press else None


def too_old() -> ApiError:
    return bad_request("query is too old and response timeout expired or query ID is invalid")
