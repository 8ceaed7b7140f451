"""What the client's routes share: reading their JSON, finding a person, refusing in one sentence."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from .context import TELEGRAM
from .world import Message, Person

LONGEST_WAIT = 60.0


class Refused(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@web.middleware
async def sentences(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except Refused as error:
        return web.json_response({"error": error.sentence}, status=error.status)
    return response


async def read_json(request: web.Request) -> dict[str, Any]:
    """An empty body counts as an empty object."""
    try:
        value = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise Refused(400, "the body is not JSON") from error
    if not isinstance(value, dict):
        raise Refused(400, "the body is not a JSON object")
    return value


def person_of(request: web.Request) -> Person:
    text = request.match_info["person"]
    person = request.app[TELEGRAM].world.people.get(int(text)) if text.isdecimal() else None
    if person is None:
        raise Refused(404, "there is no such person")
    return person


def message_of(request: web.Request, person: Person) -> Message:
    text = request.match_info["message"]
    message = request.app[TELEGRAM].world.message(person.id, int(text)) if text.isdecimal() else None
    if message is None:
        raise Refused(404, "there is no such message")
    return message


def number(request: web.Request, name: str, default: float = 0.0) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError as error:
        raise Refused(400, f"{name} is not a number") from error


def wait_of(request: web.Request) -> float:
    return max(0.0, min(LONGEST_WAIT, number(request, "wait")))
