"""Two hundred people and what they wish for: who, what, when comes from one seed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from billing import ledger
from chaos.levels import Level
from chaos.marks import Marks
from chaos.person import Person, Told, Wish
from chaos.phone import Message, Phone
from consent.accounts import Accounts, Identity
from consent.record import accept
from custody.media import PHOTO
from models import Acceptance, Account, Photo, new_id
from moderation.check import PromptRules
from policy.versions import CURRENT
from workers.house import House

CREDITS = 1_000_000
FILMS, DECLINED, TWICE, CANCELS = 0.3, 0.05, 0.12, 0.05  # shares of the wishes
LAST_WISH = 0.94  # of the time


def wishes(level: Level, seed: int) -> list[Wish]:
    """The first `newcomers` wish for one picture each as soon as they are in; the others for the rest."""
    chance = random.Random(f"wishes {level.name} {seed}")
    drawn = []
    for number in range(level.orders):
        new = number < level.newcomers
        person = number if new else chance.randrange(level.newcomers, level.people)
        drawn.append(
            Wish(
                number=number,
                person=person,
                at=0.0 if new else round(chance.uniform(0.0, LAST_WISH) * level.seconds, 3),
                film=not new and chance.random() < FILMS,
                declined=chance.random() < DECLINED,
                taps=2 if chance.random() < TWICE else 1,
                cancels=chance.random() < CANCELS,
            )
        )
    return sorted(drawn, key=lambda wish: wish.at)


def demand_allowed(wished: Iterable[Wish], marks: Marks) -> None:
    """Raises ValueError for a wish that our own filter refuses: its person would say it for ever."""
    rules = PromptRules.load()
    for wish in wished:
        if (refused := rules.refuse(wish.words(marks))) is not None:
            raise ValueError(f"wish {wish.number} is refused as {refused}")


def settle(house: House, marks: Marks, people: Sequence[int]) -> None:
    """These have an account, a photo, every consent and enough credits: what takes a conversation is written down."""
    accounts = Accounts(house.fields, house.keys)
    for person in people:
        name = marks.name_of(person)
        who = Identity(marks.id_of(person), name, None, None, None)
        with house.database.unit() as unit:
            account = str(accounts.open(unit, who, version=CURRENT.id).id)
            accept(unit, account=account, kind=Acceptance.PEOPLE)
            ledger.grant(unit, owner=account, credits=CREDITS, source="large", key=f"chaos:{account}")
        kept = house.media.keep(
            account=account, kind=PHOTO, data=marks.photo(person), mime="image/jpeg", width=320, height=240
        )
        photo = new_id()
        with house.database.unit() as unit:
            house.media.stored(unit, kept)
            Photo.insert(
                id=photo, account=account, state=Photo.READY, message_id=1, media=kept.id, created_at=unit.now
            ).execute()
            Account.update(current_photo=photo).where(Account.id == account).execute()


@dataclass
class Crowd:
    """`live` returns when nobody waits for anything any more."""

    level: Level
    people: list[Person]
    wishes: list[Wish]
    since: float

    async def live(self) -> None:
        by_person: dict[int, list[Wish]] = {}
        for wish in self.wishes:
            by_person.setdefault(wish.person, []).append(wish)
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(self._life(person, by_person.get(person.number, [])))

    async def _life(self, person: Person, wished: list[Wish]) -> None:
        if person.number < self.level.newcomers:
            await person.come_in()
        for wish in wished:
            await asyncio.sleep(max(0.0, self.since + wish.at - time.monotonic()))
            await person.gets(wish)

    @property
    def told(self) -> list[Told]:
        return [told for person in self.people for told in person.told]

    @property
    def ended(self) -> int:
        """How many orders they saw the end of."""
        return sum(person.ended for person in self.people)

    async def chats(self) -> dict[int, list[Message]]:
        """Every message of everybody, by person, as Telegram has them at last."""
        return {person.number: await person.phone.whole_chat() for person in self.people}


@asynccontextmanager
async def crowd(level: Level, seed: int, marks: Marks, telegram: str) -> AsyncIterator[Crowd]:
    """Entered into Telegram, with their phones on. `since` is now."""
    timeout = ClientTimeout(total=300)
    async with ClientSession(connector=TCPConnector(limit=0), timeout=timeout) as http:
        since = time.monotonic()
        phones = [Phone(http, telegram, marks.id_of(number)) for number in range(level.people)]
        people = [Person(phone, marks, number, since=since) for number, phone in enumerate(phones)]
        for number, phone in enumerate(phones):
            await phone.join(marks.name_of(number))
            phone.watch()
        try:
            yield Crowd(level, people, wishes(level, seed), since)
        finally:
            await asyncio.gather(*(phone.close() for phone in phones))
