"""What is said about a copy of one's data, and the short list of what is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.terms import N_
from wording import buttons, choices
from wording.language import Translate, listed
from wording.message import Message, button, escape, link
from wording.periods import kept

ALWAYS = "rights"  # granted for every category, so it is said once
SHORT = {
    "generation": N_("making pictures and videos"),
    "payments": N_("payments"),
    "support": N_("support"),
    "improving": N_("mending faults"),
    "abuse": N_("preventing abuse"),
    "announcements": N_("news about the service"),
    "promotion": N_("offers, if you asked for them"),
}
assert SHORT.keys() == PURPOSES.keys() - {ALWAYS}


def packing(_: Translate) -> Message:
    """The message that becomes the copy."""
    return Message(_("📦 I am packing a copy of your data, as it was when you asked. This message becomes the file."))


def here(_: Translate, *, at: datetime) -> Message:
    """Under the file."""
    return Message(
        _(
            "📦 <b>Your data</b>, as of {date}\nUnpack it and open index.html: everything in words, your pictures, and what "
            "your data is used for. We have destroyed our copy of this file. It is not locked: keep it where only you can "
            "open it."
        ).format(date=_when(at))
    )


def too_large(_: Translate, *, at: datetime, hours: int, address: str) -> Message:
    """An address of ours instead, which works once."""
    return Message(
        _(
            "📦 <b>Your data</b>, as of {date}\nThe file is too large for Telegram. The button opens a page of ours, where you "
            "can download it once within {hours} hours. Then unpack it and open index.html. It is not locked: keep it where "
            "only you can open it."
        ).format(date=_when(at), hours=hours),
        ((link(_("Download"), address),),),
    )


def ready(_: Translate) -> Message:
    return Message(_("Your copy is ready."))


def failed(_: Translate) -> Message:
    return Message(
        _(
            "The copy of your data could not be made or sent. Please try again: /export. If that does not help, write to us: "
            "/help. We have been told too."
        )
    )


@dataclass(frozen=True)
class Holding:
    """A category with something in it. `next_goes`: the day the next of it goes by itself, where there is one."""

    category: str
    count: int
    next_goes: date | None


def my_data(_: Translate, holdings: Sequence[Holding], *, keep_photos: str | None) -> Message:
    """/mydata: what is held, why, how long, and what goes next. `keep_photos`: the person's own choice, if any."""
    rows = (
        (button(_("Get a copy of everything"), buttons.data(buttons.EXPORT)),),
        (button(_("Where did my photos go?"), buttons.data(buttons.WHERE)),),
        (button(_("Something not right?"), buttons.data(buttons.NOT_RIGHT)),),
        (button(_("Delete my data"), buttons.data(buttons.ERASE)),),
    )
    lines = [_("<b>What we hold about you</b>")]
    lines += [_holding(_, holding, keep_photos if holding.category == "photos" else None) for holding in holdings]
    dated = [holding for holding in holdings if holding.next_goes]
    if dated:
        first = min(dated, key=lambda holding: holding.next_goes or date.max)
        lines.append(
            _("Next to go: {date} ({category}).").format(
                date=first.next_goes, category=escape(_(CATEGORIES[first.category].name))
            )
        )
    lines.append(_("All of it also serves your rights and our legal duties. Nothing else is held."))
    return Message("\n\n".join(lines), rows)


def _holding(_: Translate, holding: Holding, choice: str | None) -> str:
    category = CATEGORIES[holding.category]
    head = f"<b>{escape(_(category.name))}</b> · {holding.count}"
    purposes = for_what(_, holding.category)
    why = _("For {purposes}. ").format(purposes=purposes) if purposes else ""
    keeps = _("Kept: {period}.").format(period=escape(kept(_, category.retention)))
    goes = " " + _("Next: {date}.").format(date=holding.next_goes) if holding.next_goes else ""
    chosen = "\n" + choices.stands(_, choice) if choice else ""
    return f"{head}\n{why}{keeps}{goes}{chosen}"


def for_what(_: Translate, category: str) -> str:
    """The purposes of a category in short; empty where it serves nothing but rights and duties."""
    return listed(_, [_(SHORT[p.id]) for p in PURPOSES.values() if p.id in SHORT and category in p.categories])


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
