"""What the tests of the Kling client have in common: the answers of a server, and a client that asks it."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import orjson
import pytest

from errors import Failure
from providers.http import Origin, Outbound
from providers.kling import Kling, Task
from tests.providers.line_server import LineServer, Reply, http, serving

CAT = (Path(__file__).parents[2] / "samples" / "cat.jpg").read_bytes()
KEY = "a-key-of-ours"
MODEL = "kling-3.0-turbo"
PROMPT = "the secret of the cat"


def said(code: Any, message: str = f"it said: {PROMPT}", status: int = 400, **headers: str) -> bytes:
    return http(status, orjson.dumps({"code": code, "message": message, "request_id": "r"}), **headers)


def made(**more: Any) -> bytes:
    task = {
        "id": "893605946402811985",
        "status": "submitted",
        "create_time": 1,
        "update_time": 1,
        "external_id": "v-7-1",
    }
    return http(200, orjson.dumps({"code": 0, "message": "SUCCEED", "request_id": "r", "data": task | more}))


def client(server: LineServer, **options: Any) -> Kling:
    given: dict[str, Any] = {"base_url": server.url, "api_key": KEY, **options}
    return Kling(Outbound([Origin.of(server.url)]), **given)


def submit(kling: Kling, *, picture: bytes = CAT, prompt: str = PROMPT, **more: Any) -> Task:
    options: dict[str, Any] = {"seconds": 5, "model": MODEL, "external_id": "v-7-1", **more}
    return kling.submit(picture, prompt, **options)


def failure(call: Any, *args: Any, **more: Any) -> Failure:
    """What a call raises; neither the prompt nor an address is in anything that is printed of it."""
    with pytest.raises(Failure) as caught:
        call(*args, **more)
    printed = "".join(traceback.format_exception(caught.value, limit=0)) + str(caught.value.facts)
    assert "secret" not in printed
    return caught.value


def told(reply: Reply, **options: Any) -> Failure:
    with serving(reply) as server:
        return failure(submit, client(server, **options))


def told_of_look(reply: Reply, **options: Any) -> Failure:
    with serving(reply) as server:
        return failure(client(server, **options).look, ["v-7-1", "v-8-2"])
