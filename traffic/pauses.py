"""What staff paused: no order of that kind is taken, and with `hold` what was ordered waits. Money paid is credited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from database import Database, Unit
from errors import Rejected, Waits
from models import Pause, Work
from policy.limits import LONGEST_SAID
from traffic.names import AWAKE, HOLDABLE, SWITCHES
from traffic.recent import Recent

KNOWN_FOR = 2.0  # seconds until a pause holds in every process
HELD_FOR = 600.0  # seconds after which held work looks again by itself: a resume wakes it, an end is known before
SPREAD = 20.0  # seconds, at least, over which those look again that wait
CROWD_KNOWN_FOR = 5.0  # seconds


@dataclass(frozen=True)
class Words:
    """What staff say, by language; English stands for those that are not there."""

    english: str
    traditional: str | None = None
    simplified: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What staff want: `until` ends it by itself, `hold` lets wait what was ordered before."""

    words: Words
    until: datetime | None = None
    hold: bool = False


class Pauses:
    """Methods with a unit are called inside it; the others know what is at most KNOWN_FOR old."""

    def __init__(self, database: Database, *, chance: Callable[[], float]) -> None:
        self._database = database
        self._now: Recent[Mapping[str, Pause]] = Recent(database, _standing, seconds=KNOWN_FOR)
        self._crowd: Recent[Mapping[str, int]] = Recent(database, _waiting, seconds=CROWD_KNOWN_FOR)
        self._chance = chance

    def demand_open(self, name: str) -> None:
        """Raises Rejected("images.paused" | "videos.paused" | "sales.paused"), with the words of staff as facts."""
        row = self._now.get().get(name)
        if row is not None:
            words = {"english": row.english, "traditional": row.traditional, "simplified": row.simplified}
            raise Rejected(f"{name}.paused", **words)

    def holds(self, name: str) -> bool:
        """Whether what was ordered waits, too."""
        row = self._now.get().get(name)
        return row is not None and row.hold

    def demand_going(self, name: str) -> None:
        """Raises Waits("images.held" | "videos.held") while what was ordered waits."""
        if self.holds(name):
            self._now.forget()  # who waits now waits for long: a resume of this second counts
            if self.holds(name):
                raise Waits(held(name), retry_after=self._wait(name))

    def _wait(self, name: str) -> float:
        """Seconds: to the end, where one is set, and so spread that a crowd comes back no faster than it is served."""
        row, now = self._now.get().get(name), self._database.clock.now()
        left = (row.until - now).total_seconds() if row is not None and row.until is not None else HELD_FOR
        spread = max(SPREAD, self._crowd.get().get(name, 0) / AWAKE)
        return min(HELD_FOR, max(0.0, left)) + spread * self._chance()

    def held_lately(self, unit: Unit, name: str, within: timedelta) -> bool:
        """Whether what was ordered waits, or did until less than this ago: no time that anybody waited counts then."""
        row = Pause.get_or_none((Pause.name == name) & Pause.hold)
        ends = [end for end in (row.until, row.ended_at) if end is not None] if row is not None else []
        return row is not None and (not ends or min(ends) > unit.now - within)

    def may_have_held(self, unit: Unit, name: str, within: timedelta) -> bool:
        """The same, also where a pause without a hold may have begun as one with a hold ended: a row tells of the last
        pause only."""
        lately = (Pause.name == name) & ~Pause.hold & (Pause.since > unit.now - within)
        return self.held_lately(unit, name, within) or bool(Pause.select().where(lately).exists())

    def held_since(self, unit: Unit, name: str) -> datetime | None:
        """Since when what was ordered waits; None where it does not."""
        row = _standing(unit.now).get(name)
        return row.since if row is not None and row.hold else None

    def pause(self, unit: Unit, name: str, wanted: Wanted) -> bool:
        """From now on; one that lasts already is said in other words. Whether what waits has to look again, because it
        goes on or does so sooner than it was told.

        Raises Rejected("pause.name" | "pause.words" | "pause.until" | "pause.nothing_to_hold").
        """
        if name not in SWITCHES:
            raise Rejected("pause.name")
        words = Words(*(said and said.strip() for said in astuple(wanted.words)))
        if not words.english or any(len(said or "") > LONGEST_SAID for said in astuple(words)):
            raise Rejected("pause.words")
        if wanted.until is not None and wanted.until <= unit.now:
            raise Rejected("pause.until")
        if wanted.hold and name not in HOLDABLE:
            raise Rejected("pause.nothing_to_hold")
        before = _standing(unit.now).get(name)
        values = {
            "english": words.english,
            "traditional": words.traditional or None,
            "simplified": words.simplified or None,
            "hold": wanted.hold,
            "since": before.since if before is not None and before.hold == wanted.hold else unit.now,
            "until": wanted.until,
            "ended_at": None,
        }
        changes = Pause.update(**values).where(Pause.name == name)
        new = Pause.insert(name=name, **values).on_conflict_ignore().returning(Pause.name)
        if not changes.execute() and not list(new.execute()):
            changes.execute()  # somebody else did in this moment, and now it is said in these words
        unit.after(self._now.forget)
        return not wanted.hold or (before is not None and _sooner(wanted.until, before.until))

    def resume(self, unit: Unit, name: str) -> None:
        """Raises Rejected("pause.none") where it is not paused."""
        lasting = (Pause.name == name) & Pause.ended_at.is_null() & (Pause.until.is_null() | (Pause.until > unit.now))
        if not Pause.update(ended_at=unit.now).where(lasting).execute():
            raise Rejected("pause.none")
        unit.after(self._now.forget)


def _sooner(until: datetime | None, before: datetime | None) -> bool:
    return until is not None and (before is None or until < before)


def held(name: str) -> str:
    """Why work waits that staff hold."""
    return f"{name}.held"


def _waiting(now: datetime) -> Mapping[str, int]:
    """How much work each hold lets wait."""
    waits = (Work.state == Work.DUE) & (Work.due_at > now)
    return {name: Work.select().where(waits & (Work.reason == held(name))).count() for name in HOLDABLE}


def _standing(now: datetime) -> Mapping[str, Pause]:
    """What is paused now."""
    lasts = Pause.ended_at.is_null() & (Pause.until.is_null() | (Pause.until > now))
    return {row.name: row for row in Pause.select().where(lasts)}
