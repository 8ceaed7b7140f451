"""One run of a level with a seed: start, trouble, quiet, checks."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from aiohttp import ClientSession

from chaos.crowd import Crowd, crowd, demand_allowed, settle, wishes
from chaos.evidence import Evidence, gathered
from chaos.faults import schedule
from chaos.hands import Hands
from chaos.invariants import Check, all_checks
from chaos.levels import Level
from chaos.links import TELEGRAM
from chaos.looking import sightings
from chaos.marks import Marks
from chaos.pace import Pace
from chaos.phone import Message
from chaos.quiet import until_quiet
from chaos.report import Run
from chaos.stack import Stack
from chaos.stories import stories
from chaos.timeline import Timeline
from models import Order
from workers.assembly import assemble

Say = Callable[[str], None]
TOLD_EVERY = 20.0  # seconds


def play(level: Level, seed: int, *, say: Say, keep: Path | None = None) -> Run:
    """Everything is gone afterwards, but what `keep` names, and what failed: no seed makes the same moment twice."""
    folder = keep or Path(tempfile.mkdtemp(prefix="miomio-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    passed = False
    try:
        run = asyncio.run(_play(level, seed, folder, say))
        passed = run.passed
        return run
    finally:
        if passed and keep is None:
            shutil.rmtree(folder)
        else:
            say(f"logs and databases stay in {folder}")


async def _play(level: Level, seed: int, folder: Path, say: Say) -> Run:
    began = time.monotonic()
    marks = Marks(f"{level.name} {seed}")
    demand_allowed(wishes(level, seed), marks)
    stack = Stack(folder, workers=level.workers, watched=marks.watched)
    try:
        for link in stack.links.values():
            await link.open()
        await asyncio.to_thread(stack.start_grounds)
        await asyncio.to_thread(_settle, stack, marks, range(level.newcomers, level.people))
        await asyncio.to_thread(stack.start_ours)
        say(f"{time.monotonic() - began:6.1f} s  started, {level.people} people are there")
        async with crowd(level, seed, marks, stack.url(TELEGRAM)) as people, ClientSession() as http:
            return await _trouble(stack, people, http, marks, seed=seed, began=began, say=say)
    finally:
        await asyncio.to_thread(stack.stop)
        for link in stack.links.values():
            await link.close()


def _settle(stack: Stack, marks: Marks, people: range) -> None:
    house = assemble(stack.settings(), ring=lambda *_: None)
    try:
        settle(house, marks, people)
    finally:
        house.close()


async def _trouble(
    stack: Stack, people: Crowd, http: ClientSession, marks: Marks, *, seed: int, began: float, say: Say
) -> Run:
    level, faults = people.level, schedule(people.level, seed)
    timeline = Timeline(people.since)
    hands = Hands(stack, timeline, http)
    await hands.expect_refusals()
    living = asyncio.create_task(people.live())
    pace = Pace(level.seconds, lambda: _progress(people, living))
    beside = [asyncio.create_task(hands.revive()), asyncio.create_task(_tell(people, timeline, began=began, say=say))]
    try:
        await hands.run(faults, pace)
        unmet = hands.calm()
        loaded = time.monotonic() - people.since
        say(f"{time.monotonic() - began:6.1f} s  faults are over, {people.ended} of {level.orders} orders have ended")
        await asyncio.wait({living}, timeout=level.patience)
        quiet = await asyncio.to_thread(_quiet, stack, level.patience)
        await asyncio.wait({living}, timeout=30.0)
        _progress(people, living)
    finally:
        for task in (living, *beside):
            task.cancel()
        await asyncio.gather(living, *beside, return_exceptions=True)
    say(f"{time.monotonic() - began:6.1f} s  {'all is quiet' if quiet else 'it did not become quiet'}")
    quiet_seconds = time.monotonic() - people.since - loaded
    evidence = await _evidence(stack, people, marks)
    checks = all_checks(evidence)
    return Run(
        level=level,
        seed=seed,
        seconds=time.monotonic() - began,
        start_seconds=people.since - began,
        load_seconds=loaded,
        quiet_seconds=quiet_seconds,
        schedule=faults,
        unmet=unmet,
        timeline=timeline,
        told=people.told,
        checks=checks,
        ended_alone=stack.ended_alone,
        states=Counter(str(row["state"]) for row in evidence.orders if row["state"] != Order.OFFERED),
        stories=await asyncio.to_thread(_stories, stack, checks),
    )


def _quiet(stack: Stack, seconds: float) -> bool:
    house = assemble(stack.settings(), ring=lambda *_: None)
    try:
        return until_quiet(stack, seconds, tidy=house.upkeep.leftovers)
    finally:
        house.close()


async def _evidence(stack: Stack, people: Crowd, marks: Marks) -> Evidence:
    chats = await people.chats()
    return await asyncio.to_thread(_gathered, stack, people, marks, chats)


def _gathered(stack: Stack, people: Crowd, marks: Marks, chats: dict[int, list[Message]]) -> Evidence:
    house = assemble(stack.settings(), ring=lambda *_: None)
    try:
        looked_at, seen = sightings(stack, marks, house)
    finally:
        house.close()
    return gathered(stack, chats=chats, told=people.told, looked_at=looked_at, sightings=seen)


def _stories(stack: Stack, checks: list[Check]) -> dict[str, list[str]]:
    house = assemble(stack.settings(), ring=lambda *_: None)
    try:
        return stories(checks, house.database, stack.folder / "logs")
    finally:
        house.close()


async def _tell(people: Crowd, timeline: Timeline, *, began: float, say: Say) -> None:
    """For ever: how far it is, for whoever waits."""
    while True:
        await asyncio.sleep(TOLD_EVERY)
        hits = sum(timeline.hits().values())
        say(f"{time.monotonic() - began:6.1f} s  {people.ended} of {people.level.orders} orders, {hits} faults")


def _progress(people: Crowd, living: asyncio.Task[None]) -> float:
    """Raises what a person met who could not go on: a mistake of this program, not of what it tries."""
    if living.done():
        living.result()
    return people.ended / people.level.orders
