"""Closing an account: nothing of the person can be read from the commit on, and the books and the consent stay."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, cast

import pytest

from billing import ledger
from billing.payments import Payments
from billing.refunds import Refunds
from consent.accounts import Accounts, Identity
from consent.disclosure import disclose
from custody import destroy
from custody.fields import Fields
from custody.keys import KINDS, Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Database
from errors import Permanent
from generation.kinds import DESTROY, PRODUCE
from jobs.desk import Desk
from jobs.kinds import GENERATION, RIGHTS, Kind
from models import (
    Acceptance,
    Account,
    Disclosure,
    KeyRow,
    LedgerEntry,
    Media,
    Order,
    Photo,
    Work,
)
from policy.versions import CURRENT
from tests.closing import close_account
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys

KEY = base64.b64encode(bytes(range(32))).decode()


class Life:
    """Two people with an account, a photo and an order under way each."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.purposes = PurposeCheck(database)
        self.keys = Keys(database, MasterKeys.parse(f"m1:{KEY}"))
        self.fields = Fields(self.keys, BlindIndex.parse(f"1:{KEY}"), self.purposes)
        self.accounts = Accounts(self.fields, self.keys)
        self.store = FolderStore(folder)
        self.media = MediaVault(database, self.keys, self.store, self.purposes)
        kinds = {
            name: Kind(name=name, queue=queue, do=lambda _: None, ended_badly=lambda *_: None)
            for name, queue in ((PRODUCE, GENERATION), (DESTROY, RIGHTS))
        }
        self.desk = Desk(database, kinds, lambda *_: None, lease_seconds=15.0, holder="one")
        self.refunds = Refunds(
            database=database,
            fields=self.fields,
            desk=self.desk,
            payments=Payments(self.fields, self.keys, self.desk),
            telegram=cast(Any, None),
        )

    def person(self, telegram_id: int) -> Any:
        who = Identity(telegram_id, "Ann", None, "ann", "en")
        with self.database.unit() as unit:
            account = self.accounts.open(unit, who, version=CURRENT.id)
        media = self.media.keep(account=account.id, kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            order = f"order{telegram_id}"
            Photo.insert(
                id=f"photo{telegram_id}", account=account.id, state="ready", message_id=1, created_at=unit.now
            ).execute()
            Order.insert(
                id=order,
                account=account.id,
                state=Order.QUEUED,
                kind="picture",
                price=1,
                provider="gemini",
                photo=f"photo{telegram_id}",
                created_at=unit.now,
            ).execute()
            ledger.hold(unit, owner=account.id, order=order, credits=1)
            self.desk.add(unit, PRODUCE, subject=order, account=account.id)
            disclose(
                unit,
                account=account.id,
                order=order,
                attempt=1,
                recipient="gemini",
                purpose="generation",
                categories=frozenset({"photos"}),
            )
        return account

    def close(self, account: Any) -> None:
        with self.database.unit() as unit:
            close_account(
                unit, desk=self.desk, keys=self.keys, fields=self.fields, refunds=self.refunds, account=account.id
            )

    def count(self, model: Any, column: Any, account: Any) -> int:
        with self.database.connection():
            return int(model.select().where(column == account.id).count())


@pytest.fixture
def life(database: Database, tmp_path: Path) -> Life:
    return Life(database, tmp_path / "objects")


PERSONAL = ((Photo, Photo.account), (Order, Order.account), (Disclosure, Disclosure.account), (Account, Account.id))


@pytest.mark.proves("P6.2", "P6.3", "P6.8", "P6.10")
def test_after_closing_nothing_of_the_person_can_be_read(life: Life) -> None:
    ann, bob = life.person(1), life.person(2)
    sealed = life.fields.seal(Account.first_name, row=ann.id, account=ann.id, value="Ann")
    life.close(ann)
    assert [life.count(model, column, ann) for model, column in PERSONAL] == [0, 0, 0, 0]
    assert [life.count(model, column, bob) for model, column in PERSONAL] == [1, 1, 1, 1]
    assert life.count(KeyRow, KeyRow.account, ann) == 0
    assert life.count(KeyRow, KeyRow.account, bob) == len(KINDS)
    with life.database.connection():
        assert life.accounts.find(1) is None
        assert life.accounts.find(2) is not None
        left = Media.get(Media.account == ann.id)
    with pytest.raises(Permanent):
        life.media.open(left, purpose="rights")
    with pytest.raises(Permanent, match="key_destroyed"):
        life.fields.open(Account.first_name, Account(id=ann.id, first_name=sealed), purpose="generation")


def test_the_books_and_the_consent_stay_and_the_hold_is_given_back(life: Life) -> None:
    ann = life.person(1)
    life.close(ann)
    with life.database.connection():
        assert ledger.balance(ann.id) == ledger.Balance(free=3, held=0)
        kinds = [entry.kind for entry in LedgerEntry.select().where(LedgerEntry.owner == ann.id)]
        assert sorted(kinds) == ["give_back", "grant", "hold"]
    assert life.count(Acceptance, Acceptance.account, ann) == 1


@pytest.mark.proves("P6.2")
def test_work_under_way_cannot_commit_and_the_objects_are_destroyed_by_rows(life: Life) -> None:
    ann, bob = life.person(1), life.person(2)
    with life.database.connection():
        claims = {w.account: life.desk.claim(w.id) for w in list(Work.select().where(Work.kind == PRODUCE))}
    life.close(ann)
    with life.database.connection():
        [due] = list(Work.select().where((Work.kind == DESTROY) & (Work.state == Work.DUE)))
        states = {w.account: w.state for w in Work.select().where(Work.kind == PRODUCE)}
    assert states == {ann.id: Work.FAILED, bob.id: Work.HELD}
    life.desk.renew([claim for claim in claims.values() if claim])
    assert {account for account, claim in claims.items() if claim and claim.lost.is_set()} == {ann.id}
    destroy.destroy(life.database, life.store, due.subject)
    assert len(list(life.store.names("photo/"))) == 1
    assert life.count(Media, Media.account, ann) == 0
    assert life.count(Media, Media.account, bob) == 1


def test_who_comes_back_after_closing_is_somebody_new(life: Life) -> None:
    ann = life.person(1)
    life.close(ann)
    with life.database.unit() as unit:
        again = life.accounts.open(unit, Identity(1, "Ann", None, "ann", "en"), version=CURRENT.id)
    assert again.id != ann.id
