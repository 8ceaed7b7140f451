"""The HTTP side of the Bot API: calls and downloads, and the ways an answer can be spoiled on purpose."""

from __future__ import annotations

import asyncio

from aiohttp import web

from emulators.spoiling import close, half, hang_up

from . import arguments as reading
from . import bodies
from .arguments import Arguments
from .calls import Outcome, encode, failure, perform
from .context import TELEGRAM, Telegram
from .errors import ApiError, too_large
from .faults import Rule
from .images import NotAPicture
from .multipart import Malformed
from .serving import served

routes = web.RouteTableDef()
UNAUTHORIZED = failure(ApiError(401, "Unauthorized"))
NOT_FOUND = failure(ApiError(404, "Not Found"))


@routes.route("*", "/bot{token}/{method}")
async def call(request: web.Request) -> web.StreamResponse:
    tg = request.app[TELEGRAM]
    if request.match_info["token"] != tg.token:
        return _answer(UNAUTHORIZED)
    try:
        arguments = await _arguments(request, tg)
    except ApiError as error:
        return _answer(failure(error))
    try:
        outcome = await perform(tg, request.match_info["method"], arguments)
    finally:
        arguments.discard()
    if outcome.rule is None:
        return _answer(outcome)
    return await _spoiled(request, outcome.rule, _answer(outcome))


async def _arguments(request: web.Request, tg: Telegram) -> Arguments:
    try:
        if bodies.is_form(request):
            return reading.from_form(request.query, await bodies.read_form(request, tg.files.blobs.incoming))
        body = await bodies.read(request)
    except web.HTTPRequestEntityTooLarge as error:
        raise too_large() from error
    except Malformed as error:
        raise reading.malformed() from error
    return reading.from_request(request.query, request.headers.get("Content-Type", ""), body)


@routes.get("/file/bot{token}/{path:.+}")
async def download(request: web.Request) -> web.StreamResponse:
    tg = request.app[TELEGRAM]
    if request.match_info["token"] != tg.token:
        return _answer(UNAUTHORIZED)
    trouble = tg.faults.for_call("download", None)
    if trouble.delay:
        await asyncio.sleep(trouble.delay)
    rule = trouble.rule
    if rule is not None and rule.kind == "error":
        return _answer(failure(ApiError(rule.error_code, rule.description)))
    file = tg.files.linked(request.match_info["path"])
    if file is None:
        return _answer(NOT_FOUND)
    try:
        if rule is None:
            return await served(tg.files, file, {"Content-Type": "application/octet-stream"})
        data = await tg.files.read(file)
    except (NotAPicture, OSError):
        return _answer(NOT_FOUND)
    return await _spoiled(request, rule, web.Response(body=data, content_type="application/octet-stream"))


async def _spoiled(request: web.Request, rule: Rule, response: web.Response) -> web.StreamResponse:
    if rule.kind == "status":
        return web.Response(status=rule.status, text=rule.body)
    if rule.kind == "truncate":
        begun = await half(request, response)
        close(request)
        return begun
    return hang_up(request)


def _answer(outcome: Outcome) -> web.Response:
    response = web.Response(status=outcome.status, body=encode(outcome.body), content_type="application/json")
    parameters = outcome.body.get("parameters")
    if isinstance(parameters, dict) and "retry_after" in parameters:
        response.headers["Retry-After"] = str(parameters["retry_after"])
    return response
