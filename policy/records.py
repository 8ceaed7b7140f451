"""The categories that the law, or honesty about it, adds: records of what was agreed, disclosed, opened and erased."""

from __future__ import annotations

from policy.terms import N_, YEAR, Category, Retention

CONSENTS = 2 * YEAR
STAFF_ACCESS = 2 * YEAR
REQUESTS = 2 * YEAR
REFUSALS = 4 * YEAR
BREACHES = 5 * YEAR
ERASURES = 2 * YEAR

RECORDS: tuple[Category, ...] = (
    Category(
        id="consents",
        name=N_("Consent and opt-out record"),
        data=N_(
            "what you agreed to, chose about your photos or opted out of, which version of the policy and when; when "
            "you were told of a new one, and which announcements you were sent"
        ),
        source=N_("your taps in the bot, and the service's own notices"),
        retention=Retention(
            start=N_("the account's end"), period=CONSENTS, words=N_("{period} after the account's end")
        ),
        promises=("P6.12",),
    ),
    Category(
        id="disclosures",
        name=N_("Disclosure log"),
        data=N_("what was sent to which provider, why and when"),
        source=N_("the service, before each sending"),
        retention=Retention(start=N_("the account's end"), period=None, words=N_("with the account")),
        promises=("P5.5", "P6.10"),
    ),
    Category(
        id="requests",
        name=N_("Record of requests about your data"),
        data=N_("which right you asked for, how and when, until when it is answered, and what became of it"),
        source=N_("your taps in the bot, and your mail to support"),
        retention=Retention(
            start=N_("the answer to the request"), period=REQUESTS, words=N_("{period} after the answer")
        ),
        promises=("P9.6",),
    ),
    Category(
        id="refusals",
        name=N_("Refusal log"),
        data=N_("which request about data was refused, why and when, under a random number"),
        source=N_("the service, when a request is refused"),
        retention=Retention(
            start=N_("the refusal"), period=REFUSALS, words=N_("{period} (section 27 of the Ordinance)")
        ),
        promises=("P6.11",),
    ),
    Category(
        id="access",
        name=N_("Staff audit log"),
        data=N_(
            "which sealed data was opened by staff or by law, for which purpose and when; what somebody of our staff "
            "did, who and why"
        ),
        source=N_("the service, and its staff"),
        retention=Retention(start=N_("the entry"), period=STAFF_ACCESS, words=N_("{period}")),
        promises=("P6.13", "P7.3"),
    ),
    Category(
        id="breaches",
        name=N_("Breach register"),
        data=N_(
            "what happened and when, which data, whose accounts, what was done, and when the Commissioner was told"
        ),
        source=N_("the service and its staff, when a breach is found"),
        retention=Retention(
            start=N_("the closing of the breach"), period=BREACHES, words=N_("{period} after it was closed")
        ),
        promises=("P6.14", "P12.1"),
    ),
    Category(
        id="erasures",
        name=N_("Erasure record"),
        data=N_(
            "a random number for what was erased and when, and the receipts of deletions with times and counts; no "
            "personal data"
        ),
        source=N_("the service, at each deletion"),
        retention=Retention(start=N_("the entry"), period=ERASURES, words=N_("{period}")),
        promises=("P6.15",),
    ),
)
