"""The bot in the languages of the people it talks with: what their app speaks at first, later what they chose."""

from __future__ import annotations

from typing import Any

import pytest

from models import Account, Order
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, button_of, text_of
from wording.commands import menu
from wording.language import LANGUAGES, translate
from workers.house import House

HANT, HANS = translate("zh-hant"), translate("zh-hans")


def menus(calls: list[Call]) -> dict[str | None, Any]:
    """Letters of a language -> the menu that this chat gets for them."""
    set_ = [call.params for call in calls if call.method == "setMyCommands"]
    assert all(params["scope"]["type"] == "chat" for params in set_)
    return {
        params.get("language_code"): {one["command"]: one["description"] for one in params["commands"]}
        for params in set_
    }


def speaking(talk: Talk, code: str | None) -> Talk:
    talk.who = {**talk.who, "language_code": code}
    return talk


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        ("zh-hk", "<b>MIOMIO 把你的相片變成圖片及短片。</b>"),
        ("zh-hans", "<b>MIOMIO 把你的照片变成图片及短视频。</b>"),
        ("de", "<b>MIOMIO turns your photos into pictures and short videos.</b>"),
        (None, "<b>MIOMIO turns your photos into pictures and short videos.</b>"),
    ],
)
def test_the_notice_comes_in_the_language_of_the_app(talk: Talk, code: str | None, begins: str) -> None:
    assert text_of(speaking(talk, code).says("/start")).startswith(begins)


def test_the_notice_leads_to_the_policy_in_its_language(talk: Talk) -> None:
    assert '/zh-hant/privacy">' in text_of(speaking(talk, "zh-hk").says("/start"))


def test_a_chat_whose_script_telegram_does_not_know_gets_a_menu_of_its_own(house: House) -> None:
    agreed = speaking(Talk(house), "zh-hk").agrees()
    assert "<b>歡迎！</b>" in text_of(agreed)
    assert menus(agreed) == {"zh": menu(HANT)}
    assert menus(speaking(Talk(house, who=700100201), "zh-hans").agrees()) == {}
    assert menus(speaking(Talk(house, who=700100202), "fr").agrees()) == {}


def test_language_offers_three_by_their_own_names_and_marks_the_one_that_is_spoken(member: Talk) -> None:
    [said] = member.says("/language")
    rows = said.params["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == ["✓ English", "繁體中文", "简体中文"]
    assert [row[0]["callback_data"] for row in rows] == [f"lang:{tag}" for tag in LANGUAGES]


def test_a_choice_is_answered_in_the_new_language_with_its_menu(member: Talk) -> None:
    chosen = member.presses(button_of(member.says("/language"), "lang").replace("en", "zh-hant"))
    [edited] = [call for call in chosen if call.method == "editMessageText"]
    assert edited.params["text"] == "✅ 由現在起，我會用繁體中文與你對話。"
    assert edited.params["reply_markup"]["inline_keyboard"][1][0]["text"] == "✓ 繁體中文"
    assert menus(chosen) == {None: menu(HANT), "zh": menu(HANT)}
    assert "很高興再見到你" in text_of(member.says("/start"))


def test_a_choice_goes_before_the_app_and_is_not_undone_by_new_names(member: Talk) -> None:
    member.presses("lang:zh-hans")
    speaking(member, "en").who["first_name"] = "Annabel"
    assert "很高兴再见到你" in text_of(member.says("/start"))
    speaking(member, "zh-hk")
    assert "很高兴再见到你" in text_of(member.says("/start"))
    member.presses("lang:en")
    assert "Good to see you" in text_of(member.says("/start"))


def test_a_refusal_and_a_tap_that_fails_speak_the_chosen_language(member: Talk) -> None:
    member.presses("lang:zh-hant")
    assert text_of(member.give(member.message(voice={"file_id": "x"}))) == "我只能使用相片。你傳送的內容沒有保存。"
    [alert] = member.presses("nonsense")
    assert alert.params["text"] == "該按鈕已失效。請按 /start 重新開始。"


def test_a_choice_that_is_no_language_of_ours_is_refused(member: Talk) -> None:
    [alert] = member.presses("lang:fr")
    assert "no longer works" in alert.params["text"]
    with member.house.database.connection():
        assert member.account().language is None


def test_a_choice_is_sealed_and_of_one_person_only(house: House, member: Talk) -> None:
    other = Talk(house, who=700100201)
    other.agrees()
    member.presses("lang:zh-hant")
    sealed = bytes(member.account().language)
    assert b"zh" not in sealed and len(sealed) > len("zh-hant")
    assert other.account().language is None
    assert "Good to see you" in text_of(other.says("/start"))


def test_what_the_workers_send_follows_the_choice(house: House, member: Talk) -> None:
    photo, account = member.has_photo(), member.account().id
    member.presses("lang:zh-hant")
    offered = member.presses(f"style:{photo}:watercolor")
    assert "<b>水彩</b>" in text_of(offered) and "價格：1 點" in text_of(offered)
    order = button_of(offered, "make").partition(":")[2]
    status = text_of(member.presses(f"make:{order}"))
    assert status.startswith("⏳ <b>水彩</b>：排隊中。")
    with house.database.connection():
        person = house.chats.person(account)
        caption = house.deliver.caption(person, Order.get_by_id(order))
    assert caption.text == "<b>水彩</b>\n🤖 以 AI 製作（Google Gemini）。"
    member.presses("lang:en")
    with house.database.connection():
        assert house.deliver.caption(house.chats.person(account), Order.get_by_id(order)).text.startswith("<b>Waterc")


def test_what_the_workers_send_speaks_the_apps_last_language_while_nothing_is_chosen(
    house: House, member: Talk
) -> None:
    speaking(member, "zh-tw").says("/help")
    assert house.chats.person(member.account().id).translate is HANT
    speaking(member, "zh-cn").says("/help")
    assert house.chats.person(member.account().id).translate is HANS


def test_an_address_for_what_is_too_large_is_of_a_page_in_their_language(house: House, member: Talk) -> None:
    media = house.media.keep(
        account=member.account().id, kind="video", data=b"film", mime="video/mp4", width=64, height=64
    )
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        made = [house.links.make(unit, media, speaks=_) for _ in (translate(None), HANT, HANS)]
    site = house.settings.public_url
    assert [address.rpartition("/")[0] for address in made] == [f"{site}/v", f"{site}/zh-hant/v", f"{site}/zh-hans/v"]


def test_names_of_styles_and_packs_are_translated_on_their_buttons(member: Talk) -> None:
    member.has_photo()
    member.presses("lang:zh-hant")
    [board] = member.says("/styles")
    names = [one["text"] for row in board.params["reply_markup"]["inline_keyboard"] for one in row]
    assert names[:2] == ["水彩", "油畫"]
    [*_, invoice] = member.presses("pack:small")
    assert invoice.params["title"] == "小點數包"
    assert invoice.params["description"].startswith("MIOMIO 的 20 點。圖片：1 點")


def test_a_payment_is_answered_in_the_chosen_language(member: Talk) -> None:
    member.presses("lang:zh-hans")
    [*_, invoice] = member.presses("pack:small")
    paid = {
        "currency": "XTR",
        "total_amount": 99,
        "invoice_payload": invoice.params["payload"],
        "telegram_payment_charge_id": "charge-1",
        "provider_payment_charge_id": "",
    }
    assert member.give(member.message(successful_payment=paid)) == []
    assert "谢谢！增加了 20 点：你现在有 23 点" in text_of(member.hears_of_payments())
    asked = {"id": "p1", "from": member.who, "currency": "XTR", "total_amount": 99, "invoice_payload": "0" * 32}
    [refused] = member.give(member.update(pre_checkout_query=asked))
    assert refused.params["error_message"] == "该报价已过时。请打开 /packs 取得新的报价。没有付款。"


def test_a_banned_person_may_still_choose_a_language(house: House, member: Talk) -> None:
    with house.database.unit():
        Account.update(state=Account.BANNED).execute()
    member.presses("lang:zh-hant")
    assert text_of(member.says("a prompt")) == "此帳戶因違反使用條款而關閉。查詢：/support。付款：/paysupport。"
