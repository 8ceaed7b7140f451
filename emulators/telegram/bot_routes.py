"""The HTTP side of the Bot API: calls and downloads, and the ways an answer can be spoiled on purpose."""

from __future__ import annotations

import asyncio

from aiohttp import web

from . import arguments as reading
from . import bodies
from .arguments import Arguments
from .calls import Outcome, encode, perform
from .context import TELEGRAM, Telegram
from .errors import ApiError, too_large
from .faults import Rule
from .images import NotAPicture
from .multipart import Malformed
from .serving import served

routes = web.RouteTableDef()


@routes.route("*", "/bot{token}/{method}")
async def call(request: web.Request) -> web.StreamResponse:
    tg = request.app[TELEGRAM]
    if request.match_info["token"] != tg.token:
        return _answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    try:
        arguments = await _arguments(request, tg)
    except ApiError as error:
        return _answer(error.code, {"ok": False, "error_code": error.code, "description": error.description})
    try:
        outcome = await perform(tg, request.match_info["method"], arguments)
    finally:
        arguments.discard()
    if outcome.rule is None:
        return _answer(outcome.status, outcome.body)
    return await _spoiled(request, outcome.rule, _answer_of(outcome))


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
        return _answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    trouble = tg.faults.for_call("download", None)
    if trouble.delay:
        await asyncio.sleep(trouble.delay)
    rule = trouble.rule
    if rule is not None and rule.kind == "error":
        body = {"ok": False, "error_code": rule.error_code, "description": rule.description}
        return _answer(rule.error_code, body)
    file = tg.files.linked(request.match_info["path"])
    if file is None:
        return _nothing()
    try:
        if rule is None:
            return await served(tg.files, file, {"Content-Type": "application/octet-stream"})
        data = await tg.files.read(file)
    except (NotAPicture, OSError):
        return _nothing()
    return await _spoiled(request, rule, web.Response(body=data, content_type="application/octet-stream"))


def _nothing() -> web.Response:
    return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})


async def _spoiled(request: web.Request, rule: Rule, response: web.Response) -> web.StreamResponse:
    if rule.kind == "status":
        return web.Response(status=rule.status, text=rule.body)
    transport = request.transport
    if rule.kind == "truncate" and isinstance(response.body, bytes):
        # The promised length is the whole one, so the client sees the connection end too early.
        half = web.StreamResponse(status=response.status, headers={"Content-Type": response.content_type})
        half.content_length = len(response.body)
        await half.prepare(request)
        await half.write(response.body[: len(response.body) // 2])
        if transport is not None:
            transport.close()
        return half
    if transport is not None:
        transport.abort()
    return response


def _answer_of(outcome: Outcome) -> web.Response:
    return _answer(outcome.status, outcome.body)


def _answer(status: int, body: dict[str, object]) -> web.Response:
    response = web.Response(status=status, body=encode(body), content_type="application/json")
    parameters = body.get("parameters")
    if isinstance(parameters, dict) and "retry_after" in parameters:
        response.headers["Retry-After"] = str(parameters["retry_after"])
    return response
