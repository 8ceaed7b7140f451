"""Telegram's webhook, a WSGI application before the website: no update needs its routes, limits, counts and pages.

The secret first, then the update; the answer's last call goes out in the reply itself.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

import logs
from bot.context import Context
from bot.dispatch import handle, perform
from errors import Temporary
from providers.telegram_calls import Call
from web.site_errors import SOON, TOLD
from workers.house import House

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
LARGEST_UPDATE = 1 << 20  # bytes; Telegram's are a few kilobytes

_SECRET = f"HTTP_{SECRET_HEADER.upper().replace('-', '_')}"

log = logs.get()


class Answer(NamedTuple):
    """`said`: headers that are not those of every answer."""

    code: int
    name: str
    said: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


TAKEN = Answer(200, "OK")


class Webhook:
    """Takes what is Telegram's, and leaves everything else to the website."""

    def __init__(self, house: House, website: WSGIApplication, *, headers: Mapping[str, str]) -> None:
        self._context = Context.of(house)
        self._meters = house.meters
        self._secret = house.settings.telegram_webhook_secret.encode()
        self._website = website
        self._headers = tuple(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._website(environ, start_response)
        begun = time.monotonic()
        code, name, said, body = self._answer(environ)
        self._meters.updated(code, time.monotonic() - begun)
        start_response(f"{code} {name}", [*said, ("Content-Length", str(len(body))), *self._headers])
        return (body,)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        try:
            return self._receive(environ)
        except HTTPException as error:
            return _refused(error)
        except Temporary as error:
            log.warning("request.later", route=PATH, code=error.code)
            return _refused(ServiceUnavailable(retry_after=SOON))
        except Exception as error:
            log.error("request.broken", route=PATH, exc_info=error)
            return _refused(InternalServerError())

    def _receive(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] != "POST":
            raise MethodNotAllowed(["POST"])
        if not self._secret or not secrets.compare_digest(environ.get(_SECRET, "").encode(), self._secret):
            raise Forbidden
        steps = handle(self._context, _json(_body(environ)))
        last = steps[-1] if steps else None
        if not isinstance(last, Call) or last.files:
            perform(self._context, steps)
            return TAKEN
        perform(self._context, steps[:-1])
        return Answer(200, "OK", (("Content-Type", "application/json"),), orjson.dumps(last.as_webhook_reply()))


def _refused(error: HTTPException) -> Answer:
    told = ((name, value) for name, value in error.get_headers() if name in TOLD)
    code = error.code or InternalServerError.code
    return Answer(code, error.name, (("Content-Type", "text/plain; charset=utf-8"), *told), error.name.encode())


def _body(environ: WSGIEnvironment) -> bytes:
    """As far as the server ends it, which knows where: gunicorn does."""
    try:
        body: bytes = environ["wsgi.input"].read(LARGEST_UPDATE + 1)
    except (OSError, ValueError):  # who sends it is gone
        raise BadRequest from None
    if len(body) > LARGEST_UPDATE:
        raise RequestEntityTooLarge
    return body


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest from None
