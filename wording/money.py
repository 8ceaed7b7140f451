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
    return _("Video of {seconds} s").format(seconds=seconds) if name == "video" else what


def amount(_: Translate, credits: int) -> str:
    """ "1 credit", "20 credits"."""
    return _("1 credit") if credits == 1 else _("{credits} credits").format(credits=credits)


def price_list(_: Translate, prices: dict[str, int], *, between: str = "\n") -> str:
    """ "Picture: 1 credit", "Video of 5 s: 8 credits", …"""
    line = _("{name}: {price}")
    return between.join(line.format(name=kind(_, what), price=amount(_, credits)) for what, credits in prices.items())


def packs(_: Translate, *, free: int, prices: dict[str, int], packs: Sequence[PackLine], days: int) -> Message:
    text = _(
        "<b>Packs of credits</b>\nYou have {free}.\n\n{prices}\n\nYou pay in Telegram Stars: no card and no address "
        "reaches us. A pack you have not touched can be given back within {days} days: /paysupport"
    ).format(free=amount(_, free), prices=price_list(_, prices), days=days)
    rows = [
        (button(_("{credits} credits · {stars} {star}").format(credits=p.credits, stars=p.stars, star=STAR), data),)
        for p in packs
        for data in (buttons.data(buttons.PACK, p.id),)
    ]
    return Message(text, tuple(rows))


def invoice(_: Translate, *, pack: PackLine, prices: dict[str, int], days: int) -> tuple[str, str]:
    """Title (32 characters) and description (255) of an invoice."""
    return _(pack.name), _(
        "{credits} for MIOMIO. {prices}. Untouched, the pack can be given back within {days} days: /paysupport"
    ).format(credits=amount(_, pack.credits), prices=price_list(_, prices, between=" · "), days=days)


def paid(_: Translate, *, credits: int, free: int) -> Message:
    return Message(
        _("✅ Thank you! {credits} more: you have {free} now.\n\n📷 Send me a photo, or go on where you were.").format(
            credits=amount(_, credits), free=free
        )
    )


def given_back(_: Translate, *, stars: int) -> Message:
    """A payment that belongs to no open offer."""
    return Message(
        _(
            "That payment did not fit an open offer, so we do not keep it: {stars} {star} are on their way back to you. "
            "For a new offer: /packs"
        ).format(stars=stars, star=STAR)
    )


def refunded(_: Translate, *, stars: int) -> Message:
    return Message(_("{stars} {star} went back to you.").format(stars=stars, star=STAR))


def kept_after_all(_: Translate, *, credits: int) -> Message:
    """A refund that Telegram refused."""
    return Message(
        _(
            "Telegram did not take your pack back, so its {credits} credits are yours again. We have been told too; "
            "questions: /paysupport"
        ).format(credits=credits)
    )


def refund_begun(_: Translate, *, name: str, stars: int) -> Message:
    return Message(
        _("{name}: {stars} {star} are on their way back to you. Its credits have left your balance.").format(
            name=escape(_(name)), stars=stars, star=STAR
        )
    )


def pay_support(_: Translate, *, refundable: Sequence[PackLine], days: int, support_email: str) -> Message:
    """/paysupport: what can be given back by one tap, and whom to write to about everything else."""
    lead = _(
        "<b>Payments and refunds</b>\nA pack you have not touched goes back by one tap within {days} days. Once one of "
        "its credits is used or set aside, it stays: Telegram returns whole payments only."
    ).format(days=days)
    which = (
        _("Which one shall go back?")
        if refundable
        else _("There is no untouched pack of the last {days} days.").format(days=days)
    )
    help_ = _(
        "Paid, but no credits? We compare with Telegram every night and put it right. Anything else: {email}"
    ).format(email=escape(support_email))
    rows = [
        (
            button(
                _("Give back: {name} · {stars} {star}").format(name=_(p.name), stars=p.stars, star=STAR),
                buttons.data(buttons.REFUND, p.id),
            ),
        )
        for p in refundable
    ]
    write = (button(_("Write to support"), buttons.data(buttons.SUPPORT)),)
    return Message("\n\n".join((lead, which, help_)), (*rows, write))


def balance(
    _: Translate, *, free: int, held: int, movements: Sequence[MovementLine], limit: int | None, spent: int
) -> Message:
    """Credits in plain words: what is free, what is set aside, what happened last."""
    text = _("You have <b>{free}</b>.").format(free=amount(_, free))
    if held:
        text += "\n" + _("Set aside for what is being made: {held}").format(held=held)
    if limit is not None:
        text += "\n" + _("Your limit: {limit} in 24 hours, {spent} of it used.").format(limit=limit, spent=spent)
    if movements:
        day = _("%d %b")
        lines = [f"{m.at.strftime(day)}  {m.credits:+d}  {movement(_, m)}" for m in movements]
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


def movement(_: Translate, m: MovementLine) -> str:
    """A gain or a loss of credits in words."""
    words = {
        "charge": lambda: kind(_, m.what),
        "refund": lambda: _("Pack given back"),
        "restore": lambda: _("Pack kept after all"),
        "opening": lambda: _("From earlier years"),
    }
    if m.kind in words:
        return words[m.kind]()
    return _("Free credits") if m.what == "trial" else _("Pack bought")
