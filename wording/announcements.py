"""What is announced to people, and the choice about promotional messages, with what Part 6A of the Ordinance wants said."""

from __future__ import annotations

from collections.abc import Mapping

from providers.telegram_calls import Button
from wording import buttons
from wording.language import LANGUAGES, Translate, translate
from wording.message import Message, button, escape

LONGEST = 3000  # characters of an announcement: with what we add it stays under Telegram's 4096
WANT, STOP = "yes", "no"


def service(_: Translate, texts: Mapping[str, str]) -> Message:
    """`texts`: by the tag of the language, as staff wrote them."""
    return Message(escape(_in_language(_, texts)))


def promotional(_: Translate, texts: Mapping[str, str]) -> Message:
    """With the stop button under it, always."""
    why = _(
        "You get this because you said yes to promotional messages. You can stop them at any time, free of charge: by the "
        "button below or with /promotions."
    )
    return Message(f"{escape(_in_language(_, texts))}\n\n<i>{why}</i>", (_stop(_),))


def choice(_: Translate, *, wanted: bool) -> Message:
    """/promotions: how it stands, what it would be about, and one button for the other way."""
    what = _(
        "They would be about new styles and motions, packs and offers of MIOMIO, and nobody else's. For them we would use your "
        "Telegram ID and your language, nothing more, and give them to nobody."
    )
    if wanted:
        on = _(
            "📣 <b>Promotional messages: on.</b> You said yes to them. You can stop them at any time, free of charge."
        )
        return Message("\n\n".join((on, what)), (_stop(_),))
    off = _("📣 <b>Promotional messages: off.</b> We may not send you any without your consent, and we do not.")
    free = _("If you say yes, you can stop them at any time, free of charge, by one tap.")
    yes = button(_("Yes, send me promotional messages"), buttons.data(buttons.PROMOTIONS, WANT))
    return Message("\n\n".join((off, what, free)), ((yes,),))


def stopped(_: Translate) -> Message:
    """In the place of the message whose button was tapped."""
    return Message(_("Promotional messages are off. No more of them come. The way back is /promotions."))


def _stop(_: Translate) -> tuple[Button, ...]:
    return (button(_("Stop promotional messages"), buttons.data(buttons.PROMOTIONS, STOP)),)


def _in_language(_: Translate, texts: Mapping[str, str]) -> str:
    return next(texts[tag] for tag in LANGUAGES if translate(tag) is _)
