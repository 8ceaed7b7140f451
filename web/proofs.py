"""The page of proofs: what the tests have shown for the version that runs, and live figures, anew every minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import Blueprint, Response

from database import Database
from errors import Failure
from models import CanaryRun
from policy.canary import WHO, WHY
from policy.promises import PROMISES
from privacy import canary_standing
from privacy.figures import AT_MOST, WINDOW, Figures, figures, retained
from privacy.proofs import FAILING, OPEN_STILL, PROVEN, RECORD, Proof, Record, Standing, read, standing
from privacy.release import Release, running
from privacy.requests import counted, owed
from web.site_languages import PREFIXES, address
from web.site_layout import Layout
from web.site_memory import Kept
from wording.language import Translate, translate
from wording.proofs import Line, Test, groups, line, result, time_of, took
from workers.house import House

PATH = "/privacy/proofs"
FRESH = timedelta(seconds=60)
CACHE = "public, max-age=60"
NEVER = (datetime.min, None)
SLUGS = {PROVEN: "proven", FAILING: "failing", OPEN_STILL: "open"}


class Page:
    """The page in its languages. `record` and `release` do not change while a process lives; the figures do."""

    def __init__(
        self, layout: Layout, database: Database, *, record: Record | None, release: Release, canary: bool
    ) -> None:
        """`canary`: whether there is one here."""
        self._canary = canary
        self._layout = layout
        self._database = database
        self._release = release
        self._speaks = record is not None and record.speaks_for(release)
        proofs = record.proofs if record is not None else {}
        known = proofs if self._speaks else {name: Proof(proof.promises) for name, proof in proofs.items()}
        self._standings = {promise: standing(promise, known, speaks=self._speaks) for promise in PROMISES}
        self._kept: dict[str, tuple[datetime, Kept | None]] = {}
        self._lock = threading.Lock()

    def get(self, tag: str) -> Kept:
        """The page, at most a minute old. While one visitor has it made anew, the others get the one before."""
        made, kept = self._kept.get(tag, NEVER)
        try:
            now = self._database.clock.now()
        except Failure:  # the figures are old, the proofs are not
            if kept is None:
                raise
            return kept
        if kept is not None and now - made < FRESH:
            return kept
        if not self._lock.acquire(blocking=kept is None):
            return cast(Kept, kept)
        try:
            made, kept = self._kept.get(tag, NEVER)  # another visitor may have had it made meanwhile
            if kept is None or now - made >= FRESH:
                kept = Kept.of(self._render(tag), cache=CACHE)
                self._kept[tag] = (now, kept)
            return kept
        finally:
            self._lock.release()

    def _render(self, tag: str) -> str:
        _ = translate(tag)
        return self._layout.render(
            "proofs.html",
            tag=tag,
            path=PATH,
            groups=groups(_, {promise: _line(_, promise, each) for promise, each in self._standings.items()}),
            commit=self._release.commit[:12],
            speaks=self._speaks,
            counts={state: sum(s.state == state for s in self._standings.values()) for state in (PROVEN, OPEN_STILL)},
            total=len(self._standings),
            live=[*_live(_, self._database), (_("The canary"), _of_canary(_, self._database, here=self._canary))],
            canary=(_(WHO), _(WHY)),
        )


def blueprint(house: House, layout: Layout, *, record: Path = RECORD) -> Blueprint:
    """`record` is the file that `make test` wrote."""
    routes = Blueprint("proofs", __name__)
    release, canary = running(house.settings.release), house.canary.chat is not None
    page = Page(layout, house.database, record=read(record), release=release, canary=canary)

    def answering(tag: str) -> Callable[[], Response]:
        return lambda: page.get(tag).answer()

    for tag in PREFIXES:
        routes.add_url_rule(address(tag, PATH), f"proofs-{tag}", answering(tag))
    return routes


def _line(_: Translate, promise: str, each: Standing) -> Line:
    tests = tuple(_test(_, name, proof) for name, proof in each.proofs.items())
    return line(_, promise, state=SLUGS.get(each.state, "unproven"), at=each.at, tests=tests)


def _test(_: Translate, name: str, proof: Proof) -> Test:
    file, _sep, function = name.rpartition("::")
    return Test(function, file, result(_, proof.result, len(proof.cases)), time_of(proof.at))


def _live(_: Translate, database: Database) -> list[tuple[str, str]]:
    """What is measured, and its value now. A part that is not built has no figure; what cannot be read says so."""
    not_built = _("not built yet")
    run, overdue = _of_retention(_, database)
    return [
        (_("Last retention run"), run),
        (_("Requests about rights, open and overdue"), _of_requests(_, database)),
        *_of_deletions(_, _read(database)),
        (_("Requests by authorities"), not_built),
        (_("Oldest object past its period"), overdue),
    ]


def _of_retention(_: Translate, database: Database) -> tuple[str, str]:
    """When it ran and what went; by how much the oldest object is past its time."""
    try:
        now = retained(database)
    except Failure:
        return (_("cannot be read at the moment"),) * 2
    run = _("none yet")
    if now.run_at is not None:
        words = _("{time}: {number} rows and objects went")
        run = words.format(time=time_of(now.run_at.isoformat()), number=now.gone)
    return run, _("none") if now.overdue is None else took(_, now.overdue)


def _of_requests(_: Translate, database: Database) -> str:
    """Also those that were decided and whose answer is not given yet."""
    try:
        now = counted(owed(database), database.clock.now())
    except Failure:
        return _("cannot be read at the moment")
    return _("{open} open, {late} of them overdue").format(open=now.open, late=now.late)


def _of_canary(_: Translate, database: Database, *, here: bool) -> str:
    """Only a run that found nothing is a pass."""
    if not here:
        return _("none is set up here")
    try:
        now = canary_standing.standing(database)
    except Failure:
        return _("cannot be read at the moment")
    words = {
        CanaryRun.CLEAN: _("{time}: it was served and deleted, and none of {number} places holds anything of it"),
        CanaryRun.SEEN: _("{time}: something of it was left after its deletion"),
        canary_standing.OLD: _("{time}: that is too long ago"),
        canary_standing.NEVER: _("none yet"),
        canary_standing.RUNNING: _("none yet"),
    }.get(now.result, _("{time}: it was not served to the end"))
    return words.format(time=time_of(now.at.isoformat()) if now.at else "", number=now.places)


def _read(database: Database) -> Figures | None:
    try:
        return figures(database)
    except Failure:
        return None


def _of_deletions(_: Translate, now: Figures | None) -> list[tuple[str, str]]:
    erase = _("Median time to erase a photo or result: from your tap until its key and object are gone")
    waiting = _("Deletions of photos and results under way")
    if now is None:
        return [(erase, _("cannot be read at the moment")), (waiting, _("cannot be read at the moment"))]
    if now.erase is None:
        took_ = _("none was deleted in the last {days} days").format(days=WINDOW.days)
    else:
        words = _("{time} ({number} deletions in the last {days} days)")
        number = str(now.erased) if now.erased < AT_MOST else f"{AT_MOST}+"
        took_ = words.format(time=took(_, now.erase), number=number, days=WINDOW.days)
    longest = _("{number}, the oldest for {time}")
    under_way = longest.format(number=now.waiting, time=took(_, now.longest_wait)) if now.longest_wait else "0"
    return [(erase, took_), (waiting, under_way)]
