"""The HTTP side of the Bot API: calls and downloads, and the ways an answer can be spoiled on purpose."""

from __future__ import annotations

import asyncio

from aiohttp import web

from . import arguments as reading
from . import bodies
from .calls import Outcome, encode, perform
from .context import TELEGRAM, Telegram
from .errors import ApiError
from .faults import Rule
from .images import NotAPicture

routes = web.RouteTableDef()


@routes.route("*", "/bot{token}/{method}")
async def call(request: web.Request) -> web.StreamResponse:
    tg = request.app[TELEGRAM]
    if request.match_info["token"] != tg.token:
        return _answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    try:
        body = await bodies.read(request)
    except web.HTTPRequestEntityTooLarge:
        return _answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
    try:
        arguments = reading.from_request(request.query, request.headers.get("Content-Type", ""), body)
    except ApiError as error:
        return _answer(error.code, {"ok": False, "error_code": error.code, "description": error.description})
    outcome = await perform(tg, request.match_info["method"], arguments)
    if outcome.rule is None:
        return _answer(outcome.status, outcome.body)
    return await _spoiled(request, outcome.rule, _answer_of(outcome))


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
    response = await _file(tg, request.match_info["path"])
    return response if rule is None else await _spoiled(request, rule, response)


async def _file(tg: Telegram, path: str) -> web.Response:
    file = tg.files.linked(path)
    if file is None:
        return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
    try:
        data = await tg.files.read(file)
    except (NotAPicture, OSError):
        return _answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
    return web.Response(body=data, content_type="application/octet-stream")


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
