"""Everything one emulated bot consists of, handed to each method and route."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from .callbacks import Callbacks
from .faults import Faults
from .files import Files
from .payments import Payments
from .settings import Settings
from .store import Store
from .traffic import Traffic
from .updates import Updates
from .world import World


@dataclass(slots=True)
class Telegram:
    token: str
    settings: Settings
    store: Store
    world: World
    files: Files
    updates: Updates
    callbacks: Callbacks
    payments: Payments
    faults: Faults
    traffic: Traffic
    profile: dict[str, Any] = field(default_factory=dict)
    http: ClientSession | None = None
    setting_webhook: bool = False
    poll: int = 0  # the number of the newest getUpdates: an older one is ended

    def load_profile(self) -> None:
        self.store.keep("profile", lambda key: self.profile)
        for _, row in self.store.rows("profile"):
            self.profile = row

    def forget(self, *, keep_webhook: bool) -> None:
        """A fresh start; ids go on rising."""
        self.store.empty()
        self.world.forget()
        self.files.forget()
        self.callbacks.forget()
        self.payments.forget()
        self.faults.rules.clear()
        self.traffic.forget()
        self.profile = {}
        self.updates.forget(keep_webhook=keep_webhook)
        if not keep_webhook:
            self.settings.reset()


TELEGRAM = web.AppKey("telegram", Telegram)
