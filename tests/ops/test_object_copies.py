"""The copy of the objects follows the store, but not one that is another than it was made of."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from database import Database
from errors import Permanent
from ops.object_copies import ObjectCopies
from privacy.objects import MANY
from vault.folder import FolderStore


def filled(folder: Path, count: int, first: int = 0) -> FolderStore:
    store = FolderStore(folder)
    for number in range(first, first + count):
        store.put(f"photo/{number % 256:02x}/{number:032x}", io.BytesIO(b"sealed"), 6)
    return store


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_which_nearly_nothing_is_known_is_left_alone_until_somebody_says_so(
    database: Database, tmp_path: Path
) -> None:
    """A new store and a new database, as after a loss, before the restore."""
    copy, fresh = filled(tmp_path / "copy", MANY + 1), filled(tmp_path / "fresh", 1, first=MANY + 1)
    copies = ObjectCopies(database, fresh, copy)
    with pytest.raises(Permanent, match=r"backup\.too_much_gone"):
        copies.take()
    assert len(list(copy.names())) == MANY + 1
    found = copies.take(believe=True)
    assert (found.new, found.removed) == (1, MANY + 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("left", [0, MANY + 1])
def test_what_people_delete_in_a_day_goes_without_a_word(database: Database, tmp_path: Path, left: int) -> None:
    gone = MANY + 1 if left else MANY
    copy, store = filled(tmp_path / "copy", gone + left), filled(tmp_path / "store", max(left, 1), first=gone)
    assert ObjectCopies(database, store, copy).take().removed == gone
