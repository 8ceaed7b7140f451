"""Promises of Sections 6 to 14: how long data is kept, how it is protected, and what you may rely on."""

from __future__ import annotations

from policy.terms import N_, Promise

FROM_RETENTION_TO_CONTACT: tuple[Promise, ...] = (
    Promise(
        "P6.0",
        N_("The policy says where the servers are."),
        N_("The place comes from the settings; in production the program does not start without it."),
    ),
    Promise(
        "P6.1",
        N_("Account data is kept while the account exists, plus {period} after a deletion request."),
        N_(
            "A deletion of the account waits for its person for less than that; then all of it goes that no other "
            "period of the register keeps. Tests let the days pass, and kill it between any two steps."
        ),
        period_of="account",
    ),
    Promise(
        "P6.2",
        N_("Photos are kept until you ask for deletion or close the account."),
        N_("A deletion destroys first the key and then the object, and a crash in between is made up for."),
    ),
    Promise(
        "P6.3",
        N_("Generated images and videos are kept until you ask for deletion or close the account."),
        N_("A deletion destroys first the key and then the object, and a crash in between is made up for."),
    ),
    Promise(
        "P6.4",
        N_("Transaction records are kept for {period}."),
        N_("The hourly retention job deletes each of them when its time is over; tests let all those years pass."),
        period_of="transactions",
    ),
    Promise(
        "P6.5",
        N_("Feature vectors and the like are not kept."),
        N_("No table, object or file has a place for them."),
    ),
    Promise(
        "P6.6",
        N_("Support correspondence is kept for {period} after resolution."),
        N_(
            "The hourly retention job destroys a ticket's key, words and files when its time is over; tests let those "
            "years pass. Mail lies outside the program and is deleted by hand."
        ),
        period_of="support",
    ),
    Promise(
        "P6.8",
        N_("Prompts and styles go with the photo or result that they belong to."),
        N_("Deleting a photo or a result takes the words with it, in one transaction."),
    ),
    Promise(
        "P6.9",
        N_("A keyed hash of an IP address is kept for {period}, in memory (Redis) only."),
        N_("Its key in Redis ends by itself, and no table and no log has a place for it."),
        period_of="ip_hash",
    ),
    Promise(
        "P6.10",
        N_("The log of what was disclosed is kept as long as the account."),
        N_("Closing the account deletes its rows."),
    ),
    Promise(
        "P6.11",
        N_("The log of refused requests is kept for {period}."),
        N_("The database takes no refusal that is not in the log; the retention job deletes an entry in its time."),
        period_of="refusals",
    ),
    Promise(
        "P6.12",
        N_("The record of consents and opt-outs is kept for {period} after the account's end."),
        N_("Closing an account writes down when; the retention job counts from there."),
        period_of="consents",
    ),
    Promise(
        "P6.13",
        N_("The audit log of staff is kept for {period}."),
        N_("The hourly retention job deletes each entry when its time is over."),
        period_of="access",
    ),
    Promise(
        "P6.14",
        N_("The register of breaches is kept for {period}."),
        N_(
            "Staff write down what happened, which data and what was done, and nobody can change an entry. The hourly "
            "retention job deletes a breach with its entries when the time since it was closed is over; tests let "
            "those years pass."
        ),
        period_of="breaches",
    ),
    Promise(
        "P6.15",
        N_("The record of an erasure, and the mark against abuse, end after their periods."),
        N_("The hourly retention job deletes them, in the object store and in the database."),
    ),
    Promise(
        "P6.7",
        N_("Nothing is kept longer than its purpose needs."),
        N_(
            "A job runs hourly from the register that prints this policy; every table and object has its rule there. A "
            "database that is restored from a backup serves nobody before what was deleted since is deleted again."
        ),
    ),
    Promise(
        "P7.1",
        N_("Personal data is encrypted at rest."),
        N_("Known names, prompts and pictures go through the whole service, and are then found in plain nowhere."),
    ),
    Promise(
        "P7.2",
        N_("Data is encrypted in transit."),
        N_(
            "The Website insists on https, and the program checks the certificates of Telegram, the AI providers and "
            "the object store."
        ),
    ),
    Promise("P7.3", N_("Access is limited to authorised staff, is logged, and needs a reason.")),
    Promise(
        "P7.4",
        N_("The measures are reviewed, and no system is perfectly secure."),
        N_("The sentence stands on the page in every language."),
    ),
    Promise(
        "P8.1",
        N_("Data may be processed outside Hong Kong, in places that are named."),
        N_("The page prints the places from the register, and those of the recipients in use."),
    ),
    Promise(
        "P8.2",
        N_("There it is protected by contracts, encryption and minimisation."),
        N_("The sentence stands on the page in every language."),
    ),
    Promise(
        "P9.1",
        N_("You may have a copy of the personal data held about you."),
        N_(
            "/export brings a file with every record and picture there was when you asked, made from the tables "
            "themselves, so that none is forgotten; /mydata lists what is held."
        ),
    ),
    Promise(
        "P9.2",
        N_("You may have inaccurate data corrected."),
        N_(
            "Names follow Telegram with each message; the rest is corrected on a request that was confirmed, or "
            "carries your note, and whoever was given data in the last twelve months is listed to be told."
        ),
    ),
    Promise(
        "P9.3",
        N_("You may have photos, results or the whole account deleted."),
        N_(
            "/delete shows what goes and what stays; after one tap nothing of it can be opened any more, then keys, "
            "files and rows go. An account waits, so that its person can undo it. Support does the same for a request "
            "that was confirmed. A signed receipt says what is gone, what stays, and when the last copy is gone."
        ),
    ),
    Promise(
        "P9.4",
        N_("You may stop promotional messages at any time."),
        N_("One tap under each of them or in /promotions; whoever was next in a running announcement gets none."),
    ),
    Promise(
        "P9.5",
        N_("You may complain to the Privacy Commissioner for Personal Data, Hong Kong."),
        N_("The page names the Commissioner's website and hotline in every language."),
    ),
    Promise(
        "P9.6",
        N_("Requests are answered within the statutory time."),
        N_("Each has a row with its deadline, by days and by calendar; staff see the list, and an alarm comes before."),
    ),
    Promise(
        "P10.1",
        N_("The service is for adults, and knowingly collects nothing from children."),
        N_("Before the yes to the notice nothing is stored and no photo is fetched; a no stores nothing."),
    ),
    Promise(
        "P10.2",
        N_("A report that a child has given data leads to prompt deletion."),
        N_(
            "Reports from the bot, the Website and mail are cases with a clock and an alarm; staff lock the pictures "
            "by one verb, and a case ends with the erasure of the account or with its release."
        ),
    ),
    Promise(
        "P11.1",
        N_("The Website uses no cookies and no analytics."),
        N_("A real browser visits every page: no cookie, no storage, no request to anywhere else."),
    ),
    Promise(
        "P11.2",
        N_("A change here would be announced, and limited to totals that identify nobody."),
        N_("The sentence stands on the page in every language."),
    ),
    Promise(
        "P11.3",
        N_("The bot uses no cookies."),
        N_("The sentence stands on the page in every language."),
    ),
    Promise("P12.1", N_("A breach that may do real harm is notified to the Commissioner and to the people affected.")),
    Promise(
        "P13.1",
        N_("Each version is dated, kept and comparable, and you are told before a material change takes effect."),
        N_("A change of text or register without a new version fails the tests; each person is told by a row."),
    ),
    Promise(
        "P14.1",
        N_("The policy ends with our e-mail and address, and the Commissioner's website and hotline."),
        N_("They come from the settings and the register, and stand on the page in every language."),
    ),
)
