"""Telegram's webhook: nothing without the secret, and never a refusal that makes Telegram stop."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from models import SeenUpdate
from policy.versions import CURRENT
from providers.telegram import Telegram
from providers.telegram_calls import Call
from tests.bot.conftest import Talk
from web.app import create_app
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
    assert client.get(PATH, headers=SECRET).status_code == 405
    with house.database.connection():
        assert SeenUpdate.select().count() == 0


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
