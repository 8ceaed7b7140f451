"""One Bot API call: trouble first, then the method, then the record of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from .arguments import Arguments
from .context import Telegram
from .errors import ApiError
from .faults import Rule
from .methods import METHODS


@dataclass(slots=True)
class Outcome:
    """`body` is the JSON to answer with; `rule` says how the answer is to be spoiled, if at all."""

    status: int
    body: dict[str, Any]
    rule: Rule | None = None


async def perform(tg: Telegram, method: str, arguments: Arguments, *, direction: str = "call") -> Outcome:
    started = time.perf_counter()
    name, _ = METHODS.get(method.lower(), (method, None))
    person = _about(tg, arguments)
    trouble = tg.faults.for_call(name.lower(), person)
    if trouble.delay:
        await asyncio.sleep(trouble.delay)
    outcome = await _outcome(tg, name, arguments, trouble.rule)
    if not (name == "getUpdates" and outcome.body.get("result") == []):
        tg.traffic.record(
            direction,
            name,
            arguments.public(),
            status=0 if outcome.rule and outcome.rule.kind in ("drop", "drop_reply") else outcome.status,
            started=started,
            response=outcome.body,
            person=person,
        )
    return outcome


async def _outcome(tg: Telegram, name: str, arguments: Arguments, rule: Rule | None) -> Outcome:
    if rule is not None and rule.kind == "error":
        return failure(ApiError(rule.error_code, rule.description, parameters=rule.parameters))
    if rule is not None and rule.kind in ("drop", "status"):
        return Outcome(rule.status, {}, rule)
    outcome = await _done(tg, name, arguments)
    outcome.rule = rule
    return outcome


async def _done(tg: Telegram, name: str, arguments: Arguments) -> Outcome:
    _, method = METHODS.get(name.lower(), (name, None))
    try:
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        result = method(tg, arguments)
        if isinstance(result, Awaitable):
            result = await result
    except ApiError as error:
        return failure(error)
    return Outcome(200, {"ok": True, "result": result})


def failure(error: ApiError) -> Outcome:
    body = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return Outcome(error.code, body)


def _about(tg: Telegram, arguments: Arguments) -> int | None:
    chat_id = arguments.text("chat_id") or arguments.text("user_id")
    if chat_id.lstrip("-").isdecimal():
        return int(chat_id)
    press = tg.callbacks.get(arguments.text("callback_query_id"))
    return press.person if press else None


def encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
