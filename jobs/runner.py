"""Runs one piece of work from claim to end: errors become retries or endings, never silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import crash
import logs
from errors import Failure, Permanent, Rejected, Temporary, Waits
from jobs.claim import Claim, FenceLost
from jobs.desk import Desk
from jobs.kinds import wait_before
from models import Work

CRASHES = 3  # a row that took its worker down this often is not tried again
BROKEN = "program.error"
DRAINED = Temporary("work.drained")
DONE, AGAIN, FAILED, QUARANTINED = Work.DONE, "again", Work.FAILED, Work.QUARANTINED
LOST, UNWRITTEN = "lost", "unwritten"  # somebody else has it now; the database was away when it ended
OUTCOMES = (DONE, AGAIN, FAILED, QUARANTINED, LOST, UNWRITTEN)

Heard = Callable[[str, str, float], None]  # kind, outcome, seconds

log = logs.get()


class Runner:
    """Shared by the threads of a process. Keeps the list of claims under way, for renewal and for draining."""

    def __init__(
        self,
        desk: Desk,
        *,
        heard: Heard = lambda _kind, _outcome, _seconds: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`heard` is told of every try: kind, how it ended (one of `OUTCOMES`), how many seconds it took."""
        self.desk = desk
        self._heard = heard
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._active: dict[str, Claim] = {}
        self._inside = 0  # threads between the question whether to claim and the end of what they claimed
        self._draining = False

    def run(self, work: str) -> bool:
        """Whether there was something to do. Never raises: the row tells how it went."""
        with self._lock:
            welcome = not self._draining
            self._inside += welcome
        if not welcome:
            self.pass_on([work])
            return False
        try:
            return self._run(work)
        finally:
            with self._lock:
                self._inside -= 1

    def _run(self, work: str) -> bool:
        try:
            claim = self.desk.claim(work)
        except Temporary as error:  # the database is away: the row stays due and the clock comes back to it
            log.warning("work.not_claimed", work=work, exc_info=error)
            return False
        if claim is None:
            return False
        with self._lock:
            self._active[claim.id] = claim
        begun, outcome = self._monotonic(), UNWRITTEN
        try:
            with logs.about(work=claim.id, kind=claim.kind, **self._subject(claim)):
                outcome = self._outcome(claim)
        finally:
            with self._lock:
                self._active.pop(claim.id, None)
            self._heard(claim.kind, outcome, self._monotonic() - begun)
        return True

    def _subject(self, claim: Claim) -> dict[str, str]:
        field = self.desk.kinds[claim.kind].about
        return {field: claim.subject} if field is not None else {}

    def _outcome(self, claim: Claim) -> str:
        try:
            return self._attempt(claim)
        except FenceLost:
            log.warning("work.fence_lost", fence=claim.fence)
            return LOST
        except Temporary as error:  # even writing down the outcome failed: the lease ends by itself
            log.warning("work.outcome_not_written", exc_info=error)
            return UNWRITTEN

    def active(self) -> list[Claim]:
        with self._lock:
            return list(self._active.values())

    def drain(self) -> None:
        """Claim nothing more from here on."""
        with self._lock:
            self._draining = True

    def busy(self) -> bool:
        """Whether a thread still works on something, or is just about to."""
        with self._lock:
            return self._inside > 0

    def pass_on(self, works: Sequence[str]) -> None:
        """Rows that this process was rung for and will not take: the clock rings for them again at its next round."""
        try:
            self.desk.not_heard(works)
        except Temporary as error:  # it rings again anyway, only later
            log.warning("work.not_passed_on", count=len(works), exc_info=error)

    def renew(self) -> None:
        """Prolong the leases of all claims under way; called every third of a lease."""
        self.desk.renew(self.active())

    def give_back(self) -> int:
        """Make due again what is still under way, without counting the try. For a process about to be killed."""
        given = 0
        for claim in self.active():
            try:
                with claim.put_back(wait=0.0, reason="drained", count=False) as unit:
                    self.desk.kinds[claim.kind].again(claim, DRAINED, unit)
                    unit.after(lambda claim=claim: self._ring(claim))  # type: ignore[misc]  # binds the loop's value
                given += 1
            except (FenceLost, Temporary) as error:
                log.warning("work.not_given_back", work=claim.id, exc_info=error)
        return given

    def _ring(self, claim: Claim) -> None:
        self.desk.ring(self.desk.kinds[claim.kind].queue, claim.kind, claim.id)

    def _attempt(self, claim: Claim) -> str:
        crash.at(f"{claim.kind}.claimed")
        kind = self.desk.kinds[claim.kind]
        if claim.crashes >= CRASHES:
            self._end(claim, Permanent("work.quarantined", kind=claim.kind), state=Work.QUARANTINED)
            log.error("work.quarantined", count=claim.crashes)
            return QUARANTINED
        try:
            kind.do(claim)
        except FenceLost:
            raise
        except Temporary as error:
            return self._again(claim, error, asked_for=error.retry_after)
        except (Rejected, Permanent) as error:
            return self._end(claim, error, state=Work.FAILED)
        except Exception as error:
            log.error("work.broken", exc_info=error)
            return self._again(claim, Permanent(BROKEN, error=type(error).__name__), asked_for=None)
        return DONE

    def _again(self, claim: Claim, error: Failure, *, asked_for: float | None) -> str:
        kind = self.desk.kinds[claim.kind]
        counts = not isinstance(error, Waits)
        if counts and claim.tries >= kind.tries:
            return self._end(claim, error, state=Work.FAILED)
        wait = wait_before(kind, claim.tries, asked_for)
        with claim.put_back(wait=wait, reason=error.code, count=counts) as unit:
            kind.again(claim, error, unit)
        log.info("work.again", code=error.code, tries=claim.tries, seconds=wait)
        return AGAIN

    def _end(self, claim: Claim, error: Failure, *, state: str) -> str:
        with claim.give_up(state=state, reason=error.code) as unit:
            self.desk.kinds[claim.kind].ended_badly(claim, error, unit)
        log.warning("work.ended_badly", code=error.code, tries=claim.tries)
        return FAILED
