"""One day of the canary person, step by step, by the doors that people use; then it is looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TypeVar

import crash
import logs
from consent.accounts import Accounts, Identity
from consent.record import accept
from custody.media import MediaVault
from database import Database, Unit
from errors import Permanent, Temporary
from generation.chat import PURPOSE, Chats
from generation.orders import Orders
from generation.photos import Photos
from models import Acceptance, Account, CanaryRun, Erasure, Export, Media, Order, Photo
from policy.versions import CURRENT
from privacy.canary_marks import Marks
from privacy.erasures import ACCOUNT, Erasures
from privacy.export import Exports
from privacy.places import Place
from privacy.search import Canary as Known
from privacy.search import Search, Sighting, slices
from providers.telegram_calls import Upload, send_document, send_text
from states import move

STEP_WITHIN = timedelta(minutes=15)  # a step that takes longer has failed: a picture may be tried several times
LOOK_EVERY = 1.0  # seconds
SAYS = "The canary: once a day this chat gets a picture, so that we see whether everything works."
NOT_MADE = (Order.REFUSED, Order.FAILED, Order.CANCELLED, Order.HELD_BACK, Order.DELETED)

# Where to look for something that began then; with bytes that each place must show, or nobody has looked.
Everywhere = Callable[[datetime, str, str], Sequence[Place]]
T = TypeVar("T")

log = logs.get()


class CanaryDay:
    """`pause` waits for others. Each step raises what its door raises, Permanent("canary.…") where it leads nowhere,
    Temporary("canary.too_slow"), and Permanent("canary.lost") where somebody else has ended the run meanwhile."""

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
        self._pause = pause
        self._step_within = step_within

    def live(self, run: CanaryRun, chat: int) -> None:
        """From the yes to the last look. Raises LookupError where a place could not be looked at."""
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

    def until_gone(self, account: str, erasure: str | None) -> None:
        """Returns when nothing of the account is left that its deletion takes."""
        self._until(lambda: self._gone(account, erasure))

    def _leaves(self, run: CanaryRun, account: str) -> None:
        with self._database.unit() as unit:
            erasure = self.ask_to_leave(unit, run, account)
        crash.at("canary.leaving")
        self.until_gone(account, erasure)
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
        return row.state == Order.DELIVERED

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

    def ask_to_leave(self, unit: Unit, run: CanaryRun, account: str | None) -> str | None:
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


def _before(state: str) -> tuple[str, ...]:
    """The states that lead to this one."""
    return tuple(earlier for earlier, following in CanaryRun.MOVES.items() if state in following)


def _where(sighting: Sighting) -> str:
    """The place by its name, and of the database the table: what else a part is called may be about somebody."""
    place, _, part = sighting.place.partition(": ")
    return f"{place}: {part}" if place == "rows" else place
