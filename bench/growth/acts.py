"""What is measured while the tables grow. Each act is prepared outside its time, for a person who has just come."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

from bench.growth.life import Person, Town
from bench.load import photo_update
from bot.context import Context
from bot.dispatch import handle
from consent.whereabouts import things
from generation.source import Source
from jobs.kinds import GENERATION, RIGHTS
from jobs.tick import Clockwork
from models import Invoice, Photo
from privacy.erasures import ACCOUNT
from privacy.figures import figures, retained
from privacy.mydata import holdings
from workers.watching import asked

ORDERS = 5  # of each person before the act
UPDATES = count(1_000_000_000)

Act = Callable[[], object]
Acts = dict[str, Callable[[Person], Act]]


def acts(town: Town) -> Acts:
    """By name: from a person to what is timed."""
    house, context = town.house, Context.of(town.house)
    watching = asked(house)

    def webhook(person: Person) -> Act:
        update = photo_update(next(UPDATES), person.number)
        return lambda: handle(context, update)

    def ask(person: Person) -> Act:
        message = person.status_message()

        def ordered() -> None:
            with house.database.unit() as unit:
                row = house.orders.offer(
                    unit, source=Source.of_photo(Photo.get_by_id(person.photo)), style=None, prompt="as a lighthouse"
                )
                house.orders.place(unit, account=person.account, order=row.id, message=message)

        return ordered

    def picture(person: Person) -> Act:
        town.order(person)
        return town.work

    def checkout(person: Person) -> Act:
        town.invoice(person)
        with house.database.connection():
            invoice = Invoice.get(Invoice.account == person.account)

        def checked() -> None:
            with house.database.connection():
                house.payments.check(
                    house.database.clock.now(),
                    account=person.account,
                    payload=invoice.id,
                    stars=invoice.stars,
                    currency="XTR",
                )

        return checked

    def my_data(person: Person) -> Act:
        def looked() -> None:
            with house.database.connection():
                holdings(house.fields, house.retention.sweeps, account=person.account, telegram_id=person.telegram_id)

        return looked

    def where(person: Person) -> Act:
        def looked() -> None:
            with house.database.connection():
                things(person.account)

        return looked

    def copy(person: Person) -> Act:
        def packed() -> None:
            with house.database.unit() as unit:
                house.exports.ask(unit, account=person.account, telegram_id=person.telegram_id)
            town.work()

        return packed

    def deletion(person: Person) -> Act:
        def erased() -> None:
            with house.database.unit() as unit:
                house.erasures.ask(unit, account=person.account, scope=ACCOUNT, source="bot", at_once=True)
            town.work()

        return erased

    def duties(_: Person) -> Act:
        both = [Clockwork(house.desk), *(Clockwork(house.desk, house.duties(queue)) for queue in (GENERATION, RIGHTS))]

        def round_() -> None:
            for duty in both[0].duties:
                duty.act()
            for clock in both[1:]:
                for duty in clock.duties[1:]:
                    if duty.name not in RARE:
                        duty.act()

        return round_

    def proofs(_: Person) -> Act:
        def looked() -> None:
            figures(house.database)
            retained(house.database)

        return looked

    def watched(_: Person) -> Act:
        return watching.now

    return {
        "webhook": webhook,
        "order": ask,
        "picture": picture,
        "checkout": checkout,
        "mydata": my_data,
        "where": where,
        "export": copy,
        "deletion": deletion,
        "duties": duties,
        "proofs": proofs,
        "figures": watched,
    }


FRESH = ("export", "deletion")
RARE = ("reconcile", "audit", "objects", "checks")  # they read whole books, logs or stores, and grow with them


def prepared(town: Town, name: str, prepare: Callable[[Person], Act]) -> Act:
    """The act of somebody who came, ordered and got pictures; of somebody new, where it changes what they have."""
    if town.resident is None or name in FRESH:
        town.resident = town.person()
        for _ in range(ORDERS):
            town.order(town.resident)
        town.work()
    act = prepare(town.resident)
    if name in FRESH:
        town.resident = None
    return act


def timed(town: Town, name: str, prepare: Callable[[Person], Act]) -> float:
    """Seconds."""
    act = prepared(town, name, prepare)
    began = time.perf_counter()
    act()
    took = time.perf_counter() - began
    town.forget()
    return took
