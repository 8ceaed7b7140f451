"""People with an account and every consent, and orders of theirs: what a figure's load is about."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import requests
from PIL import Image

from bench.ground import Ground
from billing import ledger
from consent.accounts import Accounts, Identity
from consent.record import accept
from custody.media import PHOTO
from generation.kinds import PRODUCE
from generation.source import Source
from jobs.kinds import GENERATION
from models import Acceptance, Account, Order, Photo, Work, new_id
from policy.versions import CURRENT
from workers.house import House

FIRST = 7_000_001
PHOTO_SIDE = 1024


def names(number: int) -> dict[str, object]:
    """The person as Telegram shows them."""
    return {
        "id": FIRST + number,
        "is_bot": False,
        "first_name": "Una",
        "username": f"una{number}",
        "language_code": "en",
    }


def join(house: House, number: int, *, credits: int = 0) -> str:
    """Open the account of a person who also said that the people in their photos agree; its id. With extra credits."""
    shown = names(number)
    who = Identity(FIRST + number, "Una", None, str(shown["username"]), "en")
    with house.database.unit() as unit:
        account = Accounts(house.fields, house.keys).open(unit, who, version=CURRENT.id)
        accept(unit, account=account.id, kind=Acceptance.PEOPLE)
        if credits:
            ledger.grant(unit, owner=account.id, credits=credits, source=ledger.TRIAL, key=f"bench:{account.id}")
    return str(account.id)


def photo_of(house: House, account: str, data: bytes) -> str:
    """A photo that was taken in; its id."""
    kept = house.media.keep(
        account=account, kind=PHOTO, data=data, mime="image/jpeg", width=PHOTO_SIDE, height=PHOTO_SIDE
    )
    photo = new_id()
    with house.database.unit() as unit:
        house.media.stored(unit, kept)
        Photo.insert(
            id=photo, account=account, state=Photo.READY, message_id=1, media=kept.id, created_at=unit.now
        ).execute()
        Account.update(current_photo=photo).where(Account.id == account).execute()
    return photo


def chat_with(ground: Ground, number: int) -> Callable[[], int]:
    """Enter a person into the emulator; returns what sends them a status message and gives its number."""
    person = {name: value for name, value in names(number).items() if name != "is_bot"}
    requests.post(f"{ground.telegram}/client/people", json=person, timeout=10).raise_for_status()
    start = f"{ground.telegram}/client/people/{FIRST + number}/messages"
    requests.post(start, json={"text": "/start"}, timeout=10).raise_for_status()
    send = f"{ground.telegram}/bot{ground.environ['TELEGRAM_TOKEN']}/sendMessage"

    def status_message() -> int:
        sent = requests.post(send, data={"chat_id": FIRST + number, "text": "Waiting"}, timeout=10)
        return int(sent.json()["result"]["message_id"])

    return status_message


def order_of(house: House, account: str, photo: str, *, message: int) -> str:
    """A paid order in the queue, its produce row due, unrung; the id of the order. One credit of the trial is held."""
    with house.database.unit() as unit:
        source = Source.of_photo(Photo.get_by_id(photo))
        row = house.orders.offer(unit, source=source, style=None, prompt="as a lighthouse")
        house.orders.place(unit, account=account, order=row.id, message=message)
    return str(row.id)


def work_of(house: House, order: str) -> tuple[str, str, str]:
    """Queue, kind and id of an order's produce row: what the bell is rung with."""
    with house.database.connection():
        [(work,)] = house.database.rows("SELECT id FROM work WHERE subject = ? AND kind = ?", order, PRODUCE)
    return GENERATION, PRODUCE, str(work)


def postpone(house: House) -> None:
    """Nobody starts on what is due until `due_now` says so, neither by the bell nor by the clock."""
    with house.database.connection():
        house.database.rows("UPDATE work SET due_at = due_at + interval '1 day' WHERE state = ?", Work.DUE)


def due_now(house: House, work: str) -> datetime:
    """When it became due, by the database's clock."""
    with house.database.unit() as unit:
        Work.update(due_at=unit.now, rung_at=unit.now).where(Work.id == work).execute()
    return unit.now


def state_of(house: House, orders: list[str]) -> dict[str, int]:
    """How many of these orders are in which state."""
    with house.database.connection():
        rows = Order.select(Order.state).where(Order.id.in_(orders))
        counted: dict[str, int] = {}
        for row in rows:
            counted[row.state] = counted.get(row.state, 0) + 1
    return counted


def picture(*, kib: int) -> bytes:
    """A JPEG of about this size, as the cleaning of a photo leaves it."""
    made = io.BytesIO()
    Image.effect_noise((PHOTO_SIDE, PHOTO_SIDE), 40).convert("RGB").save(made, "JPEG", quality=60)
    return made.getvalue().ljust(kib * 1024, b"\0")
