"""What somebody wrote to support, and what came back, is part of their copy and of /mydata, and of nobody else's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from database import Database
from jobs.claim import Claim
from jobs.kinds import RIGHTS, Kind
from models import Access, AuditEntry, Erasure, Media, Ticket, TicketMessage
from policy.categories import ACCOUNT_UNDO, SUPPORT
from privacy.audit import Act, Audit
from privacy.erasure_preview import Previews
from privacy.mydata import holdings
from privacy.rules import rules
from support.office import Office
from support.tickets import ANSWER as ANSWERS
from support.tickets import RESOLVED, Tickets
from tests.generation.studio import Who
from tests.privacy.packing import Packer, files, records

WORDS, ANSWER, FILE = "Where is <my> pack?", "On its way.", b"%PDF-1.7 a bill"


class Asker(Packer):
    """A packer whose people write to support; what is to be said in the chat counts as said."""

    def __init__(self, database: Database, folder: Path, clock: Any) -> None:
        super().__init__(database, folder, clock)
        for name in (ANSWERS, RESOLVED):
            self.table[name] = Kind(name=name, queue=RIGHTS, do=_said, ended_badly=lambda *_: None)

    def asks(self, who: Who, text: str = WORDS) -> Ticket:  # type: ignore[override]  # of support, not for a copy
        tickets = Tickets(fields=self.fields, keys=self.keys, desk=self.desk)
        with self.database.unit() as unit:
            tickets.take(unit, who.id, text=text, file_id=None, message=1)
            ticket: Ticket = Ticket.get(Ticket.account == who.id)
        media = self.media.keep(
            account=ticket.id, kind="attachment", data=FILE, mime="application/pdf", width=0, height=0
        )
        self.clock.turn(1)
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            TicketMessage.update(media=media.id).execute()
            office = Office(database=self.database, fields=self.fields, media=self.media, desk=self.desk)
            office.answer(unit, ticket.number, ANSWER)
        return ticket

    def copy_of(self, who: Who) -> bytes:
        super().asks(who)
        self.work()
        return self.copies()[-1]


def _said(claim: Claim) -> None:
    with claim.finish():
        pass


@pytest.fixture
def asker(database: Database, tmp_path: Path, clock: Any) -> Asker:
    return Asker(database, tmp_path / "objects", clock)


@pytest.mark.proves("P9.1")
def test_messages_answers_and_files_are_in_the_copy(asker: Asker) -> None:
    ann = asker.person(credits=20)
    ticket = asker.asks(ann)
    data = asker.copy_of(ann)
    [row] = records(data, "support")["ticket"]
    assert (row["number"], row["state"]) == (ticket.number, "answered")
    assert [row["text"] for row in records(data, "support")["ticket_message"]] == [WORDS, ANSWER]
    found = files(data)
    [name] = [name for name in found if name.startswith("support/")]
    assert name.endswith(".pdf")
    assert found[name] == FILE
    with asker.database.connection():
        file = Media.get(Media.kind == "attachment")
        opened = {(row.account, row.purpose) for row in Access.select().where(Access.subject == file.id)}
    assert opened == {(ann.id, "rights")}
    page = found["index.html"].decode()
    assert "Where is &lt;my&gt; pack?" in page
    assert ANSWER in page
    assert f'href="{name}"' in page
    assert str(ticket.number) in page


@pytest.mark.proves("P9.1")
def test_nobody_elses_ticket_is_in_it(asker: Asker) -> None:
    ann, bob = asker.person(credits=20), asker.person(credits=20)
    asker.asks(bob)
    data = asker.copy_of(ann)
    assert records(data, "support") == {}
    assert not [name for name in files(data) if name.startswith("support/")]
    assert ANSWER not in files(data)["index.html"].decode()


@pytest.mark.proves("P3.3", "P9.1")
def test_what_staff_did_with_a_ticket_is_in_the_copy_of_its_person(asker: Asker) -> None:
    ann = asker.person(credits=20)
    ticket = asker.asks(ann)
    office = Office(database=asker.database, fields=asker.fields, media=asker.media, desk=asker.desk)
    with asker.database.unit() as unit:
        audit = Audit(asker.database, asker.fields, asker.keys)
        audit.record(unit, Act("may.chan", "the queue of Monday"), "ticket.show", subject=ticket.id)
    office.letters(ticket)
    with office.file(ticket, 1):
        pass
    with asker.database.connection():
        assert {row.account for row in Access.select().where(Access.purpose == "support")} == {ann.id}
        assert AuditEntry.select().count() == 1
    data = asker.copy_of(ann)
    assert [row["verb"] for row in records(data, "access")["audit_entry"]] == ["ticket.show"]
    opened = [row for row in records(data, "access")["access_record"] if row["purpose"] == "support"]
    assert len(opened) == 3


@pytest.mark.proves("P6.6", "P9.1")
def test_my_data_counts_tickets_and_says_when_they_go(asker: Asker) -> None:
    ann = asker.person(credits=20)
    ticket = asker.asks(ann)
    sweeps = rules(asker.keys, asker.store)

    def support() -> Any:
        with asker.database.connection():
            held = holdings(asker.fields, sweeps, account=ann.id, telegram_id=asker.telegram_id(ann))
        return next(one for one in held if one.category == "support")

    assert (support().count, support().next_goes) == (3, None)
    with asker.database.unit() as unit:
        Office(database=asker.database, fields=asker.fields, media=asker.media, desk=asker.desk).resolve(
            unit, ticket.number
        )
    assert support().next_goes == (asker.clock.now() + SUPPORT).date()


@pytest.mark.proves("P6.6")
@pytest.mark.parametrize("resolved", [True, False])
def test_what_is_said_before_a_deletion_names_the_day_a_ticket_goes(asker: Asker, resolved: bool) -> None:
    ann = asker.person(credits=20)
    ticket = asker.asks(ann)
    if resolved:
        with asker.database.unit() as unit:
            Office(database=asker.database, fields=asker.fields, media=asker.media, desk=asker.desk).resolve(
                unit, ticket.number
            )
    previews = Previews(
        database=asker.database,
        fields=asker.fields,
        packs=asker.refunds,
        copies=asker.exports,
        sweeps=rules(asker.keys, asker.store),
    )
    asker.clock.turn(86_400)
    with asker.database.connection():
        stays = {one.category: one for one in previews.of(ann.id, Erasure.ACCOUNT).stays}
    end = asker.clock.now() + (ACCOUNT_UNDO if not resolved else -timedelta(days=1))
    assert (stays["support"].count, stays["support"].until) == (3, (end + SUPPORT).date())
