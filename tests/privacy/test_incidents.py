"""The register of breaches: its clock and its alarm, what must be written before one is closed, and when it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from database import Database, Unit
from errors import Permanent, Rejected
from models import Access, Incident, IncidentNote, KeyRow
from policy.incidents import KINDS, PARTS
from policy.limits import BREACH_ALARM, BREACH_TOLD_WITHIN, LONGEST_ENTRY
from privacy.deadlines import IN_TIME, LATE, SOON
from privacy.holdings import Whose, personal, theirs
from privacy.incidents import SETTLED, Incidents, counted, standing, under_way
from privacy.reports import NUMBER
from privacy.rules import rules
from tests.privacy.office import MAY, Office
from vault.folder import FolderStore
from wording.reports import grouped

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
MEETING, PATIENCE = 0.4, 30.0  # seconds
FIVE_YEARS = timedelta(days=5 * 365)
Step = Callable[[], None]
WORDS = "Boris of Kowloon got Ann's picture"


class Register:
    """The register as the staff use it; each step is a transaction of its own."""

    def __init__(self, office: Office) -> None:
        self.office, self.database = office, office.database
        self.book = Incidents(office.database, office.fields, office.keys, office.audit)

    def declares(self, **more: Any) -> str:
        with self.database.unit() as unit:
            return str(self.book.declare(unit, MAY, **{"kind": "disclosure", "words": WORDS, **more}).id)

    def notes(self, number: str, part: str = "data", words: str = "one picture", harm: str | None = None) -> None:
        with self.database.unit() as unit:
            self.book.note(unit, MAY, number, part=part, words=words, harm=harm)

    def decides(self, number: str, harm: str) -> None:
        self.notes(number, "assessment", "as far as we know", harm)

    def contains(self, number: str, words: str = "the address was shut") -> None:
        with self.database.unit() as unit:
            self.book.contained(unit, MAY, number, words)

    def tells(self, number: str, **more: Any) -> None:
        with self.database.unit() as unit:
            self.book.notified(unit, MAY, number, **more)

    def closes(self, number: str) -> None:
        with self.database.unit() as unit:
            self.book.close(unit, MAY, number)

    def ended(self) -> str:
        """One that was contained and decided, and is closed now."""
        number = self.declares()
        self.contains(number)
        self.decides(number, "no")
        self.closes(number)
        return number

    def row(self, number: str) -> Incident:
        with self.database.connection():
            return self.book.get(number)

    def written(self) -> list[IncidentNote]:
        with self.database.connection():
            return list(IncidentNote.select())

    def alarms(self) -> list[tuple[str, int]]:
        with capture_logs() as written:
            self.book.alarm()
        return [(line["event"], line["count"]) for line in written if line["log_level"] == "error"]


@pytest.fixture
def register(database: Database, clock: Any, tmp_path: Path) -> Register:
    return Register(Office(database, clock, tmp_path))


def test_the_clock_runs_from_the_noticing_for_three_days(register: Register) -> None:
    now = register.office.clock.now()
    number = register.declares(noticed=now - 5 * HOUR, happened=now - 90 * HOUR)
    [row] = under_way(register.database)
    assert NUMBER.fullmatch(number)
    assert (row.id, row.state, row.harm) == (number, Incident.OPEN, "unknown")
    assert (row.noticed_at, row.happened_at, row.declared_at) == (now - 5 * HOUR, now - 90 * HOUR, now)
    assert row.due_at == row.noticed_at + timedelta(hours=72)
    for after, place in (
        (timedelta(0), IN_TIME),
        (BREACH_TOLD_WITHIN - BREACH_ALARM - SECOND, IN_TIME),
        (BREACH_TOLD_WITHIN - BREACH_ALARM, SOON),
        (BREACH_TOLD_WITHIN - SECOND, SOON),
        (BREACH_TOLD_WITHIN, LATE),
    ):
        assert standing(row, row.noticed_at + after) == place


@pytest.mark.parametrize(
    ("noticed", "happened", "code"),
    [(HOUR, None, "not_yet"), (-2 * HOUR, -HOUR, "order")],
)
def test_nothing_is_noticed_in_the_future_or_before_it_happened(
    register: Register, noticed: timedelta, happened: timedelta | None, code: str
) -> None:
    now = register.office.clock.now()
    with pytest.raises(Rejected, match=code):
        register.declares(noticed=now + noticed, happened=None if happened is None else now + happened)
    assert under_way(register.database) == []


def test_who_is_on_duty_hears_of_it_and_the_log_names_nobody(register: Register) -> None:
    with capture_logs() as written:
        register.declares()
    assert {"log_level": "error", "event": "incident.declared", "kind": "disclosure"} in written
    assert "Boris" not in repr(written)


def test_the_alarm_speaks_until_the_commissioner_was_told_or_need_not_be(register: Register) -> None:
    told, decided, forgotten = (register.declares() for _ in range(3))
    assert register.alarms() == []
    register.office.passes(BREACH_TOLD_WITHIN - BREACH_ALARM)
    assert register.alarms() == [("incidents.soon", 3)]
    register.tells(told)
    register.decides(decided, "no")
    register.decides(forgotten, "yes")
    assert register.alarms() == [("incidents.soon", 1)]
    register.office.passes(BREACH_ALARM)
    assert register.alarms() == [("incidents.late", 1)]
    places = {row.id: standing(row, register.office.clock.now()) for row in under_way(register.database)}
    assert places == {told: SETTLED, decided: SETTLED, forgotten: LATE}
    register.decides(decided, "yes")  # they know more now
    assert register.alarms() == [("incidents.late", 2)]
    found = counted(under_way(register.database), register.office.clock.now())
    assert (found.open, found.soon, found.late) == (3, 0, 2)


@pytest.mark.proves("P6.14")
def test_none_is_closed_before_it_is_contained_decided_and_told(register: Register) -> None:
    number = register.declares()
    steps: tuple[tuple[Step, str], ...] = (
        (lambda: register.decides(number, "yes"), "undecided"),
        (lambda: register.tells(number), "untold"),
        (lambda: register.contains(number), "not_contained"),
    )
    for step, code in steps:
        with pytest.raises(Rejected, match=code):
            register.closes(number)
        assert register.row(number).closed_at is None
        step()
    register.office.passes(HOUR)
    register.closes(number)
    row = register.row(number)
    assert (row.state, row.closed_at) == (Incident.CLOSED, register.office.clock.now())
    assert row.contained_at == row.notified_at == row.closed_at - HOUR
    assert under_way(register.database) == []


def test_what_is_closed_stays_as_it_is(register: Register) -> None:
    number = register.ended()
    before, written = register.row(number), len(register.written())
    steps: tuple[Step, ...] = (
        lambda: register.notes(number),
        lambda: register.decides(number, "yes"),
        lambda: register.contains(number),
        lambda: register.tells(number),
        lambda: register.closes(number),
    )
    for step in steps:
        with pytest.raises(Rejected, match=r"incident\.closed"):
            step()
    assert vars(register.row(number))["__data__"] == vars(before)["__data__"]
    assert len(register.written()) == written


def test_the_same_step_is_not_taken_twice(register: Register) -> None:
    number = register.declares()
    register.contains(number)
    register.tells(number)
    before = register.row(number)
    register.office.passes(HOUR)
    with pytest.raises(Rejected, match=r"incident\.contained"):
        register.contains(number)
    with pytest.raises(Rejected, match=r"incident\.notified"):
        register.tells(number)
    row = register.row(number)
    assert (row.contained_at, row.notified_at) == (before.contained_at, before.notified_at)


def test_nobody_was_told_before_it_was_noticed_or_will_be(register: Register) -> None:
    now = register.office.clock.now()
    number = register.declares(noticed=now - HOUR)
    for at, code in ((now + SECOND, "not_yet"), (now - HOUR - SECOND, "order")):
        with pytest.raises(Rejected, match=code):
            register.tells(number, at=at)
    register.tells(number, at=now - HOUR)
    assert register.row(number).notified_at == now - HOUR


def test_whether_harm_is_likely_is_decided_with_an_assessment_only(register: Register) -> None:
    number = register.declares()
    for part in PARTS.keys() - {"assessment"}:
        with pytest.raises(Rejected, match="unfounded"):
            register.notes(number, part, harm="no")
    with pytest.raises(Rejected, match="words"):
        register.notes(number, "assessment", "  \n", harm="no")
    assert (register.row(number).harm, len(register.written())) == ("unknown", 1)
    for harm in ("yes", "no", "yes"):
        register.decides(number, harm)
        register.notes(number, "done")
        register.notes(number, "assessment")
        assert register.row(number).harm == harm, "other entries leave it as it is"


@pytest.mark.parametrize("words", ["", " \n", "x" * (LONGEST_ENTRY + 1)])
def test_an_entry_without_words_or_with_too_many_is_refused_and_nothing_is_kept(register: Register, words: str) -> None:
    with pytest.raises(Rejected, match="words"):
        register.declares(words=words)
    assert (under_way(register.database), register.written()) == ([], [])
    number = register.declares(words="x" * LONGEST_ENTRY)
    with pytest.raises(Rejected, match="words"):
        register.contains(number, words)
    assert register.row(number).state == Incident.OPEN


@pytest.mark.parametrize("typed", ["", "nothing", "abcde-fghjk"])
def test_an_unknown_number_is_an_answer_and_no_crash(register: Register, typed: str) -> None:
    with pytest.raises(Rejected, match="unknown"):
        register.row(typed)


@pytest.mark.proves("P6.14")
@pytest.mark.parametrize("kind", KINDS)
def test_what_happened_what_data_what_was_done_and_the_assessment_are_kept_in_their_order(
    register: Register, kind: str
) -> None:
    number = register.declares(kind=kind)
    begun = register.office.clock.now()
    steps: tuple[Step, ...] = (
        lambda: register.notes(number),
        lambda: register.contains(number),
        lambda: register.decides(number, "no"),
    )
    for step in steps:
        register.office.passes(HOUR)
        step()
    with register.database.unit() as unit:
        row, entries = register.book.show(unit, MAY, f" {grouped(number).upper()}")
    assert (row.id, row.kind, row.harm, row.state) == (number, kind, "no", Incident.CONTAINED)
    assert [(entry.at - begun, entry.part, entry.words) for entry in entries] == [
        (0 * HOUR, "happened", WORDS),
        (1 * HOUR, "data", "one picture"),
        (2 * HOUR, "done", "the address was shut"),
        (3 * HOUR, "assessment", "as far as we know"),
    ]


def test_each_step_stands_in_the_log_of_the_staff_and_each_reading_in_the_record(register: Register) -> None:
    number = register.ended()
    with register.database.unit() as unit:
        register.book.show(unit, MAY, number)
    done = [(entry.verb, entry.subject) for entry in register.office.audit.entries(newest=50)]
    steps = ("declare", "contained", "note", "close", "show")
    assert done == [(f"incident.{step}", number) for step in steps]
    with register.database.connection():
        opened = [row.subject for row in Access.select().where(Access.category == "breaches")]
    assert sorted(opened) == sorted(note.id for note in register.written())


def test_a_step_without_a_name_leaves_nothing(register: Register) -> None:
    with register.database.unit() as unit:
        number = str(register.book.declare(unit, MAY, kind="loss", words=WORDS).id)
    nobody = type(MAY)("", "a reason")
    with pytest.raises(Rejected, match=r"audit\.actor"), register.database.unit() as unit:
        register.book.contained(unit, nobody, number, WORDS)
    assert (register.row(number).state, len(register.written())) == (Incident.OPEN, 1)


def test_the_words_are_sealed_for_their_own_row_and_their_own_purpose(register: Register) -> None:
    register.declares()
    register.declares(words="another thing")
    first, second = register.written()
    for note in (first, second):
        assert b"Boris" not in bytes(note.words)
        assert note.account == KeyRow.STAFF
        for purpose in ("support", "abuse", "generation", "improving"):
            with pytest.raises(Permanent, match="purpose_not_granted"):
                register.office.fields.open(IncidentNote.words, note, purpose=purpose)
    first.words = second.words
    with pytest.raises(Permanent):
        register.office.fields.open(IncidentNote.words, first, purpose="rights")


def crossed(register: Register, first: Callable[[Unit], object], second: Step) -> str:
    """The code with which the second step fails, taken while the first is done and not committed yet."""
    failed = [""]

    def run() -> None:
        try:
            second()
        except Rejected as failure:
            failed.append(failure.code)

    other = threading.Thread(target=run)
    with register.database.unit() as unit:
        first(unit)
        other.start()
        other.join(MEETING)
        assert other.is_alive(), "it waits for the first"
    other.join(PATIENCE)
    assert not other.is_alive()
    return failed[-1]


def test_two_at_one_moment_close_nothing_that_is_owed(register: Register) -> None:
    number = register.declares()
    register.contains(number)
    register.decides(number, "no")

    def thinks_again(unit: Unit) -> None:
        register.book.note(unit, MAY, number, part="assessment", words="it was not sealed", harm="yes")

    assert crossed(register, thinks_again, lambda: register.closes(number)) in ("incident.changed", "incident.untold")
    assert (register.row(number).state, register.row(number).harm) == (Incident.CONTAINED, "yes")


@pytest.mark.parametrize(
    "step",
    [
        lambda register, number: register.notes(number),
        lambda register, number: register.decides(number, "yes"),
        lambda register, number: register.tells(number),
    ],
    ids=["note", "decision", "telling"],
)
def test_nothing_comes_to_what_is_closed_in_the_same_moment(
    register: Register, step: Callable[[Register, str], None]
) -> None:
    number = register.declares()
    register.contains(number)
    register.decides(number, "no")
    written = len(register.written())
    code = crossed(register, lambda unit: register.book.close(unit, MAY, number), lambda: step(register, number))
    assert code in ("incident.closed", "incident.changed")
    row = register.row(number)
    assert (row.state, row.harm, row.notified_at) == (Incident.CLOSED, "no", None)
    assert len(register.written()) == written


def test_the_register_is_in_nobodys_copy(register: Register) -> None:
    """It names no account: whoever it is about, and the staff, whose key locks its words."""
    owners = (register.declares(), KeyRow.STAFF, register.office.person().id)
    with register.database.connection():
        for model in (Incident, IncidentNote):
            assert model in personal()
            for account in owners:
                assert not model.select().where(theirs(model, Whose(account, ()))).exists()


@pytest.mark.proves("P6.14")
def test_an_incident_goes_with_its_entries_five_years_after_it_was_closed_and_never_while_it_is_open(
    register: Register, tmp_path: Path
) -> None:
    every = rules(register.office.keys, FolderStore(tmp_path / "objects"))
    [rule] = [sweep for sweep in every if sweep.name == "incident"]
    contained = register.declares()
    register.contains(contained)
    open_, ended = register.declares(), register.declares()
    register.office.passes(FIVE_YEARS)
    register.contains(ended)
    register.decides(ended, "no")
    register.closes(ended)
    register.office.passes(FIVE_YEARS - SECOND)
    with register.database.connection():
        assert not rule.due(register.office.clock.now())
    register.office.passes(SECOND)
    with register.database.connection():
        assert rule.due(register.office.clock.now())
    assert rule.step(register.database, register.office.clock.now(), lambda unit, count: None) == 1
    assert {row.id for row in under_way(register.database)} == {contained, open_}
    assert {note.incident for note in register.written()} == {contained, open_}
    with register.database.connection():
        assert Incident.select().count() == 2
        assert KeyRow.select().where(KeyRow.kind == KeyRow.STAFF).exists(), "it locks the log of the staff, too"
