"""What is collected and what for, against the policy's own table, written out here a second time on purpose."""

from __future__ import annotations

import pytest

from custody.media import PREFIXES
from models import TABLES, Account, Sealed
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES

# Each class of the register under the heading that the policy's table of purposes uses for it.
FAMILY = {
    "account": "account",
    "photos": "user content",
    "prompts": "user content",
    "results": "generated",
    "links": "generated",
    "features": "generated",
    "transactions": "transactions",
    "invoices": "transactions",
    "technical": "technical",
    "ip_hash": "technical",
    "abuse_marks": "account",  # a keyed hash of the Telegram ID
    "support": "support",
}
USED_FOR = {
    "P3.1": {"account", "user content", "generated"},
    "P3.2": {"account", "transactions"},
    "P3.3": {"account", "support"},
    "P3.4": {"technical"},
    "P3.5": {"account", "user content", "technical"},
    "P3.6": {"account"},
}
BASES = {
    "P3.1": "performance of contract",
    "P3.2": "performance of contract",
    "P3.3": "legitimate interest",
    "P3.4": "legitimate interest",
    "P3.5": "legitimate interest",
    "P3.6": "legitimate interest",
}


@pytest.mark.proves("P3.1", "P3.2", "P3.3", "P3.4", "P3.5", "P3.6")
@pytest.mark.parametrize("promise", USED_FOR)
def test_a_purpose_is_granted_what_the_policy_says_and_nothing_beside_it(promise: str) -> None:
    [purpose] = [p for p in PURPOSES.values() if promise in p.promises]
    assert {FAMILY.get(category, category) for category in purpose.categories} == USED_FOR[promise]
    assert purpose.basis == BASES[promise]


@pytest.mark.proves("P2.1")
def test_of_an_account_nothing_is_kept_open_to_read_and_nothing_beyond_the_list() -> None:
    shown = {"telegram_id", "first_name", "last_name", "username", "language_code"}  # as Telegram tells them
    chosen = {"language"}  # by the person, in the bot
    sealed = {column.column_name for column in Account._meta.sorted_fields if isinstance(column, Sealed)}
    assert shown <= sealed <= shown | chosen
    words = {column.column_name for column in Account._meta.sorted_fields} - sealed
    assert words <= {
        *("id", "state", "created_at", "reachable", "daily_limit", "current_photo", "current_origin"),
        *("telegram_id_index", "username_index", "names_index"),  # keyed hashes
        *("keep_photos", "not_to", "writes_until", "writes_to"),  # chosen by the person, in the bot
        *("banned_for", "frozen_at"),  # the register names bans and locks
    }


@pytest.mark.proves("P4.5", "P6.5")
def test_no_column_and_no_object_has_a_place_for_what_the_models_computed() -> None:
    assert "features" in CATEGORIES
    declared = [column.declared for model in TABLES for column in model._meta.sorted_fields]
    assert "features" not in {*map(str, declared), *PREFIXES.values()}
