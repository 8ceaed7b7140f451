"""Every request is a row with a deadline; it is decided once, logged, and owed until its answer was given."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import peewee
import pytest
from structlog.testing import capture_logs

from consent.accounts import Identity
from consent.optin import choose, wants
from database import Database
from errors import Permanent, Rejected
from models import Account, AuditEntry, Erasure, PromotionChoice, Refusal, RightsRequest
from policy.categories import CATEGORIES
from policy.refusals import GROUNDS
from policy.rights import ACCESS, ALARM_BEFORE, ASKED_FOR, DELETION
from privacy.asked_in_bot import asked, confirm, fulfilled
from privacy.deadlines import LATE, SOON, standing
from privacy.requests import Owed, counted, owed
from tests.conftest import TurnedClock
from tests.privacy.office import MAY, Office

SECOND = timedelta(seconds=1)


@pytest.fixture
def office(database: Database, clock: TurnedClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path / "objects")


def alarms(office: Office) -> dict[str, int]:
    with capture_logs() as written:
        office.requests.alarm()
    return {line["event"]: line["count"] for line in written if line["log_level"] == "error"}


def test_a_person_is_found_by_id_and_by_username_however_it_is_written(office: Office) -> None:
    ann = office.person()
    office.person(700100300, None)
    for said in ("700100200", "annlee", "@AnnLee", " @annlee\n"):
        found = office.find(said)
        assert found is not None
        assert found.id == ann.id
    assert office.find("700100299") is None
    assert office.find("@nobody_at_all") is None
    for said in ("", "ann lee", "Ann’s", "@a", "1" * 30 + "@"):
        with pytest.raises(Rejected, match=r"person\.unclear"):
            office.find(said)


def test_a_username_that_moved_belongs_to_whoever_was_seen_with_it_last(office: Office) -> None:
    ann = office.person(700100200, "annlee")
    bob = office.person(700100300, "AnnLee")
    assert office.find("@annlee") == bob
    before = office.row_of(ann)
    assert (before.username, before.username_index) == (None, None), "it is no longer hers"

    assert office.shows(ann, Identity(700100200, "Ann", None, "annlee", "en")), "hers again, and nothing else is new"
    assert office.find("@annlee") == ann
    assert office.row_of(bob).username_index is None

    assert office.shows(bob, Identity(700100300, "Ann", None, None, "en"))
    assert office.find("@annlee") == ann, "who gives a name up takes it from nobody"


def test_two_that_have_one_username_all_the_same_are_not_guessed_at(office: Office) -> None:
    """As an older release may have left them."""
    ann, _ = office.person(700100200, "annlee"), office.person(700100300, None)
    with office.database.unit():
        Account.update(username_index=ann.username_index).execute()
    with pytest.raises(Rejected, match=r"person\.ambiguous"):
        office.find("@annlee")


@pytest.mark.proves("P9.6")
def test_time_turned_over_the_deadline_calls_staff_before_it_and_after_it(office: Office) -> None:
    request = office.opens(account=office.person())
    assert alarms(office) == {}
    office.at(request.due_at - ALARM_BEFORE - SECOND)
    assert alarms(office) == {}
    office.passes(SECOND)
    assert alarms(office) == {"requests.soon": 1}
    office.at(request.due_at)
    assert alarms(office) == {"requests.late": 1}
    office.answers(request, confirmed=True)
    assert alarms(office) == {"requests.late": 1}, "decided, and the answer not given"
    office.gives(request)
    assert alarms(office) == {}


@pytest.mark.proves("P9.6")
def test_an_account_that_ends_by_itself_before_its_answer_is_due_calls_nobody(office: Office) -> None:
    """Else there would be an alarm whenever somebody leaves, and none that anybody heeds."""
    ann = office.person()
    request = office.opens("deletion", account=ann)
    end = request.due_at - ALARM_BEFORE + timedelta(days=1)
    with office.database.unit() as unit:
        row = Erasure(account=ann.id, scope=Erasure.ACCOUNT, source="support", request=request.id, asked_at=unit.now)
        row.state, row.ends_at = Erasure.WAITING, end
        row.save(force_insert=True)
    office.at(end - SECOND)
    assert alarms(office) == {}
    office.passes(SECOND)
    assert alarms(office) == {"requests.soon": 1}, "its day has come, and it is still there"


@pytest.mark.proves("P9.6")
def test_the_most_urgent_one_is_named_first_and_time_runs_from_the_day_it_reached_us(office: Office) -> None:
    late = office.opens(received=office.clock.now() - timedelta(days=40))
    in_time = office.opens()
    soon = office.opens(received=office.clock.now() - timedelta(days=27))
    rows, now = owed(office.database), office.clock.now()
    assert [row.id for row in rows] == [late.id, soon.id, in_time.id]
    assert [standing(row.due_at, now) for row in rows[:2]] == [LATE, SOON]
    assert counted(rows, now) == Owed(3, 1, 1)
    with pytest.raises(Rejected, match=r"request\.not_yet"):
        office.opens(received=now + SECOND)


def test_that_nothing_is_held_is_a_written_answer(office: Office) -> None:
    request = office.opens()
    with pytest.raises(Rejected, match=r"request\.nobody"):
        office.answers(request)
    office.answers(request, "nothing")
    assert "We hold no personal data about you" in office.gives(request)
    assert office.row(request).ended_at == office.clock.now()
    assert owed(office.database) == []


def test_an_answer_never_says_that_nothing_is_held_of_somebody_with_an_account(office: Office) -> None:
    request = office.opens(account=office.person())
    with pytest.raises(Rejected, match="something_is_held"):
        office.answers(request, "nothing")
    assert office.row(request).state == RightsRequest.OPEN


@pytest.mark.parametrize("kind", ["access", "correction", "deletion"])
def test_what_shows_or_changes_data_waits_until_it_was_made_sure_who_asks(office: Office, kind: str) -> None:
    request = office.opens(kind, office.person())
    with pytest.raises(Rejected, match=r"request\.unconfirmed"):
        office.answers(request)
    office.answers(request, confirmed=True)
    assert (office.row(request).state, office.row(request).confirmed) == (RightsRequest.ANSWERED, True)


@pytest.mark.proves("P9.4")
def test_an_opt_out_that_came_by_mail_stops_promotional_messages(office: Office) -> None:
    ann = office.person()
    with office.database.unit() as unit:
        choose(unit, ann.id, wanted=True)
    office.passes(SECOND)
    office.answers(office.opens("opt_out", ann))
    with office.database.connection():
        assert not wants(ann.id)
        assert PromotionChoice.select().count() == 2, "a yes is never changed, a no comes on top"


def test_a_request_is_decided_once(office: Office) -> None:
    request = office.opens(account=office.person(), confirmed=True)
    office.answers(request)
    for again in (office.answers, office.refuses, office.closes):
        with pytest.raises(Rejected, match=r"request\.decided"):
            again(request)
    with office.database.connection():
        assert Refusal.select().count() == 0


def test_two_who_decide_at_once_decide_once(office: Office) -> None:
    request = office.opens(account=office.person(), confirmed=True)
    start, met = threading.Barrier(2), []

    def decide(act: Any) -> None:
        start.wait()
        try:
            act(request)
            met.append("decided")
        except Rejected as error:
            met.append(error.code)

    threads = [threading.Thread(target=decide, args=(act,)) for act in (office.answers, office.refuses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(met) == ["decided", "request.decided"]
    with office.database.connection():
        logged = Refusal.select().count()
    assert logged == (office.row(request).state == RightsRequest.REFUSED)
    assert office.audit.breaks() == []


@pytest.mark.proves("P6.11")
def test_a_refusal_is_in_the_log_before_anybody_can_be_told(office: Office) -> None:
    request = office.opens(account=office.person())
    assert GROUNDS["others"].words not in office.letters.letter(request.id)
    office.refuses(request, "others")
    with office.database.connection():
        logged = Refusal.get()
    assert (logged.request, logged.kind, logged.ground) == (request.id, "access", "others")
    letter = office.gives(request)
    assert GROUNDS["others"].words in letter
    assert "PDPO s.20(1)(b)" in letter
    assert "Privacy Commissioner" in letter


@pytest.mark.proves("P6.11")
def test_the_database_itself_takes_no_refusal_without_its_log(office: Office) -> None:
    request = office.opens(account=office.person())
    with pytest.raises(peewee.DatabaseError, match="without its log"), office.database.unit():
        RightsRequest.update(state=RightsRequest.REFUSED).where(RightsRequest.id == request.id).execute()
    office.refuses(request)
    with office.database.unit():
        Refusal.delete().execute()
    with pytest.raises(Permanent, match=r"refusal\.unlogged"):
        office.letters.letter(request.id)


@pytest.mark.parametrize("kind", ASKED_FOR)
def test_only_a_ground_of_the_law_that_fits_the_request_refuses_it(office: Office, kind: str) -> None:
    fitting = {ground for ground, said in GROUNDS.items() if kind in said.kinds}
    for ground in GROUNDS.keys() - fitting | {"no-time"}:
        request = office.opens(kind)
        with pytest.raises(Rejected, match=r"request\.ground"):
            office.refuses(request, ground)
    for ground in fitting:
        office.refuses(office.opens(kind), ground)
    assert bool(fitting) == (kind in ("access", "correction", "deletion")), "an opt-out cannot be refused"


@pytest.mark.proves("P6.11")
def test_the_log_of_refusals_outlives_the_account_and_names_nobody(office: Office) -> None:
    ann = office.person()
    request = office.opens(account=ann)
    office.refuses(request)
    office.ends(ann)
    with office.database.connection():
        assert Account.select().count() == 0
        logged = Refusal.get()
        assert ann.id not in {str(getattr(logged, column.name)) for column in Refusal._meta.sorted_fields}
    assert CATEGORIES["refusals"].retention.period == timedelta(days=4 * 365)


@pytest.mark.parametrize("kind", ASKED_FOR)
def test_every_kind_of_request_has_its_letter_for_every_outcome(office: Office, kind: str) -> None:
    request = office.opens(kind)
    office.answers(request, "nothing")
    known = office.opens(kind, office.person(), confirmed=True)
    office.answers(known)
    letters = {office.gives(request), office.gives(known)}
    assert len(letters) == 2
    for letter in letters:
        assert "help@miomio.invalid" in letter
        assert "www.pcpd.org.hk" in letter


@pytest.mark.proves("P3.9")
def test_a_letter_is_in_the_person_s_language_and_what_is_opened_for_it_is_recorded(office: Office) -> None:
    request = office.opens("opt_out", office.person(language="zh-hk"), confirmed=True)
    office.answers(request)
    assert "推廣" in office.gives(request)
    with office.database.connection():
        opened = office.database.rows("SELECT DISTINCT purpose, category FROM access_record")
    assert opened == [("rights", "account")]


def test_what_is_withdrawn_is_closed_and_no_longer_owed(office: Office) -> None:
    request = office.opens(account=office.person())
    office.closes(request)
    assert owed(office.database) == []
    with pytest.raises(Rejected, match=r"request\.undecided"):
        office.letters.letter(request.id)


@pytest.mark.proves("P9.6")
def test_each_step_of_staff_is_in_their_log_and_none_without_a_name_and_a_reason(office: Office) -> None:
    request = office.opens(account=office.person(), confirmed=True)
    office.answers(request)
    with office.database.connection():
        rows = [(row.actor, row.verb, row.subject) for row in AuditEntry.select().order_by(AuditEntry.number)]
    assert rows == [(MAY.actor, "request.open", request.id), (MAY.actor, "request.answer", request.id)]


def test_who_asks_by_mail_is_asked_to_confirm_it_in_the_bot_and_learns_nothing_from_that(office: Office) -> None:
    """Also not which language somebody speaks, or that there is an account."""
    known, unknown = office.opens(account=office.person(language="zh-hk")), office.opens()
    letters = [office.letters.letter(one.id).replace(one.id, "NUMBER") for one in (known, unknown)]
    assert letters[0] == letters[1]
    assert "/confirm NUMBER" in letters[0]
    assert known.due_at.date().isoformat() in letters[0]
    with office.database.unit() as unit:
        office.requests.answered(unit, known.id)
    assert office.row(known).ended_at is None, "a receipt is no answer"


def test_only_the_person_of_an_account_confirms_its_request(office: Office) -> None:
    ann, ben = office.person(), office.person(700100300, "benlo")
    request = office.opens(account=ann)
    with office.database.unit():
        assert not confirm(ben.id, request.id)
        assert not confirm(ann.id, "0" * 32)
    assert not office.row(request).confirmed
    with office.database.unit():
        assert confirm(ann.id, request.id)
    office.answers(request)
    assert office.row(request).state == RightsRequest.ANSWERED


@pytest.mark.proves("P9.6")
def test_what_is_asked_for_in_the_bot_is_owed_until_it_is_there(office: Office) -> None:
    ann = office.person()
    with office.database.unit() as unit:
        asked(unit, kind=ACCESS, account=ann.id)
    [row] = owed(office.database)
    office.at(row.due_at - ALARM_BEFORE)
    assert alarms(office) == {"requests.soon": 1}
    with office.database.unit() as unit:
        fulfilled(unit, kind=DELETION, account=ann.id)
        fulfilled(unit, kind=ACCESS, account="somebody else")
    assert len(owed(office.database)) == 1
    with office.database.unit() as unit:
        fulfilled(unit, kind=ACCESS, account=ann.id)
    assert owed(office.database) == []
