"""What is measured, beside whom, and how good it shall be. A goal's number stands here and nowhere else."""

from __future__ import annotations

from bench.measure import LESS, MORE, RATIO, VALUE, Goal, Measure
from bench.sides import (
    ASYNCIO,
    BARE_AES,
    BARE_FLASK,
    BARE_REQUESTS,
    BARE_SCRIPT,
    BARE_ZIP,
    CELERY,
    CELERY_LATE,
    DEADLINE,
    FLASK_TEMPLATE,
    HUNDREDTH,
    IDLE,
    ONE_BY_ONE,
    ONE_PROCESS,
    ONE_STATEMENT,
    PROVIDER,
    PTB,
    QUIET,
    SEEN,
    SMALL,
    STOCK,
    STOCK_ONE,
    TENTH,
    THREAD_EACH,
)


def _at_most(number: float, on: str = RATIO) -> Goal:
    return Goal(on, number, at_most=True)


def _at_least(number: float) -> Goal:
    return Goal(RATIO, number, at_most=False)


ALL = (PTB, CELERY)
KILLED = (PTB, CELERY, CELERY_LATE)
SEALING = (
    Measure("seal", "Sealing 50 MB as a stream", "MB/s", MORE, (BARE_AES,), _at_least(0.8)),
    Measure("open", "Opening 50 MB as a stream", "MB/s", MORE, (BARE_AES,), _at_least(0.8)),
    Measure("field", "Sealing a field of 30 bytes, the person's key at hand", "µs", LESS, (BARE_AES,), _at_most(1.5)),
    Measure("field_cold", "Sealing a field of 30 bytes, the key just unwrapped", "µs", LESS, (BARE_AES,), _at_most(3)),
    Measure("memory", "Peak memory of a process that seals and opens 50 MB", "MiB", LESS, (SMALL,)),
)
QUEUE = (
    Measure(
        "start_p50",
        "From the ring to an idle worker's first line, median",
        "ms",
        LESS,
        (STOCK, CELERY),
        _at_most(10, VALUE),
    ),
    Measure("start_p99", "The same, 99 of 100", "ms", LESS, (STOCK, CELERY)),
    Measure("put", "Rings a second by one thread", "1/s", MORE, (STOCK, CELERY)),
    Measure(
        "take", "Jobs a second that do nothing, one process of 8 threads", "1/s", MORE, (STOCK, CELERY), _at_least(1)
    ),
    Measure(
        "take_two",
        "Jobs a second that do nothing, two processes of 8 threads",
        "1/s",
        MORE,
        (STOCK_ONE, ONE_PROCESS, STOCK),
        _at_least(1.8),
    ),
    Measure(
        "rows",
        "Jobs a second that do nothing but are rows, claimed and finished in Postgres",
        "1/s",
        MORE,
        (STOCK, CELERY),
    ),
)
IDLENESS = (
    Measure("redis", "Redis commands a second of an idle worker process", "1/s", LESS, (STOCK, CELERY), _at_most(1)),
    Measure(
        "both",
        "Redis commands and database queries a second of an idle worker process",
        "1/s",
        LESS,
        (STOCK, CELERY),
        _at_most(1),
    ),
    Measure("worker", "Memory of an idle worker, all its processes", "MiB", LESS, (STOCK, CELERY)),
    Measure("rights", "Memory of an idle rights process", "MiB", LESS, (STOCK, CELERY)),
    Measure("web", "Memory of an idle web server, all its processes", "MiB", LESS, (BARE_FLASK, PTB)),
)
WEBHOOK = (
    Measure(
        "rate",
        "Updates a second at the webhook, with all their effects",
        "1/s",
        MORE,
        (BARE_FLASK, PTB),
        _at_least(0.35),
    ),
    Measure("cpu", "CPU of an update under that load", "µs", LESS, (BARE_FLASK, PTB), _at_most(3)),
    Measure("p50", "Median answer, each at half its own rate", "ms", LESS, (BARE_FLASK, PTB)),
    Measure("p99", "99 of 100 answers, each at half its own rate", "ms", LESS, (BARE_FLASK, PTB), _at_most(2.5)),
)
WEBSITE = (
    Measure("front", "Front pages a second", "1/s", MORE, (BARE_FLASK, FLASK_TEMPLATE)),
    Measure("policy", "Policy pages a second", "1/s", MORE, (BARE_FLASK, FLASK_TEMPLATE)),
)
JOB = (
    Measure("cpu", "CPU of an image job, no latency", "ms", LESS, (BARE_SCRIPT,), _at_most(2)),
    Measure("wall", "Wall time of an image job, each call taking 200 ms", "ms", LESS, (BARE_SCRIPT,), _at_most(1.03)),
)
ORDERS = (
    Measure("rate", "Orders a second from tap to picture, all tapped at once", "1/s", MORE, (*ALL, BARE_SCRIPT)),
    Measure("cpu", "CPU of an order, all own processes and the database", "ms", LESS, (*ALL, BARE_SCRIPT)),
    Measure("idle_p50", "From tap to picture beyond the provider's time, one at a time, median", "ms", LESS, ALL),
    Measure("idle_p99", "The same, 99 of 100", "ms", LESS, ALL),
    Measure("busy_p50", "The same at 80 % of each one's own rate, median", "ms", LESS, ALL),
    Measure("busy_p99", "The same, 99 of 100", "ms", LESS, ALL),
)
KILL = (
    Measure(
        "lost",
        "Of 20 jobs, those without a picture 36 s after a SIGKILL and a restart",
        "",
        LESS,
        KILLED,
        _at_most(0, VALUE),
    ),
    Measure("doubled", "Pictures shown a second time", "", LESS, KILLED, _at_most(0, VALUE)),
    Measure("paid_again", "Calls of the provider that brought no picture", "", LESS, KILLED),
)
CROWD = (
    Measure(
        "steady_p50",
        "256 pictures in flight, evenly spread: time beyond the provider's 12 s, median",
        "ms",
        LESS,
        (PROVIDER,),
    ),
    Measure(
        "steady_p99",
        "256 pictures in flight, evenly spread: time beyond the provider's 12 s, 99 of 100",
        "ms",
        LESS,
        (PROVIDER,),
        _at_most(100, VALUE),
    ),
    Measure(
        "burst_p99", "256 answers in one moment: time beyond the provider's 12 s, 99 of 100", "ms", LESS, (PROVIDER,)
    ),
    Measure("memory", "Memory of a call in flight", "KiB", LESS, (ASYNCIO,), _at_most(2)),
)
CHECKOUT = (
    Measure("p50", "The yes before a payment while pictures are made, median", "ms", LESS, (QUIET, DEADLINE)),
    Measure("p99", "The same, 99 of 100", "ms", LESS, (QUIET, DEADLINE)),
)
VIDEOS = (
    Measure(
        "late_p50", "2,000 videos in flight: from the provider's end to the chat, median", "s", LESS, (THREAD_EACH,)
    ),
    Measure("late_p99", "The same, 99 of 100", "s", LESS, (THREAD_EACH,)),
    Measure("asked_p50", "The same where callbacks are lost, median", "s", LESS, (THREAD_EACH,)),
    Measure("minutes", "Until all 2,000 are shown, once the first ends", "min", LESS, (THREAD_EACH,)),
    Measure("questions", "Requests about how tasks stand", "", LESS, (ONE_BY_ONE,), _at_most(0.05)),
    Measure("held", "Work rows held by threads while all wait", "", LESS, (THREAD_EACH,), _at_most(0, VALUE)),
    Measure("memory", "Memory of the worker while all wait", "MiB", LESS, (IDLE,)),
)
ERASURE = tuple(
    measure
    for name in ("SQLite", "Postgres")
    for measure in (
        Measure(
            f"{name.lower()}_gone",
            f"Deleting 1,000 objects of 500 MB and their keys, on {name}",
            "ms",
            LESS,
            (BARE_REQUESTS,),
            _at_most(1.5),
        ),
        Measure(
            f"{name.lower()}_asked",
            f"From the tap until nothing opens any more, on {name}",
            "ms",
            LESS,
            (BARE_REQUESTS,),
        ),
        Measure(
            f"{name.lower()}_requests",
            f"Requests to the store for it, on {name}",
            "",
            LESS,
            (BARE_REQUESTS,),
            _at_most(3, VALUE),
        ),
    )
)
RETENTION = tuple(
    measure
    for name in ("SQLite", "Postgres")
    for measure in (
        Measure(
            f"{name.lower()}_sweep",
            f"A sweep of 10,000 due rows in a million, on {name}",
            "ms",
            LESS,
            (ONE_STATEMENT,),
            _at_most(2),
        ),
        Measure(f"{name.lower()}_idle", f"All sweeps with nothing due, on {name}", "ms", LESS, (ONE_STATEMENT,)),
    )
)
EXPORT = (
    Measure("peak", "Peak memory of packing a copy of 2,000 MB", "MB", LESS, (SMALL,)),
    Measure("rate", "Packing and sealing a copy", "MB/s", MORE, (BARE_ZIP,)),
)
GROWTH = (
    *(
        Measure(
            name,
            f"{says}, among 100,000 people and 1,000,000 generations",
            "ms",
            LESS,
            (HUNDREDTH, TENTH),
            _at_most(1.5),
        )
        for name, says in (
            ("webhook", "An update with a photo"),
            ("order", "An order is asked for and paid"),
            ("picture", "A picture is made and delivered"),
            ("checkout", "The yes before a payment"),
            ("mydata", "What is held of somebody"),
            ("where", "Where somebody's photos went"),
            ("export", "A copy of somebody's data"),
            ("deletion", "An account is deleted"),
            ("duties", "One round of all regular duties but the nightly ones"),
            ("proofs", "The figures of the page of proofs"),
            ("figures", "The figures for whoever watches"),
        )
    ),
    Measure("bytes", "The database for each generation", "bytes", LESS, (HUNDREDTH, TENTH)),
    Measure("statements", "Statements for a photo, an order and its picture", "", LESS, (HUNDREDTH, TENTH)),
    Measure("scans", "Statements that read a large table from end to end", "", LESS, (SEEN,), _at_most(0, VALUE)),
)
