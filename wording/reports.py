"""What is said to somebody who reports a picture or an account, in the bot."""

from __future__ import annotations

from policy.limits import REPORT_WITHIN
from policy.reports import KINDS
from providers.telegram_calls import Button
from wording import buttons
from wording.language import Translate
from wording.message import Message, button, escape, link

HOURS = int(REPORT_WITHIN.total_seconds() // 3600)
PHOTO, RESULT = "p", "r"  # what is reported: a photo of one's own, a picture or video that was made


def grouped(number: str) -> str:
    """A number as it is read aloud and typed: abcde-fghjk."""
    return f"{number[:5]}-{number[5:]}"


def report_button(_: Translate, what: str, id: str) -> tuple[Button, ...]:
    """A row of its own under a picture."""
    return (button(_("⚑ Report"), buttons.data(buttons.REPORT, what, id)),)


def question(_: Translate, *, thing: tuple[str, ...] = ()) -> Message:
    """`thing`: what is reported and its id, where the button stood under it."""
    about = _("What is wrong with this one?") if thing else _("What do you want to report?")
    rows = tuple((button(_(name), buttons.data(buttons.REPORT_KIND, kind, *thing)),) for kind, name in KINDS.items())
    return Message(
        _(
            "<b>{about}</b>\nA person reads every report, and it is decided within {hours} hours. If somebody is in danger, "
            "call the police first: 999 in Hong Kong."
        ).format(about=about, hours=HOURS),
        rows,
    )


def received(_: Translate, *, number: str, more: bool) -> Message:
    """`more`: the next message counts as the report's words."""
    lines = [
        _(
            "Your report is in. Its number: <code>{number}</code>. It is decided within {hours} hours. Whoever it "
            "is about is not told who reported."
        ).format(number=grouped(number), hours=HOURS)
    ]
    if not more:
        return Message(lines[0])
    lines.append(
        _(
            "Is there more to say, such as who is shown, or a link? Then write it as your next message. Please do not send "
            "the picture."
        )
    )
    return Message("\n\n".join(lines), ((button(_("That is all"), buttons.data(buttons.REPORT_DONE)),),))


def added(_: Translate, *, number: str) -> Message:
    return Message(_("Added to report <code>{number}</code>. Thank you.").format(number=grouped(number)))


def decided(_: Translate, *, number: str, erased: bool, support_email: str) -> Message:
    """How a case ended, for whoever it came from."""
    said = (
        _(
            "Your report <code>{number}</code> is decided: you were right. The account it is about is being erased, and "
            "nobody can open its pictures any more. Thank you."
        )
        if erased
        else _(
            "Your report <code>{number}</code> is decided: we found nothing to erase. If you know more, or see it "
            "otherwise, write to {email} with this number."
        )
    )
    return Message(said.format(number=grouped(number), email=escape(support_email)))


def for_strangers(_: Translate, *, address: str, support_email: str) -> Message:
    """Who has no account leaves no trace here; the page takes their report."""
    return Message(
        _(
            "You can report a picture or a person without an account, on our page: it takes a minute, and we store nothing "
            "about you here. Or write to {email}. It is decided within {hours} hours."
        ).format(email=escape(support_email), hours=HOURS),
        ((link(_("Open the page"), address),),),
    )
