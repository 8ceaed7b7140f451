"""The policy's page: 14 sections. Its tables come from the register, its facts from the settings."""

from __future__ import annotations

from policy.terms import N_, Part, Say, Show
from policy.text_rights import FROM_RIGHTS_TO_CONTACT

TITLE = N_("Privacy Policy")

FROM_CONTROLLER_TO_TRANSFERS: tuple[Part, ...] = (
    Part(
        "controller",
        N_("Who we are and what this covers"),
        (
            Say(N_("The data controller is {controller}, {address}. Contact: {email}."), ("P1.1",)),
            Say(
                N_(
                    "This policy covers all personal data collected through the Telegram bot MIOMIO, through this "
                    "Website and through mail to support."
                ),
                ("P1.2",),
            ),
            Say(
                N_(
                    "It is governed by Hong Kong's Personal Data (Privacy) Ordinance (Cap. 486, “the Ordinance”) and "
                    "its six Data Protection Principles (DPP1 to DPP6). Where other rules protect you, such as the "
                    "GDPR in the EU and the EEA, we endeavour to meet them too."
                ),
                ("P1.3",),
            ),
        ),
    ),
    Part(
        "collected",
        N_("What is collected (DPP1)"),
        (
            Say(
                N_(
                    "Only what this table names is collected. The list is complete: the program compares everything "
                    "it can store with this register, and does not start while anything is missing from it. Giving "
                    "data is never obligatory; without a photo there is no picture."
                ),
                ("P2.8",),
            ),
            Show("collected", ("P1.2", "P2.1", "P2.2", "P2.3", "P2.4", "P2.5", "P2.6")),
            Say(
                N_(
                    "What is true of Technical Data today: device type and operating system are only counted, so "
                    "many a day, from the family that your browser names (User-Agent), with nothing about you beside "
                    "it. The Telegram client version is not collected at all, because Telegram does not tell it to "
                    "bots. Your IP address is used when you visit the Website only: in memory, and as a keyed hash "
                    "that is gone within {ip_hash}, for rate limits only. No access log holds it."
                ),
                ("P2.5", "P6.9"),
            ),
            Say(
                N_(
                    "Never collected: card numbers, bank account details, government IDs, precise geolocation. A "
                    "location, venue, contact or Telegram Passport message is refused unread and leaves no trace. "
                    "GPS and every other EXIF, XMP and IPTC field is gone from a photo before it is stored. Invoices "
                    "ask for no name, phone number, e-mail or address."
                ),
                ("P2.7",),
            ),
        ),
    ),
    Part(
        "purposes",
        N_("What it is used for, and the legal basis (DPP1, DPP3)"),
        (
            Show("purposes", ("P3.1", "P3.2", "P3.3", "P3.4", "P3.5", "P3.6", "P3.7", "P3.9")),
            Say(
                N_(
                    "Promotional messages are off until you say yes in the bot. Saying nothing is no consent, and "
                    "stopping them costs nothing."
                ),
                ("P3.7",),
            ),
            Say(
                N_(
                    "Data is used for no other purpose without your explicit consent. It is kept sealed; opening it "
                    "takes a purpose, and one that this table does not grant for that class of data is refused by "
                    "the program."
                ),
                ("P3.8",),
            ),
        ),
    ),
    Part(
        "ai",
        N_("How AI processes your photos"),
        (
            Say(
                N_(
                    "The models analyse facial features (face geometry, skin tone, hair) only to make the output you "
                    "asked for: not to identify anyone, not to train, not to profile. We compute no face data of our "
                    "own and compare no faces."
                ),
                ("P4.1",),
            ),
            Say(
                N_("The models now in use: {models}. They may change; the program prints here the ones it calls."),
                ("P4.2",),
            ),
            Say(
                N_(
                    "Photos are sent to these providers solely for the generation, under their data processing "
                    "agreements. Sent are: the photo or result you chose, the prompt, settings and a random attempt "
                    "ID. Not sent are: your name, username, Telegram ID, or any metadata. Google is told with every "
                    "call not to store it for its own logs (store: false)."
                ),
                ("P4.3",),
            ),
            Show("models", ("P4.2", "P5.3")),
            Say(
                N_(
                    "The photos you upload are kept so that you can use them again for new generations. You can ask "
                    "for their deletion at any time (Section 9)."
                ),
                ("P4.4",),
            ),
            Say(
                N_(
                    "You can shorten that in the bot: your photos go {keep_week} or {keep_day} after you sent them, or "
                    "after each result, and within {keep_day} at the latest. A choice of yours only ever shortens; a "
                    "photo that something is being made of goes when that is finished."
                ),
                ("P4.4", "P6.2"),
            ),
            Say(
                N_(
                    "Intermediate AI data, such as feature vectors, is ephemeral and not kept after the generation. "
                    "We keep nothing of it but the result, and no unencrypted temporary file is ever written."
                ),
                ("P4.5",),
            ),
        ),
    ),
    Part(
        "sharing",
        N_("Who receives data"),
        (
            Say(
                N_(
                    "Personal data is never sold. It is shared in these cases only, and every processor is bound by "
                    "contract."
                ),
                ("P5.5",),
            ),
            Show("recipients", ("P5.0", "P5.1", "P5.2", "P5.3", "P5.4")),
            Say(
                N_(
                    "Each sharing of your data is recorded (what, to whom, why, when) and shown to you in the bot. "
                    "The program refuses to connect to a host that belongs to none of these recipients."
                ),
                ("P5.5",),
            ),
            Say(
                N_(
                    "You can refuse each AI provider in the bot. From then on nothing of yours is sent there, and what "
                    "waits for it is ended and given back."
                ),
                ("P5.3",),
            ),
        ),
    ),
    Part(
        "retention",
        N_("Where it is stored, and for how long (DPP2)"),
        (
            Say(N_("Location of the servers: {location}."), ("P6.0",)),
            Show(
                "retention",
                (
                    *("P6.1", "P6.2", "P6.3", "P6.4", "P6.5", "P6.6", "P6.8", "P6.9"),
                    *("P6.10", "P6.11", "P6.12", "P6.13", "P6.14", "P6.15"),
                ),
            ),
            Say(
                N_(
                    "Nothing is kept longer than its purpose needs. What deletes the data that has run out works "
                    "from the same register that prints this table, in the database, the object store, Redis and "
                    "the logs."
                ),
                ("P6.7",),
            ),
            Say(
                N_(
                    "The keys that unlock your data stay out of ordinary backups and have a backup of their own, of "
                    "at most {key_backup}. What was deleted can be read from no backup after that."
                ),
                ("P6.7",),
            ),
        ),
    ),
    Part(
        "security",
        N_("How it is protected (DPP4)"),
        (
            Say(
                N_(
                    "Personal data is encrypted at rest: photos, results, prompts, names and Telegram IDs under keys "
                    "of your own, and what you and support write to each other under a key of its own. Other "
                    "records, such as credit movements, hold no such words and stand under a random number. The "
                    "master keys are kept apart from the database and the object store."
                ),
                ("P7.1",),
            ),
            Say(
                N_(
                    "It is encrypted in transit: this Website speaks https only, and every connection that we open to "
                    "Telegram, to the AI providers and to the object store checks the other side's certificate."
                ),
                ("P7.2",),
            ),
            Say(
                N_("Access is limited to authorised staff, needs a reason, and is written to an audit log."),
                ("P7.3",),
            ),
            Say(
                N_(
                    "We review these measures. No system is perfectly secure, and by using the service you "
                    "acknowledge that."
                ),
                ("P7.4",),
            ),
        ),
    ),
    Part(
        "transfers",
        N_("Transfers outside Hong Kong"),
        (
            Say(
                N_("Data may be processed outside Hong Kong, in the cloud and by the AI providers. The places are:"),
                ("P8.1",),
            ),
            Show("places", ("P8.1",)),
            Say(
                N_(
                    "It is protected there by contractual clauses with each processor, by encryption, and by sending "
                    "no more than the purpose needs."
                ),
                ("P8.2",),
            ),
        ),
    ),
)

SECTIONS: tuple[Part, ...] = (*FROM_CONTROLLER_TO_TRANSFERS, *FROM_RIGHTS_TO_CONTACT)
