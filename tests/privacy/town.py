"""People of every kind, whose lives leave everything behind that a period of the register is about."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from billing import costs, ledger
from consent.disclosure import disclose
from custody import destroy
from custody.media import ERASURES, MediaVault
from custody.purpose import PurposeCheck
from database import Database, Unit
from generation.keeping import shorten
from generation.kinds import DESTROY, SHORTEN
from generation.links import Links
from jobs.claim import Claim
from jobs.kinds import RIGHTS, Kind
from models import (
    AbuseMark,
    Acceptance,
    Access,
    Account,
    Cost,
    EndedAccount,
    Incident,
    IncidentNote,
    Invoice,
    KeyRow,
    LedgerEntry,
    Link,
    Media,
    Order,
    Payment,
    Photo,
    PrivacyChoice,
    Receipt,
    Report,
    SeenUpdate,
    Telling,
    Ticket,
    TicketMessage,
    Work,
    new_id,
)
from policy.categories import CATEGORIES, ENDED_WORK, SEEN_UPDATES, UNTAKEN_OFFER
from privacy.audit import Audit
from privacy.by_choice import by_choice
from privacy.report_news import REPORT_NEWS
from privacy.reports import Reports, Said
from privacy.retention import Retention
from privacy.sweep import AT_ONCE
from support.office import Office
from support.tickets import RESOLVED, Tickets
from tests.billing.books import Shop
from tests.privacy.breaches import KEEPERS
from tests.privacy.choosers import CHOOSERS, photos_here
from vault.folder import FolderStore
from vault.store import Store

NUMBERS = itertools.count(1_000)
OBJECT = "object"  # in place of a table
SEEN = """INSERT INTO seen_update (id, at)
    WITH RECURSIVE numbers (id) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT id + 1 FROM numbers WHERE id + 1 < ?)
    SELECT id, ? FROM numbers"""


def promised(category: str) -> timedelta:
    """The number that stands on the page."""
    period = CATEGORIES[category].retention.period
    assert period is not None
    return period


def seen(town: Town, many: int) -> None:
    """So many updates, numbered from 0; those of one batch of one moment, just before this one."""
    with town.database.unit() as unit:
        for first in range(0, many, AT_ONCE):
            at = unit.now - timedelta(microseconds=many - first)
            town.database.rows(SEEN, first, min(many, first + AT_ONCE), at)


# What is due a fixed time after it was written.
FROM_ITS_WRITING: dict[Any, timedelta] = {
    Access: promised("access"),
    AbuseMark: promised("abuse_marks"),
    Cost: promised("transactions"),
    Invoice: promised("invoices"),
    LedgerEntry: promised("transactions"),
    Link: promised("links"),
    Payment: promised("transactions"),
    Receipt: promised("erasures"),
    SeenUpdate: SEEN_UPDATES,
}
OF_A_TICKET: tuple[Any, ...] = (Ticket, TicketMessage, KeyRow)
WATCHED: tuple[Any, ...] = (
    *FROM_ITS_WRITING,
    Acceptance,
    PrivacyChoice,
    Telling,
    EndedAccount,
    Order,
    KeyRow,
    Work,
    Ticket,
    TicketMessage,
    Report,
    Incident,
    IncidentNote,
)


class Town(Shop):
    """`ends` says of every row and object when it must be gone; what is not in it stays."""

    def __init__(self, database: Database, clock: Any, folder: Path, *, seed: int = 1) -> None:
        super().__init__(database, clock)
        self.store_in(FolderStore(folder))
        self.desk.kinds[DESTROY] = Kind(  # type: ignore[index]  # the dict that Shop made
            name=DESTROY, queue=RIGHTS, do=self._destroys, ended_badly=lambda *_: None
        )
        for told in (RESOLVED, REPORT_NEWS):
            self.desk.kinds[told] = Kind(  # type: ignore[index]  # the same
                name=told, queue=RIGHTS, do=_said, ended_badly=lambda *_: None
            )
        self.desk.kinds[SHORTEN] = Kind(  # type: ignore[index]  # the same
            name=SHORTEN, queue=RIGHTS, do=lambda claim: shorten(self.desk, claim), ended_badly=lambda *_: None
        )
        self.tickets = Tickets(fields=self.fields, keys=self.keys, desk=self.desk)
        self.links = Links("https://miomio.invalid")
        self.ends: dict[tuple[Any, Any], datetime] = {}
        self.known: set[tuple[Any, Any]] = set()
        self.random = random.Random(seed)

    def store_in(self, store: Store) -> None:
        self.store = store
        self.media = MediaVault(self.database, self.keys, store, PurposeCheck(self.database))
        self.use(store)

    def use(self, store: Any) -> None:
        """Another store for retention from now on."""
        self.retention = Retention(database=self.database, store=store, keys=self.keys, more=(by_choice(self.desk),))

    def tidies(self) -> None:
        """What retention left to do: photos and the files of a ticket are destroyed, and leave a record each."""
        due = self.desk.next_due({RIGHTS}, limit=1000)
        if not due:
            return
        before = self.there()
        for work in due:
            self.runner.run(work)
        with self.database.connection():
            for row in Work.select().where((Work.kind == DESTROY) & (Work.ended_at == self.now)):
                self.known.add((Work, row.id))
                self.ends[Work, row.id] = self.now + ENDED_WORK
        for thing in self.there() - before:
            assert thing[0] == OBJECT, thing
            self.known.add(thing)
            self.ends[thing] = self.now + promised("erasures")

    def charge(self, unit: Unit, account: str, order: str) -> None:
        ledger.charge(unit, owner=account, order=order)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def there(self) -> set[tuple[Any, Any]]:
        """Every row and record of an erasure that is there now; opening entries are nobody's act."""
        found = set[tuple[Any, Any]]()
        with self.database.connection():
            for model in WATCHED:
                rows = model.select(model._meta.primary_key)
                if model is LedgerEntry:
                    rows = rows.where(LedgerEntry.kind != LedgerEntry.OPENING)
                found |= {(model, _plain(key)) for (key,) in rows.tuples()}
            found |= photos_here()
        return found | {(OBJECT, name) for name in self.store.names(f"{ERASURES}/")}

    def note(self) -> None:
        """Write down when what is new must go."""
        now = self.now
        for thing in self.there() - self.known:
            self.known.add(thing)
            table = thing[0]
            if table in FROM_ITS_WRITING:
                self.ends.setdefault(thing, now + FROM_ITS_WRITING[table])
            elif table == OBJECT:
                self.ends[thing] = now + promised("erasures")
            elif table is Order:
                self._note_order(thing, now)
        with self.database.connection():
            for work in Work.select().where(Work.ended_at.is_null(False)):
                self.ends[Work, work.id] = work.ended_at + ENDED_WORK
            self._note_keys()

    def _note_order(self, thing: tuple[Any, Any], now: datetime) -> None:
        with self.database.connection():
            row = Order.get_by_id(thing[1])
        if row.state == Order.OFFERED:
            self.ends[thing] = now + UNTAKEN_OFFER
        elif row.media is None:
            self.ends[thing] = now + promised("transactions")

    def _note_keys(self) -> None:
        last: dict[str, datetime] = {}
        for payment in Payment.select():
            last[payment.account] = max(self.ends[Payment, payment.id], last.get(payment.account, datetime.min))
        for row in KeyRow.select().where(KeyRow.kind == KeyRow.TRANSACTIONS):
            if row.account in last:
                self.ends[KeyRow, row.id] = last[row.account]

    # What people do.

    def settles(self) -> str:
        return self.joins(next(NUMBERS))

    def makes(self, account: str, *, kept: bool, state: str = Order.DELIVERED) -> str:
        """A picture that was made, and kept or deleted; or that failed."""
        media = self.keeps(account) if kept else None
        order = new_id()
        with self.database.unit() as unit:
            ledger.hold(unit, owner=account, order=order, credits=1, what="picture")
            (ledger.give_back if state == Order.FAILED else ledger.charge)(unit, owner=account, order=order)
            Order.insert(
                id=order,
                account=account,
                state=state,
                kind="picture",
                price=1,
                provider="gemini",
                photo="photo",
                media=media,
                created_at=unit.now,
                queued_at=unit.now,
                ended_at=unit.now,
            ).execute()
            costs.record(unit, order=order, kind="picture", provider="gemini", model="m", units=1.0)
            disclose(
                unit,
                account=account,
                order=order,
                attempt=1,
                recipient="gemini",
                purpose="generation",
                categories=frozenset({"photos"}),
            )
        return order

    def is_offered(self, account: str) -> None:
        with self.database.unit() as unit:
            Order.insert(
                id=new_id(),
                account=account,
                state=Order.OFFERED,
                kind="picture",
                price=1,
                provider="gemini",
                photo="photo",
                created_at=unit.now,
            ).execute()
            SeenUpdate.insert(id=next(NUMBERS), at=unit.now).execute()

    def keeps(self, account: str) -> str:
        media = self.media.keep(account=account, kind="result", data=b"x", mime="image/png", width=1, height=1)
        with self.database.unit() as unit:
            self.media.stored(unit, media)
        return media.id

    def deletes(self, account: str) -> None:
        """A result that is destroyed at once, and leaves a record."""
        media = self.keeps(account)
        with self.database.unit() as unit:
            self.destroys_later(unit, account, media)
        self.work()

    def gets_a_receipt(self, stage: int, number: str) -> None:
        """Of a deletion that is done with: nothing tells whose it is."""
        with self.database.unit() as unit:
            Receipt.insert(number=number, stage=stage, body="{}", made_at=unit.now).execute()

    def destroys_later(self, unit: Unit, account: str, media: str) -> None:
        destroy.intend(unit, media)
        self.desk.add(unit, DESTROY, subject=media, account=account)

    def asks_for_a_link(self, account: str) -> None:
        with self.database.connection():
            media = Media.get_or_none((Media.account == account) & (Media.state == Media.STORED))
        if media is not None:
            with self.database.unit() as unit:
                self.links.make(unit, media)

    def is_told(self, account: str) -> None:
        with self.database.unit() as unit:
            Telling.insert(
                id=new_id(), account=account, version="v2", state=Telling.TOLD, created_at=unit.now
            ).execute()

    def is_looked_into(self, account: str) -> None:
        """Their name is opened for something else than their own use."""
        with self.database.connection():
            row = Account.get_or_none(Account.id == account)
        if row is not None:
            self.fields.open(Account.first_name, row, purpose="support")

    def asks(self, account: str) -> None:
        """Support, with a file."""
        with self.database.unit() as unit:
            self.tickets.take(unit, account, text="where is my pack", file_id=None, message=1)
            ticket = Ticket.get((Ticket.account == account) & (Ticket.state != Ticket.RESOLVED))
        media = self.media.keep(account=ticket.id, kind="attachment", data=b"x", mime="text/plain", width=0, height=0)
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            TicketMessage.update(media=media.id).where(TicketMessage.ticket == ticket.id).execute()
        for thing in self._of_tickets(account, Ticket.id == ticket.id):
            self.ends.pop(thing, None)

    def is_helped(self, account: str) -> None:
        office = Office(database=self.database, fields=self.fields, media=self.media, desk=self.desk)
        with self.database.unit() as unit:
            ticket = Ticket.get((Ticket.account == account) & (Ticket.state != Ticket.RESOLVED))
            office.resolve(unit, ticket.number)
        self._ends_of_tickets(account, Ticket.id == ticket.id)
        self.work()

    def reports(self, account: str) -> None:
        """A picture; the case ends at once, and the time of its words begins."""
        cases = Reports(self.database, self.fields, self.keys, self.desk, Audit(self.database, self.fields, self.keys))
        with self.database.unit() as unit:
            row = cases.open(unit, Said(kind="other", source="bot", words="that is me", reporter=account))
        with self.database.unit() as unit:
            cases.decide(unit, row, to=Report.UNFOUNDED)
        with self.database.connection():
            [key] = KeyRow.select().where(KeyRow.account == row.id)
        self.ends[Report, row.id] = self.ends[KeyRow, key.id] = self.now + promised("support")
        self.work()  # whoever reported is told

    def _ends_of_tickets(self, account: str, which: Any) -> None:
        for thing in self._of_tickets(account, which):
            self.ends[thing] = self.now + promised("support")

    def _of_tickets(self, account: str, which: Any) -> set[tuple[Any, Any]]:
        """The rows of tickets and of what was written in them, and their keys."""
        with self.database.connection():
            tickets = [row.id for row in Ticket.select().where((Ticket.account == account) & which)]
            messages = [row.id for row in TicketMessage.select().where(TicketMessage.ticket.in_(tickets))]
            keys = [row.id for row in KeyRow.select().where(KeyRow.account.in_(tickets))]
        found = zip(OF_A_TICKET, (tickets, messages, keys), strict=True)
        return {(table, id) for table, ids in found for id in ids}

    def refunds_pack(self, payment: Payment, charge: str) -> None:
        with self.database.unit() as unit:
            self.refunds.order(unit, charge, reason="mistake")
        self.work()
        self.ends[Payment, payment.id] = self.now + promised("transactions")

    def leaves(self, account: str) -> None:
        """The account ends; what is to be destroyed is."""
        for thing in self._closed_with(account):
            self.ends[thing] = self.now
        under_way = Ticket.state.in_(Ticket.UNDER_WAY)
        with self.database.connection():
            asked = [row.id for row in Ticket.select().where((Ticket.account == account) & under_way)]
        self.closes(account)
        self.work()
        self._ends_of_tickets(account, Ticket.id.in_(asked))
        with self.database.connection():
            for model in (Acceptance, Telling, PrivacyChoice):
                for row in model.select().where(model.account == account):
                    self.ends[model, row.id] = self.now + promised("consents")
        self.ends[EndedAccount, account] = self.now + promised("consents")
        with self.database.connection():
            for payment in Payment.select().where(
                (Payment.account == account) & (Payment.ended_at == self.now)
            ):  # given back with the account
                self.ends[Payment, payment.id] = self.now + promised("transactions")

    def _closed_with(self, account: str) -> set[tuple[Any, Any]]:
        """What goes at once."""
        of: dict[Any, Any] = {
            Order: Order.account,
            Invoice: Invoice.account,
            Link: Link.account,
            KeyRow: KeyRow.account,
            Photo: Photo.account,
        }
        with self.database.connection():
            return {
                (model, _plain(row._pk))
                for model, column in of.items()
                for row in model.select().where(column == account)
                if model is not KeyRow or row.kind != KeyRow.TRANSACTIONS
            }

    def _destroys(self, claim: Claim) -> None:
        destroy.destroy(self.database, self.store, claim.subject)
        with claim.finish():
            pass


Life = Callable[[Town, str], Iterable[tuple[int, Callable[[], object]]]]


def _quiet(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 40, lambda: town.is_told(me)


def _maker(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.makes(me, kept=True)
    yield 0, lambda: town.is_offered(me)
    yield 2, lambda: town.makes(me, kept=False, state=Order.FAILED)
    yield 2, lambda: town.asks_for_a_link(me)


def _deleter(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.makes(me, kept=False, state=Order.DELETED)
    yield 40, lambda: town.deletes(me)
    number = new_id()
    yield 40, lambda: town.gets_a_receipt(Receipt.SEALED, number)
    yield 41, lambda: town.gets_a_receipt(Receipt.GONE, number)
    yield 95, lambda: town.gets_a_receipt(Receipt.LAST_COPY_GONE, number)


def _leaver(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.makes(me, kept=True)
    yield 2, lambda: town.is_told(me)
    yield 40, lambda: town.leaves(me)


def _buyer(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.buys(me)
    yield 2, lambda: town.makes(me, kept=True)
    yield 400, lambda: town.makes(me, kept=False, state=Order.DELETED)


def _browser(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.invoice(me)
    yield 2, lambda: town.is_offered(me)


def _refunder(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    bought: list[Any] = []
    yield 0, lambda: bought.append(town.buys(me))
    yield 2, lambda: town.makes(me, kept=False, state=Order.DELETED)
    yield 40, lambda: town.refunds_pack(bought[0][0], bought[0][1].charge_id)


def _faithful(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.buys(me)
    yield 400, lambda: town.buys(me)
    yield 400, lambda: town.makes(me, kept=False, state=Order.DELETED)


def _buyer_who_leaves(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.buys(me)
    yield 2, lambda: town.makes(me, kept=True)
    yield 40, lambda: town.buys(me)
    yield 40, lambda: town.leaves(me)


def _looked_into(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 2, lambda: town.is_looked_into(me)
    yield 400, lambda: town.is_looked_into(me)


def _asker(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.asks(me)
    yield 2, lambda: town.is_helped(me)
    yield 10, lambda: town.asks(me)
    yield 40, lambda: town.is_helped(me)


def _asker_who_leaves(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.asks(me)
    yield 2, lambda: town.is_helped(me)
    yield 37, lambda: town.asks(me)
    yield 40, lambda: town.leaves(me)


def _reporter_who_leaves(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    yield 0, lambda: town.reports(me)
    yield 10, lambda: town.reports(me)
    yield 40, lambda: town.leaves(me)


KINDS: tuple[Life, ...] = (
    _quiet,
    _maker,
    _deleter,
    _leaver,
    _buyer,
    _browser,
    _refunder,
    _faithful,
    _buyer_who_leaves,
    _looked_into,
    _asker,
    _asker_who_leaves,
    _reporter_who_leaves,
    *CHOOSERS,
    *KEEPERS,
)


def _said(claim: Claim) -> None:
    with claim.finish():
        pass


def _plain(key: Any) -> Any:
    return bytes(key) if isinstance(key, memoryview | bytes) else key


def model_name(table: Any) -> str:
    return OBJECT if table == OBJECT else str(table._meta.table_name)
