"""A backup is killed behind what it copied and behind what it took away: the next one goes on, and the rows say what is
there."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from database import Database
from models import Backup
from ops.backup_folder import STAMP, BackupFolder
from ops.object_copies import ObjectCopies
from privacy import backups
from privacy.backups import DATABASE, MOST_AGE
from tests.conftest import TurnedClock
from tests.crashes.falling import falls
from vault.folder import FolderStore

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
OLD = 3  # backups past their days


@pytest.mark.parametrize("point", ["backup.objects_taken"])
def test_a_copy_of_the_objects_goes_on(
    database: Database, opens: Callable[[], Database], tmp_path: Path, point: str
) -> None:
    store, copy = FolderStore(tmp_path / "objects"), FolderStore(tmp_path / "copy")
    names = {f"photo/{number:02x}/{number:032x}" for number in range(OLD)}
    for name in names:
        store.put(name, io.BytesIO(b"sealed"), 6)
    falls(point, lambda: ObjectCopies(opens(), store, copy).take())
    gone = min(names)
    store.delete([gone])
    ObjectCopies(database, store, copy).take()
    assert set(copy.names()) == names - {gone}


@pytest.mark.parametrize("point", ["backup.removed:1", "backup.removed:2"])
def test_what_is_past_its_days_goes_and_the_rows_say_so(
    database: Database, opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path, point: str
) -> None:
    folder = BackupFolder(tmp_path / "backups")
    with folder.locked():
        place = folder.place
    for number in range(OLD):
        at = clock.now() - MOST_AGE[DATABASE] - timedelta(hours=number)
        stamp = at.strftime(STAMP)
        (folder.path / f"database-{stamp}").mkdir()
        with database.unit() as unit:
            backups.made(unit, id=folder.known_as(stamp), kind=DATABASE, place=place, size=1, at=at)
    falls(point, lambda: BackupFolder(folder.path).forget_old(opens()))
    with folder.locked():
        assert folder.forget_old(database) == OLD - int(point.partition(":")[2])
    assert folder.made(DATABASE) == {}
    with database.connection():
        assert Backup.select().where(Backup.gone_at.is_null()).count() == 0
        assert Backup.select().count() == OLD
