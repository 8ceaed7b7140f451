"""The counter of support on a test's database: somebody writes, a worker fetches and brings, staff read and answer."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from consent.accounts import Accounts, Identity
from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Database
from errors import Failure
from imaging.intake import Intake
from jobs.desk import Desk
from jobs.kinds import RIGHTS, Kind
from jobs.runner import Runner
from models import Account, Media, Ticket, TicketMessage
from policy.versions import CURRENT
from support.answers import Answers
from support.attachments import Attachments
from support.office import Office
from support.tickets import ANSWER, FETCH, NOT_TAKEN, RESOLVED, Tickets
from tests.conftest import TurnedClock
from tests.support.conftest import Post
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys

KEY = base64.b64encode(bytes(range(32))).decode()
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20


def picture(kind: str = "PNG") -> bytes:
    """With words hidden in it that nobody should keep."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a place nobody should know"
    Image.linear_gradient("L").resize((400, 300)).convert("RGB").save(out, kind, exif=exif)
    return out.getvalue()


class Sent:
    """Files as the messenger has them. `gone`: what befalls who asks; `meanwhile` happens while one is fetched."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.gone: Failure | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    @contextmanager
    def download(self, file_id: str) -> Iterator[Iterator[bytes]]:
        if self.gone is not None:
            raise self.gone
        data = self.files[file_id]
        self.meanwhile()
        yield iter([data[start : start + 65_536] for start in range(0, len(data), 65_536)])


class Counter:
    """Every step is a transaction of its own."""

    def __init__(self, database: Database, clock: TurnedClock, folder: Path, intake: Intake) -> None:
        self.database, self.clock = database, clock
        purposes = PurposeCheck(database)
        self.keys = Keys(database, MasterKeys.parse(f"m1:{KEY}"), monotonic=lambda: clock.now().timestamp())
        self.fields = Fields(self.keys, BlindIndex.parse(f"1:{KEY}"), purposes)
        self.media = MediaVault(database, self.keys, FolderStore(folder), purposes)
        self.post, self.sent = Post(clock), Sent()
        table: dict[str, Kind] = {}
        self.desk = Desk(database, table, lambda *_: None, lease_seconds=12.0, holder="one")
        self.tickets = Tickets(fields=self.fields, keys=self.keys, desk=self.desk)
        self.office = Office(database=database, fields=self.fields, media=self.media, desk=self.desk)
        self.answers = Answers(database=database, fields=self.fields, chats=self.post)
        files = Attachments(
            database=database,
            fields=self.fields,
            media=self.media,
            desk=self.desk,
            files=self.sent,
            cage=intake,
            chats=self.post,
        )
        for name, do, ended_badly in (
            (FETCH, files.fetch, files.not_fetched),
            (NOT_TAKEN, files.tell, lambda *_: None),
            (ANSWER, self.answers.bring, self.answers.not_brought),
            (RESOLVED, self.answers.tell_resolved, lambda *_: None),
        ):
            table[name] = Kind(name=name, queue=RIGHTS, do=do, ended_badly=ended_badly)
        self.runner = Runner(self.desk)
        accounts, who = Accounts(self.fields, self.keys), Identity(700100200, "Ann", None, None, "en")
        with database.unit() as unit:
            ann = accounts.find(who.telegram_id) or accounts.open(unit, who, version=CURRENT.id)
            self.ann: str = ann.id

    def writes(self, text: str | None = None, *, file: bytes | None = None) -> TicketMessage:
        """Ann writes, or sends a file."""
        file_id = None if file is None else f"file {len(self.sent.files)}"
        if file_id is not None and file is not None:
            self.sent.files[file_id] = file
        with self.database.unit() as unit:
            self.tickets.take(unit, self.ann, text=text, file_id=file_id, message=1)
        return self.messages()[-1]

    def answered(self, text: str) -> TicketMessage:
        self.clock.turn(1)
        with self.database.unit() as unit:
            self.office.answer(unit, self.ticket().number, text)
        return self.messages()[-1]

    def resolved(self) -> None:
        with self.database.unit() as unit:
            self.office.resolve(unit, self.ticket().number)

    def works(self, *, rounds: int = 1, wait: timedelta = timedelta(0)) -> None:
        """Does everything that is due; `wait` passes after each round."""
        for _ in range(rounds):
            while due := self.desk.next_due({RIGHTS}, limit=100):
                for work in due:
                    self.runner.run(work)
            self.clock.time += wait

    def ticket(self) -> Ticket:
        with self.database.connection():
            return Ticket.select().order_by(Ticket.opened_at.desc()).get()

    def messages(self) -> list[TicketMessage]:
        with self.database.connection():
            return list(TicketMessage.select().order_by(TicketMessage.at, TicketMessage.author))

    def message(self, id: str) -> TicketMessage:
        with self.database.connection():
            return TicketMessage.get_by_id(id)

    def files(self) -> list[Media]:
        with self.database.connection():
            return list(Media.select().order_by(Media.created_at))

    def count(self, model: Any, *conditions: Any) -> int:
        with self.database.connection():
            return int(model.select().where(*conditions).count() if conditions else model.select().count())

    def blocks(self) -> None:
        with self.database.connection():
            Account.update(reachable=False).execute()
