"""Where somebody is, whom they know and what papers they have is refused without a look at it, and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.bot.conftest import Talk, counts, text_of
from workers.house import House

KINDS = ("location", "venue", "contact", "passport_data")
CANARY = "canary-22.2819-114.1556"


class Unreadable(dict[str, Any]):
    """What Telegram attached. Whoever looks into it is found out."""

    def _found_out(self, *_: object) -> NoReturn:
        raise AssertionError("somebody read it")

    __getitem__ = get = keys = values = items = __iter__ = __len__ = __contains__ = pop = copy = _found_out

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        self._found_out()


@pytest.fixture(params=["stranger", "member"])
def somebody(request: pytest.FixtureRequest, house: House) -> Iterator[Talk]:
    talk = Talk(house)
    if request.param == "member":
        talk.agrees()
    yield talk


def test_whoever_looks_into_it_is_found_out() -> None:
    for look in (lambda u: u["a"], lambda u: u.get("a"), dict, str, list, lambda u: {**u}):
        with pytest.raises(AssertionError):
            look(Unreadable(a=CANARY))


@pytest.mark.proves("P2.7")
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_unread_and_no_row_is_written(house: House, somebody: Talk, kind: str) -> None:
    before = counts(house)
    assert text_of(somebody.give(somebody.message(**{kind: Unreadable(a=CANARY)})))
    assert counts(house) == before


@pytest.mark.proves("P2.7")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_it_is_in_the_database_the_logs_or_the_answer(
    house: House, somebody: Talk, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = {"latitude": CANARY, "phone_number": CANARY, "address": CANARY, "data": [{"data": CANARY}]}
    calls = somebody.give(somebody.message(**{kind: sent}))
    said = capsys.readouterr()
    assert CANARY not in repr(calls) + said.out + said.err
    with house.database.connection():
        tables = house.database.raw.get_tables()
        rows = {table: list(house.database.rows(f'SELECT * FROM "{table}"')) for table in tables}
    assert "seen_update" in rows
    assert CANARY not in repr(rows)
