"""The categories of data and how long each is kept. Every period of the service stands in this package, once."""

from __future__ import annotations

from datetime import timedelta

from policy.records import RECORDS
from policy.terms import DAY, HOUR, N_, YEAR, Category, Retention

ACCOUNT_GRACE = 30 * DAY
# One tap takes a deletion back for so long. What ends then is gone on day 28: two days before it was promised.
ACCOUNT_UNDO = 27 * DAY
SEEN_UPDATES = 2 * DAY  # Telegram repeats an update for at most 24 hours
UNPAID_INVOICE = 7 * DAY  # longer than it can be paid: a payment may reach us late
UNTAKEN_OFFER = DAY
ENDED_WORK = 30 * DAY  # long enough to tell how long deletions took
ONE_TIME_LINK = DAY
COPY_OF_DATA = DAY  # sealed, while it waits to be fetched
ADDRESS_HASH = HOUR
KEY_BACKUP = 7 * DAY  # at most: what was deleted can be read from no backup once its key's backup is gone
TRANSACTIONS = 7 * YEAR
SUPPORT = 2 * YEAR
ABUSE_MARK = YEAR
BACKUP = KEY_BACKUP  # a dump, too: words that go with one photo are locked by a key that lives on
BACKUP_ROW = 90 * DAY  # that there was one, after it is gone
CANARY_RUN = 2 * YEAR  # about nobody
RETENTION_RUN = 2 * YEAR  # about nobody, like the counts: as long as the erasures that they prove
LOST_PROCESS = DAY  # its last sign of life
DAILY_COUNT = 2 * YEAR
ANNOUNCEMENT = 2 * YEAR  # what everybody was told
STRAY_OBJECT = HOUR
NOT_KEPT = timedelta(0)

UNTIL_ASKED = Retention(
    start=N_("deletion or closing of the account"),
    period=None,
    words=N_("until you ask for deletion or close the account"),
)

CATEGORIES: dict[str, Category] = {
    c.id: c
    for c in (
        Category(
            id="account",
            name=N_("Account Data"),
            data=N_(
                "Telegram user ID, first name, last name, username, language code; the language you chose; when you "
                "joined, whether the bot can still reach you, whether you are writing to support just now, and whether "
                "your account is banned, for which kind of reason, or locked while we look into a report; how long "
                "your photos stay and which AI providers never get them, if you chose so; your note beside data that "
                "you dispute"
            ),
            source=N_("Telegram, when you confirm the notice after /start; your taps in the bot, your mail to support"),
            retention=Retention(
                start=N_("a deletion request"),
                period=ACCOUNT_GRACE,
                words=N_("while the account exists, plus {period} after a deletion request"),
            ),
            promises=("P2.1", "P6.1"),
        ),
        Category(
            id="photos",
            name=N_("User Content: photos"),
            data=N_("photos you upload, re-encoded without any metadata"),
            source=N_("your messages to the bot"),
            retention=UNTIL_ASKED,
            promises=("P2.2", "P4.4", "P6.2"),
        ),
        Category(
            id="prompts",
            name=N_("User Content: prompts and styles"),
            data=N_("text prompts and commands you send, and the styles you choose"),
            source=N_("your messages to the bot"),
            retention=Retention(
                start=N_("deletion of the photo or result"),
                period=None,
                words=N_("they go with the photo or result they belong to"),
            ),
            promises=("P2.2", "P6.8"),
        ),
        Category(
            id="results",
            name=N_("Generated Content"),
            data=N_("images and videos the service makes for you"),
            source=N_("the service"),
            retention=UNTIL_ASKED,
            promises=("P2.3", "P6.3"),
        ),
        Category(
            id="links",
            name=N_("One-time download addresses"),
            data=N_("a hash of the random part of an address for a file too large for the chat, and when it ends"),
            source=N_("the service, when you ask for such a file"),
            retention=Retention(start=N_("the making of the address"), period=ONE_TIME_LINK, words=N_("{period}")),
            promises=("P2.3",),
        ),
        Category(
            id="exports",
            name=N_("Copies of your data that you ask for"),
            data=N_(
                "a sealed file with a copy of all your data, when you asked for it, and what there was at that moment"
            ),
            source=N_("the service, when you ask for a copy"),
            retention=Retention(
                start=N_("the making of the copy"),
                period=COPY_OF_DATA,
                words=N_("{period} at most; the file is destroyed as soon as you have it"),
            ),
            promises=("P9.1",),
        ),
        Category(
            id="features",
            name=N_("AI processing data"),
            data=N_("intermediate data of the models, such as feature vectors"),
            source=N_("the AI models, while they work on your photo"),
            retention=Retention(start=N_("the generation"), period=NOT_KEPT, words=N_("not kept")),
            promises=("P4.5", "P6.5"),
        ),
        Category(
            id="transactions",
            name=N_("Transaction Data"),
            data=N_(
                "pack purchases and payment confirmation IDs, with the Telegram ID that a refund goes to; usage "
                "history: what kind, when and what it cost, never prompt, style or picture; credits granted, held, "
                "used and given back; a daily limit if you set one"
            ),
            source=N_("the bot and Telegram's payment service"),
            retention=Retention(start=N_("the entry"), period=TRANSACTIONS, words=N_("{period} (legal and tax)")),
            promises=("P2.4", "P6.4"),
        ),
        Category(
            id="invoices",
            name=N_("Transaction Data: unpaid invoices"),
            data=N_("the pack you were offered, its price in Stars and when"),
            source=N_("the bot, when you open a pack"),
            retention=Retention(start=N_("the offer"), period=UNPAID_INVOICE, words=N_("{period}, if it is not paid")),
            promises=("P2.4",),
        ),
        Category(
            id="technical",
            name=N_("Technical Data"),
            data=N_(
                "device type, operating system, Telegram client version; for visits to the Website only: IP address"
            ),
            source=N_("automatic, from your browser; Telegram does not tell bots your device or version"),
            retention=Retention(
                start=N_("the visit"),
                period=NOT_KEPT,
                words=N_("not kept about you: only anonymous daily counts, and a keyed hash of the IP address"),
            ),
            promises=("P2.5",),
        ),
        Category(
            id="ip_hash",
            name=N_("Technical Data: keyed hash of an IP address"),
            data=N_("a hash of the IP address, made with a secret key, for rate limits only"),
            source=N_("automatic, from visits to the Website"),
            retention=Retention(start=N_("the visit"), period=ADDRESS_HASH, words=N_("{period}, in Redis only")),
            promises=("P2.5", "P6.9"),
        ),
        Category(
            id="support",
            name=N_("Support Data"),
            data=N_(
                "messages and attachments you send to support, and our answers; reports of pictures or people, what "
                "they are about and how they were decided"
            ),
            source=N_(
                "your mail and messages to support, reports by you or by others in the bot, on the Website or by mail, "
                "and what our staff answer and decide"
            ),
            retention=Retention(
                start=N_("the resolution of the request"), period=SUPPORT, words=N_("{period} after resolution")
            ),
            promises=("P2.6", "P6.6"),
        ),
        *RECORDS,
        Category(
            id="abuse_marks",
            name=N_("Abuse mark"),
            data=N_("a keyed hash of your Telegram ID, so that free credits are given once only"),
            source=N_("the service, when an account ends"),
            retention=Retention(
                start=N_("the account's end"), period=ABUSE_MARK, words=N_("{period} after the account's end")
            ),
            promises=("P6.15",),
        ),
    )
}
