"""Who receives data, where they are, how long they keep it, and the hosts that are theirs."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.locations import LOCATIONS
from policy.terms import DAY, N_, Recipient

ONLY_THE_PICTURE = N_(
    "the photo or picture you chose, the prompt, settings and a random attempt ID; no name, username, Telegram ID or "
    "metadata"
)

RECIPIENTS: dict[str, Recipient] = {
    r.id: r
    for r in (
        Recipient(
            id="telegram",
            name=N_("Telegram"),
            short=N_("Telegram"),
            country=LOCATIONS["telegram"].place,
            role=N_("the channel you chose: delivery of the chat"),
            receives=N_("what the bot sends and receives in the chat, results and exports included"),
            categories=frozenset({"account", "photos", "prompts", "results", "exports", "support"}),
            keeps=None,
            keeps_words=N_("in your chat, until you delete it there"),
            hosts=("api.telegram.org",),
            setting="telegram_api_url",
            promises=("P5.0",),
        ),
        Recipient(
            id="gemini",
            name=N_("Google (Gemini, Google DeepMind)"),
            short=N_("Google Gemini"),
            country=LOCATIONS["google"].place,
            role=N_("AI model provider: making pictures"),
            receives=ONLY_THE_PICTURE,
            categories=frozenset({"photos", "prompts", "results"}),
            keeps=55 * DAY,
            keeps_words=N_("up to {period} for abuse monitoring; never for training"),
            hosts=("generativelanguage.googleapis.com",),
            setting="gemini_api_url",
            promises=("P4.2", "P4.3", "P5.3"),
            model=N_("Gemini (Google DeepMind)"),
        ),
        Recipient(
            id="kling",
            name=N_("Kuaishou Technology (Kling AI)"),
            short=N_("Kling AI"),
            country=LOCATIONS["kuaishou"].place,
            role=N_("AI model provider: making videos"),
            receives=ONLY_THE_PICTURE,
            categories=frozenset({"photos", "prompts", "results"}),
            keeps=30 * DAY,
            keeps_words=N_("for {period}"),
            hosts=("api-singapore.klingai.com",),
            setting="kling_api_url",
            promises=("P4.2", "P4.3", "P5.3"),
            model=N_("Kling (Kuaishou Technology)"),
            only_with="kling_api_key",
            file_hosts=("klingai.com", "kling.ai", "kechuangai.com"),
        ),
        Recipient(
            id="stars",
            name=N_("Telegram Stars"),
            short=N_("Telegram Stars"),
            country=LOCATIONS["telegram"].place,
            role=N_("payment processor: processing the payment"),
            receives=N_("Transaction Data: the pack, its price in Stars and a random number; no photos"),
            categories=frozenset({"transactions", "invoices"}),
            keeps=None,
            keeps_words=N_("as Telegram's own payment terms say"),
            hosts=("api.telegram.org",),
            setting=None,
            promises=("P5.1",),
        ),
        Recipient(
            id="cloud",
            name=N_("Cloud infrastructure (servers, database, object store)"),
            short=N_("hosting"),
            country=LOCATIONS["servers"].place,
            role=N_("hosting"),
            receives=N_("all data, encrypted at rest"),
            categories=frozenset(CATEGORIES),
            keeps=None,
            keeps_words=N_("as long as we keep it"),
            hosts=("fly.storage.tigris.dev", "t3.storage.dev"),
            setting="aws_endpoint_url_s3",
            promises=("P5.2",),
        ),
        Recipient(
            id="authorities",
            name=N_("Law enforcement and courts"),
            short=N_("authorities, if the law demands it"),
            country=LOCATIONS["authorities"].place,
            role=N_("legal obligation"),
            receives=N_("what a lawful order requires, and nothing beyond it"),
            categories=frozenset(CATEGORIES),
            keeps=None,
            keeps_words=N_("as their own law says"),
            hosts=(),
            setting=None,
            promises=("P5.4",),
        ),
    )
}
