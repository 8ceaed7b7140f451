"""Each call's arguments are checked as Telegram checks them, with Telegram's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
UNMATCHED = 'can\'t parse entities: Unmatched end tag at byte offset 6, expected "</i>", found "</b>"'
UNCLOSED = "can't parse entities: Can't find end tag corresponding to start tag \"b\""
NO_ACTION = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
BAD_LINK = "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL"


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", **fields}]]}


SENDING = [
    ({"text": ""}, "message text is empty"),
    ({"text": " \n "}, "message text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "<b>x", "parse_mode": "HTML"}, UNCLOSED),
    ({"text": "x</b>", "parse_mode": "HTML"}, "can't parse entities: Unexpected end tag at byte offset 1"),
    ({"text": "é<i>x</b>", "parse_mode": "html"}, UNMATCHED),
    ({"text": "<p>x</p>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
    ({"text": "1 < 2", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
    ({"text": "<a href='x>y</a>", "parse_mode": "HTML"}, "can't parse entities: Unclosed start tag at byte offset 0"),
    ({"text": "I <3", "parse_mode": "HTML"}, "can't parse entities: Unclosed start tag at byte offset 2"),
    ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
    ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
    ({"text": "x", "reply_markup": {"inline_keyboard": {}}}, 'field "inline_keyboard" must be of type Array'),
    ({"text": "x", "reply_markup": button()}, NO_ACTION),
    ({"text": "x", "reply_markup": button(callback_data="")}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": button(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": button(url="http://localhost:8080/")}, BAD_LINK),
    (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "d"}] * 8] * 13}},
        "REPLY_MARKUP_TOO_LONG",
    ),
    ({"text": "x", "reply_parameters": {"message_id": 1}}, "message to be replied not found"),
    ({"text": "x", "message_thread_id": 5}, "message thread not found"),
    ({"text": "x", "chat_id": ""}, "chat_id is empty"),
    ({"text": "x", "chat_id": 99}, "chat not found"),
    ({"text": "x", "chat_id": "@ann"}, "chat not found"),
]


@pytest.mark.parametrize(("params", "reason"), SENDING, ids=[reason[:40] for _, reason in SENDING])
def test_a_message_that_cannot_be_is_refused(ann: Any, emulator: Any, params: dict[str, Any], reason: str) -> None:
    answer = emulator.call("sendMessage", **{"chat_id": ann.id, **params})
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}
    assert len(ann.messages()) == 1


def test_the_longest_of_everything_is_taken(ann: Any, emulator: Any) -> None:
    keyboard = button(callback_data="é" * 32)
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x" * 4096, reply_markup=keyboard)
    assert len(sent["text"]) == 4096
    text = "<b>" + "x" * 4096 + "</b>"
    assert emulator.ok("sendMessage", chat_id=ann.id, text=text, parse_mode="HTML")["entities"][0]["length"] == 4096


def test_a_person_who_never_wrote_cannot_be_written_to(emulator: Any, ann: Any) -> None:
    bob = emulator.person("Bob")
    assert emulator.call("sendMessage", chat_id=bob.id, text="x")["description"] == "Bad Request: chat not found"
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x", reply_markup=button(callback_data="d"))
    ann.press(sent["message_id"], "d", **{"as": bob.id})
    answer = emulator.call("sendMessage", chat_id=bob.id, text="x")
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"
    bob.says("hello")
    emulator.ok("sendMessage", chat_id=bob.id, text="x")


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart", "get"])
def test_arguments_come_by_every_way_telegram_reads(ann: Any, emulator: Any, way: str) -> None:
    url = f"{emulator.url}/bot12345:demo/SENDmessage"
    fields = {"chat_id": str(ann.id), "text": "naïve & <b>bold</b>", "parse_mode": "HTML"}
    fields["reply_markup"] = json.dumps(button(callback_data="d"))
    if way == "get":
        answer = emulator.http.get(url, params=fields)
    elif way == "multipart":
        answer = emulator.http.post(url, files={name: (None, value) for name, value in fields.items()})
    else:
        answer = emulator.http.post(url, **{{"query": "params", "form": "data", "json": "json"}[way]: fields})
    result = answer.json()["result"]
    assert result["text"] == "naïve & bold"
    assert result["entities"] == [{"offset": 8, "length": 4, "type": "bold"}]
    assert result["reply_markup"] == button(callback_data="d")


def test_unknown_methods_and_tokens_are_told_apart(emulator: Any) -> None:
    assert emulator.call("sendPigeon")["error_code"] == 404
    answer = emulator.http.get(f"{emulator.url}/bot1:other/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")


def test_a_body_that_is_not_what_it_says_is_refused(emulator: Any) -> None:
    url = f"{emulator.url}/bot12345:demo/getMe"
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        answer = emulator.http.post(url, data=b"{", headers={"Content-Type": kind})
        assert answer.status_code == 400


def test_edits_need_the_bots_own_message_that_is_there_and_differs(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="one", reply_markup=button(callback_data="d"))
    own = {"chat_id": ann.id, "message_id": sent["message_id"]}

    def said(method: str = "editMessageText", **params: Any) -> str:
        return str(emulator.call(method, **{**own, **params})["description"])

    assert said(text="one", reply_markup=button(callback_data="d")) == NOT_MODIFIED
    assert said("editMessageReplyMarkup", reply_markup=button(callback_data="d")) == NOT_MODIFIED
    assert said(text="x", message_id=10**6) == "Bad Request: message to edit not found"
    assert said(text="x", message_id=ann.messages()[0]["message_id"]) == "Bad Request: message can't be edited"
    assert said(text="x", message_id=None) == "Bad Request: message identifier is not specified"
    assert said("editMessageCaption", caption="x") == "Bad Request: there is no caption in the message to edit"
    emulator.ok("editMessageText", **own, text="one")
    assert "buttons" not in ann.messages()[-1]


def test_a_picture_has_a_caption_and_no_text_to_edit(ann: Any, emulator: Any, picture: Any) -> None:
    sent = emulator.ok(
        "sendPhoto", {"photo": ("p.jpg", picture(200, 100))}, chat_id=str(ann.id), caption="<i>a</i>", parse_mode="HTML"
    )
    own = {"chat_id": ann.id, "message_id": sent["message_id"]}
    assert emulator.call("editMessageText", **own, text="x")["description"] == (
        "Bad Request: there is no text in the message to edit"
    )
    assert emulator.call("editMessageCaption", **own, caption="x" * 1025)["description"] == (
        "Bad Request: message caption is too long"
    )
    edited = emulator.ok("editMessageCaption", **own, caption="b")
    assert (edited["caption"], edited["photo"]) == ("b", sent["photo"])
    assert "caption_entities" not in edited


def test_deleting_knows_missing_and_old_messages(ann: Any, emulator: Any) -> None:
    message_id = ann.says("mine")
    emulator.ok("deleteMessage", chat_id=ann.id, message_id=message_id)
    answer = emulator.call("deleteMessage", chat_id=ann.id, message_id=message_id)
    assert answer["description"] == "Bad Request: message to delete not found"
    old = ann.says("old")
    emulator.settings(delete_age=0)
    answer = emulator.call("deleteMessage", chat_id=ann.id, message_id=old)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"


def test_several_messages_are_deleted_and_missing_ones_passed_over(ann: Any, emulator: Any) -> None:
    sent = [emulator.ok("sendMessage", chat_id=ann.id, text=str(n))["message_id"] for n in range(3)]
    assert emulator.ok("deleteMessages", chat_id=ann.id, message_ids=[*sent[:2], 10**6]) is True
    assert [m["deleted"] for m in ann.messages()[1:]] == [True, True, False]
    assert emulator.call("deleteMessages", chat_id=ann.id, message_ids=list(range(1, 102)))["error_code"] == 400


def test_a_press_is_answered_once_in_time_and_within_200_characters(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x", reply_markup=button(callback_data="d"))
    press = ann.press(sent["message_id"], "d")
    long = emulator.call("answerCallbackQuery", callback_query_id=press, text="x" * 201)
    assert long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    assert emulator.call("answerCallbackQuery", callback_query_id="77")["description"] == TOO_OLD
    emulator.settings(callback_lifetime=0)
    assert emulator.call("answerCallbackQuery", callback_query_id=press)["description"] == TOO_OLD


def test_commands_and_descriptions_are_kept_by_language(emulator: Any, bot: Any) -> None:
    from telebot.types import BotCommand

    bot.set_my_commands([BotCommand("start", "Begin")])
    bot.set_my_commands([BotCommand("start", "开始")], language_code="zh")
    assert [c.description for c in bot.get_my_commands()] == ["Begin"]
    assert [c.description for c in bot.get_my_commands(language_code="zh")] == ["开始"]
    bot.set_my_description("What it does")
    bot.set_my_short_description("In short")
    shown = emulator.client("GET", "bot")
    assert shown["commands"] == [{"command": "start", "description": "Begin"}]
    assert (shown["description"], shown["short_description"]) == ("What it does", "In short")
    bad = emulator.call("setMyCommands", commands=[{"command": "Bad One", "description": "x"}])
    assert bad["description"] == "Bad Request: BOT_COMMAND_INVALID"


def test_the_real_client_library_reads_what_is_answered(ann: Any, bot: Any) -> None:
    from telebot.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

    me = bot.get_me()
    assert (me.id, me.is_bot) == (12345, True)
    chat = bot.get_chat(ann.id)
    assert (chat.type, chat.first_name, chat.username) == ("private", "Ann", "ann")
    first = ann.messages()[0]["message_id"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = bot.send_message(ann.id, "Hello", reply_markup=keyboard, reply_parameters=ReplyParameters(first))
    assert sent.reply_to_message.text == "/start"
    assert sent.reply_markup.keyboard[0][0].callback_data == "go"
