"""Who our figures stand beside: the limit, which keeps none of our promises, and what people would use instead.

Each says what it does not do that we do, and what it does that we do not.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT, PEER, ITSELF = "limit", "peer", "itself"


@dataclass(frozen=True)
class Side:
    """`kind`: a limit, a peer, or ourselves under other circumstances."""

    id: str
    name: str
    kind: str
    lacks: str
    has: str = ""


OURS = Side("ours", "ours", ITSELF, "")

BARE_FLASK = Side(
    "bare_flask", "bare Flask", LIMIT, "answers with nothing: no row, no ring, no secret, no sealing, no page"
)
FLASK_TEMPLATE = Side(
    "flask_template",
    "Flask with a template",
    PEER,
    "renders one template with 40 rows on each request: one language, no headers, no policy, no counting",
)
BARE_SCRIPT = Side(
    "bare_script",
    "bare script",
    LIMIT,
    "the same calls in a row by one thread: no order, no money, no key of a person, no retry, and a crash loses it",
)
BARE_AES = Side("bare_aes", "bare AES-GCM", LIMIT, "one key for everybody, the whole file in memory, no key commitment")
BARE_REQUESTS = Side(
    "bare_requests", "bare delete requests", LIMIT, "deletes objects, and no keys, rows, records or receipts"
)
ONE_STATEMENT = Side("one_statement", "one DELETE", LIMIT, "one transaction however many rows, and no proof of it")
BARE_ZIP = Side(
    "bare_zip", "bare zip", LIMIT, "writes the same bytes as plaintext to the disk, opens and seals nothing"
)
PROVIDER = Side("provider", "the provider's own time", LIMIT, "nothing but the waiting")
ASYNCIO = Side(
    "asyncio", "asyncio, calls only", LIMIT, "posts the same photo and waits: no row, no lease, no sealing, no delivery"
)
ONE_BY_ONE = Side("one_by_one", "one question a task", LIMIT, "asks about each task alone")
DEADLINE = Side("deadline", "Telegram's deadline", LIMIT, "the 10 s after which a payment fails")

PTB = Side(
    "ptb",
    "python-telegram-bot with JobQueue",
    PEER,
    "everything in the memory of one process: no rows, no money, no consent, no sealing, nothing survives a restart, "
    "and a second process cannot share the load",
    "one process and no database to run; handlers for every kind of update",
)
CELERY = Side(
    "celery",
    "Celery on Redis with retries",
    PEER,
    "acknowledged before the work, as it comes; no rows, no money, no consent, no sealing; the message carries chat "
    "and file id, so personal data lie in Redis",
    "schedules, chains and results; other brokers; a console (Flower)",
)
CELERY_LATE = Side(
    "celery_late",
    "Celery, acknowledged late",
    PEER,
    "as Celery above, with acks_late, task_reject_on_worker_lost, a prefetch of 1 and a visibility timeout of 20 s in "
    "place of an hour: what takes longer than that, as many pictures and every video do, is done and paid twice",
)
STOCK = Side(
    "stock",
    "stock Dramatiq",
    PEER,
    "a message is the truth: one that Redis loses is gone, one of a killed worker comes back after minutes",
    "retries, delays, time limits, results and pipelines in messages",
)
STOCK_ONE = Side("stock_one", "stock Dramatiq, one process", PEER, "the same as stock Dramatiq")
THREAD_EACH = Side(
    "thread_each",
    "a thread for each video",
    PEER,
    "eight threads send, ask and show by themselves: no rows, no money, no sealing, a restart loses all under way",
)

QUIET = Side("quiet", "with nothing else going on", ITSELF, "")
SMALL = Side("small", "the same with next to nothing", ITSELF, "")
ONE_PROCESS = Side("one_process", "one process of ours", ITSELF, "")
IDLE = Side("idle", "the same process, idle", ITSELF, "")

HUNDREDTH = Side("hundredth", "among a hundredth of the rows", ITSELF, "")
TENTH = Side("tenth", "among a tenth of the rows", ITSELF, "")
SEEN = Side("seen", "statements seen", ITSELF, "")

SIDES = {each.id: each for each in list(globals().values()) if isinstance(each, Side)}
