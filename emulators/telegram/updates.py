"""What waits to be told to the bot: updates in their queues, kept until taken or expired."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from .faults import Faults
from .pulse import Pulse
from .settings import Settings
from .store import Store
from .world import World

_CHAT_KINDS = ("message", "edited_message")
_SHORT_LIVED = ("callback_query", "pre_checkout_query", "shipping_query")
_ONLY_ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")
KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
        "subscription",
        "stopped_message_generation",
    ]
)


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    certificate: str = ""
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True, eq=False)
class Pending:
    update_id: int
    kind: str
    queue: str
    body: dict[str, Any]
    created: float
    person: int | None = None


@dataclass(slots=True)
class Updates:
    world: World
    settings: Settings
    store: Store
    faults: Faults = field(default_factory=Faults)
    webhook: Webhook | None = None
    allowed: list[str] = field(default_factory=list)
    pending: dict[int, Pending] = field(default_factory=dict)
    queues: dict[str, deque[Pending]] = field(default_factory=dict)
    pulse: Pulse = field(default_factory=Pulse)
    on_new: Callable[[str], None] | None = None
    on_webhook: Callable[[], None] | None = None

    def load(self) -> None:
        self.store.keep("update", self._update_row)
        self.store.keep("webhook", self._webhook_row)
        for _, row in self.store.rows("webhook"):
            self.webhook = Webhook(**row["webhook"]) if row["webhook"] else None
            self.allowed = row["allowed"]
        rows = (Pending(**row) for _, row in self.store.rows("update"))
        for item in sorted(rows, key=lambda item: item.update_id):
            self._enqueue(item)

    def add(self, kind: str, payload: dict[str, Any], *, person: int | None = None) -> int | None:
        """The update's id, or None when the bot did not ask for this kind."""
        return self.add_raw({kind: payload}, kind=kind, person=person)

    def add_raw(self, body: dict[str, Any], *, kind: str, person: int | None = None) -> int | None:
        if not self.wanted(kind) or self.faults.for_update(body, person, "lose"):
            return None
        update_id = self._new(body, kind, person)
        if self.faults.for_update(body, person, "repeat"):
            self._new({**body, "update_id": None}, kind, person)
        return update_id

    def _new(self, body: dict[str, Any], kind: str, person: int | None) -> int:
        update_id = int(body.get("update_id") or self.world.next("update"))
        item = Pending(
            update_id,
            kind,
            queue_of(kind, body.get(kind), update_id),
            {"update_id": update_id} | body | {"update_id": update_id},
            time.time(),
            person,
        )
        self._enqueue(item)
        self.store.mark("update", update_id)
        self.pulse.beat()
        if self.on_new is not None:
            self.on_new(item.queue)
        return update_id

    def wanted(self, kind: str) -> bool:
        if self.allowed:
            return kind in self.allowed or kind not in KINDS
        return kind not in _ONLY_ON_REQUEST

    def remove(self, item: Pending) -> None:
        self.pending.pop(item.update_id, None)
        queue = self.queues.get(item.queue)
        if queue is not None and item in queue:
            queue.remove(item)
            if not queue:
                del self.queues[item.queue]
        self.store.mark("update", item.update_id)

    def expired(self, item: Pending) -> bool:
        short = item.kind in _SHORT_LIVED
        life = self.settings.callback_lifetime if short else self.settings.message_lifetime
        return time.time() - item.created > life

    def drop_all(self) -> None:
        for item in list(self.pending.values()):
            self.remove(item)

    def save_webhook(self) -> None:
        self.store.mark("webhook", "bot")

    def forget(self, *, keep_webhook: bool) -> None:
        self.pending.clear()
        self.queues.clear()
        if not keep_webhook:
            self.webhook = None
            self.allowed = []
        self.save_webhook()

    def _enqueue(self, item: Pending) -> None:
        self.pending[item.update_id] = item
        self.queues.setdefault(item.queue, deque()).append(item)

    def _update_row(self, key: str) -> Any:
        item = self.pending.get(int(key))
        return asdict(item) if item else None

    def _webhook_row(self, key: str) -> Any:
        return {"webhook": asdict(self.webhook) if self.webhook else None, "allowed": self.allowed}


def queue_of(kind: str, payload: Any, update_id: int) -> str:
    """Updates of one queue are delivered one after the other; different queues do not wait."""
    payload = payload if isinstance(payload, dict) else {}
    chat = payload.get("chat") if isinstance(payload.get("chat"), dict) else None
    person = payload.get("from") if isinstance(payload.get("from"), dict) else None
    if kind in _CHAT_KINDS and chat:
        return f"chat:{chat.get('id')}"
    if kind == "my_chat_member" and chat:
        return f"my_chat_member:{chat.get('id')}"
    if person:
        return f"{kind}:{person.get('id')}"
    return f"{kind}:{update_id}"
