"""What the figures mean to whoever looks after the service: what is late, what needs a hand, and what helps.

The words are for staff. Limits are those of the alarms, so that a person who is called finds here why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from models import Payment, Report
from policy.rights import ALARM_BEFORE
from privacy.backups import Standing as Backups
from privacy.canary_standing import NEVER, RUNNING, CanaryStanding
from watch.alive import Seen
from watch.checks import AUDIT, BALANCES, HOLDS, KEYS, LEDGER, OBJECTS, RECONCILE, RETENTION

LATE, HAND = 1, 2  # also how `status` exits
QUEUE_LIMIT, RIGHTS_LIMIT = 120.0, 900.0  # seconds that the oldest row may wait
ORDER_LIMIT = 8_400.0
RETENTION_LIMIT, RUN_LIMIT = 7_200.0, 10_800.0
ERASURE_LIMIT, TICKET_LIMIT = 3_600.0, 259_200.0
CHECK_LIMIT = 93_600.0
CANARY_LIMIT = 100_800.0
MEANT = {"bell": " (Redis): work is found by asking, slower"}
PATIENT = ("inform",)  # kinds whose rows wait for days by design

Figures = Mapping[str, Mapping[tuple[str, ...], float]]


@dataclass(frozen=True)
class Line:
    """One thing that is not as it should be: how bad, in words, and a command or a place that helps."""

    level: int
    what: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that is judged. `quarantined`: rows by kind, of the last day. `rights`: kinds of the rights queue."""

    figures: Figures
    seen: Collection[Seen]
    quarantined: Mapping[str, int]
    canary: CanaryStanding
    backups: Backups
    backups_late: Collection[str]
    newest_master: str
    rights: Collection[str]

    def of(self, figure: str) -> Mapping[tuple[str, ...], float]:
        return self.figures.get(figure, {})

    def one(self, figure: str, *labels: str) -> float | None:
        return self.of(figure).get(labels)


def judge(known: Known) -> list[Line]:
    """The worst first. Nothing: all is well."""
    parts = (_running, _queues, _orders, _switches, _money, _checks, _rights, _retention, _keeping)
    return sorted((line for part in parts for line in part(known)), key=lambda line: -line.level)


def _running(known: Known) -> Iterator[Line]:
    for each in known.seen:
        if not each.living:
            yield Line(HAND, f"no {each.group} process runs", f"fly scale count {each.group}=1, or its log")
        elif each.lost:
            yield Line(LATE, f"{each.lost} {each.group} fell silent within the hour", f"fly logs: {each.group}")
    for (part,), up in known.of("miomio_up").items():
        if not up:
            level = LATE if part == "bell" else HAND  # without the bell rows are found by asking: slower
            yield Line(level, f"{part} does not answer{MEANT.get(part, '')}", "docs/operations.md#partaway")
    failing = sorted(question for (question,), failed in known.of("miomio_figures_failed").items() if failed)
    if failing:
        yield Line(LATE, f"cannot be asked for: {', '.join(failing)}", "docs/operations.md#figuresfail")


def _queues(known: Known) -> Iterator[Line]:
    for (kind,), seconds in known.of("miomio_work_oldest_seconds").items():
        limit = RIGHTS_LIMIT if kind in known.rights else QUEUE_LIMIT
        if seconds > limit and kind not in PATIENT:
            count = int(known.one("miomio_work_due", kind) or 0)
            group = "rights" if kind in known.rights else "worker"
            yield Line(LATE, f"{kind}: {count:,} wait, the oldest for {spoken(seconds)}", f"fly scale count {group}=N")
    for kind, count in known.quarantined.items():
        yield Line(
            HAND, f"{kind}: {count} given up after three crashes, in a day", "docs/operations.md#workquarantined"
        )


def _orders(known: Known) -> Iterator[Line]:
    for (kind,), seconds in known.of("miomio_orders_oldest_seconds").items():
        if seconds > ORDER_LIMIT:
            yield Line(HAND, f"an order of {kind} is open for {spoken(seconds)}", "docs/operations.md#orderforgotten")


def _switches(known: Known) -> Iterator[Line]:
    for (provider,), open_ in known.of("miomio_breaker_open").items():
        if open_:
            yield Line(HAND, f"{provider} does not answer; it is probed on its own", "docs/operations.md#breakeropen")
    for (what,), paused in known.of("miomio_paused").items():
        if paused:
            yield Line(HAND, f"{what}: paused by staff", f"python -m ops resume {what} --actor … --reason …")
    for (name,), seconds in known.of("miomio_pacing_seconds").items():
        if seconds > QUEUE_LIMIT:
            yield Line(LATE, f"{name} wants everybody to wait for {spoken(seconds)}", "it passes on its own")


def _money(known: Known) -> Iterator[Line]:
    for (of,), credits in known.of("miomio_ledger_sum_credits").items():
        if credits:
            words = "the last minutes' entries" if of == "lately" else "the books"
            yield Line(HAND, f"{words} are {credits:+,.0f} credits apart", "docs/operations.md#ledgernotzero")
    for state, words in ((Payment.STUCK, "refunds are stuck"), (Payment.UNCLAIMED, "payments are nobody's")):
        if count := known.one("miomio_payments_open", state):
            yield Line(HAND, f"{count:.0f} {words}", "python -m ops reconcile")


CHECKED = {
    RECONCILE: ("our books and Telegram's differ in {n} payments", "python -m ops reconcile"),
    AUDIT: ("the staff's log is broken in {n} places", "python -m ops audit"),
    OBJECTS: ("{n} sealed objects are missing in the store", "docs/operations-restore.md"),
    RETENTION: ("{n} rules of retention fail; what they are for is kept too long", "python -m ops retention"),
    BALANCES: ("balances are {n} credits away from the books", "docs/operations.md#ledgernotzero"),
    HOLDS: ("{n} credits are on hold for no order", "docs/operations.md#checkdiffers"),
}


def _checks(known: Known) -> Iterator[Line]:
    for (check,), differences in known.of("miomio_check_differences").items():
        if differences and check != LEDGER:  # said above
            words, helps = CHECKED.get(check, (f"{check} found {{n}}", "docs/operations.md#checkdiffers"))
            yield Line(HAND, words.format(n=f"{differences:,.0f}"), helps)
    for (check,), seconds in known.of("miomio_check_age_seconds").items():
        if seconds > CHECK_LIMIT:
            yield Line(LATE, f"{check} was not checked for {spoken(seconds)}", "the rights process does it; its log")


def _rights(known: Known) -> Iterator[Line]:
    for (kind,), seconds in known.of("miomio_requests_deadline_seconds").items():
        if seconds < 0:
            yield Line(HAND, f"a request ({kind}) is {spoken(-seconds)} too late", "python -m ops requests")
        elif seconds < ALARM_BEFORE.total_seconds():
            yield Line(LATE, f"a request ({kind}) is due in {spoken(seconds)}", "python -m ops requests")
    undecided = known.one("miomio_reports_open", Report.OPEN) or 0
    frozen = known.one("miomio_reports_open", Report.FROZEN) or 0
    if undecided or frozen:
        left = known.one("miomio_reports_deadline_seconds") or 0
        when = f"{spoken(left)} left" if left >= 0 else f"{spoken(-left)} too late"
        words = f"reports: {undecided:.0f} open, {frozen:.0f} with an account frozen, {when}"
        yield Line(HAND, words, "python -m ops reports")
    breaches = sum(known.of("miomio_incidents_open").values())
    if breaches:
        deadline = known.one("miomio_incidents_deadline_seconds")
        when = "" if deadline is None else f", {spoken(deadline)} left" if deadline >= 0 else ", too late"
        yield Line(HAND, f"{breaches:.0f} breaches are not closed{when}", "python -m ops incidents")
    seconds = known.one("miomio_tickets_oldest_seconds") or 0
    if seconds > TICKET_LIMIT:
        yield Line(LATE, f"a ticket waits for {spoken(seconds)}", "python -m ops tickets")


def _retention(known: Known) -> Iterator[Line]:
    overdue = known.one("miomio_retention_overdue_seconds") or 0
    if overdue > RETENTION_LIMIT:
        yield Line(LATE, f"something is {spoken(overdue)} past its time", "python -m ops retention")
    age = known.one("miomio_retention_run_age_seconds") or 0
    if age > RUN_LIMIT:
        yield Line(LATE, f"retention did not run for {spoken(age)}", "python -m ops retention")
    waits = known.one("miomio_erasures_waiting_seconds") or 0
    if waits > ERASURE_LIMIT:
        yield Line(LATE, f"a deletion waits for {spoken(waits)}", "docs/operations.md#erasureslow")


def _keeping(known: Known) -> Iterator[Line]:
    for kind in known.backups_late:
        yield Line(HAND, f"no backup of the {kind} within a day", "python -m ops backup --help")
    if known.backups.too_old:
        yield Line(HAND, f"{known.backups.too_old} backups are kept past their days", "python -m ops backup prune")
    if not known.canary.passed and known.canary.result not in (NEVER, RUNNING):
        yield Line(HAND, f"the canary person: {known.canary.result}", "python -m ops canary")
    never = known.one("miomio_canary_age_seconds") or 0
    if known.canary.result == NEVER and never > CANARY_LIMIT:
        yield Line(LATE, "the canary person was never sent", "python -m ops canary")
    older = {name for (name,), count in known.of("miomio_keys").items() if count and name != known.newest_master}
    if older:
        yield Line(LATE, f"keys still hang on {', '.join(sorted(older))}", f"python -m ops {KEYS.strip('.')} rotate")


def spoken(seconds: float) -> str:
    """A time as people say it: its two largest parts at most."""
    whole = int(seconds)
    parts = [(whole // 86_400, "d"), (whole // 3_600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or unit == parts[first][1])
