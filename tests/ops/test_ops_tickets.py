"""Support as staff do it at a shell: the list, one ticket read, a file to a pipe, an answer, a ticket resolved."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from config import Settings
from models import Access, Account, AuditEntry, Ticket, TicketMessage, Work
from tests.ops.shell import ROOT
from tests.ops.test_ops_requests import MAY, STAFF, Desk
from workers.assembly import assemble

WORDS, FILE = "My pack did not arrive, says Zoë", b"%PDF-1.7 \xff a bill"


class Counter(Desk):
    """Ann has written, with a file."""

    def writes(self, text: str = WORDS, *, file: bytes | None = None) -> int:
        house = self.house
        with house.database.unit() as unit:
            number = house.tickets.take(unit, self.ann, text=text, file_id=None, message=1).number
            ticket = house.office.get(number).id
        if file is not None:
            media = house.media.keep(
                account=ticket, kind="attachment", data=file, mime="application/pdf", width=0, height=0
            )
            with house.database.unit() as unit:
                house.media.stored(unit, media)
                TicketMessage.update(media=media.id).where(TicketMessage.ticket == ticket).execute()
        return number

    def reads(self, number: str) -> None:
        """As `tickets show` writes it down."""
        with self.house.database.unit() as unit:
            self.house.audit.record(unit, MAY, "ticket.show", subject=self.house.office.get(int(number)).id)

    def ticket(self) -> Ticket:
        with self.house.database.connection():
            return Ticket.get()

    def audited(self) -> list[tuple[str, str, str | None]]:
        with self.house.database.connection():
            return [(row.verb, row.actor, row.subject) for row in AuditEntry.select().order_by(AuditEntry.number)]

    def count(self, model: type[Access] | type[Work] | type[TicketMessage]) -> int:
        with self.house.database.connection():
            return int(model.select().count())


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str]) -> Iterator[Counter]:
    settings = make_settings()
    house = assemble(settings, ring=lambda *_: None)
    house.database.migrate()
    yield Counter(house, {**environ, "DATABASE_URL": settings.database_url, "STORE_PATH": settings.store_path})
    house.close()


def test_the_list_shows_numbers_states_and_ages_and_not_a_word(desk: Counter) -> None:
    number = desk.writes()
    listed = desk.does("tickets")
    assert listed.returncode == 0
    assert re.search(rf"^{number}\s+open\s+0 min\s+0 min$", listed.stdout, re.MULTILINE)
    assert "pack" not in listed.stdout
    assert "unreachable" not in listed.stdout
    with desk.house.database.unit():
        desk.house.database.rows("UPDATE ticket SET opened_at = '2026-11-01 00:00:00'")
        TicketMessage.update(author="staff", state=TicketMessage.UNREACHABLE).execute()
    assert re.search(rf"^{number}\s+open\s+\d+ d\s+0 min\s+unreachable: answer by mail$", desk.does("tickets").stdout,
                     re.MULTILINE)  # fmt: skip
    assert desk.count(Access) == 0


@pytest.mark.proves("P3.3")
def test_reading_a_ticket_wants_a_name_and_a_reason_and_is_recorded(desk: Counter) -> None:
    number = desk.writes(file=FILE)
    unsaid = desk.does("tickets", "show", str(number))
    assert unsaid.returncode == 2
    assert (desk.audited(), desk.count(Access)) == ([], 0)
    read = desk.does("tickets", "show", str(number), *STAFF)
    assert read.returncode == 0
    assert WORDS in read.stdout
    assert f"[file 1: application/pdf, {len(FILE)} bytes]" in read.stdout
    assert desk.audited() == [("ticket.show", "may.chan", desk.ticket().id)]
    with desk.house.database.connection():
        assert [(row.account, row.purpose) for row in Access.select()] == [(desk.ann, "support")]


def test_a_bad_name_opens_nothing(desk: Counter) -> None:
    number = desk.writes()
    refused = desk.does("tickets", "show", str(number), "--actor", "May Chan", "--reason", "x")
    assert refused.returncode == 1
    assert WORDS not in refused.stdout + refused.stderr
    assert desk.count(Access) == 0


def test_a_file_goes_to_a_pipe_byte_for_byte_and_never_to_a_terminal(desk: Counter) -> None:
    number = str(desk.writes(file=FILE))
    command = [sys.executable, "-m", "ops", "tickets", "attachment", number, "1", *STAFF]
    environ = {**os.environ, **desk.environ}
    piped = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=60, check=False)
    assert (piped.returncode, piped.stdout) == (0, FILE)
    assert desk.audited() == [("ticket.file", "may.chan", desk.ticket().id)]
    ours, theirs = pty.openpty()
    shown = subprocess.run(
        command, cwd=ROOT, env=environ, stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(theirs)
    os.close(ours)
    assert shown.returncode == 1
    assert b"terminal" in shown.stderr
    assert len(desk.audited()) == 1
    missing = desk.does("tickets", "attachment", number, "2", *STAFF)
    assert missing.returncode == 1
    assert missing.stderr.endswith("This ticket has no file with this number.\n")


def test_what_was_written_steers_no_terminal(desk: Counter) -> None:
    number = desk.writes("help\x1b]0;all is well\x07")
    assert "help\\u001b]0;all is well\\u0007" in desk.does("tickets", "show", str(number), *STAFF).stdout


@pytest.mark.parametrize("verb", ["answer", "resolve"])
def test_nothing_is_answered_or_resolved_before_its_last_word_was_read(desk: Counter, verb: str) -> None:
    number = str(desk.writes())
    desk.reads(number)
    desk.writes("and now it is twice there")
    refused = desk.does(verb, number, *STAFF, says="It is there now.")
    assert (refused.returncode, "written since" in refused.stderr) == (1, True)
    assert desk.ticket().state == Ticket.OPEN
    assert [verb for verb, _, _ in desk.audited()] == ["ticket.show"]
    desk.reads(number)
    assert desk.does(verb, number, *STAFF, says="It is there now.").returncode == 0


def test_an_answer_comes_from_standard_input_and_becomes_work(desk: Counter) -> None:
    number = str(desk.writes())
    desk.reads(number)
    done = desk.does("answer", number, *STAFF, says="It is there now.\nSorry!\n")
    assert done.returncode == 0, done.stderr
    assert desk.ticket().state == Ticket.ANSWERED
    with desk.house.database.connection():
        [work] = list(Work.select())
        answer = TicketMessage.get_by_id(work.subject)
    assert (work.kind, work.account) == ("ticket_answer", desk.ann)
    assert desk.house.fields.open(TicketMessage.text, answer, purpose="support") == "It is there now.\nSorry!"
    assert desk.audited()[1:] == [("ticket.answer", "may.chan", desk.ticket().id)]


@pytest.mark.parametrize(
    ("words", "says"),
    [("", "An answer has 1 to 3,500 characters."), ("x" * 3501, "An answer has 1 to 3,500 characters.")],
    ids=["nothing", "too much"],
)
def test_an_answer_that_cannot_be_sent_leaves_nothing(desk: Counter, words: str, says: str) -> None:
    number = str(desk.writes())
    done = desk.does("answer", number, *STAFF, says=words)
    assert (done.returncode, done.stderr) == (1, says + "\n")
    assert (desk.audited(), desk.count(Work), desk.count(TicketMessage)) == ([], 0, 1)


def test_bytes_that_are_no_text_are_no_answer(desk: Counter) -> None:
    command = [sys.executable, "-m", "ops", "answer", str(desk.writes()), *STAFF]
    environ = {**os.environ, **desk.environ}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, input=b"\xff\xfe", capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"The answer is not plain text in UTF-8.\n")


def test_a_ticket_is_resolved_once_and_answered_no_more(desk: Counter) -> None:
    number = str(desk.writes())
    desk.reads(number)
    assert desk.does("resolve", number, *STAFF).returncode == 0
    assert desk.ticket().state == Ticket.RESOLVED
    for verb in ("resolve", "answer"):
        again = desk.does(verb, number, *STAFF, says="more")
        assert (again.returncode, "resolved" in again.stderr) == (1, True)
    assert [verb for verb, _, _ in desk.audited()] == ["ticket.show", "ticket.resolve"]
    assert number not in desk.does("tickets").stdout


def test_who_has_left_is_answered_no_more(desk: Counter) -> None:
    number = str(desk.writes())
    with desk.house.database.unit():
        Account.delete().execute()
    done = desk.does("answer", number, *STAFF, says="more")
    assert (done.returncode, "account of this ticket has ended" in done.stderr) == (1, True)


@pytest.mark.parametrize("verb", [("tickets", "show"), ("answer",), ("resolve",)])
def test_a_number_that_nobody_has_is_told(desk: Counter, verb: tuple[str, ...]) -> None:
    done = desk.does(*verb, "123456", *STAFF, says="more")
    assert (done.returncode, done.stderr) == (1, "There is no ticket with this number.\n")


def test_what_was_not_taken_and_not_brought_is_shown_with_its_reason(desk: Counter) -> None:
    number = str(desk.writes())
    with desk.house.database.unit():
        TicketMessage.update(state=TicketMessage.REFUSED, reason="ticket.kind").execute()
    assert "person (refused: ticket.kind)" in desk.does("tickets", "show", number, *STAFF).stdout
