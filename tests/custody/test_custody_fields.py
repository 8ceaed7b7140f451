"""Sealed columns open only where they were sealed, for a purpose that the register grants, and leave a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from errors import Permanent
from models import (
    TABLES,
    Access,
    Account,
    AuditEntry,
    CorrectionNote,
    Export,
    IncidentNote,
    KeyRow,
    Media,
    Order,
    Payment,
    Photo,
    Report,
    Sealed,
    TicketMessage,
    VideoTask,
)
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES, granted

SEALED = [field for model in TABLES for field in model._meta.sorted_fields if isinstance(field, Sealed)]
WORDS = "Zoë 🦊 with a \x00 in it"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is sealed is the same on both databases; the tests of keys and objects run on both."""
    return f"sqlite:///{tmp_path}/test.db"


def row(column: Any, sealed: bytes | None, *, id: str = "r1", account: str = "ann") -> Any:
    """A row of the column's table with this value in it; an account is its own owner."""
    if column.model is Account:
        return Account(id=account, **{column.name: sealed})
    return column.model(id=id, **{column.holder or "account": account, column.name: sealed})


def accesses(custody: Any) -> list[tuple[str, str, str, str]]:
    with custody.database.connection():
        return [(a.account, a.category, a.purpose, a.subject) for a in Access.select()]


@pytest.mark.proves("P7.1")
@pytest.mark.parametrize("column", SEALED, ids=lambda c: f"{c.model._meta.table_name}.{c.name}")
def test_every_sealed_column_opens_to_what_was_sealed(custody: Any, column: Any) -> None:
    where = "ann" if column.model is Account else "r1"
    purpose = next(one for one in ("generation", "payments", "rights") if granted(one, column.declared))
    with custody.database.unit() as unit:
        for kind in (KeyRow.TRANSACTIONS, KeyRow.STAFF, KeyRow.TICKET, KeyRow.CASE):
            custody.keys.ensure(unit, "ann", kind)
    sealed = custody.fields.seal(column, row=where, account="ann", value=WORDS)
    assert WORDS.encode() not in sealed
    assert custody.fields.open(column, row(column, sealed), purpose=purpose) == WORDS
    assert custody.fields.seal(column, row=where, account="ann", value=WORDS) != sealed


def test_nothing_stays_nothing(custody: Any) -> None:
    assert custody.fields.seal(Photo.caption, row="r1", account="ann", value=None) is None
    assert custody.fields.open(Photo.caption, row(Photo.caption, None), purpose="generation") is None


@pytest.mark.parametrize(
    ("column", "id", "account", "code"),
    [
        (Photo.caption, "r2", "ann", "vault.tampered"),
        (Photo.file_id, "r1", "ann", "vault.tampered"),
        (Order.prompt, "r1", "ann", "vault.tampered"),
        (Photo.caption, "r1", "bob", "vault.wrong_key"),
    ],
    ids=["another row", "another column", "another table", "another person"],
)
def test_what_was_moved_does_not_open(custody: Any, column: Any, id: str, account: str, code: str) -> None:
    sealed = custody.fields.seal(Photo.caption, row="r1", account="ann", value=WORDS)
    with pytest.raises(Permanent) as caught:
        custody.fields.open(column, row(column, sealed, id=id, account=account), purpose="generation")
    assert caught.value.code == code


@pytest.mark.proves("P3.8")
def test_a_column_that_is_not_sealed_cannot_be_opened(custody: Any) -> None:
    with pytest.raises(TypeError):
        custody.fields.open(Photo.message_id, Photo(id="r1", account="ann", message_id=3), purpose="generation")


@pytest.mark.proves("P3.1")
def test_every_purpose_opens_exactly_what_the_register_grants_it(custody: Any) -> None:
    """The whole matrix, with a purpose nobody declared; what is refused leaves no record of an access."""
    outcomes = {}
    for purpose in (*PURPOSES, "marketing"):
        for category in CATEGORIES:
            try:
                custody.purposes.demand(purpose, category, account="ann", subject="r1")
                outcomes[purpose, category] = True
            except Permanent as refused:
                assert refused.code == "custody.purpose_not_granted"
                outcomes[purpose, category] = False
    granted = {(p.id, category) for p in PURPOSES.values() for category in p.categories}
    assert {pair for pair, opened in outcomes.items() if opened} == granted
    assert len(outcomes) == (len(PURPOSES) + 1) * len(CATEGORIES)
    recorded = {(purpose, category) for _, category, purpose, _ in accesses(custody)}
    assert recorded == {pair for pair in granted if not PURPOSES[pair[0]].own_use}


@pytest.mark.proves("P3.8")
@pytest.mark.parametrize("purpose", ["support", "announcements", "promotion", "payments", "no such purpose"])
def test_a_caption_is_not_opened_for_a_purpose_that_is_not_granted_prompts(custody: Any, purpose: str) -> None:
    sealed = custody.fields.seal(Photo.caption, row="r1", account="ann", value=WORDS)
    with pytest.raises(Permanent, match="purpose_not_granted"):
        custody.fields.open(Photo.caption, row(Photo.caption, sealed), purpose=purpose)
    assert accesses(custody) == []


def test_opening_for_anything_but_the_persons_own_use_is_recorded(custody: Any) -> None:
    sealed = custody.fields.seal(Photo.caption, row="r1", account="ann", value=WORDS)
    custody.fields.open(Photo.caption, row(Photo.caption, sealed), purpose="generation")
    assert accesses(custody) == []
    custody.fields.open(Photo.caption, row(Photo.caption, sealed), purpose="abuse")
    assert accesses(custody) == [("ann", "prompts", "abuse", "r1")]


def test_the_record_is_there_even_when_the_opening_fails(custody: Any) -> None:
    with pytest.raises(Permanent):
        custody.fields.open(Photo.caption, row(Photo.caption, b"not sealed"), purpose="abuse")
    assert accesses(custody) == [("ann", "prompts", "abuse", "r1")]


def test_a_blind_index_is_found_again_and_differs_between_columns(custody: Any) -> None:
    index = custody.fields.index(Account.telegram_id_index, "42")
    assert custody.fields.indexes(Account.telegram_id_index, "42") == [index]
    assert custody.fields.index(Account.telegram_id_index, "43") != index
    assert custody.fields.index(Account.username_index, "42") != index


def test_media_have_no_sealed_columns_that_these_tests_forget() -> None:
    pictures_and_money = {Account, Photo, Order, VideoTask, Payment, Export}
    with_words = {AuditEntry, CorrectionNote, IncidentNote, Report, TicketMessage}
    assert {column.model for column in SEALED} == pictures_and_money | with_words
    assert Media not in {column.model for column in SEALED}
