"""What holds for every update: who went away and came back, what fails, and what still goes out then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from billing import ledger
from bot.dispatch import perform
from bot.steps import StatusOf
from errors import Permanent, Temporary
from generation.status import Status
from models import Account, Order, Work
from providers.telegram import Telegram
from providers.telegram_calls import Call, send_text
from tests.bot.conftest import Talk
from workers.house import House


def goes(talk: Talk, status: str) -> list[Call]:
    change = {"from": talk.who, "chat": talk.chat, "new_chat_member": {"status": status}}
    return talk.give(talk.update(my_chat_member=change))


def reachable(house: House) -> dict[str, bool]:
    with house.database.connection():
        return {row.id: row.reachable for row in Account.select()}


def held_back(house: House, member: Talk) -> str:
    """A picture that was kept while its person was away."""
    photo, account = member.has_photo(), member.account().id
    order = member.is_offered()
    media = house.media.keep(account=account, kind="result", data=b"picture", mime="image/jpeg", width=64, height=64)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        Order.update(state=Order.HELD_BACK, media=media.id, photo=photo).where(Order.id == order).execute()
    return order


def deliveries(house: House) -> list[str]:
    with house.database.connection():
        return [row.subject for row in Work.select().where(Work.kind == "deliver")]


def test_who_blocks_the_bot_is_not_reachable_and_nobody_else(house: House, member: Talk) -> None:
    other = Talk(house, who=700100201)
    other.agrees()
    assert goes(member, "kicked") == []
    assert reachable(house) == {member.account().id: False, other.account().id: True}


def test_who_comes_back_is_reachable_again(house: House, member: Talk) -> None:
    goes(member, "kicked")
    assert goes(member, "member") == []
    assert reachable(house) == {member.account().id: True}


def test_whoever_is_back_gets_what_was_held_back(house: House, member: Talk) -> None:
    order = held_back(house, member)
    goes(member, "kicked")
    assert deliveries(house) == []
    goes(member, "member")
    assert deliveries(house) == [order]


def test_a_start_asks_for_what_was_held_back_and_other_words_do_not(house: House, member: Talk) -> None:
    order = held_back(house, member)
    member.who = {**member.who, "first_name": "Annabel"}  # something changes, but nobody comes back
    member.says("/help")
    assert deliveries(house) == []
    member.says("/start")
    assert deliveries(house) == [order]


def test_a_refusal_answers_the_message_it_is_about(member: Talk) -> None:
    update = member.message(voice={"file_id": "x"})
    [said] = member.give(update)
    assert said.params["reply_parameters"]["message_id"] == update["message"]["message_id"]


def test_what_can_never_work_is_told_logged_and_rolled_back(
    house: House, member: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    member.has_photo()
    order = member.is_offered()
    account = member.account().id
    with house.database.unit() as unit:
        ledger.hold(unit, owner=account, order=order, credits=1)  # no order is held twice
    [said] = member.presses(f"make:{order}")
    assert (said.method, said.params["show_alert"]) == ("answerCallbackQuery", True)
    assert "update.failed" in "".join(capsys.readouterr())
    with house.database.connection():
        assert Order.get_by_id(order).state == Order.OFFERED
        assert Work.select().count() == 0


class Line:
    """A Telegram that fails for some chats."""

    def __init__(self, **failures: Exception) -> None:
        self.failures = failures
        self.sent: list[str] = []

    def call(self, call: Call) -> Any:
        text = str(call.params["text"])
        if text in self.failures:
            raise self.failures[text]
        self.sent.append(text)


def test_a_call_that_fails_does_not_hold_up_the_others(talk: Talk) -> None:
    line = Line(second=Temporary("telegram.away"), third=Permanent("telegram.blocked"))
    perform(
        replace(talk.context, telegram=cast(Telegram, line)),
        [send_text(7, text) for text in ("first", "second", "third", "fourth")],
    )
    assert line.sent == ["first", "fourth"]


class Unsaid:
    """A status that nobody can look up, because the database went away after the commit."""

    def say(self, order: str) -> None:
        raise Temporary("database.unavailable", order=order)


def test_neither_does_a_status_that_cannot_be_looked_up(talk: Talk) -> None:
    line = Line()
    context = replace(talk.context, telegram=cast(Telegram, line), status=cast(Status, Unsaid()))
    perform(context, [StatusOf("a" * 32), send_text(7, "done")])
    assert line.sent == ["done"]


def test_a_mistake_of_our_own_while_sending_is_not_swallowed(talk: Talk) -> None:
    line = Line(first=KeyError("ours"))
    with pytest.raises(KeyError):
        perform(replace(talk.context, telegram=cast(Telegram, line)), [send_text(7, "first")])
