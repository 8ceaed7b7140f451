"""An account begins with a recorded yes; nothing is disclosed to whom the register does not name."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import peewee
import pytest

from billing import ledger
from consent.accounts import Accounts, Identity
from consent.disclosure import disclose
from consent.record import accept, accepted
from custody.fields import Fields
from custody.keys import Keys
from custody.purpose import PurposeCheck
from database import Database
from errors import Permanent
from models import Acceptance, Account, Disclosure, KeyRow
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from vault.index import BlindIndex
from vault.master import MasterKeys

KEY = base64.b64encode(bytes(range(32))).decode()
ANN = Identity(4242424242, "Ann-Sophie", None, "AnnSophie", "en")


class Desk:
    """Accounts and what opens their columns."""

    def __init__(self, database: Database) -> None:
        self.database = database
        keys = Keys(database, MasterKeys.parse(f"m1:{KEY}"))
        self.fields = Fields(keys, BlindIndex.parse(f"1:{KEY}"), PurposeCheck(database))
        self.accounts = Accounts(self.fields, keys)

    def open(self, who: Identity = ANN) -> Any:
        with self.database.unit() as unit:
            return self.accounts.open(unit, who, version="v1")

    def find(self, telegram_id: int = ANN.telegram_id) -> Any:
        with self.database.connection():
            return self.accounts.find(telegram_id)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.mark.proves("P10.1")
def test_a_new_account_has_keys_a_recorded_yes_and_the_trial(desk: Desk) -> None:
    account = desk.open()
    assert desk.find().id == account.id
    assert desk.find(1) is None
    with desk.database.connection():
        assert accepted(account.id, Acceptance.NOTICE)
        assert not accepted(account.id, Acceptance.PEOPLE)
        assert ledger.balance(account.id) == ledger.Balance(free=3, held=0)
        assert KeyRow.select().where(KeyRow.account == account.id).count() == 3
        assert desk.fields.open(Account.first_name, Account.get(), purpose="generation") == "Ann-Sophie"


@pytest.mark.proves("P2.1", "P7.1")
def test_no_column_of_an_account_shows_who_it_is(desk: Desk) -> None:
    desk.open()
    with desk.database.connection():
        stored = b"".join(repr(row).encode() for row in desk.database.rows("SELECT * FROM account"))
        stored += b"".join(bytes(v) for r in desk.database.rows("SELECT * FROM account") for v in r if blob(v))
    for words in (b"4242424242", b"Ann-Sophie", b"AnnSophie", b"annsophie"):
        assert words not in stored


def blob(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


def test_a_second_account_for_the_same_person_leaves_nothing_behind(desk: Desk) -> None:
    desk.open()
    with pytest.raises(peewee.IntegrityError):
        desk.open(replace(ANN, first_name="Other"))
    with desk.database.connection():
        assert (Account.select().count(), KeyRow.select().count(), Acceptance.select().count()) == (1, 3, 1)


def test_names_are_followed_when_they_change_and_only_then(desk: Desk) -> None:
    desk.open()
    with desk.database.unit():
        assert not desk.accounts.refresh(desk.accounts.find(ANN.telegram_id) or Account(), ANN)
        renamed = replace(ANN, last_name="B", username=None)
        assert desk.accounts.refresh(desk.accounts.find(ANN.telegram_id) or Account(), renamed)
    row = desk.find()
    assert desk.fields.open(Account.last_name, row, purpose="generation") == "B"
    assert (row.username, row.username_index) == (None, None)
    with desk.database.unit():
        Account.update(reachable=False).execute()
    with desk.database.unit():
        assert desk.accounts.refresh(desk.accounts.find(ANN.telegram_id) or Account(), renamed)
    assert desk.find().reachable


def test_the_same_yes_is_recorded_once_and_a_new_version_beside_it(desk: Desk) -> None:
    with desk.database.unit() as unit:
        said = [accept(unit, account="a", kind=Acceptance.NOTICE, version=v) for v in ("v1", "v1", "v2")]
    assert said == [True, False, True]


@pytest.mark.proves("P4.1", "P5.3", "P5.5")
def test_who_is_told_what_for_which_purpose_is_what_the_register_grants(desk: Desk) -> None:
    """The whole matrix of recipients, purposes and categories, with a recipient nobody declared."""
    account = desk.open().id
    for recipient in (*RECIPIENTS, "collector"):
        for purpose in PURPOSES:
            for category in CATEGORIES:
                to = RECIPIENTS.get(recipient)
                fits = to and category in to.categories and category in PURPOSES[purpose].categories
                told = tell(desk.database, account, recipient, purpose, category)
                assert told == bool(fits), (recipient, purpose, category)


def tell(database: Database, account: str, recipient: str, purpose: str, category: str) -> bool:
    try:
        with database.unit() as unit:
            disclose(
                unit,
                account=account,
                order="o",
                attempt=1,
                recipient=recipient,
                purpose=purpose,
                categories=frozenset({category}),
            )
    except Permanent as refused:
        assert refused.code == "consent.recipient_not_granted"
        return False
    return True


@pytest.mark.proves("P4.3", "P5.5")
def test_one_category_too_many_is_refused_and_not_written(database: Database) -> None:
    with pytest.raises(Permanent), database.unit() as unit:
        disclose(
            unit,
            account="a",
            order="o",
            attempt=1,
            recipient="gemini",
            purpose="generation",
            categories=frozenset({"photos", "account"}),
        )
    with database.connection():
        assert Disclosure.select().count() == 0


@pytest.mark.proves("P2.1")
def test_what_telegram_shows_of_a_person_opens_to_what_it_was(desk: Desk) -> None:
    account = desk.open()
    row = desk.find()
    shown = [
        desk.fields.open(column, row, purpose="generation")
        for column in (Account.telegram_id, Account.username, Account.language_code)
    ]
    assert shown == ["4242424242", "AnnSophie", "en"]
    assert bytes(row.username_index) == desk.fields.index(Account.username_index, "annsophie")
    assert row.id == account.id


def test_a_new_name_of_one_person_changes_nobody_else(desk: Desk) -> None:
    desk.open()
    bob = desk.open(replace(ANN, telegram_id=5, first_name="Bob", username="bob"))
    with desk.database.unit():
        assert desk.accounts.refresh(desk.accounts.find(ANN.telegram_id) or Account(), replace(ANN, first_name="Anna"))
    assert desk.fields.open(Account.first_name, desk.find(5), purpose="generation") == "Bob"
    assert desk.find(5).id == bob.id


@pytest.mark.parametrize(
    "renamed",
    [
        replace(ANN, first_name="", last_name="Ann-Sophie"),
        replace(ANN, first_name="Ann-", last_name="Sophie"),
        replace(ANN, last_name=""),
        replace(ANN, language_code="de"),
    ],
    ids=["moved", "parted", "empty", "language"],
)
def test_every_change_of_what_is_shown_is_noticed(desk: Desk, renamed: Identity) -> None:
    desk.open()
    with desk.database.unit():
        assert desk.accounts.refresh(desk.accounts.find(ANN.telegram_id) or Account(), renamed)


def test_an_agreement_is_of_one_person_to_one_thing(desk: Desk) -> None:
    with desk.database.unit() as unit:
        accept(unit, account="a", kind=Acceptance.PEOPLE)
        assert accepted("a", Acceptance.PEOPLE)
        assert not accepted("a", Acceptance.NOTICE)
        assert not accepted("b", Acceptance.PEOPLE)
        assert Acceptance.get().at == unit.now


@pytest.mark.proves("P5.3", "P5.5")
def test_a_disclosure_says_who_got_what_why_at_which_attempt_and_for_how_long(desk: Desk) -> None:
    to, account = RECIPIENTS["gemini"], desk.open().id
    with desk.database.unit() as unit:
        now = unit.now
        disclose(
            unit,
            account=account,
            order="o",
            attempt=2,
            recipient="gemini",
            purpose="generation",
            categories=frozenset({"prompts", "photos"}),
        )
    with desk.database.connection():
        row = Disclosure.get()
    assert (row.account, row.order, row.recipient, row.purpose) == (account, "o", "gemini", "generation")
    assert (row.fields, row.attempt, row.at) == ("photos,prompts", 2, now)
    assert row.kept_until == (now + to.keeps if to.keeps else None)
