"""Text and captions out of a call's arguments, within Telegram's lengths."""

from __future__ import annotations

from typing import Any

from . import entities
from .arguments import Arguments
from .errors import bad_request

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024


def text_content(arguments: Arguments) -> dict[str, Any]:
    given = arguments.structure("entities", "can't parse entities JSON object")
    text, found = entities.parse(arguments.text("text"), arguments.text("parse_mode"), given)
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    content: dict[str, Any] = {"text": text}
    if found:
        content["entities"] = found
    preview = arguments.structure("link_preview_options", "can't parse link preview options JSON object")
    if preview:
        content["link_preview_options"] = preview
    return content


def caption_content(caption: str, mode: str, given: Any, *, above: bool = False) -> dict[str, Any]:
    text, found = entities.parse(caption, mode, given)
    if len(text) > CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    content: dict[str, Any] = {"caption": text} if text else {}
    if found:
        content["caption_entities"] = found
    if above and text:
        content["show_caption_above_media"] = True
    return content


def caption_of(arguments: Arguments) -> dict[str, Any]:
    given = arguments.structure("caption_entities", "can't parse caption entities JSON object")
    return caption_content(
        arguments.text("caption"),
        arguments.text("parse_mode"),
        given,
        above=arguments.boolean("show_caption_above_media"),
    )
