"""Calls of the Bot API as values: built here, sent by the client or given as the webhook's own reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import orjson

LONGEST_ALERT = 200  # characters in the answer to a tap


@dataclass(frozen=True)
class Button:
    """An inline button: `data` comes back to us when it is tapped, `url` opens an address, `pay` pays an invoice."""

    text: str
    data: str | None = None
    url: str | None = None
    pay: bool = False

    def as_dict(self) -> dict[str, Any]:
        if self.pay:
            return {"text": self.text, "pay": True}
        return {"text": self.text, **({"url": self.url} if self.url else {"callback_data": self.data or ""})}


Keyboard = Sequence[Sequence[Button]]


class Readable(Protocol):
    """An opened file, as far as sending it goes."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Upload:
    """Bytes to send as a file, a stream of them, or a reference that Telegram gave us for bytes it has."""

    data: bytes | Callable[[], bytes] | None = field(default=None, repr=False)  # a function is asked when it is sent
    name: str = "picture.jpg"
    mime: str = "image/jpeg"
    file_id: str | None = field(default=None, repr=False)
    opens: Callable[[], AbstractContextManager[Readable]] | None = field(default=None, repr=False)
    length: int = 0

    @classmethod
    def stream(
        cls, opens: Callable[[], AbstractContextManager[Readable]], length: int, *, name: str, mime: str
    ) -> Self:
        """Exactly `length` bytes of what `opens` opens, never held whole: opened at each sending, then closed."""
        return cls(name=name, mime=mime, opens=opens, length=length)

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


def edit_to_document(chat: int, message: int, document: Upload, caption: str) -> Call:
    """A message becomes this file. May be repeated: it stays one message."""
    media = {"type": "document", "caption": caption, "parse_mode": "HTML", "disable_content_type_detection": True}
    params: dict[str, Any] = {"chat_id": chat, "message_id": message, "media": {**media, "media": "attach://file"}}
    return Call("editMessageMedia", params, {"file": document})


def send_video(
    chat: int,
    video: Upload,
    thumbnail: Upload | None,
    caption: str,
    keyboard: Keyboard | None = None,
    *,
    seconds: float,
    width: int,
    height: int,
) -> Call:
    params: dict[str, Any] = {"chat_id": chat, "caption": caption, "parse_mode": "HTML", **_markup(keyboard)}
    call = _attach("sendVideo", "video", {**params, **_shape(seconds, width, height)}, video)
    if thumbnail is not None and call.files:
        return Call(
            call.method, {**call.params, "thumbnail": "attach://thumbnail"}, {**call.files, "thumbnail": thumbnail}
        )
    return call


def edit_to_video(
    chat: int,
    message: int,
    video: Upload,
    thumbnail: Upload | None,
    caption: str,
    keyboard: Keyboard | None = None,
    *,
    seconds: float,
    width: int,
    height: int,
) -> Call:
    """A message, text or picture, becomes this video. May be repeated: it stays one message.

    The thumbnail is a JPEG of at most 320 pixels and 200 kB. It is not sent with a file id: Telegram has one then.
    """
    media: dict[str, Any] = {"type": "video", "caption": caption, "parse_mode": "HTML"}
    media |= _shape(seconds, width, height)
    params: dict[str, Any] = {"chat_id": chat, "message_id": message, **_markup(keyboard)}
    if video.file_id is not None:
        return Call("editMessageMedia", {**params, "media": {**media, "media": video.file_id}})
    files = {"clip": video}
    if thumbnail is not None:
        media["thumbnail"] = "attach://thumbnail"
        files["thumbnail"] = thumbnail
    return Call("editMessageMedia", {**params, "media": {**media, "media": "attach://clip"}}, files)


def edit_caption(chat: int, message: int, caption: str, keyboard: Keyboard | None = None) -> Call:
    return Call(
        "editMessageCaption",
        {"chat_id": chat, "message_id": message, "caption": caption, "parse_mode": "HTML", **_markup(keyboard)},
    )


def edit_keyboard(chat: int, message: int, keyboard: Keyboard) -> Call:
    return Call("editMessageReplyMarkup", {"chat_id": chat, "message_id": message, **_markup(keyboard)})


def delete(chat: int, message: int) -> Call:
    return Call("deleteMessage", {"chat_id": chat, "message_id": message})


def delete_all(chat: int, messages: Sequence[int]) -> Call:
    """At most 100. Those that are not there are passed over; one that may not be deleted refuses all."""
    return Call("deleteMessages", {"chat_id": chat, "message_ids": list(messages)})


def answer(query: str, text: str | None = None, *, alert: bool = False) -> Call:
    params: dict[str, Any] = {"callback_query_id": query}
    if text:
        params |= {"text": text[:LONGEST_ALERT], "show_alert": alert}
    return Call("answerCallbackQuery", params)


def send_invoice(
    chat: int,
    *,
    title: str,
    description: str,
    payload: str,
    stars: int,
    keyboard: Keyboard | None = None,
) -> Call:
    """An invoice in Stars. `title` has at most 32 characters, `description` 255, `payload` 128 bytes; the first button
    of a keyboard is the one that pays."""
    params: dict[str, Any] = {"chat_id": chat, "title": title, "description": description, "payload": payload}
    params |= {"currency": "XTR", "provider_token": "", "prices": [{"label": title, "amount": stars}]}
    # With it a forwarded invoice leads to the bot; without it anybody could pay for the addressee.
    params["start_parameter"] = "pay"
    return Call("sendInvoice", {**params, **_markup(keyboard)})


def answer_pre_checkout(query: str, *, error_message: str | None = None) -> Call:
    """The payment may go on, or not, for a reason that the person is shown. Telegram waits 10 seconds for it."""
    params: dict[str, Any] = {"pre_checkout_query_id": query, "ok": error_message is None}
    return Call("answerPreCheckoutQuery", params | ({} if error_message is None else {"error_message": error_message}))


def refund_star_payment(user: int, charge: str) -> Call:
    return Call("refundStarPayment", {"user_id": user, "telegram_payment_charge_id": charge})


def star_transactions(offset: int = 0, limit: int = 100) -> Call:
    """Oldest first; `limit` is at most 100."""
    return Call("getStarTransactions", {"offset": offset, "limit": limit})


def set_commands(commands: Mapping[str, str], *, language: str | None = None, chat: int | None = None) -> Call:
    """The menu: of everybody, of those whose apps speak a language (two letters), or of one chat."""
    params: dict[str, Any] = {"commands": [{"command": name, "description": text} for name, text in commands.items()]}
    if language is not None:
        params["language_code"] = language
    if chat is not None:
        params["scope"] = {"type": "chat", "chat_id": chat}
    return Call("setMyCommands", params)


def chat_action(chat: int, action: str) -> Call:
    return Call("sendChatAction", {"chat_id": chat, "action": action})


def _shape(seconds: float, width: int, height: int) -> dict[str, Any]:
    """A whole number of seconds, at least one: Telegram shows no length for nought."""
    return {"duration": max(1, round(seconds)), "width": width, "height": height, "supports_streaming": True}


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
