"""Reports, freezes and bans as staff do them: processes of their own, words and people from standard input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config import Settings
from models import Account, AuditEntry, Report
from ops.bans import ban, unban
from ops.reports import freeze, release, report
from policy.limits import REPORT_WITHIN
from privacy.reports import Said, read
from tests.emulators.conftest import Emulator
from tests.ops.test_ops_requests import MAY, STAFF, Desk, a_desk

NUMBER = re.compile(r"report ([2-9a-z]{5}-[2-9a-z]{5}), due")
LETTER = "My daughter is nine. The account is @annlee.\nCall me: +852 5555 0000\n"


@pytest.fixture
def desk(make_settings: Callable[..., Settings], environ: dict[str, str], telegram: Emulator) -> Iterator[Desk]:
    with a_desk(make_settings(), {**environ, "TELEGRAM_API_URL": telegram.url}) as made:
        yield made


def case(desk: Desk, number: str) -> Report:
    with desk.house.database.connection():
        return desk.house.reports.get(number)


def account(desk: Desk) -> Account:
    with desk.house.database.connection():
        row: Account = Account.get_by_id(desk.ann)
    return row


def has_one(desk: Desk, accused: str | None = None, words: str = "that is me") -> str:
    with desk.house.database.unit() as unit:
        said = Said(kind="consent", source="web", words=words, accused=accused)
        return str(desk.house.reports.open_for(unit, MAY, said).id)


@pytest.mark.proves("P10.2")
def test_a_letter_becomes_a_case_a_freeze_and_the_end_of_the_account(desk: Desk) -> None:
    opened = desk.does("report", "open", "--kind", "child", *STAFF, says=LETTER)
    assert opened.returncode == 0, opened.stderr
    found = NUMBER.search(opened.stdout)
    assert found is not None
    number = found[1]
    listed = desk.does("reports")
    assert listed.returncode == 0, "in time"
    assert number in listed.stdout
    shown = desk.does("report", "show", number, *STAFF)
    assert LETTER.strip() in shown.stdout
    frozen = desk.does("freeze", "--case", number, "--person", *STAFF, says="@annlee\n")
    assert frozen.returncode == 0, frozen.stderr
    assert account(desk).frozen_at is not None
    assert case(desk, number).accused == desk.ann
    ended = desk.does("report", "erase", number, *STAFF)
    assert ended.returncode == 0, ended.stderr
    assert case(desk, number).state == Report.ERASED
    with desk.house.database.connection():
        erasure = desk.house.erasures.open_of(desk.ann)
        verbs = [row.verb for row in AuditEntry.select().order_by(AuditEntry.number)]
    assert erasure is not None
    assert erasure.ends_at is not None
    assert erasure.ends_at <= desk.house.database.clock.now(), "at once"
    assert [verb for verb in verbs if verb.startswith("report.")] == [
        "report.open",
        "report.show",
        "report.freeze",
        "report.erase",
    ]
    for done in (opened, listed, frozen, ended):
        for text in (done.stdout, done.stderr):
            assert "annlee" not in text
            assert "5555" not in text


@pytest.mark.proves("P10.2")
def test_the_list_exits_with_an_error_while_one_is_late_or_nearly_so(desk: Desk) -> None:
    long_ago = desk.house.database.clock.now() - REPORT_WITHIN
    done = desk.does("report", "open", "--kind", "other", "--received", f"{long_ago:%Y-%m-%dT%H:%M:%S}", *STAFF)
    assert done.returncode == 0, done.stderr
    done = desk.does("reports")
    assert (done.returncode, "1 late, 0 due" in done.stderr) == (1, True)
    soon = desk.house.database.clock.now() + timedelta(hours=11)
    desk.house.database.rows("UPDATE report SET due_at = ?", soon)
    done = desk.does("reports")
    assert (done.returncode, "0 late, 1 due" in done.stderr) == (1, True)
    [number] = re.findall(r"[2-9a-z]{5}-[2-9a-z]{5}$", done.stdout, re.MULTILINE)
    assert desk.does("report", "unfounded", number, *STAFF).returncode == 0
    assert desk.does("reports").returncode == 0


def test_a_release_ends_the_case_and_opens_the_account(desk: Desk) -> None:
    number = has_one(desk, desk.ann)
    assert desk.does("freeze", "--case", number, *STAFF).returncode == 0
    assert account(desk).frozen_at is not None
    again = desk.does("freeze", "--case", number, *STAFF)
    assert (again.returncode, "frozen for this report already" in again.stderr) == (1, True)
    assert desk.does("release", "--case", number.upper(), *STAFF).returncode == 0
    assert account(desk).frozen_at is None
    assert case(desk, number).state == Report.RELEASED


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("\n", "neither a Telegram id nor a username"),
        ("nobody_known\n", "No account is known"),
        ("Ann Lee of Kowloon\n", "neither"),
    ],
)
def test_whoever_is_not_found_is_not_frozen_and_not_named(desk: Desk, says: str, told: str) -> None:
    number = has_one(desk, desk.ann)
    done = desk.does("freeze", "--case", number, "--person", *STAFF, says=says)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Kowloon" not in done.stderr
    assert account(desk).frozen_at is None
    assert case(desk, number).state == Report.OPEN


@pytest.mark.parametrize(
    "verb",
    [("freeze", "--case", "{case}", "--person"), ("report", "erase", "{case}", "--person"), ("ban", "--for", "abuse")],
)
def test_a_username_that_has_moved_to_somebody_else_harms_nobody(desk: Desk, verb: tuple[str, ...]) -> None:
    number = has_one(desk)
    with desk.house.database.unit():
        held = desk.house.fields.index(Account.username_index, "boris")  # she had this name when she wrote last
        Account.update(username_index=held).where(Account.id == desk.ann).execute()
    done = desk.does(*(word.format(case=number) for word in verb), *STAFF, says="@boris\n")
    assert (done.returncode, "somebody else's now" in done.stderr) == (1, True)
    row = account(desk)
    assert (row.state, row.frozen_at, case(desk, number).state) == (Account.ACTIVE, None, Report.OPEN)


@pytest.mark.parametrize("verb", [("freeze", "--case", "{case}", "--person"), ("ban", "--for", "abuse")])
def test_while_telegram_does_not_say_so_only_the_id_is_good_enough(
    desk: Desk, telegram: Emulator, verb: tuple[str, ...]
) -> None:
    words = [word.format(case=has_one(desk)) for word in verb]
    telegram.faults({"method": "getChat", "kind": "error"})
    done = desk.does(*words, *STAFF, says="@annlee\n")
    telegram.faults()
    assert (done.returncode, "Telegram could not say" in done.stderr) == (1, True)
    assert desk.does(*words, *STAFF, says="700100200\n").returncode == 0


def test_a_case_that_names_nobody_asks_for_somebody(desk: Desk) -> None:
    done = desk.does("freeze", "--case", has_one(desk), *STAFF)
    assert (done.returncode, "--person" in done.stderr) == (1, True)


def test_a_person_is_banned_and_unbanned_by_name_and_reason(desk: Desk) -> None:
    done = desk.does("ban", "--for", "intimate", *STAFF, says="@annlee\n")
    assert done.returncode == 0, done.stderr
    assert (account(desk).state, account(desk).banned_for) == (Account.BANNED, "intimate")
    again = desk.does("ban", "--for", "intimate", *STAFF, says="@annlee\n")
    assert (again.returncode, "banned already" in again.stderr) == (1, True)
    assert desk.does("unban", *STAFF, says="700100200\n").returncode == 0
    assert account(desk).state == Account.ACTIVE
    with desk.house.database.connection():
        entries = [(row.verb, row.subject, row.actor) for row in AuditEntry.select().order_by(AuditEntry.number)]
    assert entries == [("account.ban", desk.ann, "may.chan"), ("account.unban", desk.ann, "may.chan")]


def test_every_verb_wants_a_name_and_a_reason() -> None:
    verbs = [*report.commands.values(), freeze, release, ban, unban]
    assert len(verbs) == 8
    for verb in verbs:
        assert {option.name for option in verb.params if option.required} >= {"actor", "reason"}, verb.name


def test_numbers_are_taken_as_people_type_them(desk: Desk) -> None:
    number = has_one(desk)
    typed = f"{number[:5].upper()}-{number[5:].upper()}"
    assert read(typed) == number
    assert desk.does("report", "show", typed, *STAFF).returncode == 0


def test_what_a_stranger_wrote_steers_no_terminal(desk: Desk) -> None:
    number = has_one(
        desk, words="look\x1b]52;c;cm0gLXJm\x07 here\u202e, \u3000my\tdear\nfriend \U0001f469\u200d\U0001f467"
    )
    shown = desk.does("report", "show", number, *STAFF).stdout
    assert "look\\u001b]52;c;cm0gLXJm\\u0007 here\\u202e, \u3000my\tdear\nfriend \U0001f469\u200d\U0001f467" in shown
    assert "\x1b" not in shown
