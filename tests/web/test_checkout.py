"""Payments through the webhook: answered in the reply, without Redis, and never lost when something is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from billing.payments import NOTE
from billing.prices import PACKS
from config import load
from models import Payment, Work
from tests.bot.conftest import Talk
from tests.bot.test_payments import offer, paid
from web.app import create_app
from web.webhook import PATH, SECRET_HEADER
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House

SECRET = {SECRET_HEADER: "a-secret-for-the-tests"}
SMALL = PACKS["small"]


@pytest.fixture
def without_redis(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house as the web process has it, with its own bell, on a Redis that is not there."""
    folder = tmp_path_factory.mktemp("no-redis")
    local = {"STORE_PATH": str(folder / "objects"), "DATABASE_URL": f"sqlite:///{folder}/test.db"}
    settings = load({**environ, **local, "REDIS_URL": "redis://127.0.0.1:1/0"})
    opened = assemble(settings, ring=Doorbell(make_broker(connect(settings.redis_url))))
    opened.database.migrate()
    yield opened
    opened.close()


def question(talk: Talk, payload: str) -> dict[str, Any]:
    asked = {"id": "q9", "from": talk.who, "currency": "XTR", "total_amount": SMALL.stars, "invoice_payload": payload}
    return talk.update(pre_checkout_query=asked)


def test_the_question_is_answered_in_the_reply_without_redis_and_at_once(without_redis: House) -> None:
    client, talk = create_app(without_redis).test_client(), Talk(without_redis)
    talk.agrees()
    payload = offer(talk)["payload"]
    begun = time.monotonic()
    answer = client.post(PATH, json=question(talk, payload), headers=SECRET)
    took = time.monotonic() - begun
    assert (answer.status_code, answer.get_json()["method"]) == (200, "answerPreCheckoutQuery")
    assert answer.get_json()["ok"] is True
    assert took < 5.0  # of the ten seconds that Telegram waits


def test_a_payment_is_credited_without_redis(without_redis: House) -> None:
    client, talk = create_app(without_redis).test_client(), Talk(without_redis)
    talk.agrees()
    answer = client.post(PATH, json=paid(talk, offer(talk)["payload"]), headers=SECRET)
    assert (answer.status_code, answer.data) == (200, b"")
    with without_redis.database.connection():
        assert [payment.state for payment in Payment.select()] == [Payment.PAID]
        assert [work.state for work in Work.select().where(Work.kind == NOTE)] == [
            Work.DUE
        ]  # the thanks, for the clock


def test_while_the_database_is_away_the_question_is_answered_no_with_a_sentence(
    house: House, without_database: FlaskClient
) -> None:
    begun = time.monotonic()
    answer = without_database.post(PATH, json=question(Talk(house), "any"), headers=SECRET)
    assert time.monotonic() - begun < 5.0
    assert answer.status_code == 200
    said = answer.get_json()
    assert (said["method"], said["ok"]) == ("answerPreCheckoutQuery", False)
    assert "try again" in said["error_message"]


def test_while_the_database_is_away_the_news_of_a_payment_has_to_come_again(
    house: House, without_database: FlaskClient
) -> None:
    assert without_database.post(PATH, json=paid(Talk(house), "any"), headers=SECRET).status_code == 503


def test_an_error_while_booking_makes_telegram_repeat_it(house: House, client: FlaskClient) -> None:
    answer = client.post(PATH, json=paid(Talk(house), "forged", stars=0), headers=SECRET)
    assert answer.status_code == 500
    assert client.post(PATH, json=paid(Talk(house), "forged"), headers=SECRET).status_code == 200
