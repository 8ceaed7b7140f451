"""A message as a person sees it: text, and buttons under it."""

from __future__ import annotations

import html
from dataclasses import dataclass

from providers.telegram_calls import Button, Keyboard

NO_BUTTONS: Keyboard = ()


@dataclass(frozen=True)
class Message:
    """`text` is Telegram's HTML; whatever comes from outside was escaped."""

    text: str
    keyboard: Keyboard = NO_BUTTONS


def escape(text: str) -> str:
    """Text from outside, made safe for Telegram's HTML."""
    return html.escape(text, quote=False)


def button(text: str, data: str) -> Button:
    return Button(text, data=data)


def link(text: str, url: str) -> Button:
    return Button(text, url=url)
