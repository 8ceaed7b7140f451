"""Keyboards under messages, checked as Telegram checks them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .arguments import Arguments
from .errors import bad_request

_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)
_OTHER_KEYBOARDS = ("keyboard", "remove_keyboard", "force_reply")
MAX_BUTTONS = 100


def inline_keyboard(arguments: Arguments) -> dict[str, Any] | None:
    """For edits, where no other keyboard is allowed."""
    inline, other = any_keyboard(arguments)
    if other is not None:
        raise bad_request("inline keyboard expected")
    return inline


def any_keyboard(arguments: Arguments) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """(the inline keyboard, any other keyboard); at most one of them is there."""
    markup = arguments.structure("reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None or markup == {}:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline_keyboard")
        checked = [[_inline_button(button) for button in row] for row in rows if row]
        return ({"inline_keyboard": checked}, None) if checked else (None, None)
    if not any(name in markup for name in _OTHER_KEYBOARDS):
        return None, None
    if "keyboard" in markup:
        for row in _rows(markup["keyboard"], "keyboard"):
            for button in row:
                _keyboard_text(button)
    return None, markup


def _rows(value: Any, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" must be of type Array')
    for row in value:
        if not isinstance(row, list):
            raise bad_request(f'field "{name}" must be an Array of Arrays')
    if sum(len(row) for row in value) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return value


def _keyboard_text(button: Any) -> str:
    text = button.get("text") if isinstance(button, dict) else button
    if not isinstance(text, str) or not text.strip():
        raise bad_request('can\'t parse keyboard button: field "text" must be a non-empty String')
    return text


def _inline_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be non-empty')
    actions = [name for name in _ACTIONS if button.get(name) not in (None, False)]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions:
        _check_data(button["callback_data"])
    if "url" in actions:
        _check_url(button["url"])
    return {name: value for name, value in button.items() if value is not None}


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: Any) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    host = parts.hostname or "" if parts else ""
    if parts and parts.scheme == "tg":
        return
    if parts is None or parts.scheme not in ("http", "https", "ton") or not host:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "." not in host and ":" not in host:
        # Telegram has no use for a button to "localhost"; a demo on one machine meets this first.
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
