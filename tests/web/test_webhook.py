"""Telegram's webhook: nothing without the secret, and never a refusal that makes Telegram stop."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import SeenUpdate
from web.webhook import PATH, SECRET_HEADER
from workers.assembly import House

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
