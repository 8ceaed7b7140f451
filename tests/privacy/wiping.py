"""People who have their data deleted, and the part of the house that does it, on the test's database."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from billing.payments import REFUND, Paid, Payments
from billing.prices import PACKS
from billing.refunds import Refunds
from consent.accounts import Identity
from custody.media import ERASURES, RESULT
from errors import Failure
from generation.chat import Chats
from jobs.claim import Claim
from jobs.kinds import RIGHTS, Kind
from models import (
    Account,
    Announcement,
    EndedAccount,
    Erasure,
    KeyRow,
    Media,
    Order,
    Photo,
    RightsRequest,
    Telling,
    VideoTask,
    Work,
    new_id,
)
from policy.versions import CURRENT
from privacy.erase import Eraser
from privacy.erasure_chat import Chat
from privacy.erasure_preview import Previews
from privacy.erasures import ERASE, Erasures
from privacy.manifest import PURPOSE
from privacy.retention import Retention
from providers.telegram import Telegram
from support.campaigns import Notice
from tests.generation.studio import PICTURE, Who
from tests.privacy.packing import Packer

LATER = timedelta(days=40).total_seconds()


class Papers:
    """Remembers what was signed when."""

    def __init__(self) -> None:
        self.signed: list[tuple[str, str]] = []
        self.once: set[tuple[str, str]] = set()
        self.told: list[str] = []
        self.fails: list[Failure] = []

    def sealed(self, unit: Any, erasure: Erasure) -> None:
        if ("sealed", erasure.id) not in self.once:
            self.signed.append(("sealed", erasure.state))
        self.once.add(("sealed", erasure.id))

    def gone(self, unit: Any, erasure: Erasure) -> None:
        self.signed.append(("gone", erasure.state))

    def tell(self, erasure: Erasure) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.told.append(erasure.id)


class Stars:
    """Where Telegram would give Stars back."""

    def __init__(self) -> None:
        self.given_back: list[str] = []

    def refund_star_payment(self, user: int, charge: str) -> None:
        del user
        self.given_back.append(charge)


class Wiper(Packer):
    """A packer that deletes, too."""

    def __init__(
        self, database: Any, folder: Path, clock: Any, *, store: Any = None, receipts: Any = None, telegram: Any = None
    ) -> None:
        super().__init__(database, folder, clock, store=store)
        if telegram is not None:
            self.telegram = self.chats.telegram = telegram
        self.papers = receipts or Papers()
        self.payments, self.stars = Payments(self.fields, self.keys, self.desk), Stars()
        self.refunds = Refunds(
            database=database, fields=self.fields, desk=self.desk, payments=self.payments, telegram=self.stars
        )
        self.retention = Retention(database=database, store=self.store, keys=self.keys)
        self.erasures = Erasures(
            desk=self.desk,
            keys=self.keys,
            copies=self.exports,
            previews=Previews(
                database=database,
                fields=self.fields,
                packs=self.refunds,
                copies=self.exports,
                sweeps=self.retention.sweeps,
            ),
        )
        self.eraser = Eraser(
            database=database,
            store=self.store,
            keys=self.keys,
            fields=self.fields,
            desk=self.desk,
            refunds=self.refunds,
            erasures=self.erasures,
            copies=self.exports,
            chat=Chat(Chats(database, self.fields, cast(Telegram, self.telegram), purpose=PURPOSE)),
            receipts=self.papers,
        )
        self.table[REFUND] = Kind(
            name=REFUND, queue=RIGHTS, do=self.refunds.do, ended_badly=self.refunds.not_sent, tries=200
        )
        do, badly = self.eraser.do, self.eraser.ended_badly
        self.table[ERASE] = Kind(name=ERASE, queue=RIGHTS, do=do, ended_badly=badly, tries=1_000_000)

    def erases(self, who: Who, scope: str, **more: Any) -> Erasure:
        with self.database.unit() as unit:
            return self.erasures.ask(unit, account=who.id, scope=scope, **more)

    def undoes(self, who: Who) -> bool:
        with self.database.unit() as unit:
            return self.erasures.undo(unit, account=who.id)

    def hurries(self, who: Who) -> bool:
        with self.database.unit() as unit:
            return self.erasures.at_once(unit, account=who.id)

    def preview(self, who: Who, scope: str) -> Any:
        with self.database.connection():
            return self.erasures.preview(who.id, scope)

    def open_of(self, who: Who) -> Erasure | None:
        with self.database.connection():
            return self.erasures.open_of(who.id)

    def erasure(self, id: str) -> Erasure:
        with self.database.connection():
            found: Erasure = Erasure.get_by_id(id)
        return found

    def counts(self, id: str) -> dict[str, int]:
        return cast("dict[str, int]", json.loads(self.erasure(id).counts))

    def lives(self) -> Who:
        """Somebody with a photo, two results, one of them a video, and an order that waits."""
        who = self.person()
        self.has(who, RESULT, PICTURE)
        self.has(who, "video", b"\x00\x00\x00\x18ftypisom" + bytes(1000))
        return who

    def buys(self, who: Who) -> str:
        """A pack that is not touched; its payment."""
        pack = next(iter(PACKS.values()))
        telegram_id = self.telegram_id(who)
        with self.database.unit() as unit:
            payload = self.payments.offer(unit, account=who.id, pack=pack).id
            paid = Paid(telegram_id, f"charge-{who.id}", payload, pack.stars)
            return str(self.payments.receive(unit, paid, account=who.id).payment.id)

    def comes_back(self, telegram_id: int) -> Account:
        """/start, and the yes to the notice."""
        with self.database.unit() as unit:
            return self.accounts.open(unit, Identity(telegram_id, "Ann", None, None, "en"), version=CURRENT.id)

    def announces(self, kind: str) -> Announcement:
        """Something that staff tell everybody from now on."""
        with self.database.unit() as unit:
            notice = Announcement(kind=kind, words='{"en": "News."}', created_at=unit.now)
            notice.save(force_insert=True)
        return notice

    def needless(self, who: Who, notice: Announcement) -> Callable[[], str | None]:
        """Asks why somebody need not be told of it any more, once that is planned."""
        row = Telling(id=new_id(), account=who.id, version=notice.id, created_at=notice.created_at)

        def ask() -> str | None:
            with self.database.connection():
                return Notice(notice, cast(Any, None)).needless(row)

        return ask

    def account(self, who: Who) -> Account | None:
        with self.database.connection():
            found: Account | None = Account.get_or_none(Account.id == who.id)
        return found

    def objects(self, *prefixes: str) -> list[str]:
        """Names in the store but those of records."""
        names = [name for name in self.store.names() if not name.startswith(f"{ERASURES}/")]
        return [name for name in names if not prefixes or name.startswith(prefixes)]

    def records(self) -> list[dict[str, Any]]:
        """What stands beside the objects about deletions, oldest first."""
        return [json.loads(self.store.get(name).read()) for name in self.store.names(f"{ERASURES}/")]

    def kept(self, who: Who, *kinds: str) -> list[Media]:
        with self.database.connection():
            theirs = Media.account == who.id
            return list(Media.select().where(theirs & Media.kind.in_(kinds) if kinds else theirs))

    def opens(self, media: Media) -> bytes:
        with self.media.open(media, purpose="generation") as source:
            return source.read()

    def whole(self, who: Who) -> bool:
        """Whether everything of a person can be opened as on the first day."""
        return all(self.opens(media) for media in self.kept(who)) and len(self.kept(who)) > 0

    def rows(self, who: Who) -> dict[str, int]:
        """How many rows there are about somebody, by table; only what is not nought."""
        tables: tuple[Any, ...] = (
            Account,
            KeyRow,
            Media,
            Photo,
            Order,
            VideoTask,
            EndedAccount,
            RightsRequest,
            Erasure,
        )
        with self.database.connection():
            found = {
                model.__name__: model.select()
                .where((model.id if model is Account else model.account) == who.id)
                .count()
                for model in tables
            }
        return {name: count for name, count in found.items() if count}

    def waits(self, kind: str = ERASE) -> int:
        with self.database.connection():
            return Work.select().where((Work.kind == kind) & Work.state.in_((Work.DUE, Work.HELD))).count()


def counting(kind: str, done: list[str]) -> Kind:
    """Work that only writes down that it was done."""

    def do(claim: Claim) -> None:
        done.append(claim.subject)
        with claim.finish():
            pass

    return Kind(name=kind, queue=RIGHTS, do=do, ended_badly=lambda *_: None)


def photo_of(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
