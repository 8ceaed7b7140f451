"""What is said about the two choices that people have about their photos: how long they stay, and who never gets them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from policy.choices import ALWAYS, EACH, KEEPINGS
from policy.recipients import RECIPIENTS
from policy.terms import N_
from providers.telegram_calls import Button, Keyboard
from wording import buttons
from wording.language import Translate, listed
from wording.message import Message, button
from wording.periods import period

MARK = "✓ "
MAKES = {
    "gemini": (N_("It makes the pictures."), N_("Without it there are no pictures for you.")),
    "kling": (N_("It makes the videos."), N_("Without it there are no videos for you.")),
}


def keeping(_: Translate, *, choice: str | None, done: bool = False) -> Message:
    """/keep: how it stands, and all the choices. `done`: it was changed just now."""
    lead = "✅ " if done else "🕓 "
    parts = [
        lead + _("<b>How long your photos stay here</b>"),
        stands(_, choice),
        _(
            "You can always choose a shorter time; it counts from when you sent a photo. “After each result” means: a photo "
            "goes as soon as something was made of it, and after {period} at the latest. Pictures and videos stay until you "
            "delete them."
        ).format(period=period(_, KEEPINGS[EACH].period)),
    ]
    return Message("\n\n".join(parts), _choices(_, choice))


def shorter(_: Translate, *, choice: str, before: str | None, now: int, later: int, first: date | None) -> Message:
    """What a shorter choice does to the photos that are here, said before it does it."""
    parts = [_would(_, choice), _goes_now(_, now)]
    if later and first is not None:
        more = _("1 goes later, on {date}.") if later == 1 else _("{number} go later, the first on {date}.")
        parts.append(more.format(number=later, date=first.isoformat()))
    parts.append(_("A photo that something is being made of waits until that is finished."))
    agreed = {0: _("Yes, shorten it"), 1: _("Yes, 1 goes now")}
    yes = agreed.get(now) or _("Yes, {number} go now").format(number=now)
    return Message(
        "\n\n".join(parts),
        (
            (button(yes, buttons.data(buttons.STAY_YES, choice)),),
            (button(_("Leave it as it is"), buttons.data(buttons.STAY, before or ALWAYS)),),
        ),
    )


def goes(_: Translate, at: date) -> str:
    """Beside a photo that has an end."""
    return _("goes on {date}").format(date=at.isoformat())


def receivers(
    _: Translate, *, here: Sequence[str], refused: Collection[str], ended: int = 0, under_way: int = 0, lead: str = ""
) -> Message:
    """Who may get photos, with a switch for each. `here`: the providers in use. `ended`: orders that waited and were
    ended by the choice; `under_way`: what is being made there and cannot be called back."""
    parts = [lead] if lead else []
    if ended:
        parts.append(
            _("1 order that waited for it was ended; its credits are back.")
            if ended == 1
            else _("{number} orders that waited for it were ended; their credits are back.").format(number=ended)
        )
    if under_way:
        parts.append(_("What is being made there right now cannot be called back: {number}.").format(number=under_way))
    parts.append(_("<b>Who may get your photos</b>"))
    parts += [_receiver(_, provider, allowed=provider not in refused) for provider in here]
    parts.append(
        _(
            "A provider gets a photo or picture only when you order something from it. What was sent before stays with it "
            "until its own time is over: /where"
        )
    )
    return Message("\n\n".join(parts), tuple((_switch(_, one, allowed=one not in refused),) for one in here))


def changed(_: Translate, provider: str, *, allowed: bool) -> str:
    """What leads the screen after a tap."""
    name = _(RECIPIENTS[provider].short)
    if allowed:
        return _("✅ {provider} may get your photos again, for what you order from it.").format(provider=name)
    return _("🚫 From now on nothing of yours is sent to {provider}.").format(provider=name)


def not_allowed(_: Translate, provider: str) -> str:
    """In an offer for what its person refused."""
    return _(
        "🚫 You have chosen that nothing of yours goes to <b>{provider}</b>, so this cannot be made. You can allow it again."
    ).format(provider=_(RECIPIENTS[provider].name))


def allow(_: Translate, provider: str) -> str:
    """The button that does."""
    return _("Allow {provider} again").format(provider=_(RECIPIENTS[provider].short))


def in_words(_: Translate, choice: str) -> str:
    """A choice of how long photos stay, for a table."""
    return _choice_names(_).get(choice, choice)


def refused_in_words(_: Translate, refused: str) -> str:
    """The recipients in a list with commas between, by their names."""
    return listed(_, (_(RECIPIENTS[one].name) if one in RECIPIENTS else one for one in refused.split(",")))


def stands(_: Translate, choice: str | None) -> str:
    """How it is now. One that only a newer release knows is not told."""
    if choice not in KEEPINGS:
        return _("Now: <b>until you delete them</b>, or close your account.")
    length = period(_, KEEPINGS[choice].period)
    if KEEPINGS[choice].after_result:
        return _("Now: <b>after each result</b>, {period} after you sent them at the latest.").format(period=length)
    return _("Now: <b>{period}</b> after you sent them.").format(period=length)


def _would(_: Translate, choice: str) -> str:
    length = period(_, KEEPINGS[choice].period)
    if KEEPINGS[choice].after_result:
        return _(
            "Your photos would go <b>after each result</b>, {period} after you sent them at the latest. What has gone cannot "
            "come back."
        ).format(period=length)
    return _("Your photos would go <b>{period}</b> after you sent them. What has gone cannot come back.").format(
        period=length
    )


def _goes_now(_: Translate, number: int) -> str:
    if not number:
        return _("None of the photos that are here goes now.")
    if number == 1:
        return _("<b>1 photo goes now</b>, for good.")
    return _("<b>{number} photos go now</b>, for good.").format(number=number)


def _choices(_: Translate, now: str | None) -> Keyboard:
    return tuple(
        (button((MARK if id == (now or ALWAYS) else "") + name, buttons.data(buttons.STAY, id)),)
        for id, name in _choice_names(_).items()
    )


def _choice_names(_: Translate) -> dict[str, str]:
    names = {ALWAYS: _("Until I delete them")} | {id: period(_, one.period) for id, one in KEEPINGS.items()}
    return names | {EACH: _("After each result")}


def _receiver(_: Translate, provider: str, *, allowed: bool) -> str:
    makes, without = MAKES[provider]
    name = _(RECIPIENTS[provider].name)
    if allowed:
        return f"✅ <b>{name}</b>\n{_(makes)}"
    return "\n".join((f"🚫 <b>{name}</b>", _("Gets nothing of yours."), _(makes), _(without)))


def _switch(_: Translate, provider: str, *, allowed: bool) -> Button:
    if not allowed:
        return button(allow(_, provider), buttons.data(buttons.SEND, provider, "yes"))
    never = _("Never send anything to {provider}").format(provider=_(RECIPIENTS[provider].short))
    return button(never, buttons.data(buttons.SEND, provider, "no"))
