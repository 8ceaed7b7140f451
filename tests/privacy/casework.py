"""Somebody whose pictures are reported, and the staff who decide: orders, copies and chats as in `packing`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from generation.chat import Chats
from imaging.intake import Intake
from models import Media, Order, Photo, Report
from privacy.account_news import AccountNews
from privacy.audit import Act, Audit
from privacy.bans import Bans
from privacy.freezing import Freezing
from privacy.report_news import ReportNews
from privacy.reports import Reports, Said
from providers.telegram import Telegram
from support.announcements import Announcements
from tests.generation.studio import KEY, Who
from tests.privacy.wiping import Wiper
from vault.master import MasterKeys
from workers.work_kinds import standing_kinds

MAY = Act("may.chan", "a report of Monday")


class Casework(Wiper):
    def __init__(self, database: Any, folder: Path, clock: Any, *, intake: Intake) -> None:
        super().__init__(database, folder, clock)
        self.intake = intake
        self.of(slots=5)
        self.audit = Audit(database, self.fields, self.keys)
        self.reports = Reports(database, self.fields, self.keys, self.desk, self.audit)
        self.freezing = Freezing(
            keys=self.keys,
            desk=self.desk,
            deliver=self.deliver,
            audit=self.audit,
            reports=self.reports,
            erasures=self.erasures,
        )
        news = Chats(database, self.fields, cast(Telegram, self.telegram), purpose="announcements")
        announcements = Announcements(
            database=database,
            desk=self.desk,
            chats=news,
            promotional=news,
            site="",
            support_email="help@miomio.invalid",
        )
        self.bans = Bans(desk=self.desk, deliver=self.deliver, announcements=announcements, audit=self.audit)
        self.news = AccountNews(database, news, support_email="help@miomio.invalid")
        support = Chats(database, self.fields, cast(Telegram, self.telegram), purpose="support")
        self.heard = ReportNews(database, support, support_email="help@miomio.invalid")
        self.table.update({kind.name: kind for kind in standing_kinds(self.news, self.heard)})

    def reported(self, who: Who | None = None, **more: Any) -> str:
        """The number of a case that came by the website, about somebody or nobody yet."""
        with self.database.unit() as unit:
            said = Said(kind="consent", source="web", words="that is me", accused=who.id if who else None, **more)
            return str(self.reports.open(unit, said).id)

    def freezes(self, number: str, account: str | None = None) -> None:
        with self.database.unit() as unit:
            self.freezing.freeze(unit, MAY, number, account=account)

    def releases(self, number: str) -> None:
        with self.database.unit() as unit:
            self.freezing.release(unit, MAY, number)

    def wipes(self, number: str, account: str | None = None) -> None:
        with self.database.unit() as unit:
            self.freezing.erase(unit, MAY, number, account=account)

    def unfounded(self, number: str) -> None:
        with self.database.unit() as unit:
            self.reports.unfounded(unit, MAY, number)

    def frozen(self, who: Who) -> Who:
        """Frozen by a case of their own."""
        self.freezes(self.reported(who))
        return who

    def ban(self, who: Who, reason: str = "consent") -> int:
        with self.database.unit() as unit:
            return self.bans.ban(unit, MAY, who.id, reason=reason)

    def unban(self, who: Who) -> None:
        with self.database.unit() as unit:
            self.bans.unban(unit, MAY, who.id)

    def case(self, number: str) -> Report:
        with self.database.connection():
            return self.reports.get(number)

    def media_of(self, who: Who) -> list[Media]:
        with self.database.connection():
            return list(Media.select().where((Media.account == who.id) & (Media.kind != "export")))

    def photo(self, who: Who) -> Photo:
        with self.database.connection():
            row: Photo = Photo.get_by_id(who.photo)
        return row

    def order_of(self, order: str) -> Order:
        with self.database.connection():
            row: Order = Order.get_by_id(order)
        return row

    def another_process(self) -> tuple[Keys, MediaVault]:
        """With the same master key and a memory of its own, on the same clock."""
        keys = Keys(
            self.database,
            MasterKeys.parse(f"m1:{KEY}"),
            monotonic=lambda: self.clock.now().timestamp(),
        )
        return keys, MediaVault(self.database, keys, self.store, PurposeCheck(self.database))

    def verbs(self) -> list[tuple[str, str | None]]:
        """What stands in the staff's log, and whom or what it is about."""
        return [(entry.verb, entry.subject) for entry in self.audit.entries(newest=50)]
