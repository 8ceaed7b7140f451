"""The categories of data and how long each is kept. Every period of the service stands here and nowhere else."""

from __future__ import annotations

from datetime import timedelta

from policy.terms import Category, Retention

DAY = timedelta(days=1)
YEAR = timedelta(days=365)

ACCOUNT_GRACE = 30 * DAY
SEEN_UPDATES = 2 * DAY  # Telegram repeats an update for at most 24 hours
ABUSE_MARK = YEAR
UNPAID_INVOICE = 7 * DAY  # longer than it can be paid: a payment may reach us late
ONE_TIME_LINK = DAY

CATEGORIES: dict[str, Category] = {
    c.id: c
    for c in (
        Category(
            id="account",
            name="Account Data",
            data="Telegram user ID, first name, last name, username, language code",
            source="Telegram, when you confirm the notice after /start",
            retention=Retention(
                start="a deletion request",
                period=ACCOUNT_GRACE,
                words="while the account exists, plus 30 days after a deletion request",
            ),
            promises=("P2.1", "P6.1"),
        ),
        Category(
            id="photos",
            name="User Content: photos",
            data="photos you upload, re-encoded without any metadata",
            source="your messages to the bot",
            retention=Retention(
                start="deletion or closing of the account",
                period=None,
                words="until you ask for deletion or close the account",
            ),
            promises=("P2.2", "P4.4", "P6.2"),
        ),
        Category(
            id="prompts",
            name="User Content: prompts and styles",
            data="text prompts and the styles you choose",
            source="your messages to the bot",
            retention=Retention(
                start="deletion of the photo or result",
                period=None,
                words="they go with the photo or result they belong to",
            ),
            promises=("P2.2", "P6.8"),
        ),
        Category(
            id="results",
            name="Generated Content",
            data="images and videos the service makes for you",
            source="the service",
            retention=Retention(
                start="deletion or closing of the account",
                period=None,
                words="until you ask for deletion or close the account",
            ),
            promises=("P2.3", "P6.3"),
        ),
        Category(
            id="transactions",
            name="Transaction Data",
            data="pack purchases and payment confirmation IDs, with the Telegram ID that a refund goes to; credits "
            "granted, held, used and given back: kind, time and cost; a daily limit if you set one; never prompt, "
            "style or picture",
            source="the bot and Telegram's payment service",
            retention=Retention(start="the entry", period=7 * YEAR, words="7 years (legal and tax)"),
            promises=("P2.4", "P6.4"),
        ),
        Category(
            id="consents",
            name="Consent record",
            data="what you agreed to, which version of the policy, when",
            source="your taps in the bot",
            retention=Retention(start="the account's end", period=2 * YEAR, words="2 years after the account's end"),
            promises=("P6.12",),
        ),
        Category(
            id="disclosures",
            name="Disclosure log",
            data="what was sent to which provider, why and when",
            source="the service, before each sending",
            retention=Retention(start="the account's end", period=None, words="with the account"),
            promises=("P5.5", "P6.10"),
        ),
        Category(
            id="access",
            name="Staff audit log",
            data="which sealed data was opened by staff or by law, for which purpose and when",
            source="the service",
            retention=Retention(start="the entry", period=2 * YEAR, words="2 years"),
            promises=("P6.13", "P7.3"),
        ),
        Category(
            id="abuse_marks",
            name="Abuse mark",
            data="a keyed hash of your Telegram ID, so that free credits are given once only",
            source="the service, when an account ends",
            retention=Retention(
                start="the account's end", period=ABUSE_MARK, words="12 months after the account's end"
            ),
            promises=("P6.15",),
        ),
        Category(
            id="erasures",
            name="Erasure record",
            data="a random number for what was erased and when; no personal data",
            source="the service, at each deletion",
            retention=Retention(start="the entry", period=2 * YEAR, words="2 years"),
            promises=("P6.15",),
        ),
    )
}
