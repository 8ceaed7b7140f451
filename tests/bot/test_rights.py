"""/mydata and /export in the chat: by command and by button, for everybody who has an account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Account, Export, Invoice, Link, Order, Work
from policy.categories import ONE_TIME_LINK, TRANSACTIONS, UNPAID_INVOICE
from policy.terms import DAY
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, button_of, text_of
from workers.house import House

pytestmark = pytest.mark.proves("P9.1")


def count(house: House, model: type[Export] | type[Work]) -> int:
    with house.database.connection():
        return int(model.select().count())


def section(calls: list[Call], name: str) -> str:
    """What is said about one category."""
    [found] = [part for part in text_of(calls).split("\n\n") if part.startswith(f"<b>{name}</b>")]
    return found


def test_my_data_lists_what_is_held_with_counts_purposes_and_periods(member: Talk) -> None:
    member.has_photo()
    member.has_photo()
    said = member.says("/mydata")
    photos = section(said, "User Content: photos")
    assert photos.startswith("<b>User Content: photos</b> · 2\nFor making pictures and videos, preventing abuse.")
    assert "Kept: until you ask for deletion or close the account." in photos
    assert "<b>Account Data</b> · 1\n" in text_of(said)
    assert "Generated Content" not in text_of(said)
    assert button_of(said, "export") == "export"
    assert button_of(said, "where") == "where"


def test_my_data_says_when_the_next_of_each_category_goes_by_itself(member: Talk, house: House) -> None:
    account = member.account()
    now = house.database.clock.now()
    with house.database.unit():
        for days in (0, 3):
            Invoice.insert(
                account=account.id, pack="small", credits=1, stars=1, created_at=now - timedelta(days=days)
            ).execute()
        Link.insert(id=b"l", account=account.id, media="m", expires_at=now + ONE_TIME_LINK).execute()
    said = member.says("/mydata")
    assert f"Next: {(now - 3 * DAY + UNPAID_INVOICE).date()}." in section(said, "Transaction Data: unpaid invoices")
    assert f"Next: {(now + TRANSACTIONS).date()}." in section(said, "Transaction Data")
    assert f"Next to go: {(now + ONE_TIME_LINK).date()} (One-time download addresses)." in text_of(said)
    assert "Next:" not in section(said, "Account Data")


def test_my_data_counts_nobody_elses(member: Talk, house: House) -> None:
    other = Talk(house, who=700100999)
    other.agrees()
    other.has_photo()
    assert "User Content: photos" not in text_of(member.says("/mydata"))


@pytest.mark.parametrize("way", ["/export", "button"])
def test_a_copy_is_asked_for_by_command_and_by_button(member: Talk, house: House, way: str) -> None:
    if way == "button":
        member.presses(button_of(member.says("/privacy"), "export"))
    else:
        assert [call.method for call in member.says(way)] == ["sendChatAction"]
    with house.database.connection():
        [row], [work] = list(Export.select()), list(Work.select().where(Work.kind == "export"))
    assert (row.account, row.state, work.subject) == (member.account().id, Export.ASKED, row.id)


def test_a_second_ask_is_told_that_one_is_on_the_way(member: Talk, house: House) -> None:
    member.says("/export")
    assert "on its way already" in text_of(member.says("/export"))
    assert count(house, Export) == 1


def test_who_is_banned_sees_and_gets_their_data(member: Talk, house: House) -> None:
    buttons = member.says("/privacy")
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    assert "What we hold about you" in text_of(member.says("/mydata"))
    assert "What we hold about you" in text_of(member.presses(button_of(buttons, "mydata")))
    member.presses(button_of(buttons, "export"))
    assert count(house, Export) == 1
    assert "on its way already" in text_of(member.says("/export"))


def test_a_stranger_has_nothing_to_get_a_copy_of(talk: Talk, house: House) -> None:
    talk.says("/export")
    talk.presses("export")
    talk.says("/mydata")
    assert count(house, Export) == 0


def test_the_buttons_of_another_chat_ask_for_nothing(member: Talk, house: House) -> None:
    member.give(member.tap("export", chat={"id": 42, "type": "private"}))
    assert count(house, Export) == 0


def test_an_offer_that_nobody_took_is_the_next_to_go_of_the_prompts(member: Talk, house: House) -> None:
    member.has_photo()
    member.is_offered()
    with house.database.connection():
        made = Order.get().created_at
    said = member.says("/mydata")
    assert f"Next to go: {(made + timedelta(days=1)).date()}" in text_of(said)
