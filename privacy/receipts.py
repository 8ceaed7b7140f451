"""Receipts of deletions, in three stages under one random number: sealed now, gone, last copy gone.

The first two are written in the transaction that makes them true and sent to the chat; of the last there is nobody left
to send it to, so it is looked up by its number. Once the second has reached its person, or they have left, nothing
tells whose a receipt is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

import crash
import logs
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import Chats
from jobs.claim import Claim
from jobs.desk import Desk
from models import Account, Erasure, Receipt, new_id
from privacy.erasure_preview import Stays
from privacy.receipt_body import PATH, last_copy, later, providers_in, providers_of, read, stays_in, written
from privacy.receipt_form import NUMBER, Body, issue
from privacy.release import ROOT, checked_out
from providers.telegram_calls import Upload, send_document
from vault.signing import SigningKeys
from wording import receipts as says
from wording.language import Translate
from wording.message import Message
from wording.pages import page

RECEIPT = "receipt"  # the kind of work
EVERY = 600.0  # seconds between two looks for receipts whose last stage is due
AT_ONCE = 200  # of them in one transaction
NOT_REACHED = ("telegram.blocked", "account.gone", "telegram.bad_request")
JSON = "application/json"

log = logs.get()


class Staying(Protocol):
    """What a preview says: of it only what stays."""

    @property
    def stays(self) -> tuple[Stays, ...]: ...


class Looks(Protocol):
    """Previews of deletions."""

    def of(self, account: str, scope: str) -> Staying: ...


@dataclass(frozen=True)
class Found:
    """The newest receipt of a number, as it was signed. `due_at`: when the last stage comes, where it is waited for."""

    text: str
    due_at: datetime | None

    @property
    def body(self) -> Body:
        return read(self.text)


class Receipts:
    """`chats` are opened for rights. `release` is the setting of that name."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        chats: Chats,
        keys: SigningKeys,
        previews: Looks,
        site: str,
        release: str = "",
    ) -> None:
        self.keys = keys
        self._database = database
        self._desk = desk
        self._chats = chats
        self._previews = previews
        self._site = site.rstrip("/")
        self._release = release

    def sealed(self, unit: Unit, erasure: Erasure) -> None:
        """Keys are destroyed."""
        if self._newest(erasure.id) is None:
            self._write(unit, erasure, stage=Receipt.SEALED, earlier=None)
            self._desk.add(unit, RECEIPT, subject=erasure.id, account=str(erasure.account))

    def gone(self, unit: Unit, erasure: Erasure) -> None:
        """Objects and rows are gone; of an account only the way to its chat is left, or not even that."""
        first = self._newest(erasure.id)
        if first is not None and first.stage != Receipt.SEALED:
            return
        self._write(unit, erasure, stage=Receipt.GONE, earlier=first)
        self._desk.withdraw(unit, subject=erasure.id, kinds=(RECEIPT,))  # who waits for both gets the newer one alone
        if not _is_there(erasure.account):
            self._part(erasure.id)
        elif erasure.scope != Erasure.ACCOUNT or erasure.state == Erasure.UNDONE:
            self._desk.add(unit, RECEIPT, subject=erasure.id, account=str(erasure.account))

    def tell(self, erasure: Erasure) -> None:
        """Send the second receipt of an account, as the last act before its Telegram id goes. Raises Temporary. A kill
        after the sending sends it once more; once this has returned there is nothing left that it could send."""
        with self._database.connection():
            row = self._newest(erasure.id)
        if row is None:
            return
        self._send(row, str(erasure.account))
        crash.at("receipt.told")
        with self._database.unit():
            self._part(erasure.id)

    def do(self, claim: Claim) -> None:
        """Send the newest receipt of a deletion to whom it is for."""
        with self._database.connection():
            row = self._newest(claim.subject)
        done_with = False
        if row is not None:
            reached = self._send(row, claim.account)
            done_with = reached and row.stage == Receipt.GONE  # else their number can still be told by mail
            crash.at("receipt.sent")
        with claim.finish():
            if done_with:
                self._part(claim.subject)

    def not_sent(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """It can be looked up by its number."""
        log.warning("receipt.not_sent", work=claim.id, code=failure.code)

    def numbers_of(self, account: str) -> list[str]:
        """Of somebody whose chat is closed to us, or who waits for the second one. Called with a connection."""
        theirs = Erasure.select(Erasure.id).where(Erasure.account == account)
        rows = Receipt.select().where(Receipt.erasure.in_(theirs)).order_by(Receipt.made_at)
        return list(dict.fromkeys(row.number for row in rows))

    def number(self, erasure: str) -> str | None:
        """The number of the receipts of a deletion that is under way. Called with a connection."""
        row = self._newest(erasure)
        return row.number if row else None

    def find(self, number: str) -> Found | None:
        """The newest stage under a number as a person writes it: with spaces, or in capitals."""
        plain = "".join(number.split()).lower()
        if not NUMBER.fullmatch(plain):
            return None
        with self._database.connection():
            rows = list(Receipt.select().where(Receipt.number == plain).order_by(Receipt.stage.desc()).limit(1))
        return Found(rows[0].body, rows[0].due_at) if rows else None

    def last_copies(self) -> int:
        """Write the last stage of those whose day has come; how many. The rights process asks regularly."""
        issued = 0
        with self._database.unit() as unit:
            due = Receipt.due_at.is_null(False) & (Receipt.due_at <= unit.now)
            for row in list(Receipt.select().where(due).order_by(Receipt.due_at).limit(AT_ONCE)):
                if Receipt.update(due_at=None).where((Receipt.id == row.id) & due).execute():
                    body = later(read(row.body), unit.now)
                    self._insert(unit, Receipt.LAST_COPY_GONE, row.number, issue(self.keys, body))
                    issued += 1
            # An account that has ended without hearing of it: nobody is left who could be sent anything.
            ended = Erasure.select(Erasure.id).where(Erasure.account.is_null())
            Receipt.update(erasure=None).where(Receipt.erasure.in_(ended)).execute()
        return issued

    def address(self, speaks: Translate) -> str:
        """The page that checks receipts; empty where there is no website."""
        return page(speaks, self._site, PATH) if self._site else ""

    @cached_property
    def _commit(self) -> str:
        return self._release or checked_out(ROOT)

    def _write(self, unit: Unit, erasure: Erasure, *, stage: int, earlier: Receipt | None) -> None:
        account, now = str(erasure.account), unit.now
        number, before = (earlier.number, read(earlier.body)) if earlier else (new_id(), None)
        known = providers_of(account, now)
        for id, until in (providers_in(before) if before else {}).items():
            known[id] = max(until, known.get(id, until))
        # An account that is back has lost its pictures, like one whose generated content was deleted.
        scope = Erasure.GENERATED if erasure.state == Erasure.UNDONE else erasure.scope
        here = _is_there(erasure.account)
        body = written(
            erasure,
            stage=stage,
            number=number,
            stays=self._previews.of(account, scope).stays if here else stays_in(before),
            providers=known,
            now=now,
            site=self._site,
            commit=self._commit,
        )
        due = last_copy(erasure, known, now) if stage == Receipt.GONE else None
        self._insert(unit, stage, number, issue(self.keys, body), erasure=erasure.id, due_at=due)

    def _insert(
        self,
        unit: Unit,
        stage: int,
        number: str,
        text: str,
        *,
        erasure: str | None = None,
        due_at: datetime | None = None,
    ) -> None:
        said = {"number": number, "stage": stage, "body": text}
        Receipt.insert(**said, erasure=erasure, due_at=due_at, made_at=unit.now).execute()

    def _part(self, erasure: str) -> None:
        """From now on nothing tells whose these receipts are."""
        Receipt.update(erasure=None).where(Receipt.erasure == erasure).execute()

    def _send(self, row: Receipt, account: str) -> bool:
        """False where nobody is reached."""
        try:
            person = self._chats.person(account)
            said = self._says(person.translate, row)
            name = f"miomio-receipt-{row.number[:8]}-{row.stage}.json"
            upload = Upload(row.body.encode(), name=name, mime=JSON)
            self._chats.do(person, send_document(person.chat, upload, said.text))
        except Permanent as error:
            if error.code not in NOT_REACHED:
                raise
            return False
        return True

    def _says(self, _: Translate, row: Receipt) -> Message:
        body = read(row.body)
        shown = {
            "scope": str(body["scope"]),
            "number": row.number,
            "last": str(body["last_copy_gone_on"]),
            "address": self.address(_),
        }
        if row.stage == Receipt.SEALED:
            return says.sealed(_, **shown)
        return says.gone(_, **shown, undone=bool(body["undone"]))

    @staticmethod
    def _newest(erasure: str) -> Receipt | None:
        """Of a deletion whose person is not done with; called with a connection."""
        rows = list(Receipt.select().where(Receipt.erasure == erasure).order_by(Receipt.stage.desc()).limit(1))
        return rows[0] if rows else None


def _is_there(account: str | None) -> bool:
    return account is not None and Account.select().where(Account.id == account).exists()
