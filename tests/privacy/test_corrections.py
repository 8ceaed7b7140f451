"""What is wrong is put right on a confirmed request, once and in one transaction; what stays carries a note."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.disclosure import disclose
from consent.told import recipients_since
from database import Database
from errors import Rejected
from models import Account, AuditEntry, CorrectionNote, Refusal, RightsRequest
from policy.limits import LONGEST_NOTE
from policy.rights import TOLD_OF
from privacy.corrections import FIELDS, Corrections, notes
from privacy.holdings import columns
from tests.conftest import TurnedClock
from tests.privacy.office import MAY, Office


@pytest.fixture
def office(database: Database, clock: TurnedClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path / "objects")


@pytest.fixture
def corrections(office: Office) -> Corrections:
    return Corrections(office.fields, office.accounts, office.requests, office.audit)


@pytest.fixture
def ann(office: Office) -> Account:
    return office.person()


def asks(office: Office, ann: Account, *, confirmed: bool = True, kind: str = "correction") -> RightsRequest:
    return office.opens(kind, ann, confirmed=confirmed)


def corrects(office: Office, corrections: Corrections, request: RightsRequest, field: str, value: str) -> Any:
    with office.database.unit() as unit:
        return corrections.correct(unit, MAY, request.id, field=field, value=value)


def notes_down(
    office: Office, corrections: Corrections, request: RightsRequest, words: str = "I never sent that.", **more: str
) -> Any:
    with office.database.unit() as unit:
        return corrections.note(
            unit, MAY, request.id, **{"on": "transactions", "ground": "accurate", "words": words, **more}
        )


def now(office: Office) -> Account:
    with office.database.connection():
        return Account.get()


def sent(office: Office, ann: Account, recipient: str, category: str = "photos") -> None:
    with office.database.unit() as unit:
        disclose(
            unit,
            account=ann.id,
            order="o",
            attempt=1,
            recipient=recipient,
            purpose="generation",
            categories=frozenset({category}),
        )


def refused(office: Office, act: Any, code: str) -> None:
    """Nothing was changed, nothing written down."""
    before = now(office).__data__
    with office.database.connection():
        entries = AuditEntry.select().count()
    with pytest.raises(Rejected) as no:
        act()
    assert no.value.code == code
    assert now(office).__data__ == before
    with office.database.connection():
        assert AuditEntry.select().count() == entries
        assert CorrectionNote.select().count() == 0


@pytest.mark.proves("P9.2")
@pytest.mark.parametrize(
    ("field", "before", "value", "column", "after"),
    [
        ("daily-limit", "none", "30", "daily_limit", 30),
        ("daily-limit", "none", "0", "daily_limit", 0),
        ("reachable", "yes", "no", "reachable", False),
        ("language", "none", "zh-hant", "language", "zh-hant"),
    ],
)
def test_what_is_wrong_is_put_right_and_the_request_is_answered(
    office: Office, corrections: Corrections, ann: Account, field: str, before: str, value: str, column: str, after: Any
) -> None:
    request = asks(office, ann)
    done = corrects(office, corrections, request, field, value)
    assert (done.before, done.after) == (before, value)
    row = now(office)
    found = office.fields.open(Account.language, row, purpose="rights") if field == "language" else None
    assert (found or getattr(row, column)) == after
    asked = office.row(request)
    assert (asked.state, asked.outcome) == ("answered", "done")
    with office.database.connection():
        verbs = [entry.verb for entry in AuditEntry.select().order_by(AuditEntry.number)]
    assert verbs == ["request.open", "request.answer"]
    assert "corrected as you asked" in office.gives(request) or field == "language"


@pytest.mark.proves("P9.2")
def test_a_value_can_be_taken_away(office: Office, corrections: Corrections, ann: Account) -> None:
    corrects(office, corrections, asks(office, ann), "daily-limit", "30")
    corrects(office, corrections, asks(office, ann), "daily-limit", "none")
    assert now(office).daily_limit is None
    corrects(office, corrections, asks(office, ann), "language", "zh-hans")
    corrects(office, corrections, asks(office, ann), "language", "none")
    assert now(office).language is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("daily-limit", "-1"),
        ("daily-limit", "many"),
        ("daily-limit", "٣"),
        ("daily-limit", "999999"),
        ("daily-limit", ""),
        ("reachable", "maybe"),
        ("reachable", "none"),
        ("language", "de"),
        ("language", ""),
    ],
)
def test_what_is_no_value_of_a_field_changes_nothing(
    office: Office, corrections: Corrections, ann: Account, field: str, value: str
) -> None:
    request = asks(office, ann)
    refused(office, lambda: corrects(office, corrections, request, field, value), "correction.value")
    assert office.row(request).state == "open"


@pytest.mark.proves("P9.2")
def test_names_follow_telegram_when_it_is_asked(office: Office, corrections: Corrections, ann: Account) -> None:
    """For who does not write any more: nothing is typed by anybody."""
    with office.database.connection():
        Account.update(reachable=False).execute()
    request = asks(office, ann)
    with office.database.connection():
        assert corrections.telegram_id(request.id) == 700100200
    with office.database.unit() as unit:
        corrections.follow(unit, MAY, request.id, names=("Anna", "Lee", "anna_lee"))
    row = now(office)
    shown = [
        office.fields.open(column, row, purpose="rights")
        for column in (Account.first_name, Account.last_name, Account.username, Account.language_code)
    ]
    assert shown == ["Anna", "Lee", "anna_lee", "en"]
    found = office.find("@Anna_Lee")
    assert found is not None and found.id == ann.id
    assert row.reachable is False, "Telegram was asked; the person has not come back"
    assert office.row(request).state == "answered"


def test_names_that_are_the_same_are_no_correction(office: Office, corrections: Corrections, ann: Account) -> None:
    request = asks(office, ann)

    def follow() -> None:
        with office.database.unit() as unit:
            corrections.follow(unit, MAY, request.id, names=("Ann", None, "annlee"))

    refused(office, follow, "correction.same")


def test_what_stands_there_already_is_no_correction(office: Office, corrections: Corrections, ann: Account) -> None:
    request = asks(office, ann)
    refused(office, lambda: corrects(office, corrections, request, "reachable", "yes"), "correction.same")


@pytest.mark.proves("P9.2")
def test_only_on_a_confirmed_open_request_for_a_correction(
    office: Office, corrections: Corrections, ann: Account
) -> None:
    unsure, other, nobodys = (
        asks(office, ann, confirmed=False),
        asks(office, ann, kind="access"),
        office.opens("correction"),
    )
    decided = asks(office, ann)
    office.closes(decided)
    for request, code in (
        (unsure, "request.unconfirmed"),
        (other, "correction.kind"),
        (nobodys, "request.nobody"),
        (decided, "request.decided"),
        (RightsRequest(id="0" * 32), "request.unknown"),
    ):
        refused(office, lambda request=request: corrects(office, corrections, request, "reachable", "no"), code)
        refused(office, lambda request=request: notes_down(office, corrections, request), code)


def test_names_and_numbers_that_telegram_gives_are_not_corrected_by_hand() -> None:
    """What can be corrected is a short list, and everything in it is a column of the account."""
    assert set(FIELDS) == {"language", "daily-limit", "reachable"}
    assert {field.replace("-", "_") for field in FIELDS} <= {column.name for column in columns(Account)}


@pytest.mark.proves("P9.2")
def test_what_stays_as_it_is_carries_the_note_of_its_person(
    office: Office, corrections: Corrections, ann: Account
) -> None:
    request = asks(office, ann)
    notes_down(office, corrections, request)
    with office.database.connection():
        [(row, words)] = notes(office.fields, ann.id)
        logged = Refusal.get()
    assert (row.on, row.request, words) == ("transactions", request.id, "I never sent that.")
    assert b"never sent" not in bytes(row.words), "sealed"
    assert (logged.request, logged.ground) == (request.id, "accurate")
    letter = office.gives(request)
    assert "“I never sent that.”" in letter, "section 25: a copy of the note goes with the refusal"
    assert "s.24(3)(b)" in letter


@pytest.mark.parametrize("words", ["", "   ", "x" * (LONGEST_NOTE + 1)])
def test_a_note_has_words_and_not_too_many(office: Office, corrections: Corrections, ann: Account, words: str) -> None:
    request = asks(office, ann)
    refused(office, lambda: notes_down(office, corrections, request, words), "note.words")


def test_a_note_wants_a_category_and_a_ground_of_the_register(
    office: Office, corrections: Corrections, ann: Account
) -> None:
    request = asks(office, ann)
    refused(office, lambda: notes_down(office, corrections, request, on="looks"), "note.words")
    refused(office, lambda: notes_down(office, corrections, request, ground="law-keeps"), "request.ground")


def test_a_note_goes_with_the_account(office: Office, corrections: Corrections, ann: Account) -> None:
    notes_down(office, corrections, asks(office, ann))
    office.ends(ann)
    with office.database.connection():
        assert CorrectionNote.select().count() == 0


@pytest.mark.proves("P9.2")
def test_whoever_was_given_data_in_the_last_twelve_months_is_listed(
    office: Office, corrections: Corrections, ann: Account
) -> None:
    start = office.clock.now()
    sent(office, ann, "kling")
    office.passes(timedelta(days=100))
    sent(office, ann, "gemini")
    sent(office, ann, "gemini", "prompts")
    office.at(start + TOLD_OF)
    done = corrects(office, corrections, asks(office, ann), "reachable", "no")
    assert [(one.id, one.categories) for one in done.tell] == [
        ("gemini", ("photos", "prompts")),
        ("kling", ("photos",)),
    ]
    assert done.tell[0].last == start + timedelta(days=100)
    office.passes(timedelta(seconds=1))
    request = asks(office, ann)
    tell = notes_down(office, corrections, request)
    assert [one.id for one in tell] == ["gemini"], "a second more than twelve months ago"
    with office.database.unit() as unit:
        again = corrections.to_tell(unit, MAY, request.id)
    assert again == tell, "can be listed once more"


def test_nobody_is_told_of_somebody_elses(office: Office, ann: Account) -> None:
    bob = office.person(5, "bob")
    sent(office, bob, "gemini")
    with office.database.connection():
        assert recipients_since(ann.id, office.clock.now() - TOLD_OF) == []


def test_two_at_once_correct_once(office: Office, corrections: Corrections, ann: Account) -> None:
    request = asks(office, ann)
    corrects(office, corrections, request, "reachable", "no")
    with pytest.raises(Rejected, match="decided"):
        corrects(office, corrections, request, "reachable", "yes")
    assert now(office).reachable is False
