"""What is said about deleting: the choice, what would go and stay, what has happened, and the way back while there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from policy.categories import CATEGORIES
from policy.terms import N_
from providers.telegram_calls import Button, Keyboard
from wording import buttons
from wording.export import for_what
from wording.language import Translate
from wording.message import Message, button, escape
from wording.money import STAR, PackLine, amount
from wording.periods import kept

PHOTOS, GENERATED, ACCOUNT = "photos", "generated", "account"
HEAD = {
    PHOTOS: N_("🗑 <b>Delete all your photos?</b>"),
    GENERATED: N_("🗑 <b>Delete all pictures and videos made for you?</b>"),
    ACCOUNT: N_("🗑 <b>Delete your whole account?</b>"),
}
YES = {
    PHOTOS: N_("Yes, delete my photos"),
    GENERATED: N_("Yes, delete what was made"),
    ACCOUNT: N_("Yes, delete my account"),
}
NOTHING = {
    PHOTOS: N_("There are no photos of yours here."),
    GENERATED: N_("There are no pictures or videos of yours here."),
}
DONE = {
    PHOTOS: N_("🗑 <b>Deleted.</b> Nobody can open your photos any more, neither you nor we."),
    GENERATED: N_("🗑 <b>Deleted.</b> Nobody can open what was made for you any more, neither you nor we."),
    ACCOUNT: N_("🗑 <b>Your account is closed.</b> Nobody can open your photos, pictures and videos any more, neither you nor we."),
}  # fmt: skip


AFTER_THE_COPY = {
    PHOTOS: N_("🗑 <b>Your copy comes first.</b> As soon as it has been sent, your photos are deleted for good."),
    GENERATED: N_("🗑 <b>Your copy comes first.</b> As soon as it has been sent, what was made for you is deleted for good."),
    ACCOUNT: N_("🗑 <b>Your account is closed; your copy comes first.</b> As soon as it has been sent, your photos, pictures and videos are deleted for good."),
}  # fmt: skip


@dataclass(frozen=True)
class Left:
    """A category that stays. `until`: the last day of what there is now, where the register knows one."""

    category: str
    count: int
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a deletion would do. Category -> count: `now` goes at once, `later` with the account, by `undo_until`."""

    scope: str
    now: Mapping[str, int]
    later: Mapping[str, int]
    stays: Sequence[Left]
    orders: int
    packs: Sequence[PackLine]
    credits: int
    waits_for_copy: bool
    undo_until: datetime | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to delete; an account always is something."""
        return self.scope in NOTHING and not self.now and not self.orders


def choice(_: Translate) -> Message:
    """/delete: three scopes, and where to delete one thing alone."""
    return Message(
        _(
            "🗑 <b>Delete your data</b>\nWhat shall go? You first see what goes and what stays; nothing happens until you "
            "confirm.\n\nJust one photo: /photos\nJust one picture or video: the button under it"
        ),
        (
            (button(_("My photos"), buttons.data(buttons.ERASE, PHOTOS)),),
            (button(_("Pictures and videos made for me"), buttons.data(buttons.ERASE, GENERATED)),),
            (button(_("My whole account"), buttons.data(buttons.ERASE, ACCOUNT)),),
            (button(_("Keep everything"), buttons.data(buttons.ERASE_KEEP)),),
        ),
    )


def kept_all(_: Translate) -> Message:
    return Message(_("All right: nothing was deleted."))


def preview(_: Translate, plan: Plan, *, back: int = 0) -> Message:
    """What goes, what stays and until when, before the one tap that does it. `back`: Stars that were just asked back."""
    if plan.empty:
        return Message(_(NOTHING[plan.scope]), (_other(_),))
    parts = [_(HEAD[plan.scope])]
    if back:
        parts.append(_("✅ {stars} {star} are on their way back to you.").format(stars=back, star=STAR))
    if plan.now:
        parts.append(_titled(_("<b>Goes at once, for good</b>"), [_counted(_, *one) for one in plan.now.items()]))
    if plan.later and plan.undo_until:
        title = _("<b>Goes on {date}</b>").format(date=plan.undo_until.date())
        parts.append(_titled(title, [_counted(_, *one) for one in plan.later.items()]))
    parts += _notes(_, plan)
    if plan.stays:
        lines = "\n".join(_staying(_, one, whole=plan.scope == ACCOUNT) for one in plan.stays)
        parts.append(_("<b>Stays</b>") + f"\n<blockquote expandable>{lines}</blockquote>")
    return Message("\n\n".join(parts), _choices(_, plan))


def done(
    _: Translate, *, scope: str, waits_for_copy: bool, young: int, old: int, undo_until: datetime | None
) -> Message:
    """Said when it has taken effect. `young`, `old`: messages in the chat that we take away, that only they can."""
    if waits_for_copy:
        parts = [_(AFTER_THE_COPY[scope])]
    else:
        parts = [_(DONE[scope]) + "\n" + _("Keys and files are being destroyed; that takes a moment.")]
    if undo_until:
        parts.append(_back(_, undo_until))
    if young:
        parts.append(_("I am taking their messages of the last 48 hours out of this chat."))
    if old:
        parts.append(
            _(
                "<b>Only you can delete</b> older messages in this chat that show them ({count}): Telegram lets no bot do "
                "that after 48 hours. Delete the chat, or each of them."
            ).format(count=old)
        )
    if young or old:
        parts.append(
            _(
                "What I showed you once more, by /photos or “Original file”, stays in this chat until you delete it there."
            )
        )
    return Message("\n\n".join(parts), _ways(_) if undo_until else ())


def closing(_: Translate, *, undo_until: datetime | None) -> Message:
    """Whatever somebody writes while their account waits for its end. No date: nothing can be undone any more."""
    if undo_until is None:
        return Message(_("Your account is being deleted right now. When that is done, you can begin anew: /start"))
    text = _(
        "🗑 <b>Your account is closed and waits to be deleted.</b> {back}\n\n"
        "Still answered: /mydata, /export, /privacy, /support, /paysupport"
    ).format(back=_back(_, undo_until))
    return Message(text, _ways(_))


def undone(_: Translate, *, credits: int, open_: bool) -> Message:
    """`open_`: whether they may use it; an account that was banned before is so again."""
    if not open_:
        return Message(
            _("Taken back: your account is as it was before. Photos and pictures that were deleted stay gone.")
        )
    return Message(
        _(
            "Welcome back: your account is yours again, with {credits}. Photos and pictures that were deleted stay gone.\n\n"
            "📷 Send me a photo."
        ).format(credits=amount(_, credits))
    )


def not_closing(_: Translate) -> Message:
    """The button of an earlier day."""
    return Message(_("Your account is open, and nothing waits to be deleted."))


def really_at_once(_: Translate, *, credits: int, packs: bool) -> Message:
    """`credits`: those that are lost. `packs`: whether there are some that go back."""
    text = _(
        "<b>Delete everything now?</b>\nYour account ends at once, with {credits} in it. Nobody can undo that."
    ).format(credits=amount(_, credits))
    if packs:
        text += "\n" + _("Packs you have not touched go back to you in Stars.")
    return Message(
        text,
        (
            (button(_("Yes, delete everything now"), buttons.data(buttons.AT_ONCE, "yes")),),
            (button(_("No, let it wait"), buttons.data(buttons.ERASE, buttons.AGAIN)),),
        ),
    )


def _notes(_: Translate, plan: Plan) -> list[str]:
    """What else one should know before the tap."""
    notes = []
    if plan.orders:
        notes.append(
            _("What is being made now ({count}) is cancelled, and its credits come back.").format(count=plan.orders)
        )
    if plan.waits_for_copy:
        notes.append(_("A copy of your data is on its way: it comes first, then this is deleted."))
    if plan.undo_until is None:
        notes.append(_("What is deleted cannot come back."))
        return notes
    notes.append(_back(_, plan.undo_until))
    if (rest := plan.credits - sum(pack.credits for pack in plan.packs)) > 0:
        notes.append(_("{credits} of yours would end with it.").format(credits=amount(_, rest)))
    if plan.packs:
        notes.append(
            _(
                "Packs you have not touched go back to you in Stars: now, by the buttons below, or when the account goes."
            )
        )
    return notes


def _choices(_: Translate, plan: Plan) -> Keyboard:
    refunds = [
        (
            button(
                _("Give back: {name} · {stars} {star}").format(name=_(pack.name), stars=pack.stars, star=STAR),
                buttons.data(buttons.ERASE_REFUND, pack.id),
            ),
        )
        for pack in plan.packs
    ]
    copy = [(button(_("Get a copy of everything"), buttons.data(buttons.EXPORT)),)] if plan.undo_until else []
    yes = (button(_(YES[plan.scope]), buttons.data(buttons.ERASE_YES, plan.scope)),)
    return (*refunds, *copy, yes, _other(_))


def _other(_: Translate) -> tuple[Button, ...]:
    return (
        button(_("Back"), buttons.data(buttons.ERASE, buttons.AGAIN)),
        button(_("Keep everything"), buttons.data(buttons.ERASE_KEEP)),
    )


def _ways(_: Translate) -> Keyboard:
    return (
        (button(_("Undo: keep my account"), buttons.data(buttons.UNDO)),),
        (button(_("Delete everything now"), buttons.data(buttons.AT_ONCE)),),
    )


def _back(_: Translate, until: datetime) -> str:
    return _("Until {date} one tap brings your account and credits back; pictures cannot come back.").format(
        date=_when(until)
    )


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _titled(title: str, lines: Sequence[str]) -> str:
    return "\n".join((title, *lines))


def _counted(_: Translate, category: str, count: int) -> str:
    return f"• {escape(_(CATEGORIES[category].name))} · {count}"


def _staying(_: Translate, left: Left, *, whole: bool) -> str:
    """What, how much, how long: all of it the register's. For what, too, where it outlives the account."""
    what, period = _counted(_, left.category, left.count), escape(kept(_, CATEGORIES[left.category].retention))
    if not whole:
        return _("{what}: {period}").format(what=what, period=period)
    purposes = for_what(_, left.category) or _("your rights and our legal duties")
    said = _("{what}: for {purposes}; {period}").format(what=what, purposes=purposes, period=period)
    return said + (_("; gone by {date}").format(date=left.until) if left.until else "")
