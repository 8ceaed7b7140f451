"""editMessageText, -Caption, -Media, -ReplyMarkup, deleteMessage, deleteMessages."""

from __future__ import annotations

import time
from typing import Any

from . import markup
from .arguments import Arguments
from .contents import caption_of, text_content
from .context import Telegram
from .errors import bad_request
from .methods_send import media_content
from .recipients import chat_of, message_to, own_message
from .world import Message

_CAPTION_FIELDS = ("caption", "caption_entities", "show_caption_above_media")
_FILES = ("photo", "video", "document")


def edit_message_text(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    message = own_message(tg, arguments)
    content = text_content(arguments)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edit(tg, message, content, markup.inline_keyboard(arguments))


def edit_message_caption(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    message = own_message(tg, arguments)
    caption = caption_of(arguments)
    if not any(kind in message.content for kind in _FILES):
        raise bad_request("there is no caption in the message to edit")
    return _edit(tg, message, {**_without_caption(message.content), **caption}, markup.inline_keyboard(arguments))


async def edit_message_media(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    message = own_message(tg, arguments)
    keyboard = markup.inline_keyboard(arguments)
    item = arguments.structure("media", "can't parse InputMedia JSON object")
    if item is None:
        raise bad_request("input media is not specified")
    content = await media_content(tg, arguments, item, kinds=_FILES)
    if "media_group_id" in message.head and ("document" in content) != ("document" in message.content):
        raise bad_request("message media can't be changed to this type within an album")
    if not arguments.uploads and _same_files(content, message.content):
        # A file named by its id is the same file, whatever its new id.
        content = {**_without_caption(message.content), **_caption_only(content)}
    return _edit(tg, message, content, keyboard)


def edit_message_reply_markup(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    message = own_message(tg, arguments)
    keyboard = markup.inline_keyboard(arguments)
    if keyboard == message.markup:
        raise not_modified()
    tg.world.edit(message, message.content, keyboard, dated=False)
    return message.body()


def delete_message(tg: Telegram, arguments: Arguments) -> bool:
    person = chat_of(tg, arguments)
    _delete(tg, message_to("delete", tg, person, arguments))
    return True


def delete_messages(tg: Telegram, arguments: Arguments) -> bool:
    person = chat_of(tg, arguments)
    wanted = arguments.structure("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(wanted, list) or not all(isinstance(one, int) for one in wanted):
        raise bad_request("expected an Array of message identifiers")
    if not wanted:
        raise bad_request("message identifiers are not specified")
    if len(wanted) > 100:
        raise bad_request("too many message identifiers specified")
    found = [tg.world.message(person.id, message_id) for message_id in wanted]
    for message in found:
        if message is not None:
            _delete(tg, message)
    return True


def not_modified() -> Exception:
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message"
    )


def _edit(tg: Telegram, message: Message, content: dict[str, Any], keyboard: dict[str, Any] | None) -> dict[str, Any]:
    if content == message.content and keyboard == message.markup:
        raise not_modified()
    tg.world.edit(message, content, keyboard)
    return message.body()


def _delete(tg: Telegram, message: Message) -> None:
    if time.time() - message.head["date"] > tg.settings.delete_age:
        raise bad_request("message can't be deleted for everyone")
    tg.world.delete(message)


def _same_files(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(_unique(one) == _unique(other))


def _unique(content: dict[str, Any]) -> Any:
    for kind in _FILES:
        if kind in content:
            file = content[kind][-1] if kind == "photo" else content[kind]
            return file["file_unique_id"]
    return None


def _caption_only(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name in _CAPTION_FIELDS}


def _without_caption(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in _CAPTION_FIELDS}
