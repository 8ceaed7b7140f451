"""/report in the bot: a kind by a tap, words as the next message; for members, the banned, the frozen, strangers."""

from __future__ import annotations

import pytest

from models import Account, KeyRow, Order, Report
from policy.limits import LONGEST_REPORT, REPORT_WITHIN, REPORTS_A_DAY
from privacy.audit import Act
from privacy.reports import WORDS_WITHIN
from tests.bot.conftest import Talk, button_of, counts, text_of
from wording.language import translate
from wording.orders import result

MAY = Act("may.chan", "a report")
WORDS = "the girl on the left is nine; https://example.invalid/1"


def reports(talk: Talk) -> list[Report]:
    with talk.house.database.connection():
        return list(Report.select().order_by(Report.received_at))


def words_of(talk: Talk, number: str) -> str | None:
    with talk.house.database.unit() as unit:
        return talk.house.reports.show(unit, MAY, number).words


def stands(talk: Talk, **changes: object) -> None:
    with talk.house.database.connection():
        Account.update(**changes).where(Account.id == talk.account().id).execute()


@pytest.mark.proves("P10.2")
def test_a_photo_is_reported_under_it_by_two_taps_and_words(member: Talk) -> None:
    photo = member.has_photo()
    ask = button_of(member.says("/photos"), "rep")
    kinds = member.presses(ask)
    sent = member.presses(button_of(kinds, "repk"))
    [row] = reports(member)
    assert (row.kind, row.source, row.state) == ("child", "bot", Report.OPEN)
    assert row.due_at - row.received_at == REPORT_WITHIN
    me = member.account().id
    assert (row.reporter, row.accused, row.photo, row.order) == (me, me, photo, None)
    assert f"{row.id[:5]}-{row.id[5:]}" in text_of(sent)
    assert "48 hours" in text_of(sent)
    assert "Added" in text_of(member.says(WORDS))
    assert words_of(member, row.id) == WORDS
    assert member.account().frozen_at is None, "a report by itself locks nobody out"


def test_a_result_is_reported_by_its_order(member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    member.presses(button_of(member.presses(f"rep:r:{order}"), "repk"))
    [row] = reports(member)
    assert (row.photo, row.order) == (None, order)


@pytest.mark.parametrize("what", ["p", "r"])
def test_nobody_reports_what_is_somebody_else_s(member: Talk, what: str) -> None:
    member.has_photo()
    thing = member.is_offered() if what == "r" else str(member.account().current_photo)
    ben = Talk(member.house, 700100300)
    ben.agrees()
    for data in (f"rep:{what}:{thing}", f"repk:other:{what}:{thing}"):
        ben.presses(data)
    assert reports(member) == []


def test_what_is_said_in_general_is_about_no_account(member: Talk) -> None:
    member.presses(button_of(member.says("/report"), "repk"))
    [row] = reports(member)
    assert (row.accused, row.reporter) == (None, member.account().id)


def test_only_the_next_message_counts_as_its_words(member: Talk) -> None:
    member.has_photo()
    member.presses("repk:other")
    member.says(WORDS)
    assert button_of(member.says("as a lighthouse"), "make"), "the one after is a prompt again"
    assert words_of(member, reports(member)[0].id) == WORDS


def test_a_prompt_is_not_taken_for_the_words_of_a_report_before_the_last_one(member: Talk) -> None:
    member.has_photo()
    member.presses("repk:child")
    member.presses("repk:other")
    member.says(WORDS)
    assert button_of(member.says("as a lighthouse"), "make")
    assert [words_of(member, row.id) for row in reports(member)] == [None, WORDS]


@pytest.mark.parametrize("how", ["button", "command"])
def test_who_has_said_all_writes_prompts_again(member: Talk, how: str) -> None:
    member.has_photo()
    sent = member.presses("repk:other")
    if how == "button":
        assert "Your report is in" in text_of(member.presses(button_of(sent, "repd")))
    else:
        member.says("/balance")
    assert button_of(member.says("as a lighthouse"), "make")
    assert reports(member)[0].words is None


def test_after_some_minutes_a_message_is_a_prompt_again(member: Talk) -> None:
    member.has_photo()
    member.presses("repk:other")
    [row] = reports(member)
    assert row.words_until - row.received_at == WORDS_WITHIN
    with member.house.database.connection():
        Report.update(words_until=row.received_at).execute()
    assert button_of(member.says("as a lighthouse"), "make")


def test_words_that_are_too_long_are_asked_for_again(member: Talk) -> None:
    member.presses("repk:other")
    assert f"{LONGEST_REPORT:,}" in text_of(member.says("x" * (LONGEST_REPORT + 1)))
    assert "Added" in text_of(member.says("x" * LONGEST_REPORT))


@pytest.mark.parametrize("standing", [{"state": Account.BANNED}, {"frozen_at": "now"}])
def test_who_is_banned_or_frozen_reports_too(member: Talk, standing: dict[str, object]) -> None:
    if "frozen_at" in standing:
        standing = {"frozen_at": member.house.database.clock.now()}
    stands(member, **standing)
    member.presses(button_of(member.says("/report"), "repk"))
    assert "Added" in text_of(member.says(WORDS))
    assert words_of(member, reports(member)[0].id) == WORDS
    assert "Questions: /" in text_of(member.says("as a lighthouse")), "and nothing else"


def test_a_flood_from_one_account_ends(member: Talk) -> None:
    for _ in range(REPORTS_A_DAY):
        member.presses("repk:other")
    refused = member.presses("repk:other")
    assert "most reports" in text_of(refused)
    assert len(reports(member)) == REPORTS_A_DAY


def test_the_words_are_under_a_key_of_the_case_and_in_plain_nowhere(member: Talk) -> None:
    member.presses("repk:child")
    member.says(WORDS)
    [row] = reports(member)
    with member.house.database.connection():
        kinds = {key.kind for key in KeyRow.select().where(KeyRow.account == row.id)}
    assert kinds == {KeyRow.CASE}
    assert WORDS.encode() not in bytes(row.words)


def test_a_stranger_is_led_to_the_page_and_leaves_no_trace(talk: Talk) -> None:
    before = counts(talk.house)
    [sent] = talk.says("/report")
    [[page]] = sent.params["reply_markup"]["inline_keyboard"]
    assert page["url"].endswith("/report")
    assert "support@miomio.invalid" in text_of([sent])
    talk.presses("repk:child")
    assert counts(talk.house) == before


def test_under_a_result_there_is_the_button(member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    with member.house.database.connection():
        row = Order.get_by_id(order)
    shown = result(translate(None), order=row.id, title="x", provider="gemini", video=False, animate=True, gift=False)
    assert shown.keyboard[-1][0].data == f"rep:r:{order}"
