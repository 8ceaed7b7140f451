"""What is said about credits, packs, payments and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wording import buttons
from wording.language import Translate
from wording.message import Message, button, escape

STAR = "⭐"


@dataclass(frozen=True)
class PackLine:
    """A pack, or a payment for one, as it is shown: `id` is what its button carries."""

    id: str
    name: str
    credits: int
    stars: int


@dataclass(frozen=True)
class MovementLine:
    """A gain or a loss of credits: `kind` and `what` as the books have them."""

    kind: str
    what: str
    credits: int
    at: datetime


def kind(_: Translate, what: str) -> str:
    """A kind of order in words."""
    if what == "picture":
        return _("Picture")
    name, _sep, seconds = what.partition("_")
    return _("Video, {seconds} s").format(seconds=seconds) if name == "video" else what


def price_list(_: Translate, prices: dict[str, int]) -> str:
    """ "Picture 1 · Video, 5 s 8 · …" """
    return " · ".join(f"{kind(_, what)} {credits}" for what, credits in prices.items())


def packs(_: Translate, *, free: int, prices: dict[str, int], packs: Sequence[PackLine], days: int) -> Message:
    text = _(
        "<b>Packs of credits</b>\nYou have {free}. What things cost: {prices}.\n\nYou pay in Telegram Stars: no card and "
        "no address reaches us. A pack you have not touched can be given back within {days} days: /paysupport."
    ).format(free=free, prices=price_list(_, prices), days=days)
    rows = [
        (button(_("{credits} credits · {stars} {star}").format(credits=p.credits, stars=p.stars, star=STAR), data),)
        for p in packs
        for data in (buttons.data(buttons.PACK, p.id),)
    ]
    return Message(text, tuple(rows))


def invoice(_: Translate, *, pack: PackLine, prices: dict[str, int], days: int) -> tuple[str, str]:
    """Title (32 characters) and description (255) of an invoice."""
    return pack.name, _(
        "{credits} credits for MIOMIO. What things cost: {prices}. Untouched, the pack can be given back within {days} "
        "days: /paysupport"
    ).format(credits=pack.credits, prices=price_list(_, prices), days=days)


def paid(_: Translate, *, credits: int, free: int) -> Message:
    return Message(
        _("✅ Thank you: {credits} credits are yours. You have {free} now.\n\n📷 Send me a photo to begin.").format(
            credits=credits, free=free
        )
    )


def given_back(_: Translate, *, stars: int) -> Message:
    """A payment that belongs to no open offer."""
    return Message(
        _(
            "Your payment did not fit an open offer of ours, so it is not kept: {stars} {star} are on their way back to "
            "you. For a new offer: /packs"
        ).format(stars=stars, star=STAR)
    )


def refunded(_: Translate, *, stars: int) -> Message:
    return Message(_("{stars} {star} went back to you.").format(stars=stars, star=STAR))


def refund_begun(_: Translate, *, name: str, stars: int) -> Message:
    return Message(
        _("{name}: its credits are gone, and {stars} {star} are on their way back to you.").format(
            name=escape(name), stars=stars, star=STAR
        )
    )


def pay_support(_: Translate, *, refundable: Sequence[PackLine], days: int, support_email: str) -> Message:
    """/paysupport: what can be given back by one tap, and whom to write to about everything else."""
    lead = _(
        "<b>Payments</b>\nA pack that you have not touched can be given back within {days} days, by one tap. Telegram gives "
        "back a whole payment only, never a part: once a credit of a pack is used, the pack stays."
    ).format(days=days)
    which = (
        _("Which one shall go back?") if refundable else _("You have no untouched pack of the last days at the moment.")
    )
    help_ = _("A payment that did not arrive is looked for every night. Anything else: {email}").format(
        email=support_email
    )
    rows = [
        (
            button(
                _("Give back: {name} · {stars} {star}").format(name=p.name, stars=p.stars, star=STAR),
                buttons.data(buttons.REFUND, p.id),
            ),
        )
        for p in refundable
    ]
    return Message("\n\n".join((lead, which, help_)), tuple(rows))


def balance(
    _: Translate, *, free: int, held: int, movements: Sequence[MovementLine], limit: int | None, spent: int
) -> Message:
    """Credits in plain words: what is free, what is set aside, what happened last."""
    text = _("You have <b>{free}</b> credits.").format(free=free)
    if held:
        text += "\n" + _("{held} more are set aside for what is being made.").format(held=held)
    if limit is not None:
        text += "\n" + _("Your limit: {limit} in 24 hours, {spent} of it used.").format(limit=limit, spent=spent)
    if movements:
        lines = [f"{m.at:%d.%m.}  {m.credits:+d}  {_movement(_, m)}" for m in movements]
        text += "\n\n" + _("<b>Lately</b>") + "\n" + "\n".join(lines)
    return Message(text, ((button(_("Get more"), buttons.data(buttons.PACKS)),),))


def limit(_: Translate, *, limit: int | None, spent: int) -> Message:
    """/limit: a cap the person sets for themselves."""
    now = (
        _("You have set no limit.")
        if limit is None
        else _("Your limit: {limit} in 24 hours, {spent} of it used.").format(limit=limit, spent=spent)
    )
    how = _("<code>/limit 30</code> lets you spend at most 30 credits in 24 hours; <code>/limit off</code> lifts it.")
    return Message(f"{now}\n\n{how}")


def _movement(_: Translate, m: MovementLine) -> str:
    words = {
        "charge": lambda: kind(_, m.what),
        "refund": lambda: _("Pack given back"),
        "restore": lambda: _("Pack kept after all"),
    }
    if m.kind in words:
        return words[m.kind]()
    return _("Free credits") if m.what == "trial" else _("Pack bought")
