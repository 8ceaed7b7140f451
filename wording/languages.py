"""What is said about the language itself: each is offered by its own name."""

from __future__ import annotations

from providers.telegram_calls import Keyboard
from wording import buttons
from wording.language import LANGUAGES, Translate, translate
from wording.message import Message, button

MARK = "✓ "


def offer(_: Translate) -> Message:
    """The three languages; the one that is spoken now is marked."""
    return Message(_("<b>Which language shall I speak?</b>"), _rows(_))


def chosen(_: Translate) -> Message:
    """Said in the new language, in the place of the offer."""
    return Message(_("✅ From now on I speak English with you."), _rows(_))


def _rows(_: Translate) -> Keyboard:
    return tuple(
        (button((MARK if translate(tag) is _ else "") + name, buttons.data(buttons.LANGUAGE, tag)),)
        for tag, (name, _html) in LANGUAGES.items()
    )
