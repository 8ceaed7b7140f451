"""An update as Telegram sends it, read with suspicion: what is missing or of the wrong kind is simply not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consent.accounts import Identity

# Refused unread: nothing of their content is looked at, kept or logged.
UNSUPPORTED = frozenset((
    "location", "venue", "contact", "passport_data", "voice", "audio", "video", "video_note", "sticker",
    "animation", "poll", "dice", "game", "story", "checklist", "paid_media",
))  # fmt: skip


@dataclass(frozen=True, repr=False)
class Payment:
    """What is to be paid, was paid or went back. `charge` is empty before the payment."""

    payload: str
    amount: int
    currency: str
    charge: str = ""


@dataclass(frozen=True, repr=False)
class Update:
    """The part of an update that we act on. `kind` is text, photo, tap, membership, checkout, paid, refunded, or
    unsupported."""

    id: int
    kind: str
    who: Identity
    chat: int
    message: int = 0
    text: str | None = None
    file_id: str | None = None
    caption: str | None = None
    data: str | None = None
    query: str = ""
    member: bool = False
    captioned: bool = False  # the tapped message carries a picture or a video, and its words are a caption
    payment: Payment | None = None


def read(raw: Any) -> Update | None:
    """None for everything we do not act on: groups, channels, other bots, unknown types, malformed input."""
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return None
    if isinstance(message := raw.get("message"), dict):
        return _message(raw["update_id"], message)
    if isinstance(query := raw.get("callback_query"), dict):
        return _tap(raw["update_id"], query)
    if isinstance(question := raw.get("pre_checkout_query"), dict):
        return _checkout(raw["update_id"], question)
    if isinstance(change := raw.get("my_chat_member"), dict):
        return _membership(raw["update_id"], change)
    return None


def _message(number: int, message: Mapping[str, Any]) -> Update | None:
    who, chat, mid = _who(message.get("from")), _private_chat(message), message.get("message_id")
    if who is None or chat != who.telegram_id or not isinstance(mid, int):
        return None
    for kind, field in (("paid", "successful_payment"), ("refunded", "refunded_payment")):
        if field in message:
            payment = _payment(message[field])
            return Update(number, kind, who, chat, message=mid, payment=payment) if payment else None
    if not UNSUPPORTED.isdisjoint(message):
        return Update(number, "unsupported", who, chat, message=mid)
    file_id = _file_id(message)
    if file_id is not None:
        return Update(number, "photo", who, chat, message=mid, file_id=file_id, caption=_text(message, "caption"))
    if (text := _text(message, "text")) is not None:
        return Update(number, "text", who, chat, message=mid, text=text)
    return None


def _tap(number: int, query: Mapping[str, Any]) -> Update | None:
    who, message = _who(query.get("from")), query.get("message")
    if who is None or not isinstance(query.get("id"), str) or not isinstance(message, dict):
        return None
    chat, mid = _private_chat(message), message.get("message_id")
    if chat is None or not isinstance(mid, int):
        return None
    captioned = _text(message, "text") is None
    data = _text(query, "data")
    return Update(number, "tap", who, chat, message=mid, data=data, query=query["id"], captioned=captioned)


def _checkout(number: int, query: Mapping[str, Any]) -> Update | None:
    who, payment = _who(query.get("from")), _payment(query)
    if who is None or payment is None or not isinstance(query.get("id"), str):
        return None
    return Update(number, "checkout", who, who.telegram_id, query=query["id"], payment=payment)


def _payment(said: Any) -> Payment | None:
    if not isinstance(said, dict) or not isinstance(said.get("total_amount"), int):
        return None
    charge = _text(said, "telegram_payment_charge_id") or ""
    return Payment(_text(said, "invoice_payload") or "", said["total_amount"], _text(said, "currency") or "", charge)


def _membership(number: int, change: Mapping[str, Any]) -> Update | None:
    who, chat = _who(change.get("from")), _private_chat(change)
    new = change.get("new_chat_member")
    if who is None or chat != who.telegram_id or not isinstance(new, dict):
        return None
    return Update(number, "membership", who, chat, member=new.get("status") == "member")


def _who(user: Any) -> Identity | None:
    if not isinstance(user, dict) or not isinstance(user.get("id"), int) or user.get("is_bot"):
        return None
    names = ("first_name", "last_name", "username", "language_code")
    return Identity(user["id"], *(_text(user, name) for name in names))


def _private_chat(holder: Mapping[str, Any]) -> int | None:
    chat = holder.get("chat")
    if isinstance(chat, dict) and chat.get("type") == "private" and isinstance(chat.get("id"), int):
        return int(chat["id"])
    return None


def _file_id(message: Mapping[str, Any]) -> str | None:
    """The largest size of a photo, or any file: what it really is shows when it is opened."""
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes and all(isinstance(size, dict) for size in sizes):
        largest = max(sizes, key=lambda size: int(size.get("width", 0)) * int(size.get("height", 0)))
        return _text(largest, "file_id")
    document = message.get("document")
    return _text(document, "file_id") if isinstance(document, dict) else None


def _text(holder: Mapping[str, Any], name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) else None
