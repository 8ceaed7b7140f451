"""What handlers work with."""

from __future__ import annotations

from dataclasses import dataclass

from billing.payments import Payments
from billing.refunds import Refunds
from consent.accounts import Accounts
from custody.fields import Fields
from custody.keys import Keys
from database import Database
from generation.deliver import Deliver
from generation.greet import Boards
from generation.orders import Orders
from generation.photos import Photos
from generation.status import Status
from generation.styles import Catalogue
from jobs.desk import Desk
from policy.choices import REFUSABLE
from privacy.erasures import Erasures
from privacy.export import Exports
from privacy.reports import Reports
from privacy.sweep import Sweep
from providers.origins import recipients
from providers.telegram import Telegram
from support.announcements import Announcements
from support.tickets import Tickets
from traffic.control import Traffic
from workers.house import House


@dataclass(frozen=True, kw_only=True)
class Context:
    """The parts of the house that a conversation touches."""

    database: Database
    keys: Keys
    desk: Desk
    fields: Fields
    telegram: Telegram
    accounts: Accounts
    payments: Payments
    refunds: Refunds
    photos: Photos
    orders: Orders
    status: Status
    deliver: Deliver
    announcements: Announcements
    tickets: Tickets
    exports: Exports
    erasures: Erasures
    reports: Reports
    sweeps: tuple[Sweep, ...]  # the rules by which data go
    boards: Boards
    catalogue: Catalogue
    motions: Catalogue
    traffic: Traffic
    videos: bool
    receivers: tuple[str, ...]  # who receives data, in short
    providers: tuple[str, ...]  # the AI providers among them
    refusable: tuple[str, ...]  # their ids: who a person may refuse
    support_email: str
    site: str  # where the website stands

    @classmethod
    def of(cls, house: House) -> Context:
        return cls(
            database=house.database,
            keys=house.keys,
            desk=house.desk,
            fields=house.fields,
            telegram=house.telegram,
            accounts=house.accounts,
            payments=house.payments,
            refunds=house.refunds,
            photos=house.photos,
            orders=house.orders,
            status=house.status,
            deliver=house.deliver,
            announcements=house.announcements,
            tickets=house.tickets,
            exports=house.exports,
            erasures=house.erasures,
            reports=house.reports,
            sweeps=tuple(house.retention.sweeps),
            boards=house.boards,
            catalogue=house.catalogue,
            motions=house.motions,
            traffic=house.traffic,
            videos=house.slots is not None,
            receivers=tuple(r.short for r in recipients(house.settings)),
            providers=tuple(r.short for r in recipients(house.settings) if r.model),
            refusable=tuple(r.id for r in recipients(house.settings) if r.id in REFUSABLE),
            support_email=house.settings.support_email or "support",
            site=house.settings.public_url.rstrip("/"),
        )
