"""/delete in the chat: what would go, the one tap that does it, the way back, and what a waiting account is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing import ledger
from billing.prices import TRIAL_CREDITS
from config import Settings
from custody.media import RESULT
from database import Clock
from errors import Temporary
from models import Account, Erasure, Export, Invoice, Media, Order, Payment, Photo, RightsRequest, Work, new_id
from policy.categories import ACCOUNT_UNDO
from policy.limits import REFUND_WITHIN
from tests.bot.conftest import Talk, button_of, text_of
from tests.bot.test_payments import SMALL, asked, offer, paid
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.proves("P9.3")
SCOPES = ("photos", "generated", "account")
WAYS_BACK = [("Undo: keep my account", "undo"), ("Delete everything now", "atonce")]


def buttons(calls: list[Any]) -> list[tuple[str, str]]:
    rows = [row for call in calls for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])]
    return [(one["text"], one["callback_data"]) for row in rows for one in row]


def part(calls: list[Any], title: str) -> list[str]:
    """The lines under a heading."""
    for said in text_of(calls).split("\n\n"):
        if said.startswith(f"<b>{title}"):
            plain = said.replace("<blockquote expandable>", "").replace("</blockquote>", "")
            return plain.splitlines()[1:]
    return []


def state(member: Talk) -> str:
    return str(member.account().state)


def erasures(house: House) -> list[tuple[str, str, str]]:
    with house.database.connection():
        return [(row.scope, row.source, row.state) for row in Erasure.select().order_by(Erasure.asked_at)]


def files(house: House, *states: str) -> int:
    with house.database.connection():
        return int(Media.select().where(Media.state.in_(states)).count())


def was_made(member: Talk, days: int = 0) -> str:
    """A picture that this person was sent so many days ago; the id of its order."""
    account, house, order = member.account().id, member.house, new_id()
    media = house.media.keep(account=account, kind=RESULT, data=b"\x89PNG", mime="image/png", width=9, height=9)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        style = house.fields.seal(Order.style, row=order, account=account, value="watercolor")
        at = unit.now - timedelta(days=days)
        Order.insert(
            id=order, account=account, state=Order.DELIVERED, kind="picture", price=1, provider="gemini", photo="p",
            style=style, media=media.id, message_id=90 + days, created_at=at, queued_at=at, ended_at=at,
        ).execute()  # fmt: skip
    return order


class Ahead:
    """The clock of the house, some time later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.by = timedelta(0)

    def now(self) -> datetime:
        return self._clock.now() + self.by


@pytest.fixture
def ahead(house: House) -> Iterator[Ahead]:
    before = house.database.clock
    house.database.clock = Ahead(before)
    yield house.database.clock
    house.database.clock = before


@pytest.fixture
def both(make_settings: Callable[..., Settings], database_url: str) -> Iterator[Talk]:
    """Somebody with an account, on SQLite and on Postgres."""
    opened = assemble(make_settings(DATABASE_URL=database_url), ring=lambda *_: None)
    opened.database.migrate()
    talk = Talk(opened)
    talk.agrees()
    yield talk
    opened.close()


def at_once(member: Talk, taps: list[str]) -> None:
    """All of them at the same moment. One that the database turned away comes again, as Telegram would see to."""
    updates = [member.tap(data) for data in taps]

    def tap(update: dict[str, Any]) -> None:
        for _ in range(20):
            try:
                member.give(update)
                return
            except Temporary:
                time.sleep(0.05)
        raise AssertionError("turned away for good")

    with ThreadPoolExecutor(len(taps)) as hands:
        list(hands.map(tap, updates))


def test_delete_offers_three_scopes_and_says_where_one_thing_alone_goes(member: Talk, house: House) -> None:
    said = member.says("/delete")
    assert [data for _, data in buttons(said)] == [*(f"erase:{scope}" for scope in SCOPES), "erasekeep"]
    assert "/photos" in text_of(said)
    assert "nothing was deleted" in text_of(member.presses("erasekeep"))
    assert erasures(house) == []


@pytest.mark.parametrize("way", ["/privacy", "/mydata"])
def test_the_way_to_it_is_a_button_elsewhere_too_which_leaves_that_message_as_it_is(member: Talk, way: str) -> None:
    [_, said] = member.presses(button_of(member.says(way), "erase"))
    assert (said.method, "Delete your data" in said.params["text"]) == ("sendMessage", True)


def test_the_preview_of_photos_counts_what_goes_and_what_stays(member: Talk, house: House) -> None:
    member.has_photo()
    member.has_photo()
    was_made(member)
    [_, said] = calls = member.presses("erase:photos")
    assert said.method == "editMessageText"
    assert part(calls, "Goes at once") == ["• User Content: photos · 2"]
    stays = part(calls, "Stays")
    assert "• Generated Content · 1: until you ask for deletion or close the account" in stays
    assert not [line for line in stays if "User Content: photos" in line]
    assert "cannot come back" in text_of(calls)
    assert [data for _, data in buttons(calls)] == ["eraseyes:photos", "erase:again", "erasekeep"]
    assert erasures(house) == []
    assert "What shall go?" in text_of(member.presses("erase:again"))


def test_the_preview_of_what_was_made_counts_the_words_that_go_with_it(member: Talk) -> None:
    member.has_photo()
    was_made(member)
    calls = member.presses("erase:generated")
    assert part(calls, "Goes at once") == ["• Generated Content · 1", "• User Content: prompts and styles · 1"]
    assert any(line.startswith("• User Content: photos · 1") for line in part(calls, "Stays"))


def test_the_preview_of_an_account_says_what_the_law_keeps_why_and_until_when(member: Talk, ahead: Ahead) -> None:
    member.has_photo()
    calls = member.presses("erase:account")
    end = (ahead.now() + ACCOUNT_UNDO).date()
    assert part(calls, "Goes at once") == ["• User Content: photos · 1"]
    assert "• Account Data · 1" in part(calls, f"Goes on {end}")
    [line] = [line for line in part(calls, "Stays") if line.startswith("• Transaction Data · ")]
    assert ": for payments; 7 years (legal and tax); gone by " in line
    assert [one for one in part(calls, "Stays") if one.startswith("• Consent and opt-out record")]
    assert f"{TRIAL_CREDITS} credits of yours would end with it" in text_of(calls)
    assert "Until " in text_of(calls)
    assert [data for _, data in buttons(calls)] == ["export", "eraseyes:account", "erase:again", "erasekeep"]


@pytest.mark.parametrize(("scope", "nothing"), [("photos", "no photos"), ("generated", "no pictures or videos")])
def test_where_nothing_is_there_is_nothing_to_confirm(member: Talk, scope: str, nothing: str) -> None:
    calls = member.presses(f"erase:{scope}")
    assert nothing in text_of(calls)
    assert [data for _, data in buttons(calls)] == ["erase:again", "erasekeep"]


def test_one_tap_deletes_all_photos_at_once_and_what_came_since_the_preview(member: Talk, house: House) -> None:
    member.has_photo()
    was_made(member)
    yes = button_of(member.presses("erase:photos"), "eraseyes")
    member.has_photo()
    calls = member.presses(yes)
    assert "Nobody can open your photos" in text_of(calls)
    assert (files(house, Media.STORED), files(house, Media.DESTROYING)) == (1, 2)
    assert "no photos here yet" in text_of(member.says("/photos"))
    assert erasures(house) == [("photos", "bot", Erasure.ASKED)]
    assert state(member) == Account.ACTIVE
    with house.database.connection():
        [work] = list(Work.select().where(Work.kind == "erase"))
        [request] = list(RightsRequest.select())
    assert (work.state, request.kind, request.source) == (Work.DUE, "deletion", "bot")


def test_what_was_made_goes_and_the_photos_stay(member: Talk, house: House) -> None:
    member.has_photo()
    order = was_made(member)
    assert "Nobody can open what was made for you" in text_of(member.presses("eraseyes:generated"))
    assert "no longer here" in str(member.presses(f"again:{order}")[0].params)
    with house.database.connection():
        row = Order.get(Order.id == order)
        assert (row.state, row.media, row.style) == (Order.DELETED, None, None)
        assert Photo.get().state == Photo.READY


def test_the_answer_tells_which_messages_go_and_which_only_the_person_can_delete(member: Talk) -> None:
    was_made(member)
    for days in (3, 40):
        was_made(member, days)
    said = text_of(member.presses("eraseyes:generated"))
    assert "I am taking their messages of the last 48 hours out of this chat" in said
    assert "Only you can delete</b> older messages in this chat that show them (2)" in said
    assert "“Original file”, stays in this chat until you delete it" in said, "of these we know no message"
    said = text_of(member.presses("eraseyes:photos"))
    assert "messages" not in said
    assert "stays in this chat" not in said


def test_what_is_being_made_is_cancelled_and_given_back_and_the_preview_says_so(member: Talk, house: House) -> None:
    member.has_photo()
    order = member.is_offered()
    member.presses(f"make:{order}")
    assert "being made now (1) is cancelled" in text_of(member.presses("erase:generated"))
    member.presses("eraseyes:generated")
    with house.database.connection():
        assert Order.get(Order.id == order).state not in Order.OPEN
        assert ledger.balance(member.account().id) == ledger.Balance(free=TRIAL_CREDITS, held=0)


def test_an_account_waits_and_one_tap_brings_it_back_with_its_credits(member: Talk, house: House, ahead: Ahead) -> None:
    member.has_photo()
    calls = member.presses(button_of(member.presses("erase:account"), "eraseyes"))
    until = f"{ahead.now() + ACCOUNT_UNDO:%Y-%m-%d}"
    assert "Your account is closed" in text_of(calls)
    assert f"Until {until}" in text_of(calls)
    assert buttons(calls) == WAYS_BACK
    assert (state(member), files(house, Media.STORED)) == (Account.CLOSING, 0)
    ahead.by = ACCOUNT_UNDO - timedelta(minutes=1)
    calls = member.presses("undo")
    assert f"with {TRIAL_CREDITS} credits" in text_of(calls)
    assert (state(member), erasures(house)) == (Account.ACTIVE, [("account", "bot", Erasure.UNDONE)])
    assert "no photos here yet" in text_of(member.says("/photos")), "pictures do not come back"
    assert "nothing waits to be deleted" in text_of(member.presses("undo"))
    assert "nothing waits to be deleted" in text_of(member.presses("atonce"))
    assert "nothing waits to be deleted" in text_of(member.presses("atonce:yes"))
    assert state(member) == Account.ACTIVE


def test_a_second_later_it_is_too_late_to_undo(member: Talk, ahead: Ahead) -> None:
    member.presses("eraseyes:account")
    ahead.by = ACCOUNT_UNDO + timedelta(seconds=1)
    for calls in (member.presses("undo"), member.says("/start"), member.presses("atonce")):
        assert "being deleted right now" in text_of(calls)
        assert buttons(calls) == []
    assert state(member) == Account.CLOSING


def test_an_account_may_go_at_once_after_one_more_question(member: Talk, house: House) -> None:
    member.presses("eraseyes:account")
    calls = member.presses("atonce")
    assert "Nobody can undo that" in text_of(calls)
    assert "Packs" not in text_of(calls), "there is none"
    assert [data for _, data in buttons(calls)] == ["atonce:yes", "erase:again"]
    assert buttons(member.presses("erase:again")) == WAYS_BACK, "a no leaves it waiting"
    assert "being deleted right now" in text_of(member.presses("atonce:yes"))
    with house.database.connection():
        [row], [work] = (
            list(Erasure.select()),
            list(Work.select().where((Work.kind == "erase") & (Work.state == "due"))),
        )
    assert row.ends_at <= house.database.clock.now()
    assert work.due_at <= house.database.clock.now()
    assert "being deleted right now" in text_of(member.presses("undo"))


def test_before_an_account_goes_at_once_it_is_said_which_credits_are_lost_and_which_come_back(member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    member.presses("eraseyes:account")
    said = text_of(member.presses("atonce"))
    assert f"with {TRIAL_CREDITS} credits in it" in said
    assert "Packs you have not touched go back" in said


@pytest.mark.parametrize(
    "text",
    ["/start", "as a lighthouse", "/styles", "/animate", "/photos", "/balance", "/packs", "/limit 3", "/nonsense"],
)
def test_whatever_somebody_writes_while_their_account_waits_is_answered_by_how_it_stands(
    member: Talk, house: House, text: str
) -> None:
    member.presses("eraseyes:account")
    calls = member.says(text)
    assert "waits to be deleted" in text_of(calls)
    assert buttons(calls) == WAYS_BACK
    with house.database.connection():
        assert (Photo.select().count(), Order.select().count(), Invoice.select().count()) == (0, 0, 0)
    assert member.account().daily_limit is None


def test_photos_and_taps_get_the_same_answer_and_leave_nothing(member: Talk, house: House) -> None:
    member.has_photo()
    order = member.is_offered()
    member.presses("people")
    member.presses("eraseyes:account")
    for calls in (
        member.sends_photo(),
        member.sends_photo(caption="as a lighthouse"),
        member.presses(f"make:{order}"),
        member.presses("pack:small"),
        member.presses("photos:1"),
        member.give(member.message(location={"latitude": 22.3})),
    ):
        assert buttons(calls) == WAYS_BACK
    with house.database.connection():
        assert Photo.select().where(Photo.state != Photo.DELETED).count() == 0
        assert (Order.get(Order.id == order).state, Invoice.select().count()) == (Order.OFFERED, 0)
    with house.database.connection():
        assert ledger.balance(member.account().id).held == 0


@pytest.mark.parametrize(
    "command", ["help", "privacy", "mydata", "where", "paysupport", "language", "promotions", "export"]
)
def test_rights_are_answered_while_an_account_waits(member: Talk, house: House, command: str) -> None:
    member.presses("eraseyes:account")
    assert "waits to be deleted" not in text_of(member.says(f"/{command}"))
    with house.database.connection():
        assert Export.select().count() == (command == "export")


def test_delete_says_how_it_stands_and_a_tap_on_an_old_preview_changes_nothing(member: Talk, house: House) -> None:
    member.presses("eraseyes:account")
    for calls in (member.says("/delete"), member.presses("erase:photos"), member.presses("erasekeep")):
        assert buttons(calls) == WAYS_BACK
    calls = member.presses("eraseyes:photos")
    assert "Your account is closed" in text_of(calls), "an account's deletion contains the others"
    assert erasures(house) == [("account", "bot", Erasure.ASKED)]


def test_nothing_is_sold_to_an_account_that_waits_and_what_was_paid_all_the_same_goes_back(
    member: Talk, house: House
) -> None:
    invoice = offer(member)
    member.presses("eraseyes:account")
    answer = asked(member, invoice["payload"])
    assert (answer.params["ok"], "/start" in answer.params["error_message"]) == (False, True)
    said = text_of(member.give(paid(member, invoice["payload"])))
    assert "on their way back to you" in said
    with house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.REFUNDING]
        assert ledger.balance(member.account().id).free == TRIAL_CREDITS


def test_an_untouched_pack_is_offered_back_first_and_the_preview_goes_on(member: Talk, house: House) -> None:
    member.give(paid(member, offer(member)["payload"]))
    calls = member.presses("erase:account")
    assert "Packs you have not touched go back" in text_of(calls)
    assert f"{TRIAL_CREDITS} credits of yours would end with it" in text_of(calls), "the others go back"
    [(label, data), *_rest] = buttons(calls)
    assert label == f"Give back: {SMALL.name} · {SMALL.stars} ⭐"
    calls = member.presses(data)
    assert f"{SMALL.stars} ⭐ are on their way back" in text_of(calls)
    assert [verb for _, verb in buttons(calls)] == ["export", "eraseyes:account", "erase:again", "erasekeep"]
    assert f"{TRIAL_CREDITS} credits of yours would end with it" in text_of(calls)
    assert "gone back already" in text_of(member.presses(data))
    with house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.REFUNDING]
    assert state(member) == Account.ACTIVE


def test_a_pack_goes_back_while_the_account_waits_by_tap_and_else_at_its_end(member: Talk, house: House) -> None:
    for charge in ("c1", "c2"):
        member.give(paid(member, offer(member)["payload"], charge=charge))
    member.presses("eraseyes:account")
    said = member.presses(button_of(member.says("/paysupport"), "refund"))
    assert "on their way back to you" in text_of(said)
    with house.database.connection():
        assert sorted(row.state for row in Payment.select()) == [Payment.PAID, Payment.REFUNDING]
    member.presses("atonce:yes")
    member.ends()
    with house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.REFUNDING] * 2


def test_a_pack_that_is_too_old_or_somebody_elses_is_not_offered_back(member: Talk, house: House, ahead: Ahead) -> None:
    member.give(paid(member, offer(member)["payload"]))
    with house.database.connection():
        pack = Payment.get().id
    other = Talk(house, who=700100999)
    other.agrees()
    other.presses(f"eraserefund:{pack}")
    ahead.by = REFUND_WITHIN
    assert "Packs you have not touched" not in text_of(member.presses("erase:account"))
    member.presses(f"eraserefund:{pack}")
    with house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.PAID]


def test_a_copy_that_was_asked_for_comes_first_and_both_messages_say_so(member: Talk, house: House) -> None:
    member.has_photo()
    member.says("/export")
    assert "it comes first, then this is deleted" in text_of(member.presses("erase:photos"))
    assert "Your copy comes first" in text_of(member.presses("eraseyes:photos"))
    assert files(house, Media.STORED) == 1, "what is in the copy is still being read"
    assert "your copy comes first" in text_of(member.presses("eraseyes:account"))
    assert files(house, Media.STORED) == 1


def test_who_is_banned_deletes_and_a_deletion_taken_back_lifts_no_ban(member: Talk, house: House) -> None:
    member.has_photo()
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    assert [data for _, data in buttons(member.says("/delete"))][:3] == [f"erase:{scope}" for scope in SCOPES]
    assert "Nobody can open your photos" in text_of(member.presses("eraseyes:photos"))
    member.presses("erase:account")
    member.presses("eraseyes:account")
    assert buttons(member.says("/start")) == WAYS_BACK
    assert "as it was before" in text_of(member.presses("undo"))
    assert state(member) == Account.BANNED
    assert "closed for breaking the Terms" in text_of(member.says("/start"))
    member.presses("eraseyes:account")
    assert "being deleted right now" in text_of(member.presses("atonce:yes"))


@pytest.mark.parametrize(
    "tap", ["erase:account", "eraseyes:account", "erasekeep", "undo", "atonce", "atonce:yes", "erase"]
)
def test_the_buttons_of_another_chat_delete_and_undo_nothing(member: Talk, house: House, tap: str) -> None:
    member.give(member.tap(tap, chat={"id": 42, "type": "private"}))
    assert (state(member), erasures(house)) == (Account.ACTIVE, [])
    member.presses("eraseyes:account")
    member.give(member.tap(tap, chat={"id": 42, "type": "private"}))
    assert (state(member), erasures(house)) == (Account.CLOSING, [("account", "bot", Erasure.ASKED)])


@pytest.mark.parametrize(
    "tap", ["erase:everything", "eraseyes", "eraseyes:again", "undo:1", "atonce:no", "eraserefund:1"]
)
def test_a_forged_button_is_none_of_ours(member: Talk, house: House, tap: str) -> None:
    assert "no longer works" in str(member.presses(tap)[0].params)
    assert erasures(house) == []


def test_a_stranger_has_nothing_to_delete(talk: Talk, house: House) -> None:
    for calls in (talk.says("/delete"), talk.presses("eraseyes:account"), talk.presses("undo")):
        assert "agree" in str([data for _, data in buttons(calls)])
    assert erasures(house) == []


@pytest.mark.parametrize("scope", SCOPES)
def test_taps_at_the_same_moment_make_one_deletion(both: Talk, scope: str) -> None:
    both.has_photo()
    was_made(both)
    at_once(both, [f"eraseyes:{scope}"] * 6)
    assert [one for one, *_ in erasures(both.house)] == [scope]
    with both.house.database.connection():
        assert RightsRequest.select().count() == 1
        assert Work.select().where((Work.kind == "erase") & (Work.state == Work.DUE)).count() == 1
        assert Media.select().where(Media.state == Media.STORED).count() == (scope != "account")


def test_undo_and_delete_now_at_the_same_moment_end_in_one_of_them(both: Talk) -> None:
    both.presses("eraseyes:account")
    at_once(both, ["undo", "atonce:yes"])
    with both.house.database.connection():
        row = Erasure.get()
    if state(both) == Account.CLOSING:
        assert row.state in Erasure.OPEN
        assert row.ends_at <= both.house.database.clock.now()
    else:
        assert (state(both), row.state) == (Account.ACTIVE, Erasure.UNDONE)


@pytest.mark.parametrize("before", [Account.BANNED, Account.CLOSING])
def test_a_minor_loses_an_account_that_is_banned_or_waits_too(member: Talk, house: House, before: str) -> None:
    if before == Account.CLOSING:
        member.presses("eraseyes:account")
    with house.database.connection():
        Account.update(state=before).execute()
    assert "your account is closed" in text_of(member.presses("minor"))
    member.ends()
    with house.database.connection():
        assert Account.select().count() == 0


def test_a_minors_pictures_wait_for_no_copy(member: Talk, house: House) -> None:
    member.has_photo()
    member.says("/export")
    member.presses("minor")
    assert files(house, Media.STORED) == 0
    with house.database.connection():
        assert Export.select().where(Export.state.in_(Export.UNDER_WAY)).count() == 0
        assert Work.select().where((Work.kind == "export") & (Work.state == Work.DUE)).count() == 0
    member.ends()
    with house.database.connection():
        assert Account.select().count() == 0


def test_who_comes_back_after_the_end_begins_anew_with_nothing_of_the_old(member: Talk, house: House) -> None:
    member.has_photo()
    was_made(member)
    old = member.account().id
    member.presses("eraseyes:account")
    member.presses("atonce:yes")
    member.ends()
    assert "I am 18 or older and agree" in str(buttons(member.says("/start")))
    assert erasures(house) == [("account", "bot", Erasure.DONE)]
    member.agrees()
    assert member.account().id != old
    assert "You have <b>0 credits</b>" in text_of(member.says("/balance"))
    assert "no photos here yet" in text_of(member.says("/photos"))
    assert "nothing waits to be deleted" in text_of(member.presses("undo"))


def test_one_photo_and_one_result_go_where_they_are_shown(member: Talk, house: House) -> None:
    photo, order = member.has_photo(), was_made(member)
    assert "for good" in text_of(member.presses(f"pdel:{photo}"))
    assert "its key and its sealed copy are destroyed" in text_of(member.presses(f"pdelyes:{photo}"))
    member.presses(f"del:{order}")
    assert "its key and its sealed copy are destroyed" in text_of(member.presses(f"delyes:{order}"))
    assert (files(house, Media.STORED), files(house, Media.DESTROYING)) == (0, 2)
