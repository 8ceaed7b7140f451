"""The rights of the people whose data we hold, the law's time to answer, and the regulator who hears complaints."""

from __future__ import annotations

from policy.terms import DAY, N_, YEAR, Right

ANSWER_WITHIN = 40 * DAY  # sections 19 and 23 of the Ordinance
ANSWER_WITHIN_MONTHS = 1  # article 12(3) of the GDPR: by the calendar, and so mostly the shorter
TOLD_OF = YEAR  # section 23: who was given data within that time is told of their correction
ALARM_BEFORE = 5 * DAY  # how long before the end of that time staff are called
# What somebody may ask for; information is no right of its own, and answered in the same time.
ACCESS, CORRECTION, DELETION = "access", "correction", "deletion"
OPT_OUT, COMPLAINT, INFORMATION = "opt_out", "complaint", "information"
ASKED_FOR = (ACCESS, CORRECTION, DELETION, OPT_OUT, COMPLAINT, INFORMATION)
PCPD_SITE = "www.pcpd.org.hk"
PCPD_HOTLINE = "+852 2827 2827"

IN_THE_BOT_TOO = N_(
    "write to {email} with your Telegram username and a description of the request; also in the bot, at once"
)

RIGHTS: tuple[Right, ...] = (
    Right(
        id="access",
        name=N_("Access"),
        means=N_("a copy of the personal data that we hold about you"),
        how=IN_THE_BOT_TOO,
        promise="P9.1",
    ),
    Right(
        id="correction",
        name=N_("Correction"),
        means=N_("of data that is inaccurate or incomplete"),
        how=IN_THE_BOT_TOO,
        promise="P9.2",
    ),
    Right(
        id="deletion",
        name=N_("Deletion"),
        means=N_("of photos you uploaded, of generated content, or of the whole account"),
        how=N_(
            "write to {email} with your Telegram username and a description of the request, and support enqueues the "
            "deletion; also in the bot, at once"
        ),
        promise="P9.3",
    ),
    Right(
        id="opt-out",
        name=N_("Opt-out"),
        means=N_("of promotional messages, at any time"),
        how=N_("one tap in the bot; or write to {email} with your Telegram username and a description of the request"),
        promise="P9.4",
    ),
    Right(
        id="complaint",
        name=N_("Complaint"),
        means=N_("to the Office of the Privacy Commissioner for Personal Data, Hong Kong (PCPD)"),
        how=N_("{pcpd_site}, hotline {pcpd_hotline}"),
        promise="P9.5",
    ),
)
