"""The mark: it follows what is done, costs little, never lets a healthy service refuse, and passes nothing over."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from custody.destroy import record_name, write_down
from custody.media import ERASURES
from database import Database
from errors import Permanent, Temporary
from models import Erasure, ErasureMark
from policy.records import ERASURES as KEPT_FOR
from privacy.erasure_mark import OVERLAP, ErasureMarks
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.recorded import AT_ONCE, written_after
from tests.generation.studio import Who
from tests.privacy.restoring import Restorer
from vault.folder import FolderStore
from vault.pieces import ByteSource
from vault.store import new_object_name

pytestmark = pytest.mark.proves("P9.3")
AN_OBJECT = "photo/ab/abcdef"


class Watched(FolderStore):
    """Counts what is read, may be away, and looks at once whether a service that starts now would refuse."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: list[str] = []
        self.away = False
        self.looks: ErasureMarks | None = None
        self.refused: list[str] = []

    def get(self, name: str) -> BinaryIO:
        if self.away:
            raise Temporary("store.unavailable")
        self.read.append(name)
        return super().get(name)

    def put(self, name: str, source: ByteSource, length: int) -> None:
        super().put(name, source, length)
        if self.looks is not None and name.startswith(ERASURES):
            self.refused += [record.name for record in self.looks.undone()]


@pytest.fixture
def store(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "objects")


@pytest.fixture
def service(database: Database, tmp_path: Path, clock: Any, store: Watched) -> Restorer:
    return Restorer(database, tmp_path / "objects", clock, store=store)


@pytest.fixture
def ann(service: Restorer) -> Who:
    return service.lives()


def test_a_new_service_has_nothing_to_do_and_a_mark_an_hour_back(service: Restorer, clock: Any) -> None:
    assert service.refuses() == 0
    assert service.marks.until() == clock.now() - OVERLAP


def test_it_follows_the_time_and_never_goes_back(service: Restorer, clock: Any) -> None:
    service.refuses()
    clock.turn(600)
    service.marks.watch()
    moved = service.marks.until()
    assert moved == clock.now() - OVERLAP
    clock.turn(-86_400)
    service.marks.watch()
    assert service.marks.until() == moved


def test_only_what_is_new_is_read(service: Restorer, store: Watched, clock: Any) -> None:
    for _ in range(AT_ONCE + 5):
        clock.turn(1)
        write_down(store, clock.now(), [AN_OBJECT])
    assert service.refuses() == 0
    assert len(store.read) == AT_ONCE + 5
    store.read.clear()
    clock.turn(7200)
    write_down(store, clock.now(), [AN_OBJECT])
    service.refuses()
    assert len(store.read) == AT_ONCE + 6  # within the overlap of the look before
    store.read.clear()
    service.refuses()
    assert len(store.read) == 1


def test_a_record_that_comes_late_with_an_earlier_time_is_not_passed_over(
    service: Restorer, store: Watched, clock: Any, ann: Who
) -> None:
    service.refuses()
    write_down(store, clock.now() - OVERLAP + timedelta(seconds=1), service.names(ann))
    assert service.refuses() == 1


def test_what_is_not_done_stops_the_mark(service: Restorer, store: Watched, clock: Any, ann: Who) -> None:
    service.refuses()
    clock.turn(600)
    undone = clock.now()
    write_down(store, undone, service.names(ann))
    for _ in range(3):
        clock.turn(7200)
        write_down(store, clock.now(), [AN_OBJECT])
        assert service.refuses() == 1
        until = service.marks.until()
        assert until is not None
        assert until <= undone
    service.replays()
    assert service.marks.until() == clock.now() - OVERLAP


def test_the_duty_says_so_until_it_is_replayed(service: Restorer, store: Watched, clock: Any, ann: Who) -> None:
    service.refuses()
    assert service.marks.known_undone() == 0
    write_down(store, clock.now(), service.names(ann))
    service.marks.watch()
    assert service.marks.known_undone() == 1
    service.replays()
    assert service.marks.known_undone() == 0


@pytest.mark.parametrize("scope", [PHOTOS, GENERATED, ACCOUNT])
def test_a_service_that_starts_in_the_middle_of_a_deletion_does_not_refuse(
    service: Restorer, store: Watched, ann: Who, clock: Any, scope: str
) -> None:
    order = service.has(service.lives(), "result", b"a picture")
    service.refuses()
    store.looks = service.marks
    with service.database.connection():
        owner = service.row(order).account
    service.deletes_result(Who(owner, ""), order)
    service.erases(ann, scope)
    service.work()
    if scope == ACCOUNT:
        assert service.undoes(ann)
        service.work()
        service.erases(ann, scope)
        service.hurries(ann)
        service.work()
        assert service.account(ann) is None
    assert len(service.record_names()) > 1
    assert store.refused == []
    with service.database.connection():  # nor afterwards, wherever the mark stands
        ErasureMark.delete().execute()
    assert service.refuses() == 0


def test_records_from_before_their_names_told_the_time_are_read_once(
    service: Restorer, store: Watched, clock: Any, ann: Who
) -> None:
    said = json.dumps({"objects": sorted(service.names(ann)), "at": clock.now().isoformat()}).encode()
    for name in (new_object_name(ERASURES), f"{ERASURES}/ff/{'f' * 32}", f"{ERASURES}/00/{'0' * 32}"):
        store.put(name, io.BytesIO(said), len(said))
    assert service.refuses() == 3
    assert service.marks.until() is None
    service.replays()
    assert service.kept(ann) == []
    store.read.clear()
    service.refuses()
    assert not [name for name in store.read if name in (f"{ERASURES}/ff/{'f' * 32}", f"{ERASURES}/00/{'0' * 32}")]


def test_the_first_look_marks_nothing_before_it_has_seen_everything(
    service: Restorer, store: Watched, clock: Any, ann: Who
) -> None:
    for _ in range(AT_ONCE):
        clock.turn(20)
        write_down(store, clock.now(), [AN_OBJECT])
    said = json.dumps({"objects": sorted(service.names(ann)), "at": clock.now().isoformat()}).encode()
    store.put(f"{ERASURES}/ff/{'f' * 32}", io.BytesIO(said), len(said))
    for _ in range(2):
        assert service.refuses() == 1


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nothing of ours",
        b"[]",
        b"null",
        b"{}",
        b'{"objects": [], "at": "yesterday"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00+08:00"}',
        b'{"objects": null, "at": "2026-11-23T12:00:00"}',
        b'{"objects": [7], "at": "2026-11-23T12:00:00"}',
        b'{"objects": ["../../etc/passwd"], "at": "2026-11-23T12:00:00"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00", "scope": "everything", "account": "a", "erasure": "e"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00", "scope": "photos", "erasure": "e"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00", "scope": "photos", "account": "", "erasure": "e"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00", "scope": "photos", "account": ["a"], "erasure": "e"}',
        b'{"objects": [], "at": "2026-11-23T12:00:00", "scope": "account", "account": "a", "erasure": "e", '
        b'"stage": "later"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_record_that_makes_no_sense_is_named(service: Restorer, store: Watched, clock: Any, said: bytes) -> None:
    service.refuses()
    before = service.marks.until()
    name = record_name(clock.now())
    store.put(name, io.BytesIO(said), len(said))
    clock.turn(7200)
    for act in (service.refuses, service.replays, service.replay.look, service.marks.watch):
        with pytest.raises(Permanent, match=r"erasures\.unreadable") as failure:
            act()
        assert failure.value.facts == {"record": name}
        assert failure.value.__cause__ is None  # nothing of what it holds
    assert service.marks.until() == before


def test_every_form_that_was_ever_written_is_read(store: Watched, clock: Any) -> None:
    at = clock.now()
    write_down(store, at, [AN_OBJECT])
    write_down(store, at + timedelta(seconds=1), [AN_OBJECT], scope=PHOTOS, account="a", erasure="e")
    write_down(store, at + timedelta(seconds=2), [], scope=ACCOUNT, account="a", erasure="e", stage="ended")
    [records] = written_after(store, None)
    assert [(record.objects, record.scope, record.stage) for record in records] == [
        ((AN_OBJECT,), None, "files"),
        ((AN_OBJECT,), "photos", "files"),
        ((), "account", "ended"),
    ]
    assert records[0].at == at


def test_a_record_that_goes_while_it_is_read_is_no_trouble(store: Watched, tmp_path: Path, clock: Any) -> None:
    class Gone(Watched):
        def get(self, name: str) -> BinaryIO:
            self.delete([name])
            return super().get(name)

    write_down(store, clock.now(), [AN_OBJECT])
    assert list(written_after(Gone(tmp_path / "objects"), None)) == [[]]


def test_a_store_that_is_away_is_said_and_nothing_moves(service: Restorer, store: Watched, clock: Any) -> None:
    service.refuses()
    before = service.marks.until()
    clock.turn(7200)
    write_down(store, clock.now(), [AN_OBJECT])
    store.away = True
    with pytest.raises(Temporary, match=r"store\.unavailable"):
        service.refuses()
    assert service.marks.until() == before


def test_a_database_older_than_the_records_go_back_is_not_believed(service: Restorer, clock: Any) -> None:
    service.refuses()
    clock.turn(KEPT_FOR.total_seconds() - OVERLAP.total_seconds() - 1)
    until = service.marks.until()
    assert service.refuses() == 0
    with service.database.connection():
        ErasureMark.update(until=until).execute()
    clock.turn(1)
    with pytest.raises(Permanent, match=r"erasures\.forgotten"):
        service.refuses()


def test_an_account_that_this_database_never_had_is_nothing_to_do(
    service: Restorer, store: Watched, clock: Any
) -> None:
    told = {"scope": ACCOUNT, "account": "f" * 32, "erasure": "e" * 32}
    write_down(store, clock.now(), [AN_OBJECT], **told, stage="files")
    write_down(store, clock.now(), [], **told, stage="ended")
    assert service.refuses() == 0
    with service.database.connection():
        assert Erasure.select().count() == 0


def test_the_time_of_a_mark_is_that_of_names(service: Restorer, store: Watched, clock: Any) -> None:
    clock.time = datetime(2026, 12, 31, 23, 59, 59, 999_999)
    service.refuses()
    until = service.marks.until()
    assert until is not None
    assert until.microsecond == 0
    write_down(store, until, [AN_OBJECT])  # in the very second of the mark
    store.read.clear()
    service.refuses()
    assert len(store.read) == 1
