"""Telegram's webhook: nothing without the secret, and never a refusal that makes Telegram stop."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest
from flask.testing import FlaskClient

from models import SeenUpdate
from policy.versions import CURRENT
from providers.telegram import Telegram
from providers.telegram_calls import Call
from tests.bot.conftest import Talk
from web.app import create_app
from web.headers import HEADERS
from web.webhook import PATH, SECRET_HEADER
from workers.house import House

SECRET = {SECRET_HEADER: "a-secret-for-the-tests"}
START: dict[str, Any] = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 1,
        "text": "/start",
        "from": {"id": 7, "is_bot": False, "first_name": "Ann"},
        "chat": {"id": 7, "type": "private"},
    },
}


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every SQL statement that is sent."""
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(str(record.msg))

    logger, handler = logging.getLogger("peewee"), Keep()
    before, disabled = logger.level, logger.disabled
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.disabled = False
    yield seen
    logger.removeHandler(handler)
    logger.setLevel(before)
    logger.disabled = disabled


@pytest.mark.parametrize("given", [None, "", "wrong", "a-secret-for-the-test", "ä"])
def test_without_the_secret_nothing_is_read_and_nothing_asked(
    client: FlaskClient, statements: list[str], given: str | None
) -> None:
    headers = {} if given is None else {SECRET_HEADER: given}
    assert client.post(PATH, json=START, headers=headers).status_code == 403
    assert statements == []


def test_with_the_secret_the_answer_comes_in_the_reply(client: FlaskClient, statements: list[str]) -> None:
    answer = client.post(PATH, json=START, headers=SECRET)
    assert answer.status_code == 200
    said = answer.get_json()
    assert (said["method"], said["chat_id"]) == ("sendMessage", 7)
    assert statements


@pytest.mark.parametrize("body", [b"", b"not json", b"{", b"\xff\xfe"])
def test_what_is_not_json_is_a_bad_request(client: FlaskClient, body: bytes) -> None:
    assert client.post(PATH, data=body, headers=SECRET).status_code == 400


@pytest.mark.parametrize("update", [{"update_id": 2, "chat_boost": {}}, {}, [], 7, {"update_id": 2, "message": {}}])
def test_an_update_that_is_not_for_us_is_accepted(client: FlaskClient, update: Any) -> None:
    assert client.post(PATH, json=update, headers=SECRET).status_code == 200


def test_a_body_of_two_megabytes_is_too_large(client: FlaskClient) -> None:
    assert client.post(PATH, data=b"x" * (2 << 20), headers=SECRET).status_code == 413


def test_a_database_that_is_away_asks_telegram_to_come_again(without_database: FlaskClient) -> None:
    answer = without_database.post(PATH, json=START, headers=SECRET)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_the_body_of_a_get_is_not_an_update(house: House, client: FlaskClient) -> None:
    answer = client.get(PATH, headers=SECRET)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    with house.database.connection():
        assert SeenUpdate.select().count() == 0


def test_a_body_of_unknown_length_is_read_as_far_as_the_server_ends_it(client: FlaskClient) -> None:
    body = orjson.dumps(START)
    for sent, code in ((body, 200), (body + b" " * (2 << 20), 413)):
        unknown = {"wsgi.input": io.BytesIO(sent), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        answer = client.post(PATH, headers=SECRET, environ_overrides=unknown)
        assert answer.status_code == code


def test_a_mistake_of_ours_is_an_answer_that_says_nothing_of_it(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def call(self, call: Call) -> None:
            raise RuntimeError("what nobody must read")

    client = create_app(replace(house, telegram=cast(Telegram, Broken()))).test_client()
    answer = client.post(PATH, json=Talk(house).tap(f"agree:{CURRENT.id}"), headers=SECRET)
    assert (answer.status_code, answer.data) == (500, b"Internal Server Error")
    written = "".join(capsys.readouterr())
    assert "request.broken" in written


def test_every_answer_has_the_strict_headers_its_length_and_no_cookie(client: FlaskClient) -> None:
    for secret, code in ((SECRET, 200), ({}, 403)):
        answer = client.post(PATH, json=START, headers=secret)
        assert answer.status_code == code
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert int(answer.headers["Content-Length"]) == len(answer.data) > 0
        assert "Set-Cookie" not in answer.headers


def test_each_update_is_measured_and_nothing_else_is(house: House, client: FlaskClient) -> None:
    def seen(status: str) -> float:
        return house.meters.registry.get_sample_value("miomio_webhook_seconds_count", {"status": status}) or 0.0

    before = {status: seen(status) for status in ("2xx", "4xx")}
    client.post(PATH, json=START, headers=SECRET)
    client.post(PATH, json=START)
    client.get("/healthz")
    assert client.get(f"{PATH}/more").status_code == 404
    assert {status: seen(status) - count for status, count in before.items()} == {"2xx": 1, "4xx": 1}


class Line:
    """A Telegram that only remembers what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def call(self, call: Call) -> None:
        self.sent.append(call.method)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def talking(house: House, line: Line) -> FlaskClient:
    return create_app(replace(house, telegram=cast(Telegram, line))).test_client()


def test_the_last_call_goes_in_the_reply_and_those_before_it_are_sent(
    house: House, talking: FlaskClient, line: Line
) -> None:
    answer = talking.post(PATH, json=Talk(house).tap(f"agree:{CURRENT.id}"), headers=SECRET)
    assert answer.get_json()["method"] == "editMessageText"
    assert line.sent == ["answerCallbackQuery"]


def test_a_file_can_not_go_in_the_reply(house: House, talking: FlaskClient, line: Line) -> None:
    talk = Talk(house)
    talk.agrees()
    talk.has_photo()
    answer = talking.post(PATH, json=talk.message(text="/styles"), headers=SECRET)
    assert (answer.status_code, answer.data) == (200, b"")
    assert line.sent == ["sendPhoto"]


def test_without_a_secret_of_our_own_nobody_knows_it(house: House) -> None:
    open_ = replace(house, settings=replace(house.settings, telegram_webhook_secret=""))
    client = create_app(open_).test_client()
    assert client.post(PATH, json=START, headers={SECRET_HEADER: ""}).status_code == 403
    assert client.post(PATH, json=START).status_code == 403
