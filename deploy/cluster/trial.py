"""People order while one cable after the other is pulled; when all is quiet again, what is there is gathered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
import requests
from psycopg.rows import dict_row

from chaos.crowd import crowd, settle
from chaos.evidence import QUESTIONS, Evidence
from chaos.hands import REFUSALS
from chaos.levels import Level
from chaos.links import GEMINI, KLING
from chaos.marks import Marks
from chaos.quiet import until_quiet
from chaos.stack import Stack
from deploy.cluster import plan
from deploy.cluster.machines import Machines
from deploy.cluster.plan import DATA, WEB_HOST, WORKERS, Machine
from deploy.cluster.watching import Sample, Watcher
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker

SEED = 1
LEVEL = Level(
    name="cluster",
    people=40,
    newcomers=4,
    orders=160,
    seconds=64.0,
    patience=60.0,
    workers=len(WORKERS),
    planned={},
    demanded={},
)

TIDIED_WITHIN = 40.0  # seconds for what follows the end of an order, and for what was left half stored


@dataclass(frozen=True)
class Cut:
    """Seconds after the start, and how long."""

    machine: Machine
    at: float
    lasting: float


# Longer than a lease, so that others take the work over; shorter, so that they need not; and the website alone.
CUTS = (Cut(WORKERS[0], 8.0, 20.0), Cut(DATA, 36.0, 6.0), Cut(WEB_HOST, 50.0, 8.0))


@dataclass
class Seen:
    """What a trial leaves. Times in seconds after the start; `cuts` as they really happened: begin and end."""

    evidence: Evidence
    samples: list[Sample]
    cuts: dict[str, tuple[float, float]]
    fences: dict[str, int]
    quiet: float
    began: datetime  # by the clock that logs go by
    ended: list[str] = field(default_factory=list)  # processes that did not live through it

    def moments(self, machine: Machine) -> tuple[datetime, datetime]:
        """When its cable was out."""
        out, back = self.cuts[machine.name]
        return self.began + timedelta(seconds=out), self.began + timedelta(seconds=back)


def trial(machines: Machines) -> Seen:
    """Raises StackError, and TimeoutError when people still wait long after the last cut."""
    marks = Marks(f"cluster {SEED}")
    house = assemble(
        machines.house_settings(), ring=Doorbell(make_broker(connect(machines.house_settings().redis_url)))
    )
    settle(house, marks, range(LEVEL.newcomers, LEVEL.people))
    house.close()
    for part, port in ((GEMINI, plan.GEMINI), (KLING, plan.KLING)):
        told = requests.post(f"{machines.url(port)}/control/scenario", json={"rules": REFUSALS[part]}, timeout=10)
        told.raise_for_status()
    return asyncio.run(_lived(machines, marks))


async def _lived(machines: Machines, marks: Marks) -> Seen:
    async with crowd(LEVEL, SEED, marks, machines.url(plan.CHAT)) as people:
        began = datetime.now(UTC) - timedelta(seconds=time.monotonic() - people.since)
        watcher = Watcher(machines.address_of(), since=people.since)
        watcher.start()
        cutting = asyncio.create_task(_cut(machines, people.since))
        async with asyncio.timeout(LEVEL.seconds + LEVEL.patience):
            await people.live()
        cuts = await cutting
        quiet = time.monotonic() - people.since
        await asyncio.to_thread(_quiet, machines)
        watcher.stop()
        chats = await people.chats()
        evidence, fences = await asyncio.to_thread(_gathered, machines, chats, people.told)
        ended = [name for name, process in machines.processes.running if process.poll() is not None]
        return Seen(evidence, watcher.samples, cuts, fences, round(quiet, 1), began, ended)


async def _cut(machines: Machines, since: float) -> dict[str, tuple[float, float]]:
    done = {}
    for cut in CUTS:
        await asyncio.sleep(max(0.0, since + cut.at - time.monotonic()))
        await asyncio.to_thread(machines.network.cut, cut.machine)
        began = time.monotonic() - since
        try:
            await asyncio.sleep(cut.lasting)
        finally:
            machines.network.mend(cut.machine)
        done[cut.machine.name] = (round(began, 2), round(time.monotonic() - since, 2))
    return done


def _quiet(machines: Machines) -> None:
    house = assemble(machines.house_settings(), ring=lambda *_: None)
    try:  # the stack is asked for the database's address and for nothing else
        until_quiet(cast(Stack, machines), TIDIED_WITHIN, tidy=house.upkeep.leftovers)
    finally:
        house.close()


def _gathered(machines: Machines, chats: dict[int, Any], told: list[Any]) -> tuple[Evidence, dict[str, int]]:
    with psycopg.connect(machines.address_of(), autocommit=True, row_factory=dict_row) as connection:
        rows: dict[str, Any] = {name: list(connection.execute(question)) for name, question in QUESTIONS.items()}
        fences = {row["id"]: int(row["fence"]) for row in connection.execute("SELECT id, fence FROM work")}
    pages = machines.bucket().get_paginator("list_objects_v2").paginate(Bucket=plan.BUCKET)
    names = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    kling, telegram = machines.url(plan.KLING), machines.url(plan.CHAT)
    evidence = Evidence(
        **rows,
        objects=[name for name in names if not name.startswith("erasures/")],
        chats=chats,
        told=told,
        submits=requests.get(f"{kling}/control/submits", timeout=30).json(),
        rendered=requests.get(f"{kling}/control/tasks", timeout=60).json(),
        stars_paid=requests.get(f"{telegram}/client/payments", timeout=30).json(),
    )
    return evidence, fences
