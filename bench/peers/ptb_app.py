"""A picture bot as python-telegram-bot's documentation builds one: webhook, handlers, JobQueue, all in one process.

What it knows is in its memory. Settings come from the environment.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import httpx
from telegram import InputMediaPhoto, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

WORDS = "Your picture is being made. It takes about a quarter of a minute; I will show it here as soon as it is ready."
PATH = "telegram/webhook"
Context = ContextTypes.DEFAULT_TYPE


async def photo(update: Update, context: Context) -> None:
    """Remember the largest size of what was sent."""
    assert update.message is not None and context.user_data is not None
    context.user_data["photo"] = update.message.photo[-1].file_id


async def tap(update: Update, context: Context) -> None:
    """Say that it begins, and let the JobQueue do it."""
    query = update.callback_query
    assert query is not None and query.message is not None and context.job_queue is not None
    assert context.user_data is not None
    await query.answer()
    await query.edit_message_text(WORDS)
    wanted = {"message": query.message.message_id, "photo": context.user_data["photo"]}
    # APScheduler drops a job that starts a second late, unless it is told not to.
    context.job_queue.run_once(
        make, 0, data=wanted, chat_id=query.message.chat.id, job_kwargs={"misfire_grace_time": None}
    )


async def make(context: Context) -> None:
    """Download, draw, show."""
    job = context.job
    assert job is not None and isinstance(job.data, dict)
    file = await context.bot.get_file(job.data["photo"])
    picture = await drawn(context.application.bot_data["http"], bytes(await file.download_as_bytearray()))
    media = InputMediaPhoto(picture, caption=WORDS)
    await context.bot.edit_message_media(media, chat_id=job.chat_id, message_id=job.data["message"])
    assert job.chat_id is not None
    await context.bot.send_message(job.chat_id, "Your picture is ready.")


async def drawn(http: httpx.AsyncClient, data: bytes) -> bytes:
    """The picture that Gemini makes of a photo."""
    part = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(data).decode()}}
    answer = await http.post(
        f"{os.environ['GEMINI_API_URL']}/v1/models/{os.environ['GEMINI_MODEL']}:generateContent",
        headers={"x-goog-api-key": os.environ["GEMINI_API_KEY"]},
        json={"contents": [{"role": "user", "parts": [part, {"text": "as a lighthouse"}]}]},
    )
    answer.raise_for_status()
    parts = answer.json()["candidates"][0]["content"]["parts"]
    return base64.b64decode(next(p["inlineData"]["data"] for p in parts if "inlineData" in p))


async def begin(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    limits = httpx.Limits(max_connections=256)
    application.bot_data["http"] = httpx.AsyncClient(timeout=130, limits=limits)


def main() -> None:
    telegram = os.environ["TELEGRAM_API_URL"]
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_TOKEN"])
        .base_url(f"{telegram}/bot")
        .base_file_url(f"{telegram}/file/bot")
        .concurrent_updates(True)
        .connection_pool_size(256)
        .pool_timeout(60)
        .read_timeout(60)
        .write_timeout(60)
        .media_write_timeout(60)
        .post_init(begin)
        .build()
    )
    application.add_handler(MessageHandler(filters.PHOTO, photo))
    application.add_handler(CallbackQueryHandler(tap))
    port = int(os.environ["WEB_PORT"])
    application.run_webhook(
        listen="127.0.0.1",
        port=port,
        url_path=PATH,
        secret_token=os.environ["TELEGRAM_WEBHOOK_SECRET"],
        webhook_url=f"http://127.0.0.1:{port}/{PATH}",
        max_connections=100,
    )


if __name__ == "__main__":
    main()
