"""What is said to who is frozen or banned: why, once for each thing they try, and what stays open to them."""

from __future__ import annotations

import pytest

from consent.record import accept
from models import Acceptance, Account, Order, Payment, Photo, RightsRequest, SeenUpdate, Work
from privacy.audit import Act
from privacy.reports import Said
from tests.bot.conftest import Talk, button_of, text_of
from tests.bot.test_payments import offer, paid

MAY = Act("may.chan", "a report")
LOCKED = "Your pictures are locked"


@pytest.fixture
def frozen(member: Talk) -> Talk:
    """A member with a photo whose pictures are locked."""
    member.has_photo()
    freeze(member)
    return member


def freeze(talk: Talk) -> str:
    with talk.house.database.unit() as unit:
        said = Said(kind="child", source="web", accused=talk.account().id)
        row = talk.house.reports.open(unit, said)
        talk.house.freezing.freeze(unit, MAY, row.id)
    return str(row.id)


def ban(talk: Talk) -> None:
    with talk.house.database.unit() as unit:
        talk.house.bans.ban(unit, MAY, talk.account().id, reason="abuse")


def blocks(talk: Talk) -> None:
    change = {"from": talk.who, "chat": talk.chat, "new_chat_member": {"status": "kicked"}}
    talk.give(talk.update(my_chat_member=change))


@pytest.mark.proves("P10.2")
@pytest.mark.parametrize("words", ["/start", "/photos", "/styles", "/animate", "/packs", "as a lighthouse"])
def test_who_is_frozen_is_told_so_whatever_they_write(frozen: Talk, words: str) -> None:
    [said] = frozen.says(words)
    assert text_of([said]).startswith(LOCKED)
    assert said.files == {}


@pytest.mark.parametrize("verb", ["photos:1", "style:{photo}:watercolor", "photo:{photo}", "board:{photo}:1"])
def test_and_whatever_they_tap(frozen: Talk, verb: str) -> None:
    photo = frozen.account().current_photo
    [said] = frozen.presses(verb.format(photo=photo))
    assert str(said.params["text"]).startswith(LOCKED)
    assert said.params["show_alert"]


def test_a_photo_they_send_is_not_taken_down(frozen: Talk) -> None:
    with frozen.house.database.unit() as unit:  # without this it would not be taken down from anybody
        accept(unit, account=frozen.account().id, kind=Acceptance.PEOPLE)
    with frozen.house.database.connection():
        before = Photo.select().count(), Work.select().count()
    assert text_of(frozen.sends_photo()).startswith(LOCKED)
    with frozen.house.database.connection():
        assert (Photo.select().count(), Work.select().count()) == before


def test_an_offer_of_before_is_not_placed(member: Talk) -> None:
    member.has_photo()
    offer = member.is_offered()
    freeze(member)
    [said] = member.presses(f"make:{offer}")
    assert str(said.params["text"]).startswith(LOCKED)
    with member.house.database.connection():
        assert Order.get_by_id(offer).state == Order.OFFERED


@pytest.mark.parametrize("words", ["/mydata", "/privacy", "/help", "/paysupport", "/language", "/promotions", "/where"])
def test_rights_that_need_no_picture_stay(frozen: Talk, words: str) -> None:
    assert LOCKED not in text_of(frozen.says(words))


def test_a_copy_of_their_data_can_be_asked_for(frozen: Talk) -> None:
    frozen.says("/export")
    with frozen.house.database.connection():
        assert Work.select().where((Work.kind == "export") & (Work.state == Work.DUE)).count() == 1


def test_a_photo_can_still_be_deleted(frozen: Talk) -> None:
    photo = frozen.account().current_photo
    frozen.presses(f"pdelyes:{photo}")
    with frozen.house.database.connection():
        assert Photo.get_by_id(photo).state == Photo.DELETED


def test_a_mail_is_confirmed_by_who_is_frozen_and_by_who_is_banned_and_had_blocked_us(member: Talk) -> None:
    with member.house.database.unit() as unit:
        row = RightsRequest(
            account=member.account().id, kind="deletion", source="mail", received_at=unit.now, due_at=unit.now
        )
        row.save(force_insert=True)
    freeze(member)
    ban(member)
    blocks(member)
    assert not member.account().reachable
    assert "is confirmed" in text_of(member.says(f"/confirm {row.id}"))
    with member.house.database.connection():
        assert RightsRequest.get_by_id(row.id).confirmed
    assert member.account().reachable


def test_that_a_banned_person_is_back_is_kept_though_nothing_is_done_for_them(member: Talk) -> None:
    ban(member)
    blocks(member)
    with member.house.database.connection():
        before = SeenUpdate.select().count()
    update = member.message(text="as a lighthouse")
    assert "closed for breaking the Terms" in text_of(member.give(update))
    assert member.account().reachable
    with member.house.database.connection():
        assert SeenUpdate.select().count() == before + 1
    assert member.give(update) == [], "said once"


def test_what_was_held_back_comes_with_the_end_of_the_ban_to_who_came_back_before(member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    with member.house.database.connection():
        Order.update(state=Order.HELD_BACK).where(Order.id == order).execute()
    ban(member)
    blocks(member)
    member.says("/mydata")

    def deliveries() -> int:
        with member.house.database.connection():
            return int(Work.select().where((Work.kind == "deliver") & (Work.state == Work.DUE)).count())

    assert deliveries() == 0
    with member.house.database.unit() as unit:
        member.house.bans.unban(unit, MAY, member.account().id)
    assert deliveries() == 1


def test_nothing_is_sold_to_who_is_frozen(member: Talk) -> None:
    sent = member.presses(button_of(member.says("/packs"), "pack"))
    payload = next(call.params["payload"] for call in sent if "payload" in call.params)
    freeze(member)
    question = {
        "id": "c1",
        "from": member.who,
        "currency": "XTR",
        "total_amount": 100,
        "invoice_payload": payload,
    }
    [answer] = member.give(member.update(pre_checkout_query=question))
    assert answer.params["ok"] is False
    assert str(answer.params["error_message"]).startswith(LOCKED)
    with member.house.database.connection():
        assert member.house.accounts.buyer(int(member.who["id"])) is None  # type: ignore[call-overload]  # an int


@pytest.mark.parametrize("standing", ["frozen", "banned"])
def test_an_untouched_pack_goes_back_by_the_button_that_pay_support_shows(member: Talk, standing: str) -> None:
    member.give(paid(member, offer(member)["payload"]))
    freeze(member) if standing == "frozen" else ban(member)
    assert "on their way back" in text_of(member.presses(button_of(member.says("/paysupport"), "refund")))
    with member.house.database.connection():
        assert [row.state for row in Payment.select()] == [Payment.REFUNDING]


def test_who_is_frozen_is_not_welcomed_back_by_taking_a_deletion_back(frozen: Talk) -> None:
    frozen.presses("eraseyes:account")
    said = text_of(frozen.presses("undo"))
    assert "as it was before" in said
    assert "Send me a photo" not in said
    assert frozen.account().state == Account.ACTIVE


def test_with_the_release_everything_is_as_it_was(member: Talk) -> None:
    photo = member.has_photo()
    number = freeze(member)
    with member.house.database.unit() as unit:
        member.house.freezing.release(unit, MAY, number)
    [shown] = member.says("/photos")
    assert [upload.data for upload in shown.files.values()] != []
    assert member.account().current_photo == photo
    assert member.account().state == Account.ACTIVE


@pytest.mark.proves("P10.2")
@pytest.mark.parametrize("standing", ["frozen", "banned"])
def test_who_says_to_be_under_age_is_believed_however_they_stand(member: Talk, standing: str) -> None:
    freeze(member) if standing == "frozen" else ban(member)
    assert "account is closed" in text_of(member.presses("minor"))
