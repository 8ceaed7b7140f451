"""The policy in the bot: its summary, the news of a new version, and the question whether one agrees to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from policy.categories import CATEGORIES
from policy.terms import N_
from policy.versions import BY_ID, CURRENT, Version, in_effect
from wording import buttons
from wording.changes import in_short
from wording.language import Translate, listed
from wording.message import Message, button, escape, link
from wording.pages import differences, page
from wording.periods import kept

MOST_LINES = 6  # of what changed; the whole stands on the website
LONGEST_LINE = 240
KEPT = {
    "photos": N_("photos"),
    "results": N_("pictures and videos"),
    "account": N_("your name and Telegram ID"),
    "transactions": N_("credit movements"),
}


def summary(_: Translate, *, providers: Sequence[str], site: str, support_email: str, today: date) -> Message:
    """What a person in a hurry needs to know, and the ways to the rest. `providers`: who may get photos, in short."""
    rows = [
        (button(_("What do you hold about me?"), buttons.data(buttons.MY_DATA)),),
        (button(_("Get a copy of everything"), buttons.data(buttons.EXPORT)),),
        (button(_("Where did my photos go?"), buttons.data(buttons.WHERE)),),
        (button(_("How long do my photos stay?"), buttons.data(buttons.STAY)),),
        (button(_("Who may get my photos?"), buttons.data(buttons.RECEIVERS)),),
        (button(_("Promotional messages"), buttons.data(buttons.PROMOTIONS)),),
        (button(_("Delete my data"), buttons.data(buttons.ERASE)),),
    ]
    policy = page(_, site, "/privacy")
    if site.startswith("https://"):  # Telegram takes no other address for a button
        rows.append((link(_("The whole policy"), policy),))
    parts = [
        _("<b>Your privacy, in short</b>"),
        _("• <b>Kept</b>: {what}. Photos, pictures, words and names are sealed with keys of your own.").format(
            what=_kept(_)
        ),
        _("• <b>A photo goes</b> only to the AI provider of what you order: {providers}. Nothing is sold.").format(
            providers=listed(_, (_(name) for name in providers))
        ),
        _(
            "• <b>Delete</b>: /delete for your photos, what was made for you, or everything; one photo in /photos, one picture or "
            "video by the button under it. A correction: {email}."
        ).format(email=escape(support_email)),
        _version(_, today, policy),
    ]
    return Message("\n\n".join(parts), tuple(rows))


def _kept(_: Translate) -> str:
    """What is kept and how long, what is kept equally long together."""
    names: dict[str, list[str]] = {}
    for id, name in KEPT.items():
        names.setdefault(kept(_, CATEGORIES[id].retention), []).append(_(name))
    return _("; ").join(
        _("{name}: {period}").format(name=listed(_, what), period=period) for period, what in names.items()
    )


def _version(_: Translate, today: date, address: str) -> str:
    binds = in_effect(today)
    if CURRENT.effective <= today:
        said = _('<a href="{url}">Policy</a> of {version}, in effect since {date}.')
    else:
        said = _('<a href="{url}">Policy</a> of {version}, in effect from {date}; until then that of {binding}.')
    return said.format(
        url=address, version=CURRENT.id, date=CURRENT.effective.isoformat(), binding=binds.id if binds else ""
    )


def news(_: Translate, *, version: Version, old: str, site: str, support_email: str, today: date) -> Message:
    """Told to each person before `version` takes effect. `old` is what they agreed to."""
    if version.effective > today:
        head = _("📜 <b>Our privacy policy changes on {date}.</b> What is new, in short:")
    else:
        head = _("📜 <b>Our privacy policy has changed on {date}.</b> What is new, in short:")
    choice = _(
        "You need do nothing now: from that day on we ask you before your next picture or video. If you do not agree, "
        "nothing new is made, and you can delete your photos, your pictures, or everything: /delete. Questions: {email}"
    ).format(email=escape(support_email))
    parts = [head.format(date=version.effective.isoformat()), _what(_, old, version, site), choice]
    return Message("\n\n".join(parts), ((button(_("I agree"), buttons.data(buttons.RENEW, version.id)),),))


def question(_: Translate, *, order: str, version: Version, old: str, site: str) -> Message:
    """Asked in place of an offer that was tapped, before anything is held."""
    head = _(
        "📜 <b>One question first.</b> Our privacy policy has changed since you agreed to it; it is in effect from {date}. "
        "What is new, in short:"
    ).format(date=version.effective.isoformat())
    parts = [head, _what(_, old, version, site), _("Nothing is sent and nothing is charged until you answer.")]
    return Message(
        "\n\n".join(parts),
        (
            (button(_("I agree, make it"), buttons.data(buttons.RENEW, version.id, order)),),
            (button(_("No"), buttons.data(buttons.NOT_RENEW, version.id, order)),),
        ),
    )


def declined(_: Translate, *, order: str, version: str, support_email: str) -> Message:
    """Nothing happens to anything; what one can do, and the way back."""
    return Message(
        _(
            "All right: nothing was sent and nothing was charged. Your photos, pictures and credits stay as they are. You can "
            "delete photos, pictures, or everything: /delete. Questions: {email}"
        ).format(email=escape(support_email)),
        ((button(_("I agree after all, make it"), buttons.data(buttons.RENEW, version, order)),),),
    )


def thanks(_: Translate, *, version: str, but: str = "", order: str = "") -> Message:
    """`but`: what kept the order that waited for the answer from being placed."""
    text = _("Thank you. Your yes to the policy of {version} is recorded.").format(version=version)
    again = ((button(_("Make it"), buttons.data(buttons.MAKE, order)),),) if order else ()
    return Message("\n\n".join(filter(None, (text, escape(but)))), again)


def _what(_: Translate, old: str, version: Version, site: str) -> str:
    """What is new for somebody who agreed to `old`, and where all of it stands. One of before our time: the first."""
    before = old if old in BY_ID else next(iter(BY_ID))
    lines = [f"• {escape(_shortened(line))}" for line in _lines(_, before, version.id)]
    whole = _('<a href="{url}">Every change, in words</a>').format(url=differences(_, site, before, version.id))
    return "\n".join([*(lines or [_("• sentences of the text")]), whole])


@lru_cache(maxsize=64)
def _lines(_: Translate, old: str, new: str) -> tuple[str, ...]:
    """Comparing takes some milliseconds, and everybody is told the same."""
    return in_short(_, old, new)[:MOST_LINES]


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
