"""The actors: verbs that take the id of a work row. What they do, and whether at all, is decided by the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from billing.payments import NOTE, REFUND
from generation import kinds
from jobs.kinds import GENERATION, RIGHTS
from privacy.account_news import ACCOUNT_NEWS
from privacy.erasures import ERASE
from privacy.export import EXPORT, EXPORT_FAILED, EXPORT_OVER
from privacy.receipts import RECEIPT
from privacy.report_news import REPORT_NEWS
from support import tickets
from support.announcements import INFORM

# Lower goes first: what a person waits for at the end of the line before what begins a new one.
LAST_STEP, FIRST_STEP, LONG_CALL = 0, 5, 10


def declare(broker: RedisBroker, run: Callable[[str], bool], rounds: Mapping[str, Callable[[], None]]) -> None:
    """Declare every actor on this broker. An actor returns nothing and raises nothing.

    `rounds` have no work row: the id that rang says only where the reason lies. The clock makes them too.
    """

    @dramatiq.actor(broker=broker, actor_name=kinds.INTAKE, queue_name=GENERATION, priority=FIRST_STEP)
    def intake(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.GREET, queue_name=GENERATION, priority=LAST_STEP)
    def greet(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.PRODUCE, queue_name=GENERATION, priority=LONG_CALL)
    def produce(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.ADMIT, queue_name=GENERATION, priority=LAST_STEP)
    def admit(work: str) -> None:
        rounds[kinds.ADMIT]()

    @dramatiq.actor(broker=broker, actor_name=kinds.LOOK, queue_name=GENERATION, priority=LAST_STEP)
    def look(work: str) -> None:
        rounds[kinds.LOOK]()

    @dramatiq.actor(broker=broker, actor_name=kinds.SUBMIT, queue_name=GENERATION, priority=FIRST_STEP)
    def submit(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.COLLECT, queue_name=GENERATION, priority=LAST_STEP)
    def collect(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.DELIVER, queue_name=GENERATION, priority=LAST_STEP)
    def deliver(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.TELL, queue_name=GENERATION, priority=LAST_STEP)
    def tell(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.ORIGINAL, queue_name=GENERATION, priority=LAST_STEP)
    def original(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=REFUND, queue_name=RIGHTS, priority=LAST_STEP)
    def refund(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=NOTE, queue_name=RIGHTS, priority=LAST_STEP)
    def note(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.DESTROY, queue_name=RIGHTS, priority=LAST_STEP)
    def destroy(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=kinds.SHORTEN, queue_name=RIGHTS, priority=LAST_STEP)
    def shorten(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=ERASE, queue_name=RIGHTS, priority=FIRST_STEP)
    def erase(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=RECEIPT, queue_name=RIGHTS, priority=LAST_STEP)
    def receipt(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=EXPORT, queue_name=RIGHTS, priority=LONG_CALL)
    def export(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=EXPORT_FAILED, queue_name=RIGHTS, priority=LAST_STEP)
    def export_failed(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=EXPORT_OVER, queue_name=RIGHTS, priority=LAST_STEP)
    def export_over(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=tickets.FETCH, queue_name=GENERATION, priority=FIRST_STEP)
    def ticket_file(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=tickets.NOT_TAKEN, queue_name=RIGHTS, priority=LAST_STEP)
    def ticket_refused(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=tickets.ANSWER, queue_name=RIGHTS, priority=LAST_STEP)
    def ticket_answer(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=tickets.RESOLVED, queue_name=RIGHTS, priority=LAST_STEP)
    def ticket_resolved(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=ACCOUNT_NEWS, queue_name=RIGHTS, priority=LAST_STEP)
    def account_news(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=REPORT_NEWS, queue_name=RIGHTS, priority=LAST_STEP)
    def report_news(work: str) -> None:
        run(work)

    @dramatiq.actor(broker=broker, actor_name=INFORM, queue_name=RIGHTS, priority=LONG_CALL)
    def inform(work: str) -> None:
        run(work)
