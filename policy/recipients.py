"""Who receives data, where they are, how long they keep it, and the hosts that are theirs."""

from __future__ import annotations

from datetime import timedelta

from policy.categories import CATEGORIES
from policy.terms import Recipient

RECIPIENTS: dict[str, Recipient] = {
    r.id: r
    for r in (
        Recipient(
            id="telegram",
            name="Telegram",
            short="Telegram",
            country="United Arab Emirates and Telegram's data centres",
            role="the channel you chose",
            receives="what the bot sends and receives in the chat, results included",
            categories=frozenset({"account", "photos", "prompts", "results"}),
            keeps=None,
            keeps_words="in your chat, until you delete it there",
            hosts=("api.telegram.org",),
            setting="telegram_api_url",
            promises=("P5.0",),
        ),
        Recipient(
            id="gemini",
            name="Google (Gemini, Google DeepMind)",
            short="Google Gemini",
            country="United States and other Google locations",
            role="AI model provider for pictures",
            receives="the chosen photo, the prompt, settings and a random attempt id; no name, username, "
            "Telegram ID or metadata",
            categories=frozenset({"photos", "prompts", "results"}),
            keeps=timedelta(days=55),
            keeps_words="up to 55 days for abuse monitoring; never for training",
            hosts=("generativelanguage.googleapis.com",),
            setting="gemini_api_url",
            promises=("P4.2", "P4.3", "P5.3"),
        ),
        Recipient(
            id="kling",
            name="Kuaishou Technology (Kling AI)",
            short="Kling AI",
            country="Singapore and other Kuaishou locations",
            role="AI model provider for videos",
            receives="the chosen photo or picture, the prompt, settings and a random attempt id; no name, username, "
            "Telegram ID or metadata",
            categories=frozenset({"photos", "prompts", "results"}),
            keeps=timedelta(days=30),
            keeps_words="for 30 days",
            hosts=("api-singapore.klingai.com",),
            setting="kling_api_url",
            promises=("P4.2", "P4.3", "P5.3"),
            only_with="kling_api_key",
            file_hosts=("klingai.com", "kling.ai", "kechuangai.com"),
        ),
        Recipient(
            id="stars",
            name="Telegram Stars",
            short="Telegram Stars",
            country="United Arab Emirates and Telegram's data centres",
            role="payment processor",
            receives="the pack, its price in Stars and a random number; no photos",
            categories=frozenset({"transactions"}),
            keeps=None,
            keeps_words="as Telegram's own payment terms say",
            hosts=("api.telegram.org",),
            setting=None,
            promises=("P5.1",),
        ),
        Recipient(
            id="cloud",
            name="Cloud infrastructure (servers, database, object store)",
            short="hosting",
            country="as stated under the location of the servers",
            role="hosting",
            receives="all data, encrypted at rest",
            categories=frozenset(CATEGORIES),
            keeps=None,
            keeps_words="as long as we keep it",
            hosts=("fly.storage.tigris.dev", "t3.storage.dev"),
            setting="aws_endpoint_url_s3",
            promises=("P5.2",),
        ),
    )
}
