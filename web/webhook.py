"""Telegram's webhook: the secret first, then the update; the answer's last call goes out in the reply itself."""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from flask import Blueprint, Response, abort, request

from bot.context import Context
from bot.dispatch import handle, perform
from providers.telegram_calls import Call
from workers.house import House

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
        steps = handle(context, _json(request.get_data()))
        last = steps[-1] if steps else None
        if not isinstance(last, Call) or last.files:
            perform(context, steps)
            return Response(status=200)
        perform(context, steps[:-1])
        return Response(orjson.dumps(last.as_webhook_reply()), mimetype="application/json")

    return routes


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        abort(400)
