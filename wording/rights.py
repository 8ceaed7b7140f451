"""The written answers to requests about data, as mail: plain text, in the language of whoever asked."""

from __future__ import annotations

from datetime import datetime

from errors import Permanent
from policy.refusals import GROUNDS
from policy.rights import PCPD_HOTLINE, PCPD_SITE
from policy.terms import N_
from wording.language import Translate

# (kind of request, what became of it) -> what the person is told.
SAID: dict[tuple[str, str], str] = {
    ("access", "done"): N_(
        "Here is a copy of the personal data that we hold about you. It comes as a file: with this letter, or in the "
        "bot's chat (/export), where /mydata shows it in short."
    ),
    ("access", "nothing"): N_(
        "We hold no personal data about you: no account belongs to the Telegram username or ID that you gave us."
    ),
    ("correction", "done"): N_("The data is corrected as you asked."),
    ("correction", "nothing"): N_("We hold no personal data about you, and so nothing that could be corrected."),
    ("deletion", "done"): N_(
        "What you asked us to delete is deleted. What a law makes us keep, and how long, stands in our privacy policy."
    ),
    ("deletion", "nothing"): N_("We hold no personal data about you, and so nothing that could be deleted."),
    ("opt_out", "done"): N_("We send you no promotional messages any more."),
    ("opt_out", "nothing"): N_(
        "No account belongs to the Telegram username or ID that you gave us, so we send you no messages at all."
    ),
    ("complaint", "done"): N_("We have looked into your complaint. What we found is enclosed."),
    ("complaint", "nothing"): N_("We have looked into your complaint. We hold no personal data about you."),
    ("information", "done"): N_("What you asked is answered in the enclosed."),
    ("information", "nothing"): N_("We hold no personal data about you."),
}
KINDS = {
    "access": N_("a copy of your data"),
    "correction": N_("correction of your data"),
    "deletion": N_("deletion of your data"),
    "opt_out": N_("an end of promotional messages"),
    "complaint": N_("a complaint"),
    "information": N_("information"),
}


def receipt(_: Translate, *, request: str, kind: str, received: datetime, due: datetime, support_email: str) -> str:
    """The letter for a request that was opened and of which nobody is sure yet who asks: the same for everybody."""
    until = _("You have our answer by {date} at the latest.").format(date=due.date().isoformat())
    sure = _(
        "To make sure that it is you, please send this to the bot, from the Telegram account that the request is about: "
        "/confirm {number}"
    ).format(number=request)
    return _letter(_, request, kind, received, [until, sure], support_email)


def confirmed(_: Translate) -> str:
    return _("Thank you: your request is confirmed. The answer comes by mail.")


def unknown(_: Translate) -> str:
    return _("There is no open request of yours with this number. It stands in our mail: /confirm and the number.")


def answer(_: Translate, *, request: str, kind: str, received: datetime, outcome: str, support_email: str) -> str:
    """The letter for a request that was not refused. Raises Permanent("request.no_words")."""
    said = SAID.get((kind, outcome))
    if said is None:
        raise Permanent("request.no_words", kind=kind)
    return _letter(_, request, kind, received, [_(said)], support_email)


def refusal(
    _: Translate,
    *,
    request: str,
    kind: str,
    received: datetime,
    ground: str,
    support_email: str,
    note: str | None = None,
) -> str:
    """The letter for one that was: which ground, by which provision. `ground` comes from the log of refusals; `note`:
    what its person says about data that stay, of which a copy goes along."""
    why = _("We cannot do what you asked: {why} ({provision}).").format(
        why=_(GROUNDS[ground].words), provision=GROUNDS[ground].provision
    )
    kept = _("That it was refused, and why, stands in our log, as section 27 of the Ordinance demands.")
    said = [why, kept]
    if note is not None:
        said.append(
            _(
                "What you say about it stands beside the data from now on. You see it in the bot with /mydata and in each "
                "copy of your data, and it goes when your account does. A copy of it:"
            )
        )
        said.append(f"“{note}”")
    return _letter(_, request, kind, received, said, support_email)


def _letter(_: Translate, request: str, kind: str, received: datetime, said: list[str], support_email: str) -> str:
    asked = _("On {date} you asked us for this: {what}. Your request has the number {number}.").format(
        date=received.date().isoformat(), what=_(KINDS[kind]), number=request
    )
    complain = _(
        "If you do not agree, write to {email}. You may also complain to the Privacy Commissioner for Personal Data, Hong "
        "Kong ({site}, hotline {hotline}), or to the supervisory authority where you live, and go to court."
    ).format(email=support_email, site=PCPD_SITE, hotline=PCPD_HOTLINE)
    return "\n\n".join((asked, *said, complain))
