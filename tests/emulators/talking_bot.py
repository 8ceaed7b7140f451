"""A small bot on the client library that bots are really written with: it does what the chat page's tests say to it."""

from __future__ import annotations

import contextlib
import io
import threading
from pathlib import Path
from typing import Any

import telebot
from telebot import apihelper, types

from tests.emulators.moving_pictures import film

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TOKEN = "12345:demo"
HELLO = "<b>Hello</b>, <a href='https://example.org/'>read this</a> &lt;img src=x onerror=alert(1)&gt;"


class TalkingBot:
    """Polls in a thread of its own. `told` holds every update's content, oldest first."""

    def __init__(self, url: str) -> None:
        self._before = apihelper.API_URL, apihelper.FILE_URL
        apihelper.API_URL, apihelper.FILE_URL = f"{url}/bot{{0}}/{{1}}", f"{url}/file/bot{{0}}/{{1}}"
        apihelper.CUSTOM_REQUEST_SENDER = None  # the library's own way, whoever used it before
        self.bot = telebot.TeleBot(TOKEN, threaded=False)
        self.told: list[Any] = []
        self.refusal = ""  # why nothing is sold; empty when it is
        self.may_answer = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.bot.set_my_commands([types.BotCommand("start", "Begin"), types.BotCommand("stay", "Do not go")])
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self.may_answer.set()
        self._thread.join(30)
        apihelper.API_URL, apihelper.FILE_URL = self._before

    def _run(self) -> None:
        offset = 0
        while not self._stopped.is_set():
            for update in self.bot.get_updates(offset=offset, timeout=60, long_polling_timeout=1):
                offset = update.update_id + 1
                self._take(update)

    def _take(self, update: Any) -> None:
        if update.callback_query:
            self.told.append(update.callback_query)
            self._press(update.callback_query)
        elif update.pre_checkout_query:
            self.told.append(update.pre_checkout_query)
            self._sell(update.pre_checkout_query)
        elif update.edited_message:
            self.told.append(update.edited_message)
            self.bot.send_message(update.edited_message.chat.id, f"You now say: {update.edited_message.text}")
        elif update.message:
            self.told.append(update.message)
            self._message(update.message)

    def _message(self, message: Any) -> None:
        chat = message.chat.id
        answer = getattr(self, f"_on_{(message.text or '').removeprefix('/')}", None)
        if answer:
            answer(chat)
        elif message.successful_payment or message.refunded_payment:
            self.bot.send_message(
                chat, "I know of it: paid" if message.successful_payment else "I know of it: refunded"
            )
        elif message.text is None:
            self.bot.send_message(chat, f"I got: {message.content_type}", reply_to_message_id=message.message_id)
        else:
            self.bot.send_message(chat, f"You say: {message.text}")

    def _press(self, query: Any) -> None:
        self.may_answer.wait(60)
        self.bot.answer_callback_query(query.id, f"You chose {query.data}", show_alert=query.data == "loud")

    def _sell(self, query: Any) -> None:
        self.may_answer.wait(60)
        answer = {"ok": False, "error_message": self.refusal} if self.refusal else {"ok": True}
        with contextlib.suppress(apihelper.ApiTelegramException):  # it may be too late
            self.bot.answer_pre_checkout_query(query.id, **answer)

    def _on_shop(self, chat: int) -> None:
        price = [types.LabeledPrice("Ten", 150)]
        self.bot.send_invoice(chat, "10 generations", "Ten pictures. /paysupport", "pack:10", "", "XTR", price)

    def _on_film(self, chat: int) -> None:
        """As a job does it: a line that says what happens, and in its place the video."""
        status = self.bot.send_message(chat, "The video is being made")
        self.bot.send_chat_action(chat, "record_video")
        self.may_answer.wait(60)
        keys = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("again", callback_data="again")]])
        media = types.InputMediaVideo(io.BytesIO(film(480, 854, seconds=3)), caption="a film", supports_streaming=True)
        self.bot.edit_message_media(media, chat, status.message_id, reply_markup=keys)

    def _on_start(self, chat: int) -> None:
        keys = types.InlineKeyboardMarkup()
        keys.row(*(types.InlineKeyboardButton(word, callback_data=word) for word in ("quiet", "loud")))
        keys.row(types.InlineKeyboardButton("more", url="https://example.org/more"))
        self.bot.send_message(chat, HELLO, parse_mode="HTML", reply_markup=keys)

    def _on_change(self, chat: int) -> None:
        kept = self.bot.send_message(chat, "before")
        gone = self.bot.send_message(chat, "not for long", disable_notification=True)
        self.bot.edit_message_text("after", chat, kept.message_id)
        self.bot.delete_message(chat, gone.message_id)

    def _on_pictures(self, chat: int) -> None:
        for name in ("cat", "cup"):
            self.bot.send_photo(chat, (SAMPLES / f"{name}.jpg").read_bytes(), caption=f"a {name}")
        self.bot.send_document(chat, ("notes.txt", b"twelve bytes"))

    def _on_work(self, chat: int) -> None:
        self.bot.send_chat_action(chat, "upload_photo")
