"""Paused in the conversation: what staff say is what people read, in their language, and nothing is charged or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from billing import ledger
from models import Order, Payment
from policy.limits import LONGEST_SAID
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, button_of, text_of
from tests.bot.test_payments import SMALL, asked, offer, paid
from traffic.names import IMAGES, SALES, SWITCHES
from traffic.pauses import Wanted, Words
from workers.house import House

BACK = "Back at nine."
Pausing = Callable[..., None]


@pytest.fixture
def pausing(house: House) -> Iterator[Pausing]:
    """Pauses as staff do, until the end of the test."""
    paused: list[str] = []

    def pause(name: str, english: str = BACK, traditional: str | None = None, simplified: str | None = None) -> None:
        with house.database.unit() as unit:
            house.traffic.pauses.pause(unit, name, Wanted(words=Words(english, traditional, simplified)))
        paused.append(name)

    yield pause
    for name in paused:
        with house.database.unit() as unit:
            house.traffic.pauses.resume(unit, name)


def alert(calls: list[Call]) -> str:
    [call] = calls
    assert (call.method, call.params["show_alert"]) == ("answerCallbackQuery", True)
    return str(call.params["text"])


def free(talk: Talk) -> int:
    with talk.house.database.connection():
        return ledger.balance(talk.account().id).free


def test_new_words_the_tap_on_an_old_offer_and_a_style_are_answered_with_the_words_of_staff(
    member: Talk, pausing: Pausing
) -> None:
    photo = member.has_photo()
    order, before = member.is_offered(), free(member)
    pausing(IMAGES)
    assert text_of(member.says("as a pirate")) == BACK
    assert alert(member.presses(f"make:{order}")) == BACK
    assert alert(member.presses(f"style:{photo}:watercolor")) == BACK
    assert free(member) == before
    with member.house.database.connection():
        assert [row.state for row in Order.select()] == [Order.OFFERED]


def test_each_language_reads_its_own_words(member: Talk, pausing: Pausing) -> None:
    member.has_photo()
    pausing(IMAGES, BACK, "九時回來。", None)
    member.presses("lang:zh-hant")
    assert text_of(member.says("as a pirate")) == "九時回來。"
    member.presses("lang:zh-hans")
    assert text_of(member.says("as a pirate")) == f"{BACK}\n\n图片目前暂停。请稍后再试。没有收费。"


def test_words_of_staff_are_no_markup_and_long_ones_come_as_a_message(member: Talk, pausing: Pausing) -> None:
    member.has_photo()
    order = member.is_offered()
    said = "<b>1 < 2 & {wait}</b>" + "x" * (LONGEST_SAID - 21)
    pausing(IMAGES, said)
    assert alert(member.presses(f"make:{order}")) == said  # an alert knows no markup
    assert text_of(member.says("as a pirate")).startswith("&lt;b&gt;1 &lt; 2 &amp; {wait}&lt;/b&gt;xxx")
    member.presses("lang:zh-hans")
    tapped = member.presses(f"make:{order}")  # with our sentence it is longer than an alert may be
    assert [call.method for call in tapped] == ["answerCallbackQuery", "sendMessage"]
    assert "text" not in tapped[0].params
    assert text_of(tapped[1:]).endswith("图片目前暂停。请稍后再试。没有收费。")


def test_paused_sales_offer_nothing_take_no_payment_and_credit_what_arrives_nevertheless(
    member: Talk, pausing: Pausing
) -> None:
    invoice = offer(member)
    before = free(member)
    pausing(SALES)
    assert text_of(member.says("/packs")) == BACK
    assert alert(member.presses("packs")) == BACK
    assert alert(member.presses("pack:small")) == BACK
    question = asked(member, invoice["payload"])
    assert (question.params["ok"], question.params["error_message"]) == (False, BACK)
    member.give(paid(member, invoice["payload"]))  # one that was on its way
    assert free(member) == before + SMALL.credits
    with member.house.database.connection():
        assert [payment.state for payment in Payment.select()] == [Payment.PAID]


def test_paused_sales_keep_nobody_from_a_refund_or_from_ordering(member: Talk, pausing: Pausing) -> None:
    member.has_photo()
    member.give(paid(member, offer(member)["payload"]))
    pausing(SALES)
    assert button_of(member.says("/paysupport"), "refund")
    assert member.presses(f"make:{member.is_offered()}")[0].method == "editMessageText"


def test_rights_are_never_paused(member: Talk, pausing: Pausing) -> None:
    for name in SWITCHES:
        pausing(name)
    for command in ("/mydata", "/privacy", "/delete", "/where", "/photos", "/support", "/help"):
        assert BACK not in text_of(member.says(command)), command
    assert BACK not in text_of(member.presses("export"))
