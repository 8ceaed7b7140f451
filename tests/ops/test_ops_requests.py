"""The verbs about requests as staff run them: processes of their own, people from standard input, letters printed."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from subprocess import CompletedProcess

import pytest

from config import Settings
from consent.accounts import Identity
from models import AuditEntry, Refusal, RightsRequest
from ops.announce import announce
from ops.requests import request
from policy.rights import ALARM_BEFORE
from policy.versions import CURRENT
from privacy.audit import Act
from privacy.requests import owed
from tests.ops.shell import ops
from workers.assembly import assemble
from workers.house import House

MAY = Act("may.chan", "mail of Monday")
STAFF = ("--actor", "may.chan", "--reason", "mail of Monday")
NUMBER = re.compile(r"request ([0-9a-f]{32}), due")


class Desk:
    """A house with Ann in it, and a member of the staff at a shell."""

    def __init__(self, house: House, environ: dict[str, str]) -> None:
        self.house, self.environ = house, environ
        with house.database.unit() as unit:
            who = Identity(700100200, "Ann", "Lee", "annlee", "zh-hk")
            self.ann = house.accounts.open(unit, who, version=CURRENT.id).id

    def does(self, *words: str, says: str = "", **more: str) -> CompletedProcess[str]:
        return ops(*words, environ={**os.environ, **self.environ, **more}, says=says)

    def opens(self, kind: str = "access", *more: str, says: str = "@annlee\n") -> str:
        done = self.does("request", "open", "--kind", kind, "--from", "mail", *STAFF, *more, says=says)
        assert done.returncode == 0, done.stderr
        found = NUMBER.search(done.stdout)
        assert found is not None
        return found[1]

    def has_one(self) -> str:
        """A request of Ann's that was opened before."""
        with self.house.database.unit() as unit:
            return self.house.requests.open(unit, MAY, kind="access", source="mail", account=self.ann).id

    def row(self, number: str) -> RightsRequest:
        with self.house.database.connection():
            return self.house.requests.get(number)

    def refusals(self) -> int:
        with self.house.database.connection():
            return int(Refusal.select().count())


@contextmanager
def a_desk(settings: Settings, environ: dict[str, str]) -> Iterator[Desk]:
    house = assemble(settings, ring=lambda *_: None)
    house.database.migrate()
    yield Desk(house, {**environ, "DATABASE_URL": settings.database_url, "STORE_PATH": settings.store_path})
    house.close()


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str]) -> Iterator[Desk]:
    with a_desk(make_settings(), environ) as made:
        yield made


@pytest.fixture
def both(make_settings: Callable[..., Settings], environ: dict[str, str], database_url: str) -> Iterator[Desk]:
    """The same on SQLite and on Postgres."""
    with a_desk(make_settings(DATABASE_URL=database_url), environ) as made:
        yield made


@pytest.mark.proves("P9.6")
def test_a_request_is_opened_listed_answered_and_gone_from_the_list(desk: Desk) -> None:
    number = desk.opens()
    row = desk.row(number)
    assert (row.account, row.kind, row.source) == (desk.ann, "access", "mail")
    listed = desk.does("requests")
    assert listed.returncode == 0
    assert f"{row.due_at:%Y-%m-%d %H:%M}" in listed.stdout
    assert number in listed.stdout
    answered = desk.does("request", "answer", number, "--confirmed", *STAFF)
    assert answered.returncode == 0
    assert number in answered.stdout
    assert "複本" in answered.stdout, "in the person's language"
    assert owed(desk.house.database) == []
    audit = desk.does("audit")
    assert (audit.returncode, audit.stdout.count("may.chan: request.")) == (0, 2)


@pytest.mark.proves("P9.6")
def test_the_list_exits_with_an_error_while_one_is_late_or_nearly_so(desk: Desk) -> None:
    long_ago = desk.house.database.clock.now() - timedelta(days=60)
    desk.opens("information", "--received", f"{long_ago:%Y-%m-%d}")
    done = desk.does("requests")
    assert done.returncode == 1
    assert "1 late" in done.stderr
    desk.house.database.rows("UPDATE rights_request SET due_at = ?", desk.house.database.clock.now() + ALARM_BEFORE)
    done = desk.does("requests")
    assert (done.returncode, "0 late, 1 due" in done.stderr) == (1, True)


def test_somebody_whom_nobody_knows_gets_a_written_answer_in_the_language_of_their_mail(desk: Desk) -> None:
    number = desk.opens(says="no_such_person\n")
    assert desk.row(number).account is None
    done = desk.does("request", "answer", number, "--outcome", "nothing", "--language", "zh-hans", *STAFF)
    assert done.returncode == 0
    assert "个人资料私隐专员" in done.stdout
    assert desk.row(number).ended_at is not None


def test_no_name_is_printed_kept_or_said_about_what_cannot_be_read(desk: Desk) -> None:
    done = desk.does("request", "open", "--kind", "access", "--from", "mail", *STAFF, says="Ann Lee of Kowloon\n")
    assert done.returncode == 1
    assert "neither a Telegram id nor a username" in done.stderr
    known = desk.does("request", "open", "--kind", "access", "--from", "mail", *STAFF, says="@AnnLee\n")
    assert "an account is known" in known.stdout
    for text in (done.stdout, done.stderr, known.stdout, known.stderr):
        assert "annlee" not in text.lower()
        assert "Kowloon" not in text


@pytest.mark.proves("P6.11")
def test_killed_before_the_log_and_between_log_and_notice_nobody_was_told_and_the_request_is_owed(both: Desk) -> None:
    number = both.has_one()
    refuse = ("request", "refuse", number, "--ground", "identity", *STAFF)
    killed = both.does(*refuse, MIOMIO_CRASH_AT="request.deciding")
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert (both.refusals(), both.row(number).state) == (0, RightsRequest.OPEN)

    killed = both.does(*refuse, MIOMIO_CRASH_AT="request.decided")
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert (both.refusals(), both.row(number).state) == (1, RightsRequest.REFUSED)
    assert both.row(number).ended_at is None
    assert number in both.does("requests").stdout

    shown = ("request", "letter", number, "--language", "en", *STAFF)
    killed = both.does(*shown, MIOMIO_CRASH_AT="request.printed")
    assert (killed.returncode, "PDPO s.20(1)(a)" in killed.stdout) == (-signal.SIGKILL, True)
    assert both.row(number).ended_at is None

    letter = both.does(*shown)
    assert "PDPO s.20(1)(a)" in letter.stdout
    assert both.refusals() == 1
    assert both.row(number).ended_at is not None


def test_every_verb_about_people_wants_a_name_and_a_reason() -> None:
    verbs = [*request.commands.values(), *(verb for name, verb in announce.commands.items() if name != "list")]
    assert len(verbs) >= 8
    for verb in verbs:
        wanted = {option.name for option in verb.params if option.required}
        assert wanted >= {"actor", "reason"}, verb.name


def test_what_is_withdrawn_is_closed_and_stands_in_the_log(desk: Desk) -> None:
    number = desk.has_one()
    assert desk.does("request", "close", number, "--as", "withdrawn", *STAFF).returncode == 0
    assert desk.row(number).ended_at is not None
    with desk.house.database.connection():
        verbs = [row.verb for row in AuditEntry.select().order_by(AuditEntry.number)]
    assert verbs == ["request.open", "request.close"]


def test_a_log_that_was_tampered_with_is_named_and_the_verb_fails(desk: Desk) -> None:
    for _ in range(3):
        desk.has_one()
    with desk.house.database.unit():
        desk.house.database.rows("DELETE FROM audit_entry WHERE number = 2")
    done = desk.does("audit")
    assert done.returncode == 1
    assert "entry 3" in done.stderr
