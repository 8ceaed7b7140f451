"""Puts the parts of a process together, from the settings. The one place where concrete parts meet."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from billing.payments import Payments
from billing.reconcile import Reconciliation
from billing.refunds import Refunds
from config import Settings
from consent.accounts import Accounts
from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Clock, Database
from generation.chat import Chats
from generation.collect import Collect
from generation.deliver import Deliver
from generation.greet import Boards, Greet
from generation.kinds import PRODUCE, SUBMIT
from generation.links import Links
from generation.notes import Notes
from generation.orders import PROVIDER, VIDEO_PROVIDER, Orders
from generation.photos import Photos
from generation.produce import PictureProvider, Produce
from generation.show import Show
from generation.slots import VideoSlots
from generation.status import Status
from generation.styles import MOTIONS, Catalogue
from generation.submit import Submit
from generation.upkeep import Upkeep
from generation.watch import Watch
from imaging.intake import Intake
from jobs import pacing
from jobs.desk import Desk, Ring
from jobs.kinds import Kind
from moderation.check import PromptRules
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from privacy.account_news import AccountNews
from privacy.audit import Audit
from privacy.bans import Bans
from privacy.by_choice import by_choice
from privacy.canary import Canary
from privacy.canary_day import CanaryDay
from privacy.contents import Contents
from privacy.corrections import Corrections
from privacy.deletion_cases import DeletionCases
from privacy.erase import Eraser
from privacy.erasure_chat import Chat as ChatOfErasures
from privacy.erasure_mark import ErasureMarks
from privacy.erasure_preview import Previews
from privacy.erasures import Erasures
from privacy.export import Exports
from privacy.freezing import Freezing
from privacy.incidents import Incidents
from privacy.letters import Letters
from privacy.manifest import PURPOSE as RIGHTS_PURPOSE
from privacy.receipts import Receipts
from privacy.release import ROOT, checked_out
from privacy.replay import Replay
from privacy.replayed import Again
from privacy.report_news import ReportNews
from privacy.reports import Reports
from privacy.requests import Requests
from privacy.retention import Retention
from privacy.tokens import Tokens
from providers.gemini import PATIENCE, Gemini
from providers.http import Outbound, Timeout
from providers.kling import Kling
from providers.origins import allowed, names, stand_ins
from providers.results import ResultHosts
from providers.telegram import NAME, Telegram
from support.announcements import Announcements
from support.answers import Answers
from support.attachments import Attachments
from support.campaigns import Consented
from support.office import Office
from support.tickets import PURPOSE as SUPPORT_PURPOSE
from support.tickets import Tickets
from traffic.control import Traffic
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys
from vault.s3 import S3Store, s3_client
from vault.signing import SigningKeys
from vault.store import Store
from watch.checks import Checks
from watch.meters import Meters
from wording.policy import facts
from workers.everywhere import everywhere
from workers.house import House
from workers.work_kinds import erasure_kinds, export_kinds, picture_kinds, standing_kinds, ticket_kinds, video_kinds


def open_store(settings: Settings) -> Store:
    """The bucket where one is named, else the folder."""
    if settings.s3_bucket:
        client = s3_client(region=settings.aws_region, endpoint=settings.aws_endpoint_url_s3 or None)
        return S3Store(client, settings.s3_bucket)
    return FolderStore(Path(settings.store_path))


def assemble(
    settings: Settings,
    *,
    ring: Ring | None,
    clock: Clock | None = None,
    provider: Callable[[Outbound], PictureProvider] | None = None,
) -> House:
    """A house on these settings. `clock` and `provider` stand in for the real ones where given."""
    database = Database(settings.database_url, pool=settings.database_pool, clock=clock)
    keys = Keys(database, MasterKeys.parse(settings.master_keys))
    purposes = PurposeCheck(database)
    index = BlindIndex.parse(settings.index_key)
    fields = Fields(keys, index, purposes)
    media = MediaVault(database, keys, open_store(settings), purposes)
    release = settings.release or checked_out(ROOT)
    meters = Meters(release=release, policy=CURRENT.id, providers=names(settings))
    outbound = Outbound(
        allowed(settings), connections=settings.worker_threads + settings.web_threads, called=meters.called
    )
    telegram = Telegram(
        outbound,
        api_url=settings.telegram_api_url,
        token=settings.telegram_token,
        on_wait=lambda seconds: pacing.wait(database, NAME, seconds),
    )
    catalogue, motions = Catalogue.load(), Catalogue.load(MOTIONS)
    intake = Intake()
    accounts = Accounts(fields, keys)
    table: dict[str, Kind] = {}
    desk = Desk(
        database,
        table,
        ring,
        lease_seconds=settings.lease_seconds,
        holder=secrets.token_hex(8),
        taken_back=meters.taken_back,
    )
    payments = Payments(fields, keys, desk)
    refunds = Refunds(database=database, fields=fields, desk=desk, payments=payments, telegram=telegram)
    chats = Chats(database, fields, telegram)
    photos = Photos(database=database, fields=fields, media=media, desk=desk, telegram=telegram, intake=intake)
    models = tuple(dict.fromkeys((settings.kling_model, settings.kling_fallback_model)))
    kling = _kling(settings, outbound) if settings.kling_api_key else None
    traffic = Traffic(
        database, pictures=PRODUCE, calls={PROVIDER: PRODUCE, VIDEO_PROVIDER: SUBMIT}, first=settings.breaker_seconds
    )
    slots = None
    if kling is not None:
        slots = VideoSlots(database=database, desk=desk, traffic=traffic, slots=settings.kling_slots, models=models)
    audit = Audit(database, fields, keys)
    reports = Reports(database, fields, keys, desk, audit)
    of_support = Chats(database, fields, telegram, purpose=SUPPORT_PURPOSE)
    orders = Orders(
        fields=fields,
        desk=desk,
        catalogue=catalogue,
        motions=motions,
        slots=slots,
        rules=PromptRules.load(),
        traffic=traffic,
        parallel=settings.parallel_orders,
    )
    status = Status(database=database, orders=orders, chats=chats)
    produce = Produce(
        database=database,
        media=media,
        desk=desk,
        orders=orders,
        status=status,
        traffic=traffic,
        provider=provider(outbound) if provider else _gemini(settings, outbound),
    )
    links = Links(settings.public_url)
    show = Show(
        database=database,
        media=media,
        orders=orders,
        chats=chats,
        intake=intake,
        links=links,
        videos=kling is not None,
    )
    deliver = Deliver(
        database=database,
        fields=fields,
        desk=desk,
        chats=chats,
        show=show,
        status=status,
        delivered=meters.delivered,
    )
    news = Chats(database, fields, telegram, purpose="announcements")
    announcements = Announcements(
        database=database,
        desk=desk,
        chats=news,
        promotional=Consented(database, Chats(database, fields, telegram, purpose="promotion")),
        site=settings.public_url,
        support_email=settings.support_email or "support",
    )
    watch = Watch(database=database, fields=fields, desk=desk, provider=kling)
    boards = Boards(catalogue, animate=kling is not None)
    greet = Greet(database=database, fields=fields, chats=chats, orders=orders, boards=boards)
    retention = Retention(database=database, store=media.store, keys=keys, more=(by_choice(desk),))
    of_rights = Chats(database, fields, telegram, purpose=RIGHTS_PURPOSE)
    exports = Exports(
        database=database,
        fields=fields,
        media=media,
        desk=desk,
        chats=of_rights,
        links=links,
        contents=Contents(
            database=database,
            fields=fields,
            media=media,
            titles={style.id: style.name for style in (*motions, *catalogue)},
            facts=facts(settings),
        ),
    )
    previews = Previews(database=database, fields=fields, packs=refunds, copies=exports, sweeps=retention.sweeps)
    erasures = Erasures(desk=desk, keys=keys, copies=exports, previews=previews)
    receipts = Receipts(
        database=database,
        desk=desk,
        chats=of_rights,
        keys=SigningKeys.parse(settings.receipt_key),
        previews=previews,
        site=settings.public_url,
        release=settings.release,
    )
    requests = Requests(database, fields, audit)
    marks = ErasureMarks(database, media.store)
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
        traffic=traffic,
        slots=slots,
        watch=watch,
        links=links,
        status=status,
        deliver=deliver,
        notes=Notes(database, chats),
        announcements=announcements,
        tickets=Tickets(fields=fields, keys=keys, desk=desk),
        office=Office(database=database, fields=fields, media=media, desk=desk),
        answers=Answers(database=database, fields=fields, chats=of_support),
        attachments=Attachments(
            database=database,
            fields=fields,
            media=media,
            desk=desk,
            files=telegram,
            cage=intake,
            chats=of_support,
        ),
        boards=boards,
        catalogue=catalogue,
        motions=motions,
        upkeep=Upkeep(database=database, desk=desk, orders=orders, status=status, traffic=traffic),
        erasure_marks=marks,
        replay=Replay(
            database=database,
            store=media.store,
            marks=marks,
            desk=desk,
            keys=keys,
            photos=photos,
            orders=orders,
            again=Again(desk=desk, keys=keys, fields=fields),
        ),
        retention=retention,
        exports=exports,
        erasures=erasures,
        eraser=Eraser(
            database=database,
            store=media.store,
            keys=keys,
            fields=fields,
            desk=desk,
            refunds=refunds,
            erasures=erasures,
            copies=exports,
            chat=ChatOfErasures(of_rights),
            receipts=receipts,
        ),
        receipts=receipts,
        audit=audit,
        requests=requests,
        deletion_cases=DeletionCases(
            database=database,
            fields=fields,
            requests=requests,
            erasures=erasures,
            names=telegram,
            tokens=Tokens(index, use="deletion"),
            audit=audit,
        ),
        reports=reports,
        incidents=Incidents(database, fields, keys, audit),
        freezing=Freezing(keys=keys, desk=desk, deliver=deliver, audit=audit, reports=reports, erasures=erasures),
        account_news=AccountNews(database, news, support_email=settings.support_email or "support"),
        report_news=ReportNews(database, of_support, support_email=settings.support_email or "support"),
        bans=Bans(desk=desk, deliver=deliver, announcements=announcements, audit=audit),
        canary=Canary(
            database=database,
            day=CanaryDay(
                database=database,
                media=media,
                accounts=accounts,
                chats=chats,
                photos=photos,
                orders=orders,
                exports=exports,
                erasures=erasures,
                everywhere=everywhere(settings, database, media.store),
            ),
            chat=settings.canary_chat or None,
        ),
        corrections=Corrections(fields, accounts, requests, audit),
        letters=Letters(database, fields, support_email=settings.support_email or "support"),
        intake=intake,
        outbound=outbound,
        meters=meters,
        checks=Checks(database, keys),
    )
    table.update({kind.name: kind for kind in (*picture_kinds(house, produce, greet), *export_kinds(house.exports))})
    table.update({kind.name: kind for kind in erasure_kinds(house.eraser, receipts)})
    table.update({kind.name: kind for kind in standing_kinds(house.account_news, house.report_news)})
    table.update({kind.name: kind for kind in ticket_kinds(house)})
    if kling is not None and slots is not None:
        submit = Submit(
            database=database,
            media=media,
            desk=desk,
            orders=orders,
            slots=slots,
            watch=watch,
            status=status,
            intake=intake,
            traffic=traffic,
            provider=kling,
        )
        files = ResultHosts(RECIPIENTS["kling"].file_hosts, stand_ins=stand_ins(settings))
        collect = Collect(database=database, fields=fields, media=media, desk=desk, watch=watch, files=files)
        table.update({kind.name: kind for kind in video_kinds(submit, collect)})
    return house


def _kling(settings: Settings, outbound: Outbound) -> Kling:
    address = settings.public_url.rstrip("/")
    return Kling(
        outbound,
        base_url=settings.kling_api_url,
        api_key=settings.kling_api_key,
        callback_url=f"{address}/callbacks/kling/{settings.callback_secret}" if address else None,
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
