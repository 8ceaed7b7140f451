"""The webhook before the Celery task: a Flask route that puts a task into Redis and answers."""

from __future__ import annotations

import os
import secrets

import redis
import requests
from celery_app import make  # beside this file, as Celery's documentation lays it out
from flask import Flask, Response, abort, jsonify, request
from gunicorn.app.base import BaseApplication

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

app = Flask(__name__)
known = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
session = requests.Session()


@app.post(PATH)
def receive() -> Response:
    given = request.headers.get(SECRET_HEADER, "")
    if not secrets.compare_digest(given, os.environ["TELEGRAM_WEBHOOK_SECRET"]):
        abort(403)
    update = request.get_json()
    if photo := update.get("message", {}).get("photo"):
        known.set(f"photo:{update['message']['from']['id']}", photo[-1]["file_id"])
    if query := update.get("callback_query"):
        message = query["message"]
        photo = known.get(f"photo:{query['from']['id']}")
        make.delay(message["chat"]["id"], message["message_id"], photo)
        return jsonify(method="answerCallbackQuery", callback_query_id=query["id"])
    return Response()


class Server(BaseApplication):
    def load_config(self) -> None:
        options = {
            "bind": f"127.0.0.1:{os.environ['WEB_PORT']}",
            "worker_class": "gthread",
            "threads": 8,
            "keepalive": 65,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return app


if __name__ == "__main__":
    Server().run()
