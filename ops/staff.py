"""What every verb that touches people asks for: who acts and why; and people read from standard input."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from errors import Failure
from policy.limits import LONGEST_ANSWER, LONGEST_ENTRY, LONGEST_NOTE, LONGEST_REPORT, LONGEST_SAID
from privacy.audit import LONGEST_REASON, Act

SAID = {
    "audit.actor": "--actor is your name at work: small letters, digits, dots and hyphens, as in --actor may.chan",
    "audit.reason": f"--reason says why, in 1 to {LONGEST_REASON} characters",
    "person.unclear": "That is neither a Telegram id nor a username.",
    "person.ambiguous": "Several people had this username one after the other. Ask for the Telegram id.",
    "person.unknown": "No account is known by this name or id. That nothing is held is an answer, too: request answer.",
    "person.moved": "Telegram says that this username is somebody else's now. Ask for the Telegram id.",
    "person.not_compared": "Telegram could not say whose this username is now. Try again, or ask for the Telegram id.",
    "case.other_person": "This case is about somebody else than the person that was named.",
    "case.kind": "This case does not ask for a deletion.",
    "case.nobody": "No account is known for this case: open one with a name, or answer that nothing is held.",
    "case.unconfirmed": "Nobody made sure yet who asks. They can send /confirm and the number; or: request confirm",
    "case.under_way": "The deletion of this case has begun already.",
    "case.scope": "--at-once is for accounts: photos and generated content go at once anyway.",
    "token.unclear": "That is no token. Run it without --confirm, and take the one that is shown.",
    "token.late": "The hour of this token is over. Look at it again, without --confirm.",
    "token.other": "This token was given for something else, or what would go has changed. Look at it again.",
    "line.unreadable": "This line cannot be read as CSV.",
    "line.columns": "This line has more or fewer columns than the first one names.",
    "line.scope": "The scope is photos, generated or account.",
    "line.at_once": "at_once is yes, no or empty.",
    "person.gone": "No account is known for this person.",
    "order.unknown": "There is no order with this number, nor one that an attempt or a row of work with it is about.",
    "report.unknown": "There is no report with this number.",
    "report.ended": "This report has ended already.",
    "report.frozen": "The account is frozen for this report already: release it, or erase it.",
    "report.not_frozen": "Nobody is frozen for this report.",
    "report.other_person": "Somebody else is frozen for this report: release it, and open another report.",
    "report.nobody": "This report names no account that is here: say whom it is about with --person.",
    "report.too_long": f"That is too long: within {LONGEST_REPORT:,} characters.",
    "incident.unknown": "There is no incident with this number.",
    "incident.closed": "This incident is closed. Declare a new one for what has come to light since.",
    "incident.contained": "This incident is contained already.",
    "incident.not_contained": "This incident is not contained yet: incident contained, with what was done.",
    "incident.notified": "It stands here already when the Commissioner was told.",
    "incident.undecided": "Whether real harm is likely is not decided: incident note --about assessment --harm yes|no.",
    "incident.untold": "Real harm is likely, so the Commissioner is told first; then: incident notified.",
    "incident.unfounded": "--harm goes with an assessment: --about assessment, and why.",
    "incident.changed": "Somebody else has just changed this incident. Look at it again.",
    "incident.not_yet": "That time lies in the future.",
    "incident.order": "It cannot be noticed before it happened, nor told before it was noticed.",
    "incident.words": f"An entry has 1 to {LONGEST_ENTRY:,} characters, from standard input.",
    "ban.already": "This person is banned already.",
    "ban.none": "This person is not banned.",
    "ban.closing": "This account is being deleted; nothing can be done with it any more.",
    "request.unknown": "There is no request with this number.",
    "request.decided": "This request is decided already.",
    "request.undecided": "This request is not answered and not refused, so there is no letter.",
    "request.not_yet": "--received lies in the future.",
    "request.ground": "This ground is none against this kind of request.",
    "request.something_is_held": "There is an account, so it would not be true that nothing is held.",
    "request.nobody": "No account is known for this request: answer --outcome nothing, or open it with a name.",
    "request.unconfirmed": "Make sure that it is the person who asks, then answer with --confirmed.",
    "correction.kind": "This request does not ask for a correction.",
    "correction.value": "That is no value of this field: python -m ops correct --help names them.",
    "correction.same": "That is what stands there already.",
    "note.words": f"The note wants 1 to {LONGEST_NOTE} characters.",
    "refusal.unlogged": "The log of refusals lacks this request. Nobody may be told of a refusal that is not in it.",
    "export.under_way": "A copy is on its way to this person already.",
    "announcement.words": "Each language wants words: --en, --zh-hant and --zh-hans name a file each.",
    "announcement.long": "Telegram takes no message as long as that.",
    "announcement.unknown": "There is no announcement with this number under way.",
    "ticket.unknown": "There is no ticket with this number.",
    "ticket.resolved": "This ticket is resolved. It opens again when its person writes.",
    "ticket.unread": "Its person has written since it was last shown: read that first, with tickets show.",
    "ticket.nobody": "The account of this ticket has ended: there is no chat any more.",
    "ticket.words": f"An answer has 1 to {LONGEST_ANSWER:,} characters.",
    "ticket.not_text": "The answer is not plain text in UTF-8.",
    "ticket.no_file": "This ticket has no file with this number.",
    "pause.words": f"--say says it to everybody, in 1 to {LONGEST_SAID} characters; so do the Chinese words, if any.",
    "pause.until": "--until is a time to come, in UTC, as in 2026-11-28T23:30.",
    "pause.nothing_to_hold": "--hold is for images and videos: a payment that arrives is credited in any case.",
    "pause.none": "That is not paused.",
    "migration.locked": "Something keeps a table of the database for minutes: look for it in pg_stat_activity, then "
    "migrate again. What is applied stays; nobody was kept waiting.",
    "database.unavailable": "The database of DATABASE_URL does not answer. Nothing was done.",
}


TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # let a line read otherwise than it is


def acting(command: Callable[..., Any]) -> Callable[..., Any]:
    """The two options that an entry of the staff's log is made of."""
    reason = click.option("--reason", required=True, help="why; sealed, in the staff's log")
    return click.option("--actor", required=True, help="your name at work, for the staff's log")(reason(command))


def act(actor: str, reason: str) -> Act:
    return Act(actor, reason)


def person() -> str:
    """A Telegram id or a username from standard input: what stands there ends up in no shell's history."""
    if sys.stdin.isatty():
        click.echo("Telegram id or username: ", nl=False, err=True)
    return sys.stdin.readline().strip()


def harmless(text: str) -> str:
    """What somebody wrote, for a terminal: signs that would steer it, or turn a line round, stand there by number."""
    return "".join(f"\\u{ord(sign):04x}" if _steers(sign) else sign for sign in text.replace("\r\n", "\n"))


def _steers(sign: str) -> bool:
    return sign in TURNS or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t")


@contextmanager
def told() -> Iterator[None]:
    """A failure ends the verb with a sentence and nothing of the stack."""
    try:
        yield
    except Failure as error:
        sys.exit(SAID.get(error.code, str(error)))
