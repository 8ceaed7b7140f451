"""Files that come with a ticket, answers that go into the chat, and what staff see of both."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import IntegrityError
from PIL import Image

from database import Database
from errors import Permanent, Rejected, Temporary
from imaging.intake import Intake
from models import Access, Account, KeyRow, Media, Ticket, TicketMessage, Work
from policy.limits import LONGEST_ANSWER, SUPPORT_FILE, SUPPORT_REOPENED
from support.tickets import ACCOUNT_ENDED, FETCH, end_with_account
from tests.conftest import TurnedClock
from tests.support.conftest import Killed
from tests.support.counter import PDF, Counter, picture

KEPT, REFUSED = TicketMessage.KEPT, TicketMessage.REFUSED


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


@pytest.fixture
def counter(database: Database, clock: TurnedClock, tmp_path: Path, intake: Intake) -> Counter:
    return Counter(database, clock, tmp_path / "objects", intake)


@pytest.mark.proves("P2.6")
def test_a_picture_is_kept_without_its_metadata_under_the_tickets_key(counter: Counter) -> None:
    row = counter.writes("look", file=picture())
    counter.works()
    [media] = counter.files()
    ticket = counter.ticket()
    assert (media.account, media.kind, media.mime, media.state) == (ticket.id, "attachment", "image/jpeg", "stored")
    assert media.object_name.startswith("attachment/")
    kept = counter.message(row.id)
    assert (kept.state, kept.media, kept.file_id) == (KEPT, media.id, None)
    with counter.office.file(ticket, 1) as file, Image.open(io.BytesIO(file.read())) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (400, 300), {})
    with counter.database.unit() as unit:
        counter.keys.destroy(unit, ticket.id, (KeyRow.TICKET,))
    with pytest.raises(Permanent, match="key_destroyed"):
        counter.office.file(ticket, 1)


@pytest.mark.proves("P2.6")
@pytest.mark.parametrize(
    ("data", "mime"),
    [(PDF, "application/pdf"), ("Rechnung №1\n\tZoë 🦊".encode(), "text/plain"), (b"x" * SUPPORT_FILE, "text/plain")],
    ids=["pdf", "text", "the longest text"],
)
def test_pdf_and_text_are_kept_as_they_are(counter: Counter, data: bytes, mime: str) -> None:
    counter.writes(file=data)
    counter.works()
    [media] = counter.files()
    assert (media.mime, media.size) == (mime, len(data))
    with counter.office.file(counter.ticket(), 1) as file:
        assert file.read() == data


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"PK\x03\x04" + bytes(4000), "ticket.kind", "Support takes text, pictures, PDF and text files"),
        (b"\xff\xfeh\x00i\x00", "ticket.kind", "Support takes text"),
        (b"a bell \x07 in it", "ticket.kind", "Support takes text"),
        (b"", "photo.empty", "empty"),
        (b"x" * (SUPPORT_FILE + 1), "ticket.file", "up to 5 MB"),
        (b"%PDF-" + bytes(SUPPORT_FILE), "ticket.file", "up to 5 MB"),
        (b"\xff" * ((20 << 20) + 1), "photo.too_large", "larger than 20 MB"),
        (picture("JPEG")[:900], "photo.truncated", "Part of that picture is missing"),
    ],
    ids=["zip", "utf-16", "control characters", "nothing", "long text", "large pdf", "too large", "half a picture"],
)
def test_a_file_of_another_kind_is_refused_and_its_person_told(
    counter: Counter, data: bytes, code: str, says: str
) -> None:
    row = counter.writes("look", file=data)
    counter.works()
    refused = counter.message(row.id)
    assert (refused.state, refused.reason, refused.file_id, refused.media) == (REFUSED, code, None, None)
    assert counter.files() == []
    [said] = counter.post.got[counter.ann]
    assert says in said
    assert str(counter.ticket().number) in said
    assert counter.fields.open(TicketMessage.text, refused, purpose="support") == "look", "its words stay"


def test_a_file_that_the_messenger_no_longer_has_is_refused(counter: Counter) -> None:
    counter.sent.gone = Permanent("telegram.file_gone")
    row = counter.writes(file=PDF)
    counter.works()
    assert counter.message(row.id).reason == "telegram.file_gone"


def test_a_messenger_that_is_away_is_asked_again(counter: Counter) -> None:
    counter.sent.gone = Temporary("telegram.unavailable")
    row = counter.writes(file=PDF)
    counter.works()
    assert counter.message(row.id).state == TicketMessage.INCOMING
    counter.sent.gone = None
    counter.clock.turn(10)
    counter.works()
    assert counter.message(row.id).state == KEPT


def test_a_refusal_that_cannot_be_said_ends_quietly(counter: Counter) -> None:
    counter.post.refuses[counter.ann] = Permanent("telegram.blocked")
    counter.writes(file=b"PK\x03\x04")
    counter.works()
    assert counter.count(Work, Work.state != Work.DONE, Work.kind != FETCH) == 0


def test_a_file_whose_account_ends_while_it_is_fetched_is_not_kept(counter: Counter) -> None:
    def ends() -> None:
        with counter.database.unit() as unit:
            end_with_account(unit, counter.ann)

    counter.sent.meanwhile = ends
    row = counter.writes(file=PDF)
    counter.works()
    assert (counter.message(row.id).state, counter.message(row.id).reason) == (REFUSED, "account.closed")
    assert [media.state for media in counter.files()] == [Media.STORING], "a leftover, which is destroyed in an hour"


def test_an_answer_comes_into_the_chat_with_the_number_and_escaped(counter: Counter) -> None:
    counter.writes("one")
    row = counter.answered("Your pack is <b>here</b> & now")
    assert b"pack" not in bytes(row.text)
    assert counter.ticket().state == Ticket.ANSWERED
    counter.works()
    [said] = counter.post.got[counter.ann]
    assert f"ticket {counter.ticket().number}" in said
    assert "Your pack is &lt;b&gt;here&lt;/b&gt; &amp; now" in said
    sent = counter.message(row.id)
    assert (sent.state, sent.message_id) == (TicketMessage.SENT, 1000)
    counter.works()
    assert len(counter.post.got[counter.ann]) == 1


def test_after_a_kill_in_the_air_an_answer_comes_twice_rather_than_never(counter: Counter) -> None:
    counter.writes("one")
    row = counter.answered("two")
    counter.post.dies_after = 1
    with pytest.raises(Killed):
        counter.works()
    counter.clock.turn(13)
    counter.works()
    assert len(counter.post.got[counter.ann]) == 2
    assert counter.message(row.id).state == TicketMessage.SENT


@pytest.mark.parametrize("code", ["telegram.blocked", "account.gone", "telegram.bad_request"])
def test_an_answer_that_cannot_be_brought_is_shown_to_staff(counter: Counter, code: str) -> None:
    counter.writes("one")
    row = counter.answered("two")
    counter.post.refuses[counter.ann] = Permanent(code)
    counter.works()
    assert (counter.message(row.id).state, counter.message(row.id).reason) == (TicketMessage.UNREACHABLE, code)
    assert [(line.state, line.unreachable) for line in counter.office.listed()] == [(Ticket.ANSWERED, 1)]
    counter.resolved()
    assert [(line.state, line.unreachable) for line in counter.office.listed()] == [(Ticket.RESOLVED, 1)]
    counter.clock.time += SUPPORT_REOPENED
    assert counter.office.listed() == []


def test_when_they_are_back_it_is_brought(counter: Counter) -> None:
    counter.writes("one")
    row = counter.answered("two")
    counter.post.refuses[counter.ann] = Permanent("telegram.blocked")
    counter.works()
    counter.post.refuses.clear()
    with counter.database.unit() as unit:
        assert counter.tickets.bring_back(unit, counter.ann) == 1
        assert counter.tickets.bring_back(unit, "somebody") == 0
    counter.works()
    assert counter.message(row.id).state == TicketMessage.SENT
    assert [line.unreachable for line in counter.office.listed()] == [0]


def test_that_it_is_resolved_is_said_after_the_answer_and_only_while_it_is(counter: Counter) -> None:
    counter.writes("one")
    counter.answered("the answer")
    counter.resolved()
    counter.works(rounds=3, wait=timedelta(seconds=3))
    first, second = counter.post.got[counter.ann]
    assert "the answer" in first
    assert "Resolved" in second
    assert f"{SUPPORT_REOPENED.days} days" in second
    assert "2 years" in second
    counter.writes("not at all")
    counter.resolved()
    counter.writes("still not")
    counter.works()
    assert len(counter.post.got[counter.ann]) == 2


def test_a_resolved_ticket_waits_for_its_answer_to_be_brought(counter: Counter) -> None:
    counter.writes("one")
    counter.post.refuses[counter.ann] = Temporary("telegram.unavailable")
    counter.answered("the answer")
    counter.works()
    counter.post.refuses.clear()
    counter.resolved()
    counter.works()
    assert counter.post.got[counter.ann] == []
    counter.works(rounds=4, wait=timedelta(seconds=3))
    assert ["Resolved" in said for said in counter.post.got[counter.ann]] == [False, True]


def test_staff_see_a_list_without_words_what_waits_for_them_first(counter: Counter) -> None:
    counter.writes("secret words")
    counter.answered("an answer")
    first = counter.ticket().number
    with counter.database.unit() as unit:
        Ticket.update(account="somebody").execute()
        Ticket.update(last_at=unit.now - timedelta(days=3)).execute()
    counter.clock.turn(60)
    counter.writes("more of them")
    lines = counter.office.listed()
    assert [(line.state, line.number == first) for line in lines] == [(Ticket.OPEN, False), (Ticket.ANSWERED, True)]
    assert "words" not in repr(lines)
    assert counter.count(Access) == 0


@pytest.mark.proves("P3.3")
def test_what_staff_read_is_opened_for_support_and_each_opening_is_recorded(counter: Counter) -> None:
    counter.writes("one", file=PDF)
    counter.works()
    counter.answered("two")
    with counter.database.unit():
        Access.delete().execute()
    letters = counter.office.letters(counter.ticket())
    assert [(letter.author, letter.text, letter.file, letter.mime) for letter in letters] == [
        ("person", "one", 1, "application/pdf"),
        ("staff", "two", None, ""),
    ]
    with counter.office.file(counter.ticket(), 1) as file:
        assert file.read() == PDF
    with counter.database.connection():
        seen = [(row.account, row.category, row.purpose) for row in Access.select()]
    assert seen == [(counter.ann, "support", "support")] * 3
    assert "one" not in repr(letters)


@pytest.mark.parametrize("place", [0, 2])
def test_a_file_that_is_not_there_is_not_opened(counter: Counter, place: int) -> None:
    counter.writes("one", file=PDF)
    counter.works()
    with pytest.raises(Rejected, match="no_file"):
        counter.office.file(counter.ticket(), place)


@pytest.mark.parametrize("words", ["", " \n", "x" * (LONGEST_ANSWER + 1)])
def test_an_answer_without_words_or_with_too_many_is_refused(counter: Counter, words: str) -> None:
    counter.writes("one")
    with pytest.raises(Rejected, match="words"):
        counter.answered(words)
    assert counter.ticket().state == Ticket.OPEN


def test_only_a_ticket_under_way_of_a_living_account_is_answered(counter: Counter) -> None:
    counter.writes("one")
    with pytest.raises(Rejected, match="unknown"), counter.database.unit() as unit:
        counter.office.answer(unit, 1, "two")
    counter.resolved()
    for act in (lambda: counter.answered("two"), counter.resolved):
        with pytest.raises(Rejected, match="resolved"):
            act()
    counter.writes("again")
    with counter.database.unit():
        Account.delete().execute()
    with pytest.raises(Rejected, match="nobody"):
        counter.answered("two")


@pytest.mark.proves("P6.6")
def test_an_account_that_ends_resolves_its_ticket_and_leaves_the_others(counter: Counter) -> None:
    counter.writes("one", file=PDF)
    counter.clock.turn(1)
    counter.answered("two")
    mine = counter.ticket()
    with counter.database.unit() as unit:
        Ticket.insert(number=1, account="bob", opened_at=unit.now, last_at=unit.now).execute()
        assert end_with_account(unit, counter.ann) == 1
        assert end_with_account(unit, counter.ann) == 0
    with counter.database.connection():
        ended, other = Ticket.get_by_id(mine.id), Ticket.get(Ticket.number == 1)
    assert (ended.state, ended.outcome, ended.resolved_at) == (Ticket.RESOLVED, ACCOUNT_ENDED, counter.clock.now())
    assert other.state == Ticket.OPEN
    message, answer = counter.messages()
    assert (message.state, message.file_id) == (REFUSED, None)
    assert (answer.state, answer.reason) == (TicketMessage.UNREACHABLE, "account.closed")


def test_two_tickets_under_way_of_one_person_cannot_be(counter: Counter) -> None:
    counter.writes("one")
    with pytest.raises(IntegrityError), counter.database.unit() as unit:
        Ticket.insert(number=1, account=counter.ann, opened_at=unit.now, last_at=unit.now).execute()


def test_nobody_writes_for_an_account_that_is_gone(counter: Counter) -> None:
    with counter.database.unit():
        Account.delete().execute()
    with pytest.raises(Permanent, match="gone"):
        counter.writes("one")
    with counter.database.unit() as unit:
        assert counter.tickets.leave(unit, counter.ann) is None
