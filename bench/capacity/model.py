"""The model: from measured figures and assumptions to what one size of the service needs. Pure arithmetic."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import read
from billing.costs import SOURCE as COSTS
from billing.prices import PACKS, PRICES
from config import Settings

ASSUMED = Path(__file__).with_name("assumed.toml")
DAY, MONTH = 86_400.0, 30.0
GIGA = 1e9
SHARED, DEDICATED = "shared-cpu", "performance"
COSTS_OF, INCOME = ("machines", "Postgres", "store", "network", "pictures", "videos"), "income"
USED = (
    ("orders", "cpu"),
    ("job", "cpu"),
    ("webhook", "cpu"),
    ("crowd", "memory"),
    ("idleness", "worker"),
    ("growth", "bytes"),
    ("growth", "statements"),
)


@dataclass(frozen=True)
class Measured:
    """CPU in seconds: of an order in all processes and the database, of its job in the worker, of an update at the
    webhook. KiB of a call in flight, MiB of an idle worker. Bytes in Postgres and statements, of an order."""

    order_cpu: float
    job_cpu: float
    update_cpu: float
    call_kib: float
    worker_mib: float
    order_bytes: float
    order_statements: float

    @classmethod
    def of(cls, results: Path) -> Measured:
        """Raises NotAFigure or FileNotFoundError where one was not measured."""
        found = {(program, name): _value(results / f"{program}.json", name) for program, name in USED}
        return cls(
            order_cpu=found["orders", "cpu"] / 1e3,
            job_cpu=found["job", "cpu"] / 1e3,
            update_cpu=found["webhook", "cpu"] / 1e6,
            call_kib=found["crowd", "memory"],
            worker_mib=found["idleness", "worker"],
            order_bytes=found["growth", "bytes"],
            order_statements=found["growth", "statements"],
        )


@dataclass(frozen=True)
class Need:
    """Of one size. Rates are those of the busiest hour; cores are busy ones; GB after a month, and when as much goes as
    comes; dollars a month. `telegram`: calls beside what one bot may send. `bought`: the share of the credits used that
    must have been bought so that nothing is lost; above 1 it always is."""

    orders_a_day: int
    orders: float
    updates: float
    web_cores: float
    worker_cores: float
    database_cores: float
    pictures_in_flight: float
    video_slots: float
    worker_mib: float
    machines: dict[str, int]
    kind: str
    connections: int
    statements: float
    redis_commands: float
    database_gb: float
    store_gb_month: float
    store_gb: float
    moved_gb: float
    telegram: float
    dollars: dict[str, float]
    bought: float


def assumed() -> dict[str, Any]:
    return tomllib.loads(ASSUMED.read_text(encoding="utf-8"))


def need(orders_a_day: int, measured: Measured, given: dict[str, Any]) -> Need:
    people, providers, size, machine = given["people"], given["providers"], given["bytes"], given["machines"]
    orders = orders_a_day / DAY * people["peak"]
    updates = orders * people["updates"]
    videos, pictures = orders * people["videos"], orders * (1 - people["videos"])
    web = updates * measured.update_cpu
    worker = orders * measured.job_cpu
    # What neither the webhook nor the worker uses of a whole order is the database's.
    database = orders * max(0.0, measured.order_cpu - measured.job_cpu - measured.update_cpu)
    in_flight = pictures * providers["picture_seconds"]
    kind, machines = _machines(web, worker, in_flight, measured, machine)
    month = orders_a_day * MONTH
    kept = (1 - people["videos"]) * size["picture"] + people["videos"] * size["video"] + size["photo"]
    moved = (1 - people["videos"]) * size["moved_picture"] + people["videos"] * size["moved_video"]
    dollars = _dollars(month, kind, machines, database, kept, moved, measured, given)
    return Need(
        orders_a_day=orders_a_day,
        orders=orders,
        updates=updates,
        web_cores=web,
        worker_cores=worker,
        database_cores=database / machine["used"],
        pictures_in_flight=in_flight,
        video_slots=videos * providers["video_seconds"],
        worker_mib=measured.worker_mib * machines["worker"] + in_flight * measured.call_kib / 1024,
        machines=machines,
        kind=kind,
        connections=sum(machines.values()) * Settings.database_pool,
        statements=orders * measured.order_statements,
        redis_commands=orders * people["updates"] * 2,
        database_gb=month * people["kept_months"] * measured.order_bytes / GIGA,
        store_gb_month=month * kept / GIGA,
        store_gb=month * people["kept_months"] * kept / GIGA,
        moved_gb=month * moved / GIGA,
        telegram=orders * 3 / providers["telegram_calls"],
        dollars=dollars,
        bought=sum(dollars[cost] for cost in COSTS_OF) / dollars[INCOME] * people["paid_share"],
    )


def _machines(
    web: float, worker: float, in_flight: float, measured: Measured, machine: dict[str, Any]
) -> tuple[str, dict[str, int]]:
    """Two of each at least, so that one may be lost. Shared ones while their lasting share of a core is enough."""
    free = machine["memory_mib"] * machine["used"] - measured.worker_mib
    by_memory = in_flight * measured.call_kib / 1024 / free
    shared = worker <= machine["shared_core"] * machine["shared_most"]
    core = machine["shared_core"] if shared else machine["used"]
    counts = {
        "web": max(2, math.ceil(web / core)),
        "worker": max(2, math.ceil(max(worker / core, by_memory))),
        "rights": 2,
    }
    return SHARED if shared else DEDICATED, counts


def _dollars(
    month: float,
    kind: str,
    machines: dict[str, int],
    database: float,
    kept: float,
    moved: float,
    measured: Measured,
    given: dict[str, Any],
) -> dict[str, float]:
    price, people, machine = given["dollars"], given["people"], given["machines"]
    costs = tomllib.loads(COSTS.read_text(encoding="utf-8"))
    pictures, videos = month * (1 - people["videos"]), month * people["videos"]
    of_worker = price["worker_month"] if kind == SHARED else price["core_month"]
    others = (machines["web"] + machines["rights"]) * (price["small_month"] if kind == SHARED else price["core_month"])
    database_cores = max(1.0, math.ceil(database / machine["used"]))
    credits = pictures * PRICES["picture"] + videos * PRICES["video_5"]
    listed, providers = costs["tokens"][Settings.gemini_model], given["providers"]
    picture = (listed["out"] * providers["picture_tokens_out"] + listed["in"] * providers["picture_tokens_in"]) / 1e6
    cheapest = min(pack.stars / pack.credits for pack in PACKS.values())
    return {
        "machines": machines["worker"] * of_worker + others,
        "Postgres": database_cores * price["postgres_core_month"]
        + month * people["kept_months"] * measured.order_bytes / GIGA * price["gigabyte_month_postgres"],
        "store": month * people["kept_months"] * kept / GIGA * price["gigabyte_month_store"]
        + month * 2 / 1e3 * price["thousand_writes_store"]
        + month * 2 / 1e3 * price["thousand_reads_store"],
        "network": month * moved / 2 / GIGA * price["gigabyte_moved"],
        "pictures": pictures * picture,
        "videos": videos * 5 * costs["second"][Settings.kling_model],
        INCOME: credits * people["paid_share"] * cheapest * costs["usd_per_star"],
    }


def _value(path: Path, name: str) -> float:
    [figure] = [figure for figure in read(path).figures if figure.name == name]
    return figure.value
