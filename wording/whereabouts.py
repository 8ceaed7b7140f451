"""What is said about where photos and pictures went: who got what, when, and how much longer they may keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from policy.recipients import RECIPIENTS
from policy.terms import DAY, N_
from wording import buttons
from wording.language import Translate, listed
from wording.message import Message, button
from wording.periods import keeps

PHOTO, RESULT, FORGOTTEN = "photo", "result", "forgotten"  # forgotten: the order that said what it was is gone
A_PAGE = 3  # photos on a page
LATEST = 3  # sendings shown of each recipient on a page
ALL = 20  # and for one photo alone; a message holds 4096 characters

FIELDS = {
    "photos": N_("the photo"),
    "results": N_("the picture"),
    "prompts": N_("the wording or style"),
}
ALONG = {"kling": N_("settings, a random attempt ID")}  # what else is in a call; there is never a name or a number
SETTINGS = N_("settings")
STORES_NOTHING = frozenset({"gemini"})  # those that are told so in each call


@dataclass(frozen=True)
class Sending:
    """One sending. `kept_until`: how long the recipient may keep it; None where no end is declared."""

    recipient: str
    categories: tuple[str, ...]
    at: datetime
    kept_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A photo, or a picture that became a video, and its sendings, newest first.

    `number` is its place among the photos that are here, newest first, from 1; None for what is no longer here and for
    pictures. `at`: when it came or was made.
    """

    kind: str
    id: str
    at: datetime | None
    here: bool
    number: int | None = None
    sendings: tuple[Sending, ...] = ()


def page(_: Translate, things: Sequence[Thing], *, number: int, now: datetime) -> Message:
    """A page of them; `number` counts from 1, and one beyond the end is the last."""
    if not things:
        return Message(_("You have no photos here, and nothing of yours was sent to an AI provider."))
    pages = ceil(len(things) / A_PAGE)
    number = min(max(number, 1), pages)
    shown = things[(number - 1) * A_PAGE : number * A_PAGE]
    head = _("<b>Where your photos went</b>") + (f" · {_of(_, number, pages)}" if pages > 1 else "")
    parts = [head, *(about(_, thing, now=now, latest=LATEST) for thing in shown), _note(_)]
    see = tuple(
        button(_("Show photo {number}").format(number=thing.number), buttons.data(buttons.PHOTOS, thing.number))
        for thing in shown
        if thing.number is not None
    )
    turn = (
        button("‹", buttons.data(buttons.WHERE, (number - 2) % pages + 1)),
        button("›", buttons.data(buttons.WHERE, number % pages + 1)),
    )
    return Message("\n\n".join(parts), tuple(row for row in (see, turn if pages > 1 else ()) if row))


def one(_: Translate, thing: Thing, *, now: datetime) -> Message:
    """One photo alone, with all that is known."""
    return Message("\n\n".join([about(_, thing, now=now, latest=ALL), _note(_)]))


def about(_: Translate, thing: Thing, *, now: datetime, latest: int) -> str:
    """Its title, and for each recipient what they got and how much longer they may keep it."""
    lines = [f"<b>{_title(_, thing)}</b>"]
    if not thing.sendings:
        lines.append(_("Sent to no AI provider."))
    groups: dict[tuple[str, tuple[str, ...]], list[Sending]] = {}
    for sending in thing.sendings:
        groups.setdefault((sending.recipient, sending.categories), []).append(sending)
    for (recipient, categories), sendings in groups.items():
        lines.append(_got(_, recipient, categories))
        lines += [f"• {_when(sending.at)}: {remaining(_, sending, now=now)}" for sending in sendings[:latest]]
        if (more := len(sendings) - latest) > 0:
            lines.append(_("• and {number} earlier").format(number=more))
    return "\n".join(lines)


def remaining(_: Translate, sending: Sending, *, now: datetime) -> str:
    """How much longer the recipient may keep it, counted down in days that have begun."""
    if sending.kept_until is None:
        recipient = RECIPIENTS.get(sending.recipient)
        return keeps(_, recipient) if recipient else _("no end declared")
    if (left := sending.kept_until - now) <= 0 * DAY:
        return _("over since {date}").format(date=f"{sending.kept_until:%Y-%m-%d}")
    if (days := ceil(left / DAY)) == 1:
        return _("may be kept less than a day more")
    return _("may be kept up to {days} more days").format(days=days)


def _got(_: Translate, recipient: str, categories: tuple[str, ...]) -> str:
    known = RECIPIENTS.get(recipient)
    what = [_(FIELDS[name]) if name in FIELDS else name for name in categories]
    got = _("{recipient} got {what}.").format(
        recipient=_(known.short) if known else recipient, what=listed(_, [*what, _(ALONG.get(recipient, SETTINGS))])
    )
    return f"{got} {_('Sent with store=false: kept to watch for abuse only.')}" if recipient in STORES_NOTHING else got


def _title(_: Translate, thing: Thing) -> str:
    if thing.kind == FORGOTTEN or thing.at is None:
        return _("Sent for something that is no longer here")
    if thing.kind == RESULT:
        text = _("🖼 A picture of {date}") if thing.here else _("🖼 A picture of {date}, deleted here")
    elif thing.here:
        text = _("📷 Photo {number}, of {date}")
    else:
        text = _("📷 A photo of {date}, deleted here")
    return text.format(number=thing.number, date=f"{thing.at:%Y-%m-%d}")


def _note(_: Translate) -> str:
    return _(
        "No name, no Telegram ID, no place or camera data went along. Every try is listed, also one that failed. "
        "Telegram keeps what is in this chat until you delete it here."
    )


def _of(_: Translate, number: int, pages: int) -> str:
    return _("{page} of {pages}").format(page=number, pages=pages)


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
