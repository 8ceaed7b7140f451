"""What is said about an order, from the price to the picture. A title is the name of a style or motion, in English."""

from __future__ import annotations

from collections.abc import Sequence

from policy.recipients import RECIPIENTS
from wording import buttons, choices
from wording.language import Translate
from wording.message import Message, button, escape
from wording.numbers import NUMBERS
from wording.periods import keeps
from wording.reports import RESULT, report_button

WORKING, FILMING = "working", "filming"
AWAY, HELD = "away", "held"  # what all who wait, wait for, besides their turn


def offer(
    _: Translate,
    *,
    order: str,
    title: str,
    provider: str,
    price: int,
    free: int,
    prompt: str | None = None,
    seconds: int | None = None,
    other: tuple[int, int] | None = None,
    allowed: bool,
    minutes: int | None = None,
    away: bool = False,
) -> Message:
    """Price and disclosure, before the tap. `seconds` for a video; `other`: its other length, and what that costs.
    `allowed`: whether its person lets the provider have anything. `minutes` until it is begun, where that is long;
    `away`: the provider does not answer now."""
    recipient = RECIPIENTS[provider]
    what = (
        _("<b>Your own idea:</b> {text}").format(text=escape(_shortened(prompt)))
        if prompt
        else f"<b>{escape(_(title))}</b>"
    )
    if seconds is not None:
        what = _("🎬 {what}, a video of {seconds} seconds").format(what=what, seconds=seconds)
    not_now = (button(_("Not now"), buttons.data(buttons.DROP, order)),)
    if not allowed:
        allow = (button(choices.allow(_, provider), buttons.data(buttons.ALLOW, order)),)
        return Message(f"{what}\n\n{choices.not_allowed(_, provider)}", (allow, not_now))
    rows = [(button(_("Make it · {price}").format(price=credits(_, price)), buttons.data(buttons.MAKE, order)),)]
    if other is not None:
        longer = _("{seconds} seconds instead · {price}").format(seconds=other[0], price=credits(_, other[1]))
        rows.append((button(longer, buttons.data(buttons.LENGTH, order, other[0])),))
    if free < price:
        rows.append((button(_("Get credits first"), buttons.data(buttons.PACKS)),))
    rows.append(not_now)
    text = _(
        "{what}\nPrice: {price} (you have {free}).\n\nThe picture and the wording go to <b>{provider}</b>, "
        "which keeps them {keeps}. No name, no Telegram ID, no place or camera data goes along."
    ).format(what=what, price=credits(_, price), free=free, provider=_(recipient.name), keeps=keeps(_, recipient))
    if away:
        text += "\n\n" + _provider_away(_, provider)
    elif minutes is not None:
        text += "\n\n" + _(
            "⏳ Many people are waiting: about {minutes} minutes at the moment until yours begins."
        ).format(minutes=minutes)
    return Message(text, tuple(rows))


def _provider_away(_: Translate, provider: str) -> str:
    return _(
        "⚠️ {provider} does not answer just now. What you order waits and starts by itself as soon as it does. If it cannot "
        "start within {outage} minutes, you get your credits back."
    ).format(provider=_(RECIPIENTS[provider].short), **NUMBERS)


def credits(_: Translate, number: int) -> str:
    """A number of credits in words."""
    return _("1 credit") if number == 1 else _("{number} credits").format(number=number)


def queued(
    _: Translate,
    *,
    order: str,
    title: str,
    ahead: int,
    seconds: float | None = None,
    why: str | None = None,
    provider: str = "",
) -> Message:
    """`seconds`: an estimate until it is done, where there is one. `why`: AWAY or HELD, where nobody's turn comes now."""
    where = _("You are next.") if ahead == 0 else _("{ahead} before you.").format(ahead=ahead)
    if why is not None:
        where = _stands_still(_, why, provider)
    elif seconds is not None:
        where += " " + _("Likely done in about {minutes} min.").format(minutes=minutes_of(seconds))
    return Message(
        _("⏳ <b>{title}</b>: in the queue. {where}").format(title=escape(_(title)), where=where),
        ((button(_("Cancel"), buttons.data(buttons.CANCEL, order)),),),
    )


def _stands_still(_: Translate, why: str, provider: str) -> str:
    if why == AWAY:
        return _(
            "{provider} does not answer just now; yours starts by itself as soon as it does. If it cannot within {outage} "
            "minutes, your credits come back."
        ).format(provider=_(RECIPIENTS[provider].short), **NUMBERS)
    return _(
        "We have stopped for a moment; yours goes on by itself, with its credits set aside. After {hold} hours at the latest "
        "they come back."
    ).format(**NUMBERS)


def working(_: Translate, *, title: str) -> Message:
    return Message(_("🎨 <b>{title}</b>: being made now, usually within half a minute.").format(title=escape(_(title))))


def filming(_: Translate, *, title: str, seconds: float) -> Message:
    return Message(
        _("🎬 <b>{title}</b>: being filmed now, usually ready in about {minutes} min. You can close this chat.").format(
            title=escape(_(title)), minutes=minutes_of(seconds)
        )
    )


def minutes_of(seconds: float) -> int:
    """Whole minutes, at least one."""
    return max(1, round(seconds / 60))


def cancelled(_: Translate) -> Message:
    return Message(_("Cancelled. Nothing was charged."))


def dropped(_: Translate) -> Message:
    return Message(_("All right, nothing was sent and nothing was charged."))


def result(_: Translate, *, order: str, title: str, provider: str, video: bool, animate: bool, gift: bool) -> Message:
    """The caption under a result: the AI label stays with it wherever it is forwarded. `gift`: it came late."""
    text = _("<b>{title}</b>\n🤖 Made with AI ({provider}).").format(
        title=escape(_(title)), provider=_(RECIPIENTS[provider].short)
    )
    if gift:
        text += "\n" + _("It came late, so this one is free.")
    other = _("Another motion") if video else _("Another style")
    film = ((button(_("🎬 Animate"), buttons.data(buttons.ANIMATE, order)),),) if animate and not video else ()
    return Message(
        text,
        (
            *film,
            (
                button(_("Again"), buttons.data(buttons.AGAIN, order)),
                button(other, buttons.data(buttons.OTHER, order)),
            ),
            (
                button(_("Original file"), buttons.data(buttons.ORIGINAL, order)),
                button(_("Delete"), buttons.data(buttons.DELETE, order)),
            ),
            report_button(_, RESULT, order),
        ),
    )


def ready(_: Translate, *, video: bool) -> Message:
    return Message(_("✨ Your video is ready.") if video else _("✨ Your picture is ready."))


def too_large(_: Translate, *, title: str, provider: str, hours: int) -> Message:
    """A video over Telegram's limit: an address of ours instead, which works once."""
    return Message(
        _(
            "<b>{title}</b>\n🤖 Made with AI ({provider}).\n\nThis video is too large for Telegram. The button opens a page "
            "of ours, where you can download it once within {hours} hours."
        ).format(title=escape(_(title)), provider=_(RECIPIENTS[provider].short), hours=hours)
    )


def motions(_: Translate, *, source: str, photo: bool, motions: Sequence[tuple[str, str]]) -> Message:
    """What a photo or a result can do as a video."""
    verb = buttons.MOTION_OF_PHOTO if photo else buttons.MOTION_OF_RESULT
    rows = [
        tuple(button(_(name), buttons.data(verb, source, motion)) for motion, name in motions[start : start + 2])
        for start in range(0, len(motions), 2)
    ]
    return Message(
        _(
            "🎬 <b>How shall it move?</b> Or write /animate and what should happen, for example:\n"
            "<code>/animate she looks up and smiles</code>"
        ),
        tuple(rows),
    )


def original(_: Translate, *, provider: str) -> Message:
    return Message(
        _("The untouched original. 🤖 Made with AI ({provider}).").format(provider=_(RECIPIENTS[provider].short))
    )


def really_delete(_: Translate, *, order: str, title: str) -> Message:
    return Message(
        _("<b>{title}</b>\nDelete this for good?").format(title=escape(_(title))),
        (
            (button(_("Yes, delete it"), buttons.data(buttons.DELETE_YES, order)),),
            (button(_("Keep it"), buttons.data(buttons.KEEP, order)),),
        ),
    )


def deleted(_: Translate) -> Message:
    return Message(_("Deleted: its key and its sealed copy are destroyed."))


def _shortened(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
