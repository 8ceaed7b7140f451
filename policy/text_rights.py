"""Sections 9 to 14 of the policy's page: what a person may demand of us, and what they may rely on."""

from __future__ import annotations

from policy.terms import N_, Part, Say, Show

FROM_RIGHTS_TO_CONTACT: tuple[Part, ...] = (
    Part(
        "rights",
        N_("Your rights (DPP6)"),
        (
            Show("rights", ("P9.1", "P9.2", "P9.3", "P9.4", "P9.5")),
            Say(
                N_(
                    "Requests are answered within the statutory time: {answer_within} under the Ordinance, one month "
                    "under the GDPR; we work to the shorter. Every request has a deadline that our staff see, with an "
                    "alarm before it is missed. Should we have to refuse one, we tell you why in writing within the "
                    "same time. Using your rights costs nothing."
                ),
                ("P9.6",),
            ),
            Say(
                N_(
                    "To be sure that it is you, a request that comes by mail is confirmed in the bot, from the same "
                    "Telegram account."
                ),
                ("P9.1", "P9.2", "P9.3"),
            ),
            Say(
                N_(
                    "Your names follow Telegram, and what you chose you change in the bot. Other data that is wrong we "
                    "put right; what we leave as it is, because we see it differently, carries your note. Whoever was "
                    "given the data within the last {told_of} is told, unless they have ceased to use it."
                ),
                ("P9.2",),
            ),
            Say(
                N_(
                    "Deletion makes photos and results unreadable at once, and Account Data is gone within "
                    "{account_grace}. Telegram lets a bot remove recent messages only; older ones in your chat only "
                    "you can delete. What the AI providers may still keep, and until when, is shown to you in the bot."
                ),
                ("P9.3",),
            ),
            Say(
                N_(
                    "Every deletion has a receipt, which we sign and which does not name you: when the keys are "
                    "destroyed, when files and rows are gone, and when the last copy is gone from backups of keys and "
                    "from AI providers. The first two come into your chat; the last one is found on the Website by the "
                    "receipt's number. Anybody can check one there, without an account."
                ),
                ("P9.3",),
            ),
        ),
    ),
    Part(
        "children",
        N_("Children"),
        (
            Say(
                N_(
                    "The service is for people who are 18 or of the age of majority where they live, whichever is "
                    "higher. We do not knowingly collect data from children. Before you confirm your age, nothing is "
                    "used but what asking you needs: your Telegram ID, and the language of your app. Nothing is "
                    "stored then, and a “no” stores nothing."
                ),
                ("P10.1",),
            ),
            Say(
                N_(
                    "If you believe that a child has given us data, or that somebody in a picture never agreed, report "
                    "it: by /report in the bot, on this Website's page “Report a picture” without an account, or to "
                    "{email}. It leads to prompt deletion of that data: a report is decided within {report_hours} "
                    "hours. Until then the pictures of the account can be locked, so that nobody opens them; a report "
                    "by itself locks and deletes nothing."
                ),
                ("P10.2",),
            ),
        ),
    ),
    Part(
        "cookies",
        N_("Cookies"),
        (
            Say(N_("This Website uses no cookies and no third-party analytics."), ("P11.1",)),
            Say(
                N_(
                    "Should that ever change, it will be announced in this section, and be limited to aggregate "
                    "statistics that identify nobody."
                ),
                ("P11.2",),
            ),
            Say(N_("The bot uses no cookies; Telegram handles its sessions."), ("P11.3",)),
        ),
    ),
    Part(
        "breaches",
        N_("If something goes wrong"),
        (
            Say(
                N_(
                    "A breach that is likely to give a real risk of significant harm is notified to the PCPD and to "
                    "the people it affects, without undue delay: what happened, what data, and what to do. It is "
                    "contained and recorded."
                ),
                ("P12.1",),
            ),
        ),
    ),
    Part(
        "changes",
        N_("Changes of this policy (DPP5)"),
        (
            Say(
                N_(
                    "Each version is dated and kept, and can be read and compared with any other on this Website. "
                    "Before a material change takes effect, you are told through the bot."
                ),
                ("P13.1",),
            ),
        ),
    ),
    Part(
        "contact",
        N_("Contact"),
        (
            Say(N_("Support: {email}."), ("P14.1",)),
            Say(N_("The data controller: {controller}, {address}."), ("P14.1",)),
            Say(
                N_(
                    "Office of the Privacy Commissioner for Personal Data, Hong Kong (PCPD): {pcpd_site}, hotline "
                    "{pcpd_hotline}."
                ),
                ("P9.5", "P14.1"),
            ),
        ),
    ),
)
