"""The canary person: it comes by the doors of everybody, is gone, and whatever is left of it is found and shown."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from billing.costs import margins
from billing.prices import PICTURE, PRICES
from config import Settings
from consent.accounts import Identity
from errors import Rejected, Temporary
from models import Account, CanaryRun, Cost, EndedAccount, LedgerEntry, Media, Work, new_id
from policy.canary import AT
from policy.versions import CURRENT
from privacy import canary_standing
from privacy.canary import LEASE
from privacy.figures import figures
from privacy.places import Place
from privacy.requests import counted, owed
from states import move
from tests.conftest import TurnedClock
from tests.crashes.falling import falls
from tests.emulators.conftest import Emulator, run
from tests.privacy.birdhouse import Birdhouse, Died


@pytest.fixture(scope="module")
def telegram() -> Iterator[Emulator]:
    running = run()
    yield running
    running.stop()
    if running.process.stdout is not None:
        running.process.stdout.close()


@pytest.fixture
def bird(make_settings: Callable[..., Settings], clock: TurnedClock, telegram: Emulator) -> Iterator[Birdhouse]:
    made = Birdhouse(make_settings(TELEGRAM_API_URL=telegram.url), clock, telegram)
    yield made
    made.close()


@pytest.fixture
def both(
    make_settings: Callable[..., Settings], clock: TurnedClock, telegram: Emulator, database_url: str
) -> Iterator[Birdhouse]:
    """The same on SQLite and on Postgres."""
    made = Birdhouse(make_settings(TELEGRAM_API_URL=telegram.url, DATABASE_URL=database_url), clock, telegram)
    yield made
    made.close()


def stands(bird: Birdhouse) -> canary_standing.CanaryStanding:
    return canary_standing.standing(bird.house.database)


def test_it_comes_gets_a_picture_and_a_copy_is_gone_and_nothing_is_found(both: Birdhouse) -> None:
    shown: set[str] = set()
    both.afterwards = lambda: shown.update((m.get("media") or {}).get("kind") or "text" for m in both.messages())
    row = both.canary.run()
    assert (row.state, row.places, row.reason, row.stopped_in) == (CanaryRun.CLEAN, 2, None, None)
    assert shown >= {"photo", "document"}  # it was really delivered
    assert row.ended_at is not None
    assert row.cleared_at is not None
    assert both.account() is None
    [prompt] = both.painter.asked
    assert "a quiet garden with a yellow bird, canary" in prompt
    assert stands(both).passed
    with both.house.database.connection():
        assert Media.select().count() == 0
        assert EndedAccount.select().where(EndedAccount.account == row.account).count() == 1


def test_words_that_are_left_in_a_row_are_seen_and_its_table_is_named(both: Birdhouse) -> None:
    def leaks() -> None:
        if name := both.name():
            with both.house.database.unit():
                Work.update(reason=name.upper()).execute()

    both.meanwhile = leaks
    row = both.canary.run()
    assert (row.state, row.reason) == (CanaryRun.SEEN, "rows: work")
    assert not stands(both).passed
    assert stands(both).result == "seen"


@pytest.mark.parametrize("kind", ["photo", "result"])
def test_a_picture_that_is_left_in_plain_is_seen(bird: Birdhouse, kind: str) -> None:
    def leaks() -> None:
        if data := bird.picture(kind):
            bird.house.media.store.put("result/00/leaked", io.BytesIO(data), len(data))

    bird.meanwhile = leaks
    row = bird.canary.run()
    assert (row.state, row.reason) == (CanaryRun.SEEN, "objects")


def test_an_object_that_stays_is_seen_though_it_is_sealed(bird: Birdhouse) -> None:
    store = bird.house.media.store
    kept: dict[str, bytes] = {}

    def takes() -> None:
        for name in store.names("photo/"):
            with store.get(name) as source:
                kept[name] = source.read()

    def brings_back() -> None:
        if bird.account() is None:
            for name, data in kept.items():
                store.put(name, io.BytesIO(data), len(data))

    bird.meanwhile, bird.afterwards = takes, brings_back
    row = bird.canary.run()
    assert (row.state, row.reason) == (CanaryRun.SEEN, "objects: still there")


def test_a_place_that_cannot_be_looked_at_is_no_pass(bird: Birdhouse) -> None:
    bird.more = [Place("logs", [], b'"event"')]
    row = bird.canary.run()
    assert (row.state, row.reason, row.stopped_in) == (CanaryRun.FAILED, "canary.place_not_seen", CanaryRun.LEFT)
    assert not stands(bird).passed


def test_a_provider_that_refuses_is_a_failure_and_the_next_run_clears_up_and_passes(bird: Birdhouse) -> None:
    bird.painter.fails = Rejected("provider.safety")
    row = bird.canary.run()
    assert (row.state, row.reason, row.stopped_in) == (CanaryRun.FAILED, "canary.not_made", CanaryRun.ORDERED)
    assert row.cleared_at is None
    assert stands(bird).result == "failed"
    bird.painter.fails = None
    assert bird.canary.run(again=True).state == CanaryRun.CLEAN
    assert [row.cleared_at is not None for row in bird.runs()] == [True, True]


def test_one_that_takes_too_long_has_failed(bird: Birdhouse) -> None:
    bird.painter.fails = Temporary("provider.unavailable")
    row = bird.hatch(step_within=timedelta(seconds=30)).run()
    assert (row.state, row.reason) == (CanaryRun.FAILED, "canary.too_slow")


@pytest.mark.parametrize("looks", [2])
def test_one_that_is_killed_is_shown_and_whoever_looks_next_deletes_it(bird: Birdhouse, looks: int) -> None:
    left = [looks]

    def dies() -> None:
        left[0] -= 1
        if not left[0]:
            raise Died

    bird.meanwhile = dies
    with pytest.raises(Died):
        bird.canary.run()
    bird.meanwhile = lambda: None
    [row] = bird.runs()
    assert row.state in CanaryRun.OPEN
    assert stands(bird).result in ("running", "never")
    with pytest.raises(Rejected, match=r"canary\.(under_way|today)"):
        bird.hatch().run()
    bird.clock.turn(LEASE.total_seconds() + 1)
    assert (stands(bird).result, stands(bird).step) == ("stopped", row.state)
    bird.hatch().daily()
    [after] = bird.runs()
    assert (after.state, after.reason, after.stopped_in) == (CanaryRun.FAILED, "canary.stopped", row.state)
    assert after.cleared_at is not None
    assert bird.account() is None
    assert not stands(bird).passed


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("point", ["joined", "sent", "ordered", "copy_asked", "leaving"])
def test_killed_after_any_step_it_has_failed_and_is_deleted(both: Birdhouse, point: str) -> None:
    both.house.database.close()
    falls(f"canary.{point}", lambda: both.other().canary.run())
    both.clock.turn(LEASE.total_seconds() + 1)
    assert stands(both).result == "stopped"
    both.canary.daily()
    [row] = both.runs()
    assert (row.state, row.reason) == (CanaryRun.FAILED, "canary.stopped")
    assert row.cleared_at is not None
    assert both.account() is None


def test_a_zombie_changes_nothing_any_more(bird: Birdhouse) -> None:
    """Stopped for longer than its lease, and let go on when another process has just ended its run."""

    def ends_it() -> None:
        [run] = bird.runs()
        ended = {"reason": "canary.stopped", "ended_at": bird.clock.now()}
        with bird.house.database.unit():
            move(CanaryRun, run.id, come_from=CanaryRun.OPEN, to=CanaryRun.FAILED, **ended)

    bird.meanwhile = ends_it
    row = bird.canary.run()
    assert (row.state, row.reason, row.order) == (CanaryRun.FAILED, "canary.stopped", None)
    assert bird.painter.asked == []  # what it would have ordered is rolled back
    bird.canary.tidy()
    assert bird.account() is None


def test_the_duty_runs_once_a_day_from_its_hour_on_and_the_first_time_at_once(bird: Birdhouse) -> None:
    hour = datetime.combine(datetime(2026, 11, 24), AT)
    for at, runs in (
        (hour - timedelta(hours=1), 1),  # whoever sets it up sees that it works
        (hour, 1),
        (hour + timedelta(days=1, minutes=-1), 1),
        (hour + timedelta(days=1), 2),
        (hour + timedelta(days=1, minutes=10), 2),
    ):
        bird.clock.time = at
        bird.canary.daily()
        assert [row.state for row in bird.runs()] == [CanaryRun.CLEAN] * runs
    bird.clock.turn(canary_standing.STALE.total_seconds() + 1)
    assert (stands(bird).result, stands(bird).passed) == ("old", False)


def test_one_that_somebody_sent_in_the_night_is_the_one_of_the_day(bird: Birdhouse) -> None:
    bird.clock.time = datetime.combine(datetime(2026, 11, 24), AT) - timedelta(hours=2)
    bird.canary.run()
    bird.clock.turn(3 * 3600)
    bird.canary.daily()
    assert len(bird.runs()) == 1


def test_a_day_has_one_picture(bird: Birdhouse) -> None:
    assert bird.canary.run().state == CanaryRun.CLEAN
    with pytest.raises(Rejected, match=r"canary\.today"):
        bird.canary.run()
    assert len(bird.painter.asked) == 1
    assert bird.canary.run(again=True).state == CanaryRun.CLEAN


def test_without_a_chat_there_is_none_and_nothing_passes(bird: Birdhouse) -> None:
    none = bird.hatch(chat=None)
    with pytest.raises(Rejected, match=r"canary\.unset"):
        none.run()
    none.daily()
    assert bird.runs() == []
    assert (stands(bird).result, stands(bird).passed) == ("never", False)


def test_a_chat_whose_person_uses_the_bot_is_left_alone(bird: Birdhouse) -> None:
    with bird.house.database.unit() as unit:
        theirs = bird.house.accounts.open(unit, Identity(bird.chat, "May", None, None, "en"), version=CURRENT.id)
    row = bird.canary.run()
    assert (row.state, row.reason, row.account) == (CanaryRun.FAILED, "canary.chat_taken", None)
    with bird.house.database.connection():
        assert Account.get().id == theirs.id
        assert Account.get().state == Account.ACTIVE


def test_its_credits_and_its_costs_are_no_gift_and_no_sale(bird: Birdhouse) -> None:
    row = bird.canary.run()
    now = bird.clock.now()
    with bird.house.database.connection():
        entries = {entry.kind: entry.what for entry in LedgerEntry.select().where(LedgerEntry.owner == row.account)}
        assert entries == {"grant": "canary", "hold": PICTURE, "charge": PICTURE}
        assert {one.cost for one in margins(now) if one.kind == PICTURE} == {None}
        cost = {"kind": PICTURE, "provider": "p", "model": "m", "units": 1, "micro_usd": 9_000_000, "at": now}
        Cost.insert(id=new_id(), order=row.order, **cost).execute()
        sale = {"kind": LedgerEntry.CHARGE, "owner": "somebody", "order": "somebody", "what": PICTURE, "at": now}
        LedgerEntry.insert(id=new_id(), business_key="settle:somebody", **sale).execute()
        assert {one.cost for one in margins(now) if one.kind == PICTURE} == {0.0}
    assert PRICES[PICTURE] > 0


def test_it_is_in_no_figure_about_people(bird: Birdhouse) -> None:
    counts: list[int] = []
    bird.meanwhile = lambda: counts.append(counted(owed(bird.house.database), bird.clock.now()).open)
    bird.canary.run()
    assert set(counts) == {0}
    found = figures(bird.house.database)
    assert (found.erased, found.erase, found.waiting) == (0, None, 0)
