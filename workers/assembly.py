"""Puts the parts of a process together, from the settings. The one place where concrete parts meet."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import logs
from billing.payments import REFUND, Payments
from billing.reconcile import Reconciliation
from billing.refunds import Refunds
from config import Settings
from consent.accounts import Accounts
from custody import destroy
from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Clock, Database, Unit
from errors import Failure
from generation import kinds
from generation.chat import Chats
from generation.deliver import Deliver
from generation.greet import Boards, Greet
from generation.orders import Orders
from generation.photos import Photos
from generation.produce import PictureProvider, Produce
from generation.styles import Catalogue
from generation.upkeep import Upkeep
from imaging.intake import Intake
from jobs import pacing
from jobs.claim import Claim
from jobs.desk import Desk, Ring
from jobs.kinds import GENERATION, RIGHTS, Kind
from jobs.tick import Duty
from moderation.check import PromptRules
from providers.gemini import PATIENCE, Gemini
from providers.http import Outbound, Timeout
from providers.origins import allowed
from providers.telegram import NAME, Telegram
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys
from vault.s3 import S3Store, s3_client
from vault.store import Store

log = logs.get()


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything a process may need, assembled once. `close()` ends what runs beside it."""

    settings: Settings
    database: Database
    keys: Keys
    fields: Fields
    media: MediaVault
    desk: Desk
    accounts: Accounts
    payments: Payments
    refunds: Refunds
    reconciliation: Reconciliation
    telegram: Telegram
    chats: Chats
    photos: Photos
    orders: Orders
    deliver: Deliver
    boards: Boards
    catalogue: Catalogue
    upkeep: Upkeep
    intake: Intake
    outbound: Outbound = field(repr=False)

    def duties(self, queue: str) -> tuple[Duty, ...]:
        """The small regular work of a process group."""
        if queue == RIGHTS:
            return (
                Duty("leftovers", 600.0, self.upkeep.leftovers),
                Duty("reconcile", 86_400.0, self.reconcile),
            )
        return (Duty("positions", 5.0, self.upkeep.positions),)

    def reconcile(self) -> None:
        """Every night: differences are an alarm for ops, who run `python -m ops reconcile` to read them."""
        report = self.reconciliation.run()
        for payment in (*report.booked, *report.refunds):
            log.warning("payment.put_right", payment=payment.id, state=payment.state)
        if report.differences:
            log.error("payments.differ", count=len(report.differences))

    def close(self) -> None:
        self.intake.close()
        self.outbound.close()
        self.database.close()


def open_store(settings: Settings) -> Store:
    """The bucket where one is named, else the folder."""
    if settings.s3_bucket:
        client = s3_client(region=settings.aws_region, endpoint=settings.aws_endpoint_url_s3 or None)
        return S3Store(client, settings.s3_bucket)
    return FolderStore(Path(settings.store_path))


def assemble(
    settings: Settings,
    *,
    ring: Ring,
    clock: Clock | None = None,
    provider: Callable[[Outbound], PictureProvider] | None = None,
) -> House:
    """A house on these settings. `clock` and `provider` stand in for the real ones where given."""
    database = Database(settings.database_url, pool=settings.database_pool, clock=clock)
    keys = Keys(database, MasterKeys.parse(settings.master_keys))
    purposes = PurposeCheck(database)
    fields = Fields(keys, BlindIndex.parse(settings.index_key), purposes)
    media = MediaVault(database, keys, open_store(settings), purposes)
    outbound = Outbound(allowed(settings), connections=settings.worker_threads + settings.web_threads)
    telegram = Telegram(
        outbound,
        api_url=settings.telegram_api_url,
        token=settings.telegram_token,
        on_wait=lambda seconds: pacing.wait(database, NAME, seconds),
    )
    catalogue = Catalogue.load()
    intake = Intake()
    accounts = Accounts(fields, keys)
    table: dict[str, Kind] = {}
    desk = Desk(database, table, ring, lease_seconds=settings.lease_seconds, holder=secrets.token_hex(8))
    payments = Payments(fields, keys, desk)
    refunds = Refunds(database=database, fields=fields, desk=desk, payments=payments, telegram=telegram)
    chats = Chats(database, fields, telegram)
    photos = Photos(database=database, fields=fields, media=media, desk=desk, telegram=telegram, intake=intake)
    orders = Orders(
        fields=fields,
        desk=desk,
        catalogue=catalogue,
        rules=PromptRules.load(),
        parallel=settings.parallel_orders,
    )
    produce = Produce(
        database=database,
        media=media,
        desk=desk,
        orders=orders,
        chats=chats,
        provider=provider(outbound) if provider else _gemini(settings, outbound),
    )
    deliver = Deliver(
        database=database, fields=fields, media=media, desk=desk, orders=orders, chats=chats, intake=intake
    )
    boards = Boards(catalogue)
    greet = Greet(database=database, fields=fields, chats=chats, orders=orders, boards=boards)
    house = House(
        settings=settings,
        database=database,
        keys=keys,
        fields=fields,
        media=media,
        desk=desk,
        accounts=accounts,
        payments=payments,
        refunds=refunds,
        reconciliation=Reconciliation(
            database=database,
            payments=payments,
            refunds=refunds,
            telegram=telegram,
            account_of=accounts.buyer,
        ),
        telegram=telegram,
        chats=chats,
        photos=photos,
        orders=orders,
        deliver=deliver,
        boards=boards,
        catalogue=catalogue,
        upkeep=Upkeep(database=database, desk=desk, orders=orders, chats=chats),
        intake=intake,
        outbound=outbound,
    )
    table.update({kind.name: kind for kind in _kinds(house, produce, greet)})
    return house


def _kinds(house: House, produce: Produce, greet: Greet) -> tuple[Kind, ...]:
    def nothing(claim: Claim, failure: Failure, unit: Unit) -> None:
        """A courtesy that did not reach the person; nothing of theirs depends on it."""

    def destroyed(claim: Claim) -> None:
        destroy.destroy(house.database, house.media.store, claim.subject)
        with claim.finish():
            pass

    return (
        Kind(name=kinds.INTAKE, queue=GENERATION, do=house.photos.take_in, ended_badly=house.photos.not_taken_in),
        Kind(name=kinds.GREET, queue=GENERATION, do=greet.do, ended_badly=nothing, tries=8),
        Kind(
            name=kinds.PRODUCE,
            queue=GENERATION,
            do=produce.do,
            ended_badly=produce.ended_badly,
            again=produce.again,
            tries=6,
        ),
        Kind(
            name=kinds.DELIVER,
            queue=GENERATION,
            do=house.deliver.picture,
            ended_badly=house.deliver.not_delivered,
            tries=20,
        ),
        Kind(name=kinds.TELL, queue=GENERATION, do=house.deliver.reason, ended_badly=nothing, tries=10),
        Kind(name=kinds.ORIGINAL, queue=GENERATION, do=house.deliver.original, ended_badly=nothing),
        Kind(name=REFUND, queue=RIGHTS, do=house.refunds.do, ended_badly=house.refunds.not_sent, tries=200),
        # What was promised to be destroyed is tried until it is.
        Kind(name=kinds.DESTROY, queue=RIGHTS, do=destroyed, ended_badly=nothing, tries=1_000_000),
    )


def _gemini(settings: Settings, outbound: Outbound) -> Gemini:
    return Gemini(
        outbound,
        base_url=settings.gemini_api_url,
        api_key=settings.gemini_api_key,
        model=settings.gemini_model,
        fallback_model=settings.gemini_fallback_model,
        timeout=Timeout(connect=PATIENCE.connect, read=settings.gemini_patience_seconds),
    )
