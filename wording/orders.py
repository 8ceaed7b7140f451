"""What is said about an order, from the price to the picture."""

from __future__ import annotations

from policy.recipients import RECIPIENTS
from wording import buttons
from wording.language import Translate
from wording.message import Message, button, escape

QUEUED, WORKING = "queued", "working"


def offer(
    _: Translate, *, order: str, title: str, provider: str, price: int, free: int, prompt: str | None = None
) -> Message:
    """Price and disclosure, before the tap."""
    recipient = RECIPIENTS[provider]
    what = (
        _("<b>Your own idea:</b> {text}").format(text=escape(_shortened(prompt)))
        if prompt
        else f"<b>{escape(title)}</b>"
    )
    return Message(
        _(
            "{what}\nPrice: {price} credit (you have {free}).\n\nYour photo and the wording go to <b>{provider}</b>, "
            "which keeps them {keeps}. No name, no Telegram ID, no place or camera data goes along."
        ).format(what=what, price=price, free=free, provider=recipient.name, keeps=recipient.keeps_words),
        (
            (button(_("Make it · {price} credit").format(price=price), buttons.data(buttons.MAKE, order)),),
            (button(_("Not now"), buttons.data(buttons.DROP, order)),),
        ),
    )


def queued(_: Translate, *, order: str, title: str, ahead: int) -> Message:
    where = _("You are next.") if ahead == 0 else _("{ahead} before you.").format(ahead=ahead)
    return Message(
        _("⏳ <b>{title}</b>: in the queue. {where}").format(title=escape(title), where=where),
        ((button(_("Cancel"), buttons.data(buttons.CANCEL, order)),),),
    )


def working(_: Translate, *, title: str) -> Message:
    return Message(_("🎨 <b>{title}</b>: being made now, usually within half a minute.").format(title=escape(title)))


def cancelled(_: Translate) -> Message:
    return Message(_("Cancelled. Your credit is back."))


def dropped(_: Translate) -> Message:
    return Message(_("All right, nothing was sent and nothing was charged."))


def picture(_: Translate, *, order: str, title: str, provider: str) -> Message:
    """The caption under the result: the AI label stays with it wherever it is forwarded."""
    return Message(
        _("<b>{title}</b>\n🤖 Made with AI ({provider}).").format(
            title=escape(title), provider=RECIPIENTS[provider].short
        ),
        (
            (
                button(_("Again"), buttons.data(buttons.AGAIN, order)),
                button(_("Another style"), buttons.data(buttons.OTHER, order)),
            ),
            (
                button(_("Original file"), buttons.data(buttons.ORIGINAL, order)),
                button(_("Delete"), buttons.data(buttons.DELETE, order)),
            ),
        ),
    )


def ready(_: Translate) -> Message:
    return Message(_("✨ Your picture is ready."))


def original(_: Translate, *, provider: str) -> Message:
    return Message(
        _("The untouched original. 🤖 Made with AI ({provider}).").format(provider=RECIPIENTS[provider].short)
    )


def really_delete(_: Translate, *, order: str, title: str) -> Message:
    return Message(
        _("<b>{title}</b>\nDelete this picture for good?").format(title=escape(title)),
        (
            (button(_("Yes, delete it"), buttons.data(buttons.DELETE_YES, order)),),
            (button(_("Keep it"), buttons.data(buttons.KEEP, order)),),
        ),
    )


def deleted(_: Translate) -> Message:
    return Message(_("Picture deleted: its key and its sealed copy are destroyed."))


def _shortened(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
