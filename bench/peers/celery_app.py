"""A picture bot as Celery's documentation builds one: Flask takes the update, a task does the work and retries.

`CELERY_LATE` takes what the documentation offers against killed workers: late acknowledgement and a short visibility
timeout that is looked after often. Settings come from the environment.
"""

from __future__ import annotations

import base64
import json
import os
import time
from typing import Any

import redis
import requests
from celery import Celery

WORDS = "Your picture is being made. It takes about a quarter of a minute; I will show it here as soon as it is ready."
VISIBLE_AGAIN = 20  # seconds
LOOKED_EVERY = 5  # seconds
LATE = bool(os.environ.get("CELERY_LATE"))

app = Celery("pictures", broker=os.environ["REDIS_URL"])
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True
if LATE:
    app.conf.task_acks_late = True
    app.conf.task_reject_on_worker_lost = True
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_transport_options = {
        "visibility_timeout": VISIBLE_AGAIN,
        "unacked_restore_interval": LOOKED_EVERY,
        "unacked_restore_throttle": 1,  # else it looks every tenth time only
    }

noted = redis.Redis.from_url(os.environ["REDIS_URL"])
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))


@app.task(autoretry_for=(requests.RequestException,), retry_backoff=True, retry_kwargs={"max_retries": 5})
def make(chat: int, message: int, photo: str) -> None:
    """Download, draw, show."""
    about = {"chat_id": chat, "message_id": message}
    call("editMessageText", {**about, "text": WORDS})
    path = call("getFile", {"file_id": photo})["file_path"]
    data = session.get(
        f"{os.environ['TELEGRAM_API_URL']}/file/bot{os.environ['TELEGRAM_TOKEN']}/{path}", timeout=60
    ).content
    media = json.dumps({"type": "photo", "media": "attach://file", "caption": WORDS})
    call("editMessageMedia", {**about, "media": media}, files={"file": drawn(data)})
    call("sendMessage", {"chat_id": chat, "text": "Your picture is ready."})


@app.task
def nothing(name: str) -> None:
    """For the queue's own speed."""


@app.task
def note(name: str) -> None:
    """When it began, for whoever waits at the list."""
    noted.rpush("noted", time.time())


def call(method: str, fields: dict[str, Any], files: dict[str, bytes] | None = None) -> Any:
    url = f"{os.environ['TELEGRAM_API_URL']}/bot{os.environ['TELEGRAM_TOKEN']}/{method}"
    answer = session.post(url, data=fields, files=files, timeout=60)
    if answer.status_code == 400 and "not modified" in answer.text:  # a task that is done again says the same again
        return None
    answer.raise_for_status()
    return answer.json()["result"]


def drawn(data: bytes) -> bytes:
    """The picture that Gemini makes of a photo."""
    part = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(data).decode()}}
    answer = session.post(
        f"{os.environ['GEMINI_API_URL']}/v1/models/{os.environ['GEMINI_MODEL']}:generateContent",
        headers={"x-goog-api-key": os.environ["GEMINI_API_KEY"]},
        json={"contents": [{"role": "user", "parts": [part, {"text": "as a lighthouse"}]}]},
        timeout=130,
    )
    answer.raise_for_status()
    parts = answer.json()["candidates"][0]["content"]["parts"]
    return base64.b64decode(next(p["inlineData"]["data"] for p in parts if "inlineData" in p))
