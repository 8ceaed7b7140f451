"""The video part of generation, put together from its own classes on the test's database: work rows
are really claimed and run, and time moves when a test turns it."""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from PIL import Image

from billing import ledger
from billing.payments import Payments
from billing.refunds import Refunds
from consent.accounts import Accounts, Identity
from custody import destroy
from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Database, Unit
from errors import Failure, Temporary
from generation import kinds
from generation.chat import Chats
from generation.collect import Collect
from generation.deliver import Deliver
from generation.links import Links
from generation.orders import PROVIDER, VIDEO_PROVIDER, Orders
from generation.photos import Photos
from generation.show import Show
from generation.slots import VideoSlots
from generation.source import Source
from generation.status import Status
from generation.styles import MOTIONS, Catalogue
from generation.submit import Submit
from generation.upkeep import Upkeep
from generation.watch import EVERY, Watch
from imaging.intake import Intake
from jobs.claim import Claim
from jobs.desk import Desk
from jobs.kinds import GENERATION, RIGHTS, Kind
from jobs.runner import Runner
from models import Account, Media, Order, Photo, VideoTask, Work, new_id
from moderation.check import PromptRules
from policy.versions import CURRENT
from providers.telegram import Telegram
from tests.closing import close_account
from tests.generation.outside import FakeFiles, FakeKling, FakeTelegram
from traffic.control import Traffic
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys
from workers.work_kinds import video_kinds

KEY = base64.b64encode(bytes(range(32))).decode()
FIRST, SECOND = "first-model", "second-model"


def picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((400, 300)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


PICTURE = picture()


@dataclass
class Who:
    """Somebody with an account and a photo."""

    id: str
    photo: str


class Studio:
    """Everything from the order of a video to its delivery."""

    def __init__(self, database: Database, folder: Path, clock: Any, *, intake: Intake, rules: PromptRules) -> None:
        self.database, self.clock = database, clock
        purposes = PurposeCheck(database)
        self.keys = Keys(database, MasterKeys.parse(f"m1:{KEY}"), monotonic=lambda: clock.now().timestamp())
        self.fields = Fields(self.keys, BlindIndex.parse(f"1:{KEY}"), purposes)
        self.accounts = Accounts(self.fields, self.keys)
        self.store = FolderStore(folder)
        self.media = MediaVault(database, self.keys, self.store, purposes)
        self.rung: list[tuple[str, str, str]] = []
        self.table: dict[str, Kind] = {}
        self.kling, self.files, self.telegram = FakeKling(), FakeFiles(), FakeTelegram()
        self.chats = Chats(database, self.fields, cast(Telegram, self.telegram))
        self.desk = Desk(
            database, self.table, lambda *ring: self.rung.append(ring), lease_seconds=15.0, holder="studio"
        )
        self.refunds = Refunds(
            database=database,
            fields=self.fields,
            desk=self.desk,
            payments=Payments(self.fields, self.keys, self.desk),
            telegram=cast(Any, None),
        )
        self.photos = Photos(
            database=database,
            fields=self.fields,
            media=self.media,
            desk=self.desk,
            telegram=cast(Telegram, self.telegram),
            intake=intake,
        )
        self.motions = Catalogue.load(MOTIONS)
        self.links = Links("https://miomio.invalid")
        self.intake, self.rules = intake, rules
        calls = {PROVIDER: kinds.PRODUCE, VIDEO_PROVIDER: kinds.SUBMIT}
        self.traffic = Traffic(database, pictures=kinds.PRODUCE, calls=calls, chance=lambda: 0.5)
        self._numbers = itertools.count(1000)
        self.of(slots=5)

    def of(self, *, slots: int, models: Sequence[str] = (FIRST, SECOND)) -> None:
        """The parts above the tables, for so many slots and these models."""
        self.slots = VideoSlots(
            database=self.database, desk=self.desk, traffic=self.traffic, slots=slots, models=models
        )
        self.orders = Orders(
            fields=self.fields,
            desk=self.desk,
            catalogue=Catalogue.load(),
            motions=self.motions,
            slots=self.slots,
            rules=self.rules,
            traffic=self.traffic,
            parallel=3_000,
        )
        self.watch = Watch(database=self.database, fields=self.fields, desk=self.desk, provider=self.kling)
        self.status = Status(database=self.database, orders=self.orders, chats=self.chats)
        self.show = Show(
            database=self.database,
            media=self.media,
            orders=self.orders,
            chats=self.chats,
            intake=self.intake,
            links=self.links,
            videos=True,
        )
        self.deliver = Deliver(
            database=self.database,
            fields=self.fields,
            desk=self.desk,
            chats=self.chats,
            show=self.show,
            status=self.status,
        )
        self.upkeep = Upkeep(
            database=self.database, desk=self.desk, orders=self.orders, status=self.status, traffic=self.traffic
        )
        submit = Submit(
            database=self.database,
            media=self.media,
            desk=self.desk,
            orders=self.orders,
            slots=self.slots,
            watch=self.watch,
            status=self.status,
            intake=self.intake,
            traffic=self.traffic,
            provider=self.kling,
        )
        collect = Collect(
            database=self.database,
            fields=self.fields,
            media=self.media,
            desk=self.desk,
            watch=self.watch,
            files=self.files,
        )
        self.table.update({kind.name: kind for kind in (*video_kinds(submit, collect), *self._others())})
        self.runner = Runner(self.desk)

    def _others(self) -> tuple[Kind, ...]:
        def destroyed(claim: Claim) -> None:
            destroy.destroy(self.database, self.store, claim.subject)
            with claim.finish():
                pass

        def nothing(claim: Claim, failure: Failure, unit: Unit) -> None:
            """Nothing depends on it."""

        deliver = self.deliver
        return (
            Kind(name=kinds.DELIVER, queue=GENERATION, do=deliver.result, ended_badly=deliver.not_delivered, tries=20),
            Kind(name=kinds.TELL, queue=GENERATION, do=deliver.reason, ended_badly=nothing),
            Kind(name=kinds.ORIGINAL, queue=GENERATION, do=deliver.original, ended_badly=nothing),
            Kind(name=kinds.DESTROY, queue=RIGHTS, do=destroyed, ended_badly=nothing),
        )

    def person(self, *, credits: int = 100, paid: bool = False) -> Who:
        number = next(self._numbers)
        who = Identity(number, "Ann", None, None, "en")
        with self.database.unit() as unit:
            account: Account = self.accounts.open(unit, who, version=CURRENT.id)
            source = "small" if paid else ledger.TRIAL
            if paid:  # nothing of a trial is left
                ledger.hold(unit, owner=account.id, order=f"used{number}", credits=3)
                ledger.charge(unit, owner=account.id, order=f"used{number}")
            ledger.grant(unit, owner=account.id, credits=credits, source=source, key=f"more:{number}")
        return Who(account.id, self.photo_of(account.id))

    def photo_of(self, account: str) -> str:
        media = self._kept(account, "photo")
        photo = new_id()
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            Photo.insert(
                id=photo, account=account, state=Photo.READY, message_id=5, media=media.id, created_at=unit.now
            ).execute()
        return photo

    def result_of(self, who: Who) -> str:
        """The order of a picture that was made of the photo."""
        media = self._kept(who.id, "result")
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            row = self.orders.offer(unit, source=Source(who.id, who.photo), style=None, prompt="a lighthouse")
            Order.update(state=Order.DELIVERED, media=media.id).where(Order.id == row.id).execute()
        return str(row.id)

    def _kept(self, account: str, kind: str) -> Media:
        return self.media.keep(account=account, kind=kind, data=PICTURE, mime="image/jpeg", width=400, height=300)

    def offer(self, who: Who, *, seconds: int = 5, prompt: str | None = None, origin: str | None = None) -> str:
        with self.database.unit() as unit:
            style = None if prompt else self.motions.get("zoom")
            source = Source(who.id, who.photo, origin)
            return str(self.orders.offer(unit, source=source, style=style, prompt=prompt, seconds=seconds).id)

    def place(self, who: Who, order: str) -> Any:
        with self.database.unit() as unit:
            self.orders.place(unit, account=who.id, order=order, message=next(self._numbers))
            return self.orders.stands(unit, Order.get_by_id(order))

    def order(self, who: Who, **wanted: Any) -> str:
        """A video that is paid for and waits."""
        order = self.offer(who, **wanted)
        self.place(who, order)
        self.clock.turn(0.01)  # so that each has an age of its own
        return order

    def filming(self, who: Who, **wanted: Any) -> str:
        """A video that the provider works on."""
        order = self.order(who, **wanted)
        self.slots.admit()
        self.work()
        assert self.state(order) == Order.RENDERING
        return order

    def found(self, who: Who) -> str:
        """A video that is finished at the provider and not fetched yet."""
        order = self.filming(who)
        self.kling.finishes(self.id_of(order))
        self.later(32)
        self.watch.round()
        assert self.task(order).state == VideoTask.FOUND
        return order

    def work(self, seconds: float = 0.0) -> int:
        """Everything that is due, and what follows from it; with time passing, what becomes due meanwhile too."""
        done = 0
        until = self.clock.now().timestamp() + seconds
        while True:
            while due := self.desk.next_due({GENERATION, RIGHTS}, limit=50):
                for work in due:
                    done += self.runner.run(work)
            if self.clock.now().timestamp() >= until:
                return done
            self.clock.turn(1)

    def later(self, seconds: float) -> None:
        self.clock.turn(seconds)

    def watches(self, seconds: float, *, every: float = EVERY) -> None:
        """So much time passes, with rounds, admissions and work as the worker processes do them. Where nothing happens
        for longer than some questions lie apart, it passes in larger and larger steps."""
        until = self.clock.now().timestamp() + seconds
        idle, step = 0.0, every
        while (left := until - self.clock.now().timestamp()) > 0:
            self.clock.turn(min(step, left))
            happened = 0
            with suppress(Temporary):
                happened += self.watch.round()
            happened += self.slots.admit() + self.work()
            idle = 0.0 if happened else idle + step
            step = every if idle <= 6 * EVERY else min(2 * step, max(every, 4 * EVERY))

    def cancel(self, who: Who, order: str) -> None:
        with self.database.unit() as unit:
            self.orders.cancel(unit, account=who.id, order=order)

    def close(self, who: Who) -> None:
        with self.database.unit() as unit:
            close_account(
                unit, desk=self.desk, keys=self.keys, fields=self.fields, refunds=self.refunds, account=who.id
            )

    def delete_photo(self, who: Who) -> None:
        with self.database.unit() as unit:
            assert self.photos.delete(unit, account=who.id, photo=who.photo)

    def row(self, order: str) -> Any:
        with self.database.connection():
            return Order.get_by_id(order)

    def state(self, order: str) -> str:
        return str(self.row(order).state)

    def tasks(self, order: str) -> list[Any]:
        with self.database.connection():
            return list(VideoTask.select().where(VideoTask.order == order).order_by(VideoTask.attempt))

    def task(self, order: str) -> Any:
        return self.tasks(order)[-1]

    def id_of(self, order: str) -> str:
        return str(self.task(order).external_id)

    def balance(self, who: Who) -> tuple[int, int]:
        """(free, held), without the credits of the trial everybody has."""
        with self.database.connection():
            found = ledger.balance(who.id)
        return found.free, found.held

    def open_tasks(self) -> int:
        """Slots that are taken."""
        with self.database.connection():
            taken = VideoTask.state.in_(VideoTask.OPEN) & ~VideoTask.late
            return int(VideoTask.select().where(taken).count())

    def undone(self) -> list[str]:
        """Kinds of the work that still waits or is held."""
        with self.database.connection():
            rows = Work.select().where(Work.state.in_((Work.DUE, Work.HELD))).order_by(Work.kind)
            return [row.kind for row in rows]
