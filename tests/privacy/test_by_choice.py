"""Photos that go by their person's choice, beside everything else that retention does: killed, repeated, in a copy."""

from __future__ import annotations

import signal
from datetime import datetime
from pathlib import Path

import pytest

import crash
from consent.choices import choose as choose_receiver
from database import Database
from generation.keeping import AT_ONCE, choose
from generation.kinds import SHORTEN
from jobs.kinds import RIGHTS
from models import CorrectionNote, Media, Photo, RetentionRun, Work, new_id
from privacy.by_choice import by_choice
from tests.conftest import TurnedClock
from tests.forks import FORKS
from tests.generation.studio import Who
from tests.privacy.choosers import sends
from tests.privacy.dying import run_and_die
from tests.privacy.packing import Packer, files, records
from tests.privacy.test_export import copy_of
from tests.privacy.town import Town

MANY = 2 * AT_ONCE + 1
DAY = 86_400.0


@pytest.fixture
def packer(database: Database, clock: TurnedClock, tmp_path: Path) -> Packer:
    return Packer(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(packer: Packer) -> Who:
    return packer.person(credits=20)


def settled(town: Town, photos: int) -> str:
    me = town.settles()
    for _ in range(photos):
        sends(town, me, None)
    return me


def here(town: Town) -> int:
    with town.database.connection():
        return int(Photo.select().where(Photo.state == Photo.READY).count())


def counted() -> int:
    return sum(row.count for row in RetentionRun.select().where(RetentionRun.rule == "photo_by_choice"))


def chooses_in_silence(town: Town, account: str) -> None:
    """A day, and nobody hears the bell."""
    with town.database.unit() as unit:
        choose(unit, town.desk, account, "day")
    town.rung.clear()


def works(town: Town) -> None:
    """All that is due, and what follows from it."""
    while due := town.desk.next_due({RIGHTS}, limit=100):
        for work in due:
            town.runner.run(work)


@pytest.mark.proves("P6.2")
@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("retention.saving:1", MANY),
        ("retention.saved:1", MANY - AT_ONCE),
        ("retention.saving:2", MANY - AT_ONCE),
        ("retention.saved:3", 0),
    ],
)
def test_a_run_that_is_killed_has_counted_what_went_and_the_next_one_ends_it(
    town: Town, database_url: str, tmp_path: Path, point: str, left: int
) -> None:
    me = settled(town, MANY)
    town.clock.turn(DAY)
    chooses_in_silence(town, me)
    assert run_and_die(town, database_url, tmp_path / "objects", point) == -signal.SIGKILL
    assert here(town) == left
    with town.database.connection():
        assert counted() == MANY - left
    town.retention.run()
    town.tidies()
    assert here(town) == 0
    with town.database.connection():
        assert counted() == MANY
        assert Media.select().count() == 0


@pytest.mark.proves("P6.2")
@pytest.mark.parametrize("passes", [1, 2, 3])
def test_the_work_of_a_shorter_choice_that_is_killed_is_taken_up_again(
    town: Town, database_url: str, tmp_path: Path, passes: int
) -> None:
    me = settled(town, MANY)
    town.clock.turn(DAY)
    chooses_in_silence(town, me)
    where = (database_url, str(tmp_path / "objects"), town.now.isoformat(), f"shorten.batch_gone:{passes}")
    process = FORKS.Process(target=_work_and_die, args=where, daemon=True)
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert here(town) == max(0, MANY - passes * AT_ONCE)
    town.clock.turn(61)  # the lease
    works(town)
    assert here(town) == 0
    with town.database.connection():
        assert {row.state for row in Work.select().where(Work.kind == SHORTEN)} == {"done"}
        assert Media.select().count() == 0


def _work_and_die(address: str, folder: str, at: str, point: str) -> None:
    clock = TurnedClock()
    clock.time = datetime.fromisoformat(at)
    town = Town(Database(address, clock=clock), clock, Path(folder))
    crash.arm(point)
    works(town)


def test_two_sweeps_at_once_count_each_photo_once(town: Town) -> None:
    me = settled(town, 5)
    town.clock.turn(DAY)
    chooses_in_silence(town, me)
    lines = [line for _ in range(2) for line in town.retention.run() if line.rule == "photo_by_choice"]
    assert [line.count for line in lines] == [5, 0]


@pytest.mark.proves("P9.1")
def test_choices_and_notes_are_in_a_copy_in_words_and_in_full(packer: Packer, ann: Who) -> None:
    with packer.database.unit() as unit:
        choose(unit, packer.desk, ann.id, "week")
        choose_receiver(unit, ann.id, "kling", allowed=False)
        note = new_id()
        words = packer.fields.seal(CorrectionNote.words, row=note, account=ann.id, value="Not <my> sister.")
        CorrectionNote.insert(
            id=note, account=ann.id, request=new_id(), on="photos", words=words, at=unit.now
        ).execute()
    data = copy_of(packer, ann)
    page = files(data)["index.html"].decode()
    for said in ("How long your photos stay", "7 days", "Kuaishou Technology (Kling AI)", "Not &lt;my&gt; sister."):
        assert said in page
    [account] = records(data, "account")["account"]
    assert (account["keep_photos"], account["not_to"]) == ("week", "kling")
    [noted] = records(data, "account")["correction_note"]
    assert (noted["on"], noted["words"]) == ("photos", "Not <my> sister.")
    chosen = records(data, "consents")["privacy_choice"]
    assert sorted(row["value"] for row in chosen) == ["-kling", "week"]
    [photo] = records(data, "photos")["photo"]
    assert photo["goes_at"] is not None


def test_without_choices_and_notes_a_copy_says_nothing_of_them(packer: Packer, ann: Who) -> None:
    page = files(copy_of(packer, ann))["index.html"].decode()
    assert "How long your photos stay" not in page
    assert "Your notes" not in page


@pytest.mark.parametrize("look", ["due", "oldest", "batch"])
def test_the_rule_looks_into_its_index_however_many_photos_there_are(town: Town, look: str) -> None:
    """Most photos have no end: they must not be read."""
    rule, now = by_choice(town.desk), town.now
    queries = {
        "due": Photo.select(Photo.id).where(rule.past(now, may_go=True)).order_by(Photo.goes_at).limit(1),
        "oldest": Photo.select(Photo.goes_at).where(rule.among).order_by(Photo.goes_at).limit(1),
        "batch": Photo.select(Photo.id, Photo.account).where((Photo.goes_at <= now) & rule.only).limit(AT_ONCE),
    }
    sql, values = queries[look].sql()
    with town.database.unit():
        if not town.database.sqlite:
            town.database.rows("SET LOCAL enable_seqscan = off")  # the table is small: what it could do is asked
        explain = "EXPLAIN QUERY PLAN " if town.database.sqlite else "EXPLAIN "
        plan = str(town.database.raw.execute_sql(explain + sql, values).fetchall())
    assert "photo_goes" in plan, plan
