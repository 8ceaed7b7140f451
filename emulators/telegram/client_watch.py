"""What a person sees: the chat as it is now, its changes, files, and answers to presses."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import quote

from aiohttp import web

from .client_answers import Refused, number, person_of, wait_of
from .context import TELEGRAM, Telegram
from .images import NotAPicture
from .serving import served
from .world import Chat, Message

routes = web.RouteTableDef()
_FILES = ("photo", "video", "document", "animation", "sticker", "voice", "audio", "video_note")
_SHOWN = (*_FILES, "text", "caption", "entities", "caption_entities", "link_preview_options")
_SOON = 0.01  # changes that come together are told together


@routes.get("/client/people/{person}/chat")
async def chat(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    person = person_of(request)
    since = int(number(request, "since"))
    found = tg.world.chat(person.id)
    wait = wait_of(request)
    if wait and found.rev <= since and await found.pulse.wait(wait):
        await asyncio.sleep(_SOON)
    return web.json_response(_view(tg, tg.world.chat(person.id), since))


@routes.get("/client/files/{file}")
async def file(request: web.Request) -> web.StreamResponse:
    tg = request.app[TELEGRAM]
    found = tg.files.get(request.match_info["file"])
    if found is None:
        raise Refused(404, "there is no such file")
    headers = {"Content-Type": found.mime or "application/octet-stream", "X-Content-Type-Options": "nosniff"}
    headers["Cache-Control"] = "private, max-age=86400"
    if found.name:
        headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name)}"
    try:
        return await served(tg.files, found, headers)
    except (NotAPicture, OSError) as error:
        raise Refused(404, "this file cannot be shown") from error


@routes.get("/client/callbacks/{press}")
async def callback(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    press = tg.callbacks.get(request.match_info["press"])
    if press is None:
        raise Refused(404, "there is no such press")
    ends = time.monotonic() + wait_of(request)
    while not press.answered and (left := ends - time.monotonic()) > 0:
        await tg.callbacks.pulse.wait(left)
    return web.json_response(press.view())


def _view(tg: Telegram, chat: Chat, since: int) -> dict[str, Any]:
    view: dict[str, Any] = {
        "rev": chat.rev,
        "epoch": tg.world.epoch,
        "messages": [message_view(tg, m) for m in chat.messages.values() if m.rev > since],
        "toasts": [toast for toast in chat.toasts if toast["rev"] > since],
        "action": chat.action if chat.action and chat.action["until"] > time.time() else None,
    }
    person = tg.world.people.get(chat.id)  # gone when everything was forgotten while this request waited
    view |= {"stars": person.stars} if person else {}
    return view | ({"keyboard": chat.keyboard} if chat.keyboard else {})


def message_view(tg: Telegram, message: Message) -> dict[str, Any]:
    content = message.content
    view: dict[str, Any] = {
        "message_id": message.message_id,
        "date": message.head["date"],
        "from": "bot" if message.by_bot else "person",
        "edited": message.edits,
        "deleted": message.deleted,
        "silent": message.silent,
        "rev": message.rev,
    }
    view |= {name: content[name] for name in ("text", "caption") if name in content}
    found = content.get("entities") or content.get("caption_entities")
    view |= {"entities": found} if found else {}
    if "media_group_id" in message.head:
        view["media_group_id"] = message.head["media_group_id"]
    if "reply_to_message" in message.head:
        view["reply_to"] = message.head["reply_to_message"]["message_id"]
    if message.markup:
        view["buttons"] = message.markup["inline_keyboard"]
    media = _media(tg, content)
    view |= {"media": media} if media else {}
    other = {name: value for name, value in content.items() if name not in _SHOWN}
    view |= {"other": other} if other else {}
    charge = tg.payments.charge(_charge_id(content))
    return view | ({"receipt": charge.view()} if charge else {})


def _charge_id(content: dict[str, Any]) -> str:
    payment = content.get("successful_payment") or content.get("refunded_payment") or {}
    return str(payment.get("telegram_payment_charge_id", ""))


def _media(tg: Telegram, content: dict[str, Any]) -> dict[str, Any] | None:
    for kind in _FILES:
        if kind in content:
            facts = content[kind][-1] if kind == "photo" else content[kind]
            found = tg.files.get(facts["file_id"])
            size = found.size if found else None
            names = ("width", "height", "duration", "file_name", "mime_type")
            view = {"kind": kind, "url": f"/client/files/{facts['file_id']}", "size": size}
            view |= {"mime_type": found.mime} if found and found.mime else {}
            view |= {"poster": f"/client/files/{found.thumbnail}"} if found and found.thumbnail else {}
            return view | {name: facts[name] for name in names if name in facts}
    return None
