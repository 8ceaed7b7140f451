"""Calls of the Bot API as values: built here, sent by the client or given as the webhook's own reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True)
class Button:
    """An inline button: `data` comes back to us when it is tapped, `url` opens an address."""

    text: str
    data: str | None = None
    url: str | None = None

    def as_dict(self) -> dict[str, str]:
        return {"text": self.text, **({"url": self.url} if self.url else {"callback_data": self.data or ""})}


Keyboard = Sequence[Sequence[Button]]


@dataclass(frozen=True)
class Upload:
    """Bytes to send as a file, or a reference that Telegram gave us for bytes it has."""

    data: bytes | Callable[[], bytes] | None = field(default=None, repr=False)  # a function is asked when it is sent
    name: str = "picture.jpg"
    mime: str = "image/jpeg"
    file_id: str | None = field(default=None, repr=False)

    def content(self) -> bytes:
        return self.data() if callable(self.data) else self.data or b""


@dataclass(frozen=True)
class Call:
    """A method, its parameters as JSON values, and files by the name they are attached under."""

    method: str
    params: dict[str, Any] = field(repr=False)
    files: dict[str, Upload] = field(default_factory=dict, repr=False)

    def as_webhook_reply(self) -> dict[str, Any]:
        return {"method": self.method, **self.params}


def _markup(keyboard: Keyboard | None) -> dict[str, Any]:
    if keyboard is None:
        return {}
    return {"reply_markup": {"inline_keyboard": [[button.as_dict() for button in row] for row in keyboard]}}


def send_text(
    chat: int, text: str, keyboard: Keyboard | None = None, *, silent: bool = False, reply_to: int | None = None
) -> Call:
    params: dict[str, Any] = {"chat_id": chat, "text": text, "parse_mode": "HTML", **_markup(keyboard)}
    params["link_preview_options"] = {"is_disabled": True}
    if silent:
        params["disable_notification"] = True
    if reply_to is not None:
        params["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return Call("sendMessage", params)


def send_photo(chat: int, photo: Upload, caption: str, keyboard: Keyboard | None = None) -> Call:
    params: dict[str, Any] = {"chat_id": chat, "caption": caption, "parse_mode": "HTML", **_markup(keyboard)}
    return _attach("sendPhoto", "photo", params, photo)


def send_document(chat: int, document: Upload, caption: str, *, reply_to: int | None = None) -> Call:
    params: dict[str, Any] = {"chat_id": chat, "caption": caption, "parse_mode": "HTML"}
    params["disable_content_type_detection"] = True  # so that the file stays what it is
    if reply_to is not None:
        params["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return _attach("sendDocument", "document", params, document)


def edit_text(chat: int, message: int, text: str, keyboard: Keyboard | None = None) -> Call:
    params = {"chat_id": chat, "message_id": message, "text": text, "parse_mode": "HTML", **_markup(keyboard)}
    params["link_preview_options"] = {"is_disabled": True}
    return Call("editMessageText", params)


def edit_to_photo(chat: int, message: int, photo: Upload, caption: str, keyboard: Keyboard | None = None) -> Call:
    """A message, text or picture, becomes this picture. May be repeated: it stays one message."""
    media: dict[str, Any] = {"type": "photo", "caption": caption, "parse_mode": "HTML"}
    params: dict[str, Any] = {"chat_id": chat, "message_id": message, **_markup(keyboard)}
    if photo.file_id is not None:
        return Call("editMessageMedia", {**params, "media": {**media, "media": photo.file_id}})
    return Call("editMessageMedia", {**params, "media": {**media, "media": "attach://picture"}}, {"picture": photo})


def edit_caption(chat: int, message: int, caption: str, keyboard: Keyboard | None = None) -> Call:
    return Call(
        "editMessageCaption",
        {"chat_id": chat, "message_id": message, "caption": caption, "parse_mode": "HTML", **_markup(keyboard)},
    )


def edit_keyboard(chat: int, message: int, keyboard: Keyboard) -> Call:
    return Call("editMessageReplyMarkup", {"chat_id": chat, "message_id": message, **_markup(keyboard)})


def delete(chat: int, message: int) -> Call:
    return Call("deleteMessage", {"chat_id": chat, "message_id": message})


def answer(query: str, text: str | None = None, *, alert: bool = False) -> Call:
    params: dict[str, Any] = {"callback_query_id": query}
    if text:
        params |= {"text": text[:200], "show_alert": alert}
    return Call("answerCallbackQuery", params)


def chat_action(chat: int, action: str) -> Call:
    return Call("sendChatAction", {"chat_id": chat, "action": action})


def _attach(method: str, name: str, params: dict[str, Any], upload: Upload) -> Call:
    if upload.file_id is not None:
        return Call(method, {**params, name: upload.file_id})
    return Call(method, params, {name: upload})


def encode(params: dict[str, Any]) -> dict[str, str]:
    """Form fields: objects as JSON, booleans as the words Telegram reads."""
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in params.items()
        if value is not None
    }
