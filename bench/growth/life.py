"""People who live through what people do, in this process and among whatever rows there are already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import people
from bench.ground import Ground
from billing.prices import PACKS
from jobs.runner import Runner
from models import Photo, Work
from workers.assembly import assemble

PHOTO_KIB, PICTURE_KIB = 32, 64
CREDITS = 1_000
APART = 100_000  # people between two towns that share a messenger


@dataclass(frozen=True)
class Person:
    """`number` tells who they are for the messenger."""

    number: int
    account: str
    photo: str
    status_message: Callable[[], int]

    @property
    def telegram_id(self) -> int:
        return people.FIRST + self.number


class Town:
    """Makes people, and does their background work when told to: nothing else runs on these rows meanwhile."""

    def __init__(self, parts: Ground, *, number: int) -> None:
        self.parts = parts
        self.rung: list[str] = []
        self.house = assemble(
            parts.settings(PARALLEL_ORDERS="100000"), ring=lambda _queue, _kind, work: self.rung.append(work)
        )
        self._runner = Runner(self.house.desk)
        self._photo = people.picture(kib=PHOTO_KIB)
        self._people = number * APART
        self.resident: Person | None = None  # who does what leaves them as they are

    def person(self) -> Person:
        """With an account, consents, credits, and a photo that was taken in."""
        number, self._people = self._people, self._people + 1
        account = people.join(self.house, number, credits=CREDITS)
        photo = people.photo_of(self.house, account, self._photo)
        return Person(number, account, photo, people.chat_with(self.parts, number))

    def order(self, person: Person) -> str:
        """Asked for and paid, its work due."""
        return people.order_of(self.house, person.account, person.photo, message=person.status_message())

    def invoice(self, person: Person) -> None:
        with self.house.database.unit() as unit:
            self.house.payments.offer(unit, account=person.account, pack=next(iter(PACKS.values())))

    def work(self) -> None:
        """Everything that was rung, and what follows from it."""
        while self.rung:
            self._runner.run(self.rung.pop(0))

    def forget(self) -> None:
        """What was rung is not done: another act's leftovers must not be found by the next."""
        self.rung.clear()
        with self.house.database.unit() as unit:
            open_ = Work.select(Work.id).where(Work.state == Work.DUE)
            Work.update(state=Work.DONE, ended_at=unit.now).where(Work.id.in_(open_)).execute()
            Photo.delete().where(Photo.state == Photo.WAITING).execute()
