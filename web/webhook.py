"""Telegram's webhook: the secret first, then the update; the answer's last call goes out in the reply itself."""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from flask import Blueprint, Response, abort, request

from bot.context import Context
from bot.dispatch import handle, perform
from workers.assembly import House

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("webhook", __name__)
    context = Context.of(house)
    secret = house.settings.telegram_webhook_secret.encode()

    @routes.post(PATH)
    def receive() -> Response:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not secret or not secrets.compare_digest(given, secret):
            abort(403)
        calls = handle(context, _json(request.get_data()))
        if not calls or calls[-1].files:
            perform(house.telegram, calls)
            return Response(status=200)
        perform(house.telegram, calls[:-1])
        return Response(orjson.dumps(calls[-1].as_webhook_reply()), mimetype="application/json")

    return routes


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        abort(400)
