"""/support in the chat: what goes into a ticket and what does not, until when, and for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Account, KeyRow, Order, Photo, Report, Ticket, TicketMessage, Work
from policy.limits import SUPPORT_FILES, SUPPORT_MESSAGES, SUPPORT_REOPENED, SUPPORT_TALK
from providers.telegram_calls import Call
from support.tickets import FETCH, STAFF, Tickets
from tests.bot.conftest import Talk, button_of, counts, text_of
from workers.house import House

WORDS = "My pack did not arrive, and she is naked in none of them"


def messages(house: House) -> list[TicketMessage]:
    with house.database.connection():
        return list(TicketMessage.select().order_by(TicketMessage.at, TicketMessage.id))


def written(house: House) -> list[str | None]:
    """What stands in the messages, opened."""
    return [house.fields.open(TicketMessage.text, row, purpose="support") for row in messages(house)]


def tickets(house: House) -> list[Ticket]:
    with house.database.connection():
        return list(Ticket.select().order_by(Ticket.opened_at))


def rows(house: House, model: Any) -> int:
    with house.database.connection():
        return int(model.select().count())


def buttons(calls: list[Call]) -> list[str]:
    markup = [call.params.get("reply_markup", {}).get("inline_keyboard", []) for call in calls]
    return [one["callback_data"] for board in markup for row in board for one in row if "callback_data" in one]


def settled(house: House, state: str, *, days_ago: float = 0.0) -> Ticket:
    """The one ticket, as staff leave it."""
    with house.database.unit() as unit:
        resolved = unit.now - timedelta(days=days_ago) if state == Ticket.RESOLVED else None
        Ticket.update(state=state, resolved_at=resolved).execute()
    [ticket] = tickets(house)
    return ticket


@pytest.fixture
def writer(member: Talk) -> Talk:
    """Somebody who has just sent /support."""
    member.says("/support")
    return member


@pytest.mark.proves("P2.6")
def test_what_is_written_after_support_goes_into_a_ticket_sealed_under_its_own_key(house: House, writer: Talk) -> None:
    said = writer.says(WORDS)
    [ticket], [message] = tickets(house), messages(house)
    assert (ticket.account, ticket.state) == (writer.account().id, Ticket.OPEN)
    assert 100_000 <= ticket.number <= 999_999
    assert f"ticket {ticket.number}" in text_of(said)
    assert (message.ticket, message.author, message.state) == (ticket.id, "person", "kept")
    assert WORDS.encode() not in bytes(message.text)
    assert written(house) == [WORDS]
    with house.database.connection():
        assert KeyRow.select().where((KeyRow.account == ticket.id) & (KeyRow.kind == "ticket")).count() == 1
    assert rows(house, Order) == 0


def test_the_question_says_what_may_be_sent_and_until_when(member: Talk) -> None:
    said = member.says("/support")
    assert "pictures, PDF and text files" in text_of(said)
    assert f"{SUPPORT_TALK.seconds // 60} minutes" in text_of(said)
    assert buttons(said) == ["supno"]


@pytest.mark.proves("P2.6")
def test_a_photo_goes_to_support_and_not_to_the_studio(house: House, writer: Talk) -> None:
    writer.sends_photo(caption=WORDS)
    assert rows(house, Photo) == 0
    [message] = messages(house)
    assert message.state == TicketMessage.INCOMING
    assert written(house) == [WORDS]
    assert house.fields.open(TicketMessage.file_id, message, purpose="support") == "large"
    with house.database.connection():
        [work] = list(Work.select().where(Work.kind == FETCH))
    assert (work.subject, work.account) == (message.id, writer.account().id)


def test_a_photo_of_somebody_who_agreed_long_ago_goes_to_support_too(house: House, member: Talk) -> None:
    member.sends_photo()
    member.presses("people")
    member.says("/support")
    member.sends_photo()
    assert (rows(house, Photo), rows(house, TicketMessage)) == (1, 1)


def test_a_file_that_is_no_picture_is_taken_along(house: House, writer: Talk) -> None:
    document = {"file_id": "bill", "mime_type": "application/pdf", "file_name": "Ann Lee.pdf"}
    writer.give(writer.message(document=document))
    [message] = messages(house)
    assert house.fields.open(TicketMessage.file_id, message, purpose="support") == "bill"


@pytest.mark.parametrize("kind", ["voice", "video", "sticker", "location", "contact"])
def test_what_support_does_not_take_is_refused_by_a_sentence(house: House, writer: Talk, kind: str) -> None:
    said = writer.give(writer.message(**{kind: {"file_id": "x"}}))
    assert "Support takes text, pictures, PDF and text files" in text_of(said)
    assert rows(house, TicketMessage) == 0


def test_several_messages_go_into_one_ticket_until_done(house: House, writer: Talk) -> None:
    for words in ("one", "two"):
        assert "supdone" in buttons(writer.says(words))
    done = writer.presses("supdone")
    [ticket] = tickets(house)
    assert f"Ticket {ticket.number} is with us" in text_of(done)
    assert written(house) == ["one", "two"]
    writer.has_photo()
    writer.says("as a lighthouse")
    assert (rows(house, Order), rows(house, TicketMessage)) == (1, 2)


def test_an_album_is_confirmed_once(house: House, writer: Talk) -> None:
    said = [text_of(writer.sends_photo()) for _ in range(3)]
    assert [bool(text) for text in said] == [True, False, False]
    assert rows(house, TicketMessage) == 3


def test_a_text_and_the_first_file_after_it_are_always_confirmed(writer: Talk) -> None:
    assert all("ticket" in text_of(writer.says(words)) for words in ("one", "two"))
    assert "ticket" in text_of(writer.sends_photo())
    assert "ticket" in text_of(writer.says("three"))


def test_cancelled_before_anything_was_written_nothing_is_there(house: House, member: Talk) -> None:
    before = counts(house)
    member.presses(button_of(member.says("/support"), "supno"))
    changed = {name for name, count in counts(house).items() if count != before[name]}
    assert changed == {"seen_update"}
    assert "pictures again" in text_of(member.presses("supdone"))
    member.has_photo()
    member.says("as a lighthouse")
    assert rows(house, TicketMessage) == 0


def test_the_conversation_ages_out(house: House, writer: Talk) -> None:
    with house.database.unit() as unit:
        Account.update(writes_until=unit.now - timedelta(seconds=1)).execute()
    writer.sends_photo()
    writer.says("as a lighthouse")
    assert (rows(house, Photo), rows(house, TicketMessage)) == (1, 0)


def test_each_message_prolongs_it(house: House, writer: Talk) -> None:
    with house.database.unit() as unit:
        Account.update(writes_until=unit.now + timedelta(seconds=30)).execute()
    writer.says("one")
    assert writer.account().writes_until > house.database.clock.now() + SUPPORT_TALK - timedelta(minutes=1)


def test_a_command_leaves_it_and_is_obeyed(house: House, writer: Talk) -> None:
    assert "credits" in text_of(writer.says("/balance"))
    assert writer.account().writes_until is None
    writer.sends_photo()
    assert (rows(house, Photo), rows(house, TicketMessage)) == (1, 0)


def test_support_with_a_ticket_under_way_adds_to_it(house: House, writer: Talk) -> None:
    writer.says("one")
    writer.presses("supdone")
    [ticket] = tickets(house)
    assert f"ticket {ticket.number}" in text_of(writer.says("/support"))
    writer.says("two")
    assert [t.id for t in tickets(house)] == [ticket.id]
    assert written(house) == ["one", "two"]


def test_a_new_message_puts_an_answered_ticket_before_the_staff_again(house: House, writer: Talk) -> None:
    writer.says("one")
    settled(house, Ticket.ANSWERED)
    writer.says("two")
    assert [ticket.state for ticket in tickets(house)] == [Ticket.OPEN]


def test_the_answer_button_opens_a_ticket_that_was_resolved_lately_again(house: House, writer: Talk) -> None:
    writer.says("one")
    writer.presses("supdone")
    ticket = settled(house, Ticket.RESOLVED, days_ago=SUPPORT_REOPENED.days - 0.1)
    assert f"ticket {ticket.number}" in text_of(writer.presses(f"sup:{ticket.id}"))
    assert [t.state for t in tickets(house)] == [Ticket.RESOLVED], "not before something is written"
    writer.says("two")
    [again] = tickets(house)
    assert (again.id, again.state, again.resolved_at, again.outcome) == (ticket.id, Ticket.OPEN, None, None)


def test_later_than_that_a_new_ticket_is_opened(house: House, writer: Talk) -> None:
    writer.says("one")
    writer.presses("supdone")
    ticket = settled(house, Ticket.RESOLVED, days_ago=SUPPORT_REOPENED.days + 0.1)
    writer.presses(f"sup:{ticket.id}")
    writer.says("two")
    assert [t.state for t in tickets(house)] == [Ticket.RESOLVED, Ticket.OPEN]


@pytest.mark.parametrize("state", [Ticket.OPEN, Ticket.RESOLVED])
def test_the_button_of_somebody_elses_ticket_opens_none_of_theirs(house: House, writer: Talk, state: str) -> None:
    writer.says("one")
    ticket = settled(house, state)
    other = Talk(house, who=700100999)
    other.agrees()
    assert str(ticket.number) not in text_of(other.presses(f"sup:{ticket.id}"))
    other.says("two")
    assert {row.account for row in messages(house) if row.ticket == ticket.id} == {writer.account().id}


def test_who_is_banned_can_write_to_support_and_nowhere_else(house: House, member: Talk) -> None:
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    member.says("/support")
    member.says(WORDS)
    member.sends_photo()
    assert (rows(house, TicketMessage), rows(house, Photo)) == (2, 0)
    assert "account is closed" in text_of(member.says("/styles"))
    member.says("/support")
    member.presses("supdone")
    assert "account is closed" in text_of(member.sends_photo())


def test_the_last_thing_opened_gets_the_words_support_or_a_report(house: House, member: Talk) -> None:
    member.presses(buttons(member.says("/report"))[0])
    member.presses("sup")
    member.says("to support")
    assert written(house) == ["to support"]
    member.presses(buttons(member.says("/report"))[0])
    member.says("to the report")
    assert written(house) == ["to support"]
    with house.database.connection():
        first, second = Report.select().order_by(Report.received_at)
    assert (first.words, second.words is None) == (None, False)


def locked(account: Account) -> dict[str, Any]:
    return {"frozen_at": account.created_at}


def leaving(account: Account) -> dict[str, Any]:
    return {"state": Account.CLOSING}


@pytest.mark.parametrize("how", [locked, leaving])
def test_who_is_locked_or_leaves_can_write_to_support_as_well(house: House, member: Talk, how: Any) -> None:
    with house.database.connection():
        Account.update(**how(member.account())).execute()
    member.says("/support")
    assert "supdone" in buttons(member.says(WORDS))
    member.sends_photo()
    assert (rows(house, TicketMessage), rows(house, Photo)) == (2, 0)


@pytest.mark.parametrize("command", ["/support", "/support my pack", "/paysupport", "/support@miomio_bot"])
def test_a_stranger_is_pointed_to_the_mail_and_nothing_is_written_down(house: House, talk: Talk, command: str) -> None:
    before = counts(house)
    assert "support@miomio.invalid" in text_of(talk.says(command))
    assert "no account" in text_of(talk.says(command))
    assert counts(house) == before


def test_payments_and_refunds_offer_to_write_to_support(house: House, member: Talk) -> None:
    member.presses(button_of(member.says("/paysupport"), "sup"))
    member.says(WORDS)
    assert written(house) == [WORDS]


def test_a_ticket_takes_so_many_messages_and_files_and_says_so(house: House, writer: Talk) -> None:
    writer.says("one")
    [message] = messages(house)
    copy = {name: getattr(message, name) for name in ("ticket", "account", "author", "state", "at")}
    with house.database.unit():
        TicketMessage.insert_many([{**copy, "media": f"m{n}"} for n in range(SUPPORT_FILES)]).execute()
    assert f"{SUPPORT_FILES} files" in text_of(writer.sends_photo())
    writer.says("words still go in")
    with house.database.unit():
        TicketMessage.insert_many([copy for _ in range(SUPPORT_MESSAGES - SUPPORT_FILES - 2)]).execute()
    assert "This ticket is full" in text_of(writer.says("too many"))
    assert rows(house, TicketMessage) == SUPPORT_MESSAGES
    assert rows(house, Work) == 0
    with house.database.unit() as unit:
        house.office.answer(unit, tickets(house)[0].number, "thank you")
    assert "It is in ticket" in text_of(writer.says("again"))


def test_somebody_who_comes_back_gets_the_answers_that_waited(house: House, writer: Talk) -> None:
    writer.says("one")
    with house.database.unit() as unit:
        ticket = house.office.answer(unit, tickets(house)[0].number, "here it is")
        TicketMessage.update(state=TicketMessage.UNREACHABLE, reason="telegram.blocked").where(
            TicketMessage.author == STAFF
        ).execute()
        Work.delete().execute()
        Account.update(reachable=False).execute()
    writer.says("/help")
    with house.database.connection():
        [work] = list(Work.select().where(Work.kind == "ticket_answer"))
        answer = TicketMessage.get_by_id(work.subject)
    assert (answer.ticket, answer.state, answer.reason) == (ticket.id, TicketMessage.WAITING, None)


def test_numbers_are_drawn_until_one_is_free(house: House, writer: Talk) -> None:
    writer.says("one")
    [first] = tickets(house)
    settled(house, Ticket.RESOLVED, days_ago=100)
    drawn = iter([first.number, first.number, 424_242])
    desk = Tickets(fields=house.fields, keys=house.keys, desk=house.desk, draw=lambda: next(drawn))
    with house.database.unit() as unit:
        taken = desk.take(unit, writer.account().id, text="two", file_id=None, message=1)
    assert taken.number == 424_242
