"""Kling's callback rings and no more: who forges, replays or repeats one changes nothing but when we ask."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from standardwebhooks.webhooks import Webhook

from generation.kinds import LOOK
from jobs.desk import Desk
from models import Order, VideoTask, Work, new_id
from web.app import create_app
from workers.house import House

PATH_SECRET = "p" * 32
SIGNING = "whsec_" + base64.b64encode(b"signing-key-of-the-console-32-by").decode()
ORDER = "0" * 31 + "a"
ID = f"{ORDER}-1"


@pytest.fixture
def rung() -> list[tuple[str, str, str]]:
    return []


def site(house: House, rung: list[tuple[str, str, str]], *, signing: str = "", path: str = PATH_SECRET) -> FlaskClient:
    settings = replace(house.settings, callback_secret=path, kling_webhook_secret=signing)
    desk = Desk(house.database, house.desk.kinds, lambda *ring: rung.append(ring), lease_seconds=15.0, holder="web")
    return create_app(replace(house, settings=settings, desk=desk)).test_client()


@pytest.fixture
def client(house: House, rung: list[tuple[str, str, str]]) -> FlaskClient:
    return site(house, rung)


@pytest.fixture
def signed_only(house: House, rung: list[tuple[str, str, str]]) -> FlaskClient:
    return site(house, rung, signing=SIGNING)


def task(house: House, state: str = VideoTask.RENDERING, **more: Any) -> str:
    with house.database.unit() as unit:
        later = unit.now + timedelta(minutes=2)
        VideoTask.insert(
            id=new_id(),
            account="ann",
            order=ORDER,
            attempt=1,
            external_id=ID,
            model="m",
            state=state,
            seconds=5,
            created_at=unit.now,
            **{"ask_at": later, **more},
        ).execute()
    return ID


def asked_soon(house: House) -> bool:
    with house.database.connection():
        row = VideoTask.get(VideoTask.external_id == ID)
    return row.ask_at is not None and bool(row.ask_at <= house.database.clock.now())


def body(external_id: str = ID, status: str = "succeeded") -> bytes:
    return orjson.dumps({"id": "9", "external_id": external_id, "status": status, "outputs": [{"url": "https://evil"}]})


def headers(data: bytes, house: House, *, secret: str = SIGNING, skew: float = 0.0) -> dict[str, str]:
    at = house.database.clock.now().replace(tzinfo=UTC) + timedelta(seconds=skew)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, data.decode()),
    }


def test_a_callback_makes_its_task_due_and_rings_and_believes_nothing(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]]
) -> None:
    task(house)
    assert client.post(f"/callbacks/kling/{PATH_SECRET}", data=body()).status_code == 200
    assert asked_soon(house)
    assert [kind for _, kind, _ in rung] == [LOOK]
    assert ID not in str(rung)
    with house.database.connection():
        row = VideoTask.get(VideoTask.external_id == ID)
        assert (row.state, row.url) == (VideoTask.RENDERING, None)
        assert Work.select().count() == 0


@pytest.mark.parametrize("path", ["", "wrong", PATH_SECRET[:-1], PATH_SECRET + "p", "%ff%fe", "ü"])
def test_another_address_is_nobodys(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]], path: str
) -> None:
    task(house)
    assert client.post(f"/callbacks/kling/{path}", data=body()).status_code == 404
    assert not asked_soon(house)
    assert rung == []


def test_without_a_secret_in_the_settings_there_is_no_address(house: House, rung: list[tuple[str, str, str]]) -> None:
    client = site(house, rung, path="")
    assert client.post("/callbacks/kling/", data=body()).status_code == 404
    assert client.post("/callbacks/kling/None", data=body()).status_code == 404


def test_only_a_post_is_a_callback(client: FlaskClient) -> None:
    assert client.get(f"/callbacks/kling/{PATH_SECRET}").status_code == 405


def test_where_a_secret_is_set_only_what_is_signed_with_it_rings(
    house: House, signed_only: FlaskClient, rung: list[tuple[str, str, str]]
) -> None:
    task(house)
    url, data = f"/callbacks/kling/{PATH_SECRET}", body()
    other = "whsec_" + base64.b64encode(b"another-key-of-somebody-32-bytes").decode()
    assert signed_only.post(url, data=data).status_code == 403
    assert signed_only.post(url, data=data, headers=headers(data, house, secret=other)).status_code == 403
    assert signed_only.post(url, data=body(status="failed"), headers=headers(data, house)).status_code == 403
    assert (asked_soon(house), rung) == (False, [])
    assert signed_only.post(url, data=data, headers=headers(data, house)).status_code == 200
    assert asked_soon(house)


@pytest.mark.parametrize(("skew", "status"), [(-290, 200), (290, 200), (-310, 403), (310, 403)])
def test_clocks_may_differ_by_five_minutes(house: House, signed_only: FlaskClient, skew: float, status: int) -> None:
    task(house)
    data = body()
    answer = signed_only.post(f"/callbacks/kling/{PATH_SECRET}", data=data, headers=headers(data, house, skew=skew))
    assert answer.status_code == status
    assert asked_soon(house) == (status == 200)


def test_a_secret_that_is_none_lets_nobody_in(house: House, rung: list[tuple[str, str, str]]) -> None:
    client = site(house, rung, signing="whsec_?")
    data = body()
    assert client.post(f"/callbacks/kling/{PATH_SECRET}", data=data, headers=headers(data, house)).status_code == 403


def test_a_callback_that_comes_before_the_answer_of_the_submission_is_not_lost(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]]
) -> None:
    task(house, VideoTask.SUBMITTING, ask_at=None)
    client.post(f"/callbacks/kling/{PATH_SECRET}", data=body())
    assert asked_soon(house), "read by whoever gets the answer"
    assert rung == [], "there is nothing to ask about yet"


@pytest.mark.parametrize("state", [VideoTask.ADMITTED, VideoTask.FOUND, VideoTask.ENDED])
def test_a_callback_for_what_is_not_under_way_changes_nothing(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]], state: str
) -> None:
    task(house, state)
    for _ in range(2):
        assert client.post(f"/callbacks/kling/{PATH_SECRET}", data=body()).status_code == 200
    assert not asked_soon(house)
    assert rung == []
    with house.database.connection():
        assert VideoTask.get(VideoTask.external_id == ID).state == state
        assert (Work.select().count(), Order.select().count()) == (0, 0)


@pytest.mark.parametrize(
    "data",
    [
        body("f" * 32 + "-1"),
        body("' OR 1=1 --"),
        body(ID + "\x00"),
        body(ID + "\n"),
        body("a" * 100_000),
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"external_id": 7}',
        b'{"external_id": {"a": 1}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_task_of_ours_is_taken_and_forgotten(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]], data: bytes
) -> None:
    task(house)
    assert client.post(f"/callbacks/kling/{PATH_SECRET}", data=data).status_code == 200
    assert not asked_soon(house)
    assert rung == []


@pytest.mark.parametrize("status", ["submitted", "processing"])
def test_a_step_on_the_way_is_no_reason_to_ask(house: House, client: FlaskClient, status: str) -> None:
    task(house)
    client.post(f"/callbacks/kling/{PATH_SECRET}", data=body(status=status))
    assert not asked_soon(house)


def test_a_repetition_rings_again_and_still_only_rings(
    house: House, client: FlaskClient, rung: list[tuple[str, str, str]]
) -> None:
    task(house)
    for _ in range(3):
        client.post(f"/callbacks/kling/{PATH_SECRET}", data=body())
    assert len(rung) == 3
    with house.database.connection():
        assert Work.select().count() == 0
