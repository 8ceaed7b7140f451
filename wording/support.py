"""What is said about support: the conversation, answers, and how a ticket ends."""

from __future__ import annotations

from datetime import timedelta

from policy.categories import SUPPORT
from policy.limits import SUPPORT_REOPENED, SUPPORT_TALK
from providers.telegram_calls import Keyboard
from wording import buttons
from wording.failures import sentence
from wording.language import Translate
from wording.message import Message, button, escape
from wording.periods import period


def begin(_: Translate, *, number: int | None) -> Message:
    """/support. `number`: the ticket that it goes on with."""
    head = _("💬 <b>Support</b>") if number is None else _head(_, number)
    what = _("What is it about? Write it here.") if number is None else _("What you write now is added to it.")
    how = _(
        "You can add pictures, PDF and text files. For {minutes} minutes whatever you send here goes to support only; a "
        "command such as /help ends that."
    ).format(minutes=SUPPORT_TALK // timedelta(minutes=1))
    return Message(f"{head}\n{what}\n\n{how}", ((button(_("Cancel"), buttons.data(buttons.SUPPORT_CANCEL)),),))


def taken(_: Translate, *, number: int) -> Message:
    """A message is kept; the conversation goes on."""
    return Message(
        _("✅ It is in ticket {number}. Anything to add? Just send it. If not, tap Done.").format(number=number),
        ((button(_("Done"), buttons.data(buttons.SUPPORT_DONE)),),),
    )


def done(_: Translate, *, number: int) -> Message:
    return Message(
        _("✅ Ticket {number} is with us. Our answer comes here. To add something: /support").format(number=number)
    )


def left(_: Translate) -> Message:
    """It was cancelled, or was over already."""
    return Message(_("Support is closed here. What you send now is for pictures again."))


def answer(_: Translate, *, ticket: str, number: int, words: str) -> Message:
    """What a member of the staff wrote."""
    return Message(f"{_head(_, number)}\n{escape(words)}", _reply(_, ticket))


def resolved(_: Translate, *, ticket: str, number: int) -> Message:
    text = _(
        "Resolved, as far as we can see. If it is not, tap Answer within {days} days. We keep what was written for "
        "{period}, then it is destroyed."
    ).format(days=SUPPORT_REOPENED.days, period=period(_, SUPPORT))
    return Message(f"{_head(_, number)}\n{text}", _reply(_, ticket))


def not_taken(_: Translate, *, number: int, reason: str) -> Message:
    """A file that could not be kept."""
    why = sentence(_, reason)
    return Message(f"{_head(_, number)}\n{_('A file that you sent is not in it.')}\n{why}")


def stranger(_: Translate, *, support_email: str) -> Message:
    """Somebody without an account: nothing of them may be written down."""
    return Message(
        _(
            "You have no account here, so I may not keep what you write. Please write to {email}; we answer there. To use "
            "MIOMIO: /start"
        ).format(email=escape(support_email))
    )


def _head(_: Translate, number: int) -> str:
    return _("💬 <b>Support, ticket {number}</b>").format(number=number)


def _reply(_: Translate, ticket: str) -> Keyboard:
    return ((button(_("Answer"), buttons.data(buttons.SUPPORT, ticket)),),)
