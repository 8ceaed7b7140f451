"""How an account stands, as its person is told: frozen, banned, open again."""

from __future__ import annotations

from policy.limits import REPORT_WITHIN
from policy.reports import BANS
from policy.rights import PCPD_HOTLINE, PCPD_SITE
from wording.language import Translate
from wording.message import Message, escape


def frozen(_: Translate, *, support_email: str) -> Message:
    return Message(
        _(
            "<b>Your pictures are locked while we look into a report.</b> Nobody can open them meanwhile: not you, not us. "
            "What was being made has ended, and its credits are back.\n\nA report is no verdict. It ends within {hours} "
            "hours: the lock goes, or the account is erased.\n\nYour rights stay: /mydata shows what we hold, /export "
            "brings a copy without the pictures. What you want to say about it: {email}."
        ).format(hours=_hours(), email=escape(support_email))
    )


def banned(_: Translate, *, reason: str, support_email: str) -> Message:
    return Message(
        _(
            "<b>Your account is closed for breaking the Terms:</b> {reason}.\n\nWhat was being made has ended, and its "
            "credits are back. Your rights stay: /mydata, /export, /photos to delete, /paysupport for refunds.\n\nYou think "
            "this is wrong? Write to {email}; a person reads it. Complaints about your data: PCPD, {site}, {hotline}."
        ).format(
            reason=escape(_(BANS.get(reason, reason))),
            email=escape(support_email),
            site=PCPD_SITE,
            hotline=PCPD_HOTLINE,
        )
    )


def open_again(_: Translate) -> Message:
    return Message(_("<b>Your account is open again.</b> What waited for you comes now. Send a photo, or /help."))


def _hours() -> int:
    return int(REPORT_WITHIN.total_seconds() // 3600)
