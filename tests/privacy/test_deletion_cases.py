"""Deletions by support: for a confirmed case of that very person, after a preview, by a token for just that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from config import Settings
from consent.accounts import Identity
from custody.media import PHOTO
from errors import Permanent, Rejected, Temporary
from models import Account, AuditEntry, EndedAccount, Erasure, Media, Photo, RightsRequest, Work
from policy.categories import ACCOUNT_UNDO
from policy.versions import CURRENT
from privacy.audit import Act
from privacy.deletion_cases import DeletionCases, Looked, Wanted
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.requests import MAIL
from privacy.tokens import GOOD_FOR, Tokens
from tests.conftest import TurnedClock
from tests.privacy.carrying_out import carry_out
from vault.index import BlindIndex
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.proves("P9.3")
MAY = Act("may.chan", "mail of Monday")
ANN, BOB = 700100200, 700100300


class Telegram:
    """Who has which username now, as Telegram tells it; or the failure that it ends in."""

    def __init__(self) -> None:
        self.names: dict[int, str | None] = {ANN: "AnnLee"}
        self.asked: list[int] = []
        self.fails: Exception | None = None

    def username(self, telegram_id: int) -> str | None:
        self.asked.append(telegram_id)
        if self.fails is not None:
            raise self.fails
        return self.names.get(telegram_id)


class Counter:
    """Support at its desk: a house with Ann in it, who wrote a mail."""

    def __init__(self, house: House, clock: TurnedClock) -> None:
        self.house, self.clock, self.telegram = house, clock, Telegram()
        self.ann = self.person(ANN, "annlee")
        self.cases = DeletionCases(
            database=house.database,
            fields=house.fields,
            requests=house.requests,
            erasures=house.erasures,
            names=self.telegram,
            tokens=Tokens(BlindIndex.parse(house.settings.index_key), use="deletion"),
            audit=house.audit,
        )

    def person(self, telegram_id: int, username: str | None) -> str:
        with self.house.database.unit() as unit:
            who = Identity(telegram_id, "Ann", None, username, "en")
            return str(self.house.accounts.open(unit, who, version=CURRENT.id).id)

    def has_photo(self) -> None:
        media: Media = self.house.media.keep(
            account=self.ann, kind=PHOTO, data=b"\xff\xd8", mime="image/jpeg", width=9, height=9
        )
        with self.house.database.unit() as unit:
            self.house.media.stored(unit, media)
            ready = {"state": Photo.READY, "message_id": 5, "media": media.id, "created_at": unit.now}
            Photo.insert(account=self.ann, **ready).execute()

    def opens(
        self, *, kind: str = "deletion", confirmed: bool = True, account: Any = "ann", days_ago: float = 0
    ) -> str:
        """The number of a request that came by mail."""
        with self.house.database.unit() as unit:
            about = self.ann if account == "ann" else account
            came = unit.now - timedelta(days=days_ago)
            row = self.house.requests.open(
                unit, MAY, kind=kind, source=MAIL, account=about, received=came, confirmed=confirmed
            )
            return str(row.id)

    def looks(self, case: str, scope: str = PHOTOS, *, person: str = "@annlee", at_once: bool = False) -> Looked:
        return self.cases.look(MAY, Wanted(case, scope, at_once), person)

    def confirms(self, case: str, token: str, scope: str = PHOTOS, *, at_once: bool = False) -> Erasure:
        return self.cases.enqueue(MAY, Wanted(case, scope, at_once), token)

    def row(self, case: str) -> RightsRequest:
        with self.house.database.connection():
            return self.house.requests.get(case)

    def erasures(self) -> list[tuple[str, str, str | None]]:
        with self.house.database.connection():
            return [(row.scope, row.source, row.request) for row in Erasure.select()]

    def logged(self) -> list[tuple[str, str | None]]:
        with self.house.database.connection():
            return [(row.verb, row.subject) for row in AuditEntry.select().order_by(AuditEntry.number)]


@pytest.fixture
def counter(make_settings: Callable[..., Settings], database_url: str, clock: TurnedClock) -> Iterator[Counter]:
    house = assemble(make_settings(DATABASE_URL=database_url), ring=lambda *_: None, clock=clock)
    house.database.migrate()
    yield Counter(house, clock)
    house.close()


def why(act: Callable[[], object]) -> str:
    with pytest.raises(Rejected) as refused:
        act()
    return refused.value.code


def test_a_preview_changes_nothing_and_its_token_has_it_carried_out(counter: Counter) -> None:
    counter.has_photo()
    case = counter.opens()
    looked = counter.looks(case)
    assert looked.preview.goes == {"photos": 1}
    assert looked.until == counter.clock.now() + GOOD_FOR
    assert counter.erasures() == []
    erasure = counter.confirms(case, looked.token)
    assert (erasure.account, erasure.scope) == (counter.ann, PHOTOS)
    assert counter.erasures() == [(PHOTOS, "support", case)]
    assert counter.logged() == [("request.open", case), ("erase.look", case), ("erase", case)]
    with counter.house.database.connection():
        assert [row.state for row in Media.select()] == [Media.DESTROYING]
        assert Work.select().where(Work.kind == "erase").count() == 1


@pytest.mark.parametrize("person", ["@annlee", "AnnLee", " annlee\n", str(ANN)])
def test_a_person_is_named_by_username_or_id(counter: Counter, person: str) -> None:
    assert counter.looks(counter.opens(), person=person).token
    assert counter.telegram.asked == ([] if person.isdigit() else [ANN]), "an id moves to nobody"


@pytest.mark.parametrize(
    ("now", "code"),
    [("someone_else", "person.moved"), (None, "person.moved"), (Temporary("http.timeout"), "person.not_compared"),
     (Permanent("telegram.blocked"), "person.not_compared")],
)  # fmt: skip
def test_a_username_that_telegram_does_not_confirm_gets_no_token_and_an_id_does(
    counter: Counter, now: Any, code: str
) -> None:
    counter.telegram.names[ANN] = now
    counter.telegram.fails = now if isinstance(now, Exception) else None
    case = counter.opens()
    assert why(lambda: counter.looks(case)) == code
    assert counter.logged() == [("request.open", case)]
    assert counter.looks(case, person=str(ANN)).token


def test_a_username_that_moved_finds_its_newest_holder_and_the_case_is_somebody_elses(counter: Counter) -> None:
    counter.person(BOB, "annlee")
    counter.telegram.names = {BOB: "annlee"}
    case = counter.opens()
    assert why(lambda: counter.looks(case)) == "case.other_person"
    assert counter.looks(case, person=str(ANN)).token


def test_who_is_unknown_or_cannot_be_read_is_refused(counter: Counter) -> None:
    case = counter.opens()
    assert why(lambda: counter.looks(case, person="@nobody_here")) == "person.unknown"
    assert why(lambda: counter.looks(case, person="Ann Lee of Kowloon")) == "person.unclear"


@pytest.mark.parametrize("scope", [PHOTOS, GENERATED, ACCOUNT])
def test_a_case_that_nobody_made_sure_of_deletes_nothing_until_its_person_confirms_it(
    counter: Counter, scope: str
) -> None:
    """Photos are not got back, either: a stranger's mail may not delete them."""
    case = counter.opens(confirmed=False)
    assert why(lambda: counter.looks(case, scope)) == "case.unconfirmed"
    with counter.house.database.unit() as unit:
        counter.house.requests.confirm(unit, MAY, case)
    assert counter.looks(case, scope).token
    assert ("request.confirm", case) in counter.logged()


def test_only_an_open_case_about_a_deletion_counts(counter: Counter) -> None:
    assert why(lambda: counter.looks("0" * 32)) == "request.unknown"
    assert why(lambda: counter.looks(counter.opens(kind="access"))) == "case.kind"
    assert why(lambda: counter.looks(counter.opens(account=None))) == "case.nobody"
    case = counter.opens()
    with counter.house.database.unit() as unit:
        counter.house.requests.close(unit, MAY, case, outcome="withdrawn")
    assert why(lambda: counter.looks(case)) == "request.decided"
    assert why(lambda: counter.looks(counter.opens(), PHOTOS, at_once=True)) == "case.scope"


def test_a_token_ends_after_an_hour(counter: Counter) -> None:
    case = counter.opens()
    token = counter.looks(case).token
    counter.clock.time += GOOD_FOR
    assert why(lambda: counter.confirms(case, token)) == "token.late"
    assert counter.erasures() == []


def test_a_token_is_good_for_its_scope_case_and_way_alone(counter: Counter) -> None:
    case, other = counter.opens(), counter.opens()
    token = counter.looks(case, ACCOUNT).token
    assert why(lambda: counter.confirms(case, token, PHOTOS)) == "token.other"
    assert why(lambda: counter.confirms(case, token, ACCOUNT, at_once=True)) == "token.other"
    assert why(lambda: counter.confirms(other, token, ACCOUNT)) == "token.other"
    assert why(lambda: counter.confirms(case, "", ACCOUNT)) == "token.unclear"
    assert counter.erasures() == []
    assert counter.confirms(case, token, ACCOUNT).scope == ACCOUNT


def test_what_changed_since_the_preview_is_looked_at_again(counter: Counter) -> None:
    counter.has_photo()
    case = counter.opens()
    token = counter.looks(case).token
    counter.has_photo()
    assert why(lambda: counter.confirms(case, token)) == "token.other"
    assert counter.confirms(case, counter.looks(case).token).scope == PHOTOS


def test_a_token_used_twice_begins_nothing_twice(counter: Counter) -> None:
    case = counter.opens()
    token = counter.looks(case).token
    counter.confirms(case, token)
    assert why(lambda: counter.confirms(case, token)) == "case.under_way"
    assert why(lambda: counter.looks(case)) == "case.under_way"
    assert len(counter.erasures()) == 1
    assert [verb for verb, _ in counter.logged()].count("erase") == 1


def test_a_case_that_was_withdrawn_after_the_preview_deletes_nothing(counter: Counter) -> None:
    case = counter.opens()
    token = counter.looks(case).token
    with counter.house.database.unit() as unit:
        counter.house.requests.close(unit, MAY, case, outcome="withdrawn")
    assert why(lambda: counter.confirms(case, token)) == "request.decided"
    assert counter.erasures() == []


def test_what_the_person_asked_for_in_the_bot_meanwhile_is_one_deletion(counter: Counter) -> None:
    counter.has_photo()
    case = counter.opens()
    with counter.house.database.unit() as unit:
        mine = counter.house.erasures.ask(unit, account=counter.ann, scope=PHOTOS)
    erasure = counter.confirms(case, counter.looks(case).token)
    assert (erasure.id, erasure.source) == (mine.id, "bot")
    assert erasure.request != case
    assert len(counter.erasures()) == 1


def test_an_account_waits_for_its_person_unless_they_asked_for_it_at_once(counter: Counter) -> None:
    case = counter.opens()
    erasure = counter.confirms(case, counter.looks(case, ACCOUNT).token, ACCOUNT)
    assert erasure.ends_at == counter.clock.now() + ACCOUNT_UNDO
    with counter.house.database.unit() as unit:
        assert counter.house.erasures.undo(unit, account=counter.ann), "one tap in the chat"
    with counter.house.database.connection():
        row = counter.house.requests.get(case)
        assert (row.state, Account.get().state) == (RightsRequest.CLOSED, Account.ACTIVE)

    case = counter.opens()
    erasure = counter.confirms(case, counter.looks(case, ACCOUNT, at_once=True).token, ACCOUNT, at_once=True)
    assert erasure.ends_at == counter.clock.now()
    counter.clock.time += timedelta(seconds=1)
    with counter.house.database.unit() as unit:
        assert not counter.house.erasures.undo(unit, account=counter.ann)


@pytest.mark.parametrize("scope", [PHOTOS, ACCOUNT])
def test_when_it_is_done_the_case_is_answered_and_its_letter_owed(counter: Counter, scope: str) -> None:
    counter.has_photo()
    case, whole = counter.opens(), scope == ACCOUNT
    counter.confirms(case, counter.looks(case, scope, at_once=whole).token, scope, at_once=whole)
    assert counter.row(case).state == RightsRequest.OPEN
    assert carry_out(counter.house) == 1
    row = counter.row(case)
    assert (row.state, row.outcome, row.ended_at) == (RightsRequest.ANSWERED, "done", None)
    assert "What you asked us to delete is deleted" in counter.house.letters.letter(case)
    with counter.house.database.connection():
        assert (Media.select().count(), Account.select().count()) == (0, not whole)


def test_no_name_stands_in_a_token_or_in_the_log(counter: Counter) -> None:
    token = counter.looks(counter.opens()).token
    for secret in ("annlee", str(ANN), counter.ann):
        assert secret not in token
    with counter.house.database.connection():
        subjects = [row.subject for row in AuditEntry.select()]
    assert not {"annlee", str(ANN)} & set(subjects)


def test_the_days_of_an_account_count_from_the_letter(counter: Counter) -> None:
    """However long it took to make sure who had written it: the day that is promised does not move."""
    case = counter.opens(days_ago=20)
    looked = counter.looks(case, ACCOUNT)
    end = counter.row(case).received_at + ACCOUNT_UNDO
    assert looked.preview.undo_until == end
    assert counter.confirms(case, looked.token, ACCOUNT).ends_at == end


def test_where_the_letter_is_older_than_those_days_the_account_ends_at_once(counter: Counter) -> None:
    case = counter.opens(days_ago=ACCOUNT_UNDO.days + 1)
    looked = counter.looks(case, ACCOUNT)
    assert looked.preview.undo_until is None
    counter.confirms(case, looked.token, ACCOUNT)
    carry_out(counter.house)
    with counter.house.database.connection():
        assert Account.get_or_none(Account.id == counter.ann) is None
        [ended] = EndedAccount.select()
    assert counter.row(case).state == RightsRequest.ANSWERED
    assert ended.asked_at == counter.row(case).received_at
    assert counter.row(case).decided_at < counter.row(case).due_at


def test_who_is_deleted_at_once_is_shown_no_day_of_return(counter: Counter) -> None:
    assert counter.looks(counter.opens(), ACCOUNT, at_once=True).preview.undo_until is None
