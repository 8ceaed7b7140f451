"""Promises of Sections 1 to 5: who we are, what is collected, what for, what the models get, who receives data."""

from __future__ import annotations

from policy.terms import N_, Promise

FROM_CONTROLLER_TO_SHARING: tuple[Promise, ...] = (
    Promise(
        "P1.1",
        N_("The policy names who answers for the data: legal name, postal address, e-mail."),
        N_("They come from the settings; in production the program does not start while one is missing or made up."),
    ),
    Promise(
        "P1.2",
        N_("The policy covers all personal data collected through the bot, the Website and mail to support."),
        N_("The register names the source of every class of data, and the page prints it."),
    ),
    Promise(
        "P1.3",
        N_("Hong Kong's Ordinance and its six principles govern it; other rules such as the GDPR are met as well."),
        N_("The sentence stands on the page in every language."),
    ),
    Promise(
        "P2.1",
        N_("Of the account only these are collected: Telegram ID, names, username, language code."),
        N_("These are sealed, and so is the language you chose; an account has no place for another word about you."),
    ),
    Promise(
        "P2.2",
        N_("Of what you send, photos, prompts and commands are collected."),
        N_("A photo becomes a sealed object, a prompt a sealed field; what the bot cannot use leaves no row."),
    ),
    Promise(
        "P2.3",
        N_("What the service makes for you is collected: images and videos."),
        N_("The provider's bytes are sealed as they are and stored under your results key."),
    ),
    Promise(
        "P2.4",
        N_("Of payments: purchases, usage (what kind, when, what it cost), payment ids; no prompt, style or picture."),
        N_("The tables of the ledger and of payments are searched for words of a paid order, and hold none."),
    ),
    Promise(
        "P2.5",
        N_("Device and system are only counted, anonymously; the IP address is used for visits to the Website only."),
        N_("A visit raises a number of its day; the address itself is written nowhere."),
    ),
    Promise(
        "P2.6",
        N_("Messages and attachments that you send to support are collected."),
        N_(
            "What you send while /support is open goes into a ticket, sealed under a key of its own; a file of another "
            "kind is not kept."
        ),
    ),
    Promise(
        "P2.7",
        N_("Card numbers, bank details, government IDs and precise geolocation are never collected."),
        N_(
            "Such messages are refused unread; a photo is encoded anew without its metadata; an invoice asks for "
            "nothing about you."
        ),
    ),
    Promise(
        "P2.8",
        N_("The list of what is collected is complete."),
        N_("Every column, object, Redis key and log field is compared with the register before anything starts."),
    ),
    Promise(
        "P3.1",
        N_("Account, content and results are used to provide the service."),
        N_("The purpose opens the classes that the register grants to it, and no other."),
    ),
    Promise(
        "P3.2",
        N_("Account and transactions are used to process payments."),
        N_("The purpose opens the classes that the register grants to it, and no other."),
    ),
    Promise(
        "P3.3",
        N_("Account and support data are used for customer support."),
        N_("The purpose opens the classes that the register grants to it, and no other."),
    ),
    Promise(
        "P3.4",
        N_("Technical data and totals are used to improve the service and mend faults."),
        N_("The purpose opens nothing that is sealed; what it works with tells nothing about one person."),
    ),
    Promise(
        "P3.5",
        N_("Account, content and technical data are used to prevent abuse."),
        N_("The purpose opens the classes that the register grants to it, and no other."),
    ),
    Promise(
        "P3.6",
        N_("The Telegram ID is used for announcements about the service, which are not promotional."),
        N_("The purpose opens the account's class, and no other."),
    ),
    Promise(
        "P3.7",
        N_("Promotional messages go only to those who opted in."),
        N_("The only way to send one asks the consent record, once more at the moment of sending; silence is a no."),
    ),
    Promise(
        "P3.9",
        N_("Your rights and our legal duties are a purpose of their own."),
        N_("What is opened to answer a request is opened for that purpose alone, and each opening is recorded."),
    ),
    Promise(
        "P3.8",
        N_("Data is used for no other purpose without your explicit consent."),
        N_("Opening sealed data takes a purpose, and one that the register does not grant for that class raises."),
    ),
    Promise(
        "P4.1",
        N_("The models look at faces only to make what you asked for: not to identify, train or profile."),
        N_("A photo goes to the provider of the one generation that it was chosen for, and to nobody else."),
    ),
    Promise(
        "P4.2",
        N_("The policy names the models now in use."),
        N_("The page lists the providers that the program is configured to call, from the same list."),
    ),
    Promise(
        "P4.3",
        N_("A provider gets the picture, the prompt, settings and a random id; no name, username or Telegram ID."),
        N_("What is really sent to the provider is recorded and searched for everything else."),
    ),
    Promise(
        "P4.4",
        N_("Photos are kept so that you can use them again, and can be deleted at any time."),
        N_("The gallery shows each photo with a button that deletes it; with /keep they go by themselves, earlier."),
    ),
    Promise(
        "P4.5",
        N_("Intermediate data of the models is not kept."),
        N_("Nothing but the result is kept, and no unsealed temporary file is ever written."),
    ),
    Promise(
        "P5.0",
        N_("Telegram gets what the bot sends and receives in the chat you chose."),
        N_("What the bot says goes to the chat of the person it is about, and tells of nobody else there."),
    ),
    Promise(
        "P5.1",
        N_("Payment processors get transaction data and no photos."),
        N_("An invoice holds a pack, its price and a random number, and asks for nothing about you."),
    ),
    Promise(
        "P5.2",
        N_("The cloud gets all data, encrypted at rest."),
        N_("What you say and send, and what is made for you, is sealed before it leaves the process."),
    ),
    Promise(
        "P5.3",
        N_("The providers of the models get photos for generation only, and the policy says how long they keep them."),
        N_(
            "Each sending is granted by the register and written down before it happens, with the provider's period. "
            "For a provider that you refuse no such row is written, and nothing is sent."
        ),
    ),
    Promise("P5.4", N_("Authorities get what the law requires.")),
    Promise(
        "P5.5",
        N_("Data is never sold; each sharing is recorded and shown to you; no other host is connected to."),
        N_("A sending without its row raises, and a connection to a host that is no declared recipient is refused."),
    ),
)
