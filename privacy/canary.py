"""The canary person: each day somebody who is nobody comes, gets a picture, leaves, and is looked for everywhere.

It enters by the same doors as people do, behind the chat: accounts, photos, orders, copies, deletions. Its marks live
in the memory of one process; a run that ends half-way has failed, and its account is deleted by whoever comes next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TypeVar

from peewee import IntegrityError

import crash
import logs
from consent.accounts import Accounts, Identity
from consent.record import accept
from custody.media import MediaVault
from database import Database, Unit
from errors import Failure, Permanent, Rejected, Temporary
from generation.chat import PURPOSE, Chats
from generation.orders import Orders
from generation.photos import Photos
from models import Acceptance, Account, CanaryRun, Erasure, Export, Media, Order, Photo, new_id
from policy.canary import AT
from policy.versions import CURRENT
from privacy.canary_marks import Marks
from privacy.erasures import ACCOUNT, Erasures
from privacy.export import Exports
from privacy.places import Place
from privacy.search import Canary as Known
from privacy.search import Search, Sighting, slices
from providers.telegram_calls import Upload, send_document, send_text
from states import move

EVERY = 600.0  # seconds between two looks at the clock
LEASE = timedelta(minutes=2)  # after the last sign of life a run counts as stopped
BEAT = 20.0  # seconds between two signs of life
STEP_WITHIN = timedelta(minutes=15)  # a step that takes longer has failed: a picture may be tried several times
LOOK_EVERY = 1.0  # seconds
STOPPED, BROKEN = "canary.stopped", "program.error"
SAYS = "The canary: once a day this chat gets a picture, so that we see whether everything works."
MADE = (Order.DELIVERED,)
NOT_MADE = (Order.REFUSED, Order.FAILED, Order.CANCELLED, Order.HELD_BACK, Order.DELETED)

# Where to look for something that began then; with bytes that each place must show, or nobody has looked.
Everywhere = Callable[[datetime, str, str], Sequence[Place]]
T = TypeVar("T")

log = logs.get()


class Canary:
    """`chat`: the chat of a test account of the staff's; none: there is no canary here. `pause` waits for others."""

    def __init__(
        self,
        *,
        database: Database,
        media: MediaVault,
        accounts: Accounts,
        chats: Chats,
        photos: Photos,
        orders: Orders,
        exports: Exports,
        erasures: Erasures,
        everywhere: Everywhere,
        chat: int | None,
        pause: Callable[[float], None] = time.sleep,
        step_within: timedelta = STEP_WITHIN,
    ) -> None:
        self._database = database
        self._media = media
        self._accounts = accounts
        self._chats = chats
        self._photos = photos
        self._orders = orders
        self._exports = exports
        self._erasures = erasures
        self._everywhere = everywhere
        self.chat = chat
        self._pause = pause
        self._step_within = step_within

    def daily(self) -> None:
        """The duty: one run each day, from its hour on; and what another process left half-way is put in order."""
        if self.chat is None:
            return
        now = self._database.clock.now()
        since = datetime.combine(now.date(), AT)
        with self._database.connection():
            last = CanaryRun.select().order_by(CanaryRun.begun_at.desc()).first()
        if last is not None and last.state in CanaryRun.OPEN and last.until < now:
            self.tidy()
        elif now >= since and (last is None or last.begun_at < since):
            self.run()

    def run(self, *, again: bool = False) -> CanaryRun:
        """One whole day of it; the row as it ended. A day has one picture, unless it is wanted `again`.

        Raises Rejected("canary.unset" | "canary.under_way" | "canary.today"). Whatever else goes wrong is the run's
        result, and stands in the row.
        """
        if self.chat is None:
            raise Rejected("canary.unset")
        self._end_stopped()
        run = self._begin(again=again)
        with self._alive(run):
            try:
                self._clear()
                self._lives(run, self.chat)
            except Failure as failure:
                self._failed(run, failure.code)
            except LookupError:
                self._failed(run, "canary.place_not_seen")
            except Exception:
                self._failed(run, BROKEN)
                raise
        return self._told(run)

    def tidy(self) -> None:
        """Runs that were left half-way have failed, and what is left of their accounts goes."""
        self._end_stopped()
        self._clear()

    def _begin(self, *, again: bool) -> CanaryRun:
        with self._database.unit() as unit:
            today = datetime.combine(unit.now.date(), datetime.min.time())
            paid = (CanaryRun.begun_at >= today) & CanaryRun.order.is_null(False)
            if not again and CanaryRun.select().where(paid).exists():
                raise Rejected("canary.today")
            run = CanaryRun(id=new_id(), begun_at=unit.now, until=unit.now + LEASE)
            try:
                with self._database.part():
                    run.save(force_insert=True)
            except IntegrityError:
                raise Rejected("canary.under_way") from None
        log.info("canary.begun", run=run.id)
        return run

    def _lives(self, run: CanaryRun, chat: int) -> None:
        marks = Marks(SystemRandom())
        known, sent = marks.canaries(), marks.picture()
        known += slices("its photo as it was sent", sent)
        account = self._joins(run, chat, marks)
        self._sends(run, account, sent, marks)
        order = self._orders_picture(run, account)
        objects = self._objects(account)
        known += self._opened(account)
        self._takes_copy(run, account, chat)
        self._leaves(run, account)
        self._looks(run, known, objects, order)

    def _joins(self, run: CanaryRun, chat: int, marks: Marks) -> str:
        who = Identity(chat, f"Canary {marks.latin}", marks.chinese, marks.latin, "en")
        with self._database.unit() as unit:
            if self._accounts.find(chat) is not None:
                raise Permanent("canary.chat_taken")
            account = str(self._accounts.open(unit, who, version=CURRENT.id, canary=True).id)
            accept(unit, account=account, kind=Acceptance.PEOPLE)
            self._step(run, CanaryRun.JOINED, account=account)
        crash.at("canary.joined")
        return account

    def _sends(self, run: CanaryRun, account: str, picture: bytes, marks: Marks) -> None:
        """Its chat gets the drawn picture from us, for only people can send us one; from there on it is theirs."""
        person = self._chats.person(account)
        upload = Upload(picture, name="canary.jpg")
        sent = self._chats.send(person, send_document(person.chat, upload, SAYS))
        if sent is None or sent.file_id is None:
            raise Permanent("canary.not_sent")
        crash.at("canary.sent")
        with self._database.unit() as unit:
            known = {"file_id": sent.file_id, "caption": self._orders.check_prompt(marks.prompt)}
            self._photos.receive(unit, account=account, message=sent.message_id, agreed=True, **known)
            self._step(run, CanaryRun.SENT)

    def _orders_picture(self, run: CanaryRun, account: str) -> str:
        """The offer that the photo was answered with is taken, with a message that becomes the picture."""
        offered = self._until(lambda: self._offer(account))
        person = self._chats.person(account)
        status = self._chats.send(person, send_text(person.chat, SAYS))
        if status is None:
            raise Permanent("canary.not_sent")
        with self._database.unit() as unit:
            self._orders.place(unit, account=account, order=offered, message=status.message_id)
            self._step(run, CanaryRun.ORDERED, order=offered)
        crash.at("canary.ordered")
        self._until(lambda: self._made(offered))
        with self._database.unit():
            self._step(run, CanaryRun.DELIVERED)
        return offered

    def _takes_copy(self, run: CanaryRun, account: str, chat: int) -> None:
        with self._database.unit() as unit:
            export = self._exports.ask(unit, account=account, telegram_id=chat)
        crash.at("canary.copy_asked")
        self._until(lambda: self._copied(export))
        with self._database.unit():
            self._step(run, CanaryRun.COPIED)

    def _leaves(self, run: CanaryRun, account: str) -> None:
        with self._database.unit() as unit:
            erasure = self._ask_to_leave(unit, run, account)
        crash.at("canary.leaving")
        self._until(lambda: self._gone(account, erasure))
        with self._database.unit() as unit:
            self._step(run, CanaryRun.LEFT, cleared_at=unit.now)

    def _looks(self, run: CanaryRun, known: list[Known], objects: list[str], order: str) -> None:
        """In every place for every mark, and for the objects by their names."""
        store, search = self._media.store, Search(known)
        seen = {"objects: still there" for name in objects if store.exists(name)}
        places = self._everywhere(run.begun_at, run.id, objects[0])
        for place in places:
            seen |= {_where(sighting) for sighting in place.searched(search)}
        with self._database.unit() as unit:
            ended = {"places": len(places), "ended_at": unit.now, "reason": "; ".join(sorted(seen)) or None}
            self._step(run, CanaryRun.SEEN if seen else CanaryRun.CLEAN, **ended)
        if seen:
            log.error("canary.seen", run=run.id, order=order, count=len(seen))
        else:
            log.info("canary.clean", run=run.id, order=order, count=len(places))

    def _offer(self, account: str) -> str | None:
        photo = Photo.get_or_none(Photo.account == account)
        if photo is None or photo.state == Photo.REFUSED:
            raise Permanent("canary.photo_refused")
        order = Order.get_or_none((Order.account == account) & (Order.state == Order.OFFERED))
        return str(order.id) if order is not None else None

    def _made(self, order: str) -> bool:
        row = Order.get_or_none(Order.id == order)
        if row is None or row.state in NOT_MADE:
            raise Permanent("canary.not_made")
        return row.state in MADE

    def _copied(self, export: str) -> bool:
        row = Export.get_or_none(Export.id == export)
        if row is None or row.state == Export.FAILED:
            raise Permanent("canary.no_copy")
        return row.state in (Export.SENT, Export.OFFERED)

    def _gone(self, account: str, erasure: str | None) -> bool:
        """The account, its objects, and whatever the deletion still had to do."""
        there = Account.select().where(Account.id == account).exists()
        open_ = Erasure.select().where((Erasure.id == erasure) & Erasure.state.in_(Erasure.OPEN)).exists()
        return not there and not open_ and not Media.select().where(Media.account == account).exists()

    def _ask_to_leave(self, unit: Unit, run: CanaryRun, account: str | None) -> str | None:
        """The deletion; none where there is no account any more."""
        if account is None or not Account.select().where(Account.id == account).exists():
            return run.erasure
        row = self._erasures.ask(unit, account=account, scope=ACCOUNT, at_once=True)
        CanaryRun.update(erasure=row.id).where(CanaryRun.id == run.id).execute()
        return str(row.id)

    def _objects(self, account: str) -> list[str]:
        with self._database.connection():
            return [row.object_name for row in Media.select().where(Media.account == account)]

    def _opened(self, account: str) -> list[Known]:
        """Slices of what is sealed, as it is when it is open: the photo that was cleaned, and the picture."""
        with self._database.connection():
            kept = list(Media.select().where((Media.account == account) & (Media.state == Media.STORED)))
        found: list[Known] = []
        for media in kept:
            with self._media.open(media, purpose=PURPOSE) as opened:
                found += slices(f"its {media.kind}", opened.read())
        return found

    def _end_stopped(self) -> None:
        """Whoever ran them gives no sign of life."""
        with self._database.unit() as unit:
            silent = CanaryRun.state.in_(CanaryRun.OPEN) & (CanaryRun.until < unit.now)
            rows = list(CanaryRun.select().where(silent))
        for row in rows:
            self._failed(row, STOPPED)

    def _clear(self) -> None:
        """What earlier runs left is deleted, and waited for."""
        left = CanaryRun.account.is_null(False) & CanaryRun.cleared_at.is_null()
        with self._database.connection():
            rows = list(CanaryRun.select().where(left & CanaryRun.state.not_in(CanaryRun.OPEN)))
        for row in rows:
            with self._database.unit() as unit:
                erasure = self._ask_to_leave(unit, row, row.account)
            self._until(lambda row=row, erasure=erasure: self._gone(row.account, erasure))  # type: ignore[misc]
            with self._database.unit() as unit:
                CanaryRun.update(cleared_at=unit.now).where(CanaryRun.id == row.id).execute()

    def _failed(self, run: CanaryRun, code: str) -> None:
        """It is shown at once. The account is asked to be deleted, and whoever comes next sees that it is."""
        with self._database.unit() as unit:
            row: CanaryRun = CanaryRun.get_by_id(run.id)
            ended = {"reason": code, "stopped_in": row.state, "ended_at": unit.now}
            if not move(CanaryRun, run.id, come_from=CanaryRun.OPEN, to=CanaryRun.FAILED, **ended):
                return
            if row.account is not None and row.cleared_at is None:
                self._ask_to_leave(unit, row, row.account)
        log.error("canary.failed", run=run.id, code=code, state=row.state)

    def _step(self, run: CanaryRun, to: str, **changes: object) -> None:
        """In a unit. Raises Permanent("canary.lost") where somebody else has ended the run meanwhile."""
        if not move(CanaryRun, run.id, come_from=_before(to), to=to, **changes):
            raise Permanent("canary.lost")

    def _until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, within the time of a step. Raises Temporary("canary.too_slow")."""
        until = self._database.clock.now() + self._step_within
        while True:
            with self._database.connection():
                found = look()
            if found:
                return found
            if self._database.clock.now() > until:
                raise Temporary("canary.too_slow")
            self._pause(LOOK_EVERY)

    @contextmanager
    def _alive(self, run: CanaryRun) -> Iterator[None]:
        """Signs of life, from a thread of their own: a search may take long."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                try:
                    with self._database.unit() as unit:
                        CanaryRun.update(until=unit.now + LEASE).where(CanaryRun.id == run.id).execute()
                except Failure as failure:  # the next one comes in time
                    log.warning("canary.no_beat", exc_info=failure)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _told(self, run: CanaryRun) -> CanaryRun:
        with self._database.connection():
            row: CanaryRun = CanaryRun.get_by_id(run.id)
        return row


def _before(state: str) -> tuple[str, ...]:
    """The states that lead to this one."""
    return tuple(earlier for earlier, following in CanaryRun.MOVES.items() if state in following)


def _where(sighting: Sighting) -> str:
    """The place by its name, and of the database the table: what else a part is called may be about somebody."""
    place, _, part = sighting.place.partition(": ")
    return f"{place}: {part}" if place == "rows" else place
