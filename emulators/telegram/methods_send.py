"""sendMessage, sendPhoto, sendVideo, sendDocument, sendMediaGroup, sendChatAction."""

from __future__ import annotations

import random
import time
from typing import Any

from . import inputs, markup, media
from .arguments import Arguments
from .contents import caption_content, caption_of, text_content
from .context import Telegram
from .errors import bad_request
from .recipients import addressee, sending_options
from .world import Person

ACTION_SECONDS = 5
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_ALBUM = ("photo", "video", "document")


def send_message(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    person = addressee(tg, arguments)
    return _post(tg, person, arguments, text_content(arguments))


async def send_photo(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    return await _send_file(tg, arguments, "photo")


async def send_video(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    return await _send_file(tg, arguments, "video")


async def send_document(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    return await _send_file(tg, arguments, "document")


async def send_media_group(tg: Telegram, arguments: Arguments) -> list[dict[str, Any]]:
    person = addressee(tg, arguments)
    items = arguments.structure("media", "can't parse media JSON object")
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    if not 2 <= len(items) <= 10:
        raise bad_request("wrong number of messages in the album, must be 2-10")
    contents = [await media_content(tg, arguments, item, kinds=_ALBUM) for item in items]
    kinds = {kind for kind in _ALBUM for content in contents if kind in content}
    if "document" in kinds and len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    options = sending_options(tg, person, arguments)
    options["media_group_id"] = str(random.randrange(10**16, 10**17))
    silent = arguments.boolean("disable_notification")
    return [tg.world.post(person, content, by_bot=True, extra=options, silent=silent).body() for content in contents]


def send_chat_action(tg: Telegram, arguments: Arguments) -> bool:
    person = addressee(tg, arguments)
    action = arguments.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = tg.world.chat(person.id)
    chat.action = {"name": action, "until": time.time() + ACTION_SECONDS}
    tg.world.stir(chat)
    return True


async def media_content(tg: Telegram, arguments: Arguments, item: Any, *, kinds: tuple[str, ...]) -> dict[str, Any]:
    """One InputMedia as a message's content."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in kinds:
        raise bad_request("can't parse InputMedia: type must be one of " + ", ".join(kinds))
    if not isinstance(item.get("media"), str) or not item["media"]:
        raise bad_request("can't parse InputMedia: media not found")
    content = await file_content(tg, arguments, kind, "", item["media"], item)
    caption = caption_content(
        str(item.get("caption") or ""),
        str(item.get("parse_mode") or ""),
        item.get("caption_entities"),
        above=bool(item.get("show_caption_above_media")),
    )
    return {**content, **caption}


async def file_content(
    tg: Telegram, arguments: Arguments, kind: str, name: str, value: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """A photo, video or document as content, without its caption."""
    origin = await inputs.source(tg, arguments, name, value, kind=kind)
    spoiler = {"has_media_spoiler": True} if facts.get("has_spoiler") else {}
    if kind == "photo":
        return {"photo": media.photo_sizes(inputs.photo(tg, origin)), **spoiler}
    if kind == "document":
        return {"document": media.document(inputs.document(tg, origin))}
    file = await inputs.video(tg, arguments, origin, facts)
    poster = tg.files.get(file.thumbnail) if file.thumbnail else None
    return {"video": media.video(file, poster), **spoiler}


async def _send_file(tg: Telegram, arguments: Arguments, kind: str) -> dict[str, Any]:
    person = addressee(tg, arguments)
    caption = caption_of(arguments)
    facts = {**arguments.values, "has_spoiler": arguments.boolean("has_spoiler")}
    content = await file_content(tg, arguments, kind, kind, arguments.text(kind), facts)
    return _post(tg, person, arguments, {**content, **caption})


def _post(tg: Telegram, person: Person, arguments: Arguments, content: dict[str, Any]) -> dict[str, Any]:
    options = sending_options(tg, person, arguments)
    inline, other = markup.any_keyboard(arguments)
    message = tg.world.post(
        person,
        content,
        by_bot=True,
        extra=options,
        markup=inline,
        silent=arguments.boolean("disable_notification"),
    )
    if other is not None:
        chat = tg.world.chat(person.id)
        chat.keyboard = None if other.get("remove_keyboard") else other
    return message.body()
