"""The whole matrix of purposes and categories, on what is really sealed: granted opens, not granted raises."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custody.media import KINDS
from database import Database
from errors import Permanent
from models import TABLES, Access, Account, KeyRow, Sealed
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from tests.custody.conftest import Custody

COLUMNS = [field for model in TABLES for field in model._meta.sorted_fields if isinstance(field, Sealed)]
NOBODY_S = "marketing"  # a purpose that the register does not know
MATRIX = [(purpose, category) for purpose in (*PURPOSES, NOBODY_S) for category in CATEGORIES]
WORDS, PICTURE = "Zoë 🦊", b"the bytes of a picture" * 100


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Granting and sealing are the same on both databases."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def custody(database: Database, tmp_path: Path) -> Custody:
    made = Custody(database, tmp_path / "objects")
    with made.database.unit() as unit:
        for kind in (KeyRow.TRANSACTIONS, KeyRow.STAFF, KeyRow.TICKET, KeyRow.CASE):
            made.keys.ensure(unit, "ann", kind)
    return made


def openings(custody: Custody, category: str, purpose: str) -> Iterator[Any]:
    """Opens everything sealed of this category, one by one, as any part of the program would have to."""
    for column in COLUMNS:
        if column.declared == category:
            row = _row(custody, column)
            yield lambda column=column, row=row: custody.fields.open(column, row, purpose=purpose) == WORDS
    for kind, (of, _) in KINDS.items():
        if of == category:
            media = custody.keep(PICTURE, kind=kind)
            yield lambda media=media: custody.media.open(media, purpose=purpose).read() == PICTURE


def _row(custody: Custody, column: Any) -> Any:
    id = "ann" if column.model is Account else "r1"
    sealed = custody.fields.seal(column, row=id, account="ann", value=WORDS)
    owner = {} if column.model is Account else {column.holder or "account": "ann"}
    return column.model(id=id, **owner, **{column.name: sealed})


@pytest.mark.proves("P3.1", "P3.2", "P3.3", "P3.4", "P3.5", "P3.6", "P3.8")
@pytest.mark.parametrize(("purpose", "category"), MATRIX, ids=[f"{p}-{c}" for p, c in MATRIX])
def test_what_is_granted_opens_and_what_is_not_raises(custody: Custody, purpose: str, category: str) -> None:
    may = purpose in PURPOSES and category in PURPOSES[purpose].categories
    for number, open_it in enumerate(openings(custody, category, purpose), start=1):
        if may:
            assert open_it()
        else:
            with pytest.raises(Permanent) as refused:
                open_it()
            assert refused.value.code == "custody.purpose_not_granted"
        with custody.database.connection():
            recorded = Access.select().where(Access.purpose == purpose, Access.category == category).count()
        assert recorded == (number if may and not PURPOSES[purpose].own_use else 0)


def test_the_matrix_meets_every_sealed_column_and_every_kind_of_object(custody: Custody) -> None:
    """So that no category of the matrix is empty because its columns are declared under another name."""
    sealed = {column.declared for column in COLUMNS} | {category for category, _ in KINDS.values()}
    assert sealed <= CATEGORIES.keys()
    met = sum(len(list(openings(custody, category, "rights"))) for category in CATEGORIES)
    assert met == len(COLUMNS) + len(KINDS)
    assert {"account", "photos", "prompts", "results", "transactions"} <= sealed


def test_an_object_of_nobody_s_kind_cannot_be_kept(custody: Custody) -> None:
    with pytest.raises(KeyError):
        custody.media.keep_stream(account="ann", kind="voice", source=io.BytesIO(b"x"), length=1, mime="audio/ogg")
