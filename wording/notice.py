"""The notice before anything is collected, and what is said about the policy."""

from __future__ import annotations

from collections.abc import Sequence

from policy.categories import CATEGORIES
from policy.versions import CURRENT
from wording import buttons
from wording.language import Translate, listed
from wording.message import Message, button
from wording.periods import kept


def notice(
    _: Translate,
    *,
    receivers: Sequence[str],
    support_email: str,
    policy_url: str,
    terms_url: str,
    photo_waiting: bool = False,
) -> Message:
    """What DPP1(3) asks to be told before collection: purposes, recipients, what is obligatory, whom to ask."""
    parts = [
        _("<b>MIOMIO turns your photos into pictures and short videos.</b> Before we start, in short:"),
        _(
            "• <b>What for:</b> making the pictures and videos you ask for, running the credits, answering your questions, and preventing abuse."
        ),
        _(
            "• <b>Who receives data:</b> {receivers}. An AI provider gets only the photo and the wording you chose."
        ).format(receivers=listed(_, (_(name) for name in receivers))),
        _("• <b>Kept:</b> photos and pictures sealed, {photos}. Your Telegram name and ID {account}.").format(
            photos=kept(_, CATEGORIES["photos"].retention), account=kept(_, CATEGORIES["account"].retention)
        ),
        _(
            "• <b>Yours to decide:</b> nothing is obligatory; without a photo there is no picture. "
            "Access, correction, deletion: {email}."
        ).format(email=support_email),
        _(
            '<a href="{policy}">Policy of {version}</a> · <a href="{terms}">Terms</a>. Until you answer, we store nothing about you.'
        ).format(version=CURRENT.id, policy=policy_url, terms=terms_url),
    ]
    if photo_waiting:
        parts.append(_("What you just sent was not kept: please send it again afterwards."))
    return Message(
        "\n\n".join(parts),
        (
            (button(_("I am 18 or older and agree"), buttons.data(buttons.AGREE, CURRENT.id)),),
            (button(_("I am under 18"), buttons.data(buttons.MINOR)),),
        ),
    )


def under_age(_: Translate) -> Message:
    return Message(_("Thank you for being honest. MIOMIO is for adults only. We have stored nothing about you."))


def minor_with_account(_: Translate) -> Message:
    return Message(
        _(
            "MIOMIO is for adults only, so your account is closed: photos, pictures and free credits are being deleted now. "
            "A pack you have not touched goes back to you in Stars. What the law makes us keep about payments stays, under "
            "a random number."
        )
    )


def welcome(_: Translate, *, credits: int) -> Message:
    return Message(
        _(
            "<b>Welcome!</b> You have {credits} free credits; a picture costs one.\n\n📷 Send me a photo to begin."
        ).format(credits=credits)
    )


def welcome_back(_: Translate, *, credits: int) -> Message:
    return Message(
        _("Good to see you. You have {credits} credits.\n\n📷 Send me a photo, or /photos for yours.").format(
            credits=credits
        )
    )


def people(_: Translate) -> Message:
    """Asked once, with the first photo; nothing is fetched from Telegram before."""
    return Message(
        _(
            "One question, asked only once: do all the people in the photos you send agree that you have pictures made "
            "of them? Everybody shown must be an adult, or be your own child in an everyday photo.\n\n"
            "Your photo has not been fetched yet."
        ),
        ((button(_("Yes, they agree"), buttons.data(buttons.PEOPLE)),),),
    )
