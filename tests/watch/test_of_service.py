"""Figures of the service itself: signs of life, switches, checks, the canary person, backups."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from models import Account, Backup, Breaker, CanaryRun, Heartbeat, Pacing
from policy.categories import KEY_BACKUP
from privacy.backups import DATABASE, EXPECTED_EVERY
from privacy.backups import KEYS as OF_KEYS
from privacy.backups import OBJECTS as OF_OBJECTS
from traffic.names import SALES, VIDEOS
from traffic.pauses import Wanted, Words
from watch import of_service
from watch.alive import LATELY, MOURNED, RIGHTS, WORKER, Alive
from watch.asking import Asked, by_figure
from watch.checks import AUDIT, EXPECTED, KEYS, OBJECTS, RECONCILE, RETENTION


def process(watcher: Any, id: str, group: str = WORKER) -> Alive:
    return Alive(watcher.database, id=id, group=group, release="c0ffee")


def test_a_process_counts_from_its_first_sign_of_life_to_its_goodbye(watcher: Any) -> None:
    assert watcher.figures()["miomio_processes"] == {("web",): 0, ("worker",): 0, ("rights",): 0}
    one, other = process(watcher, "one"), process(watcher, "other", RIGHTS)
    for each in (one, one, other):
        each.beat()
    assert watcher.figures()["miomio_processes"] == {("web",): 0, ("worker",): 1, ("rights",): 1}
    one.close()
    one.beat()  # of a thread that had not heard yet
    assert watcher.value("miomio_processes", WORKER) == 0
    assert watcher.value("miomio_processes_lost", WORKER) == 0


def test_one_that_falls_silent_is_told_of_for_an_hour(watcher: Any) -> None:
    process(watcher, "one").beat()
    watcher.clock.turn(LATELY.total_seconds() + 1)
    assert watcher.value("miomio_processes", WORKER) == 0
    assert watcher.value("miomio_processes_lost", WORKER) == 1
    watcher.clock.turn(MOURNED.total_seconds())
    assert watcher.value("miomio_processes_lost", WORKER) == 0


def test_a_sign_of_life_that_cannot_be_given_stops_nobody(watcher: Any, away: Any) -> None:
    lonely = Alive(away, id="one", group=WORKER, release="")
    lonely.beat()
    lonely.close()
    assert not Heartbeat.select().exists()


def test_what_staff_paused_is_told_until_they_resume_it(watcher: Any) -> None:
    with watcher.database.unit() as unit:
        watcher.traffic.pauses.pause(unit, VIDEOS, Wanted(words=Words("Back at noon.")))
    assert watcher.value("miomio_paused", VIDEOS) == 1
    assert watcher.value("miomio_paused", SALES) == 0
    with watcher.database.unit() as unit:
        watcher.traffic.pauses.resume(unit, VIDEOS)
    assert watcher.value("miomio_paused", VIDEOS) == 0


def test_a_provider_that_is_not_asked_is_told(watcher: Any) -> None:
    assert watcher.figures()["miomio_breaker_open"] == {("gemini",): 0, ("kling",): 0}
    watcher.add(Breaker, name="kling", state=Breaker.OPEN)
    watcher.clock.turn(60)
    assert watcher.figures()["miomio_breaker_open"] == {("gemini",): 0, ("kling",): 1}


def test_a_service_that_wants_everybody_to_wait_is_told_while_it_does(watcher: Any) -> None:
    watcher.add(Pacing, name="telegram", until=watcher.clock.now() + timedelta(seconds=30))
    assert watcher.value("miomio_pacing_seconds", "telegram") == 30
    watcher.clock.turn(30)
    assert watcher.value("miomio_pacing_seconds", "telegram") is None


def test_what_a_check_found_stands_with_its_age(watcher: Any) -> None:
    watcher.checks.found("reconcile", 2)
    watcher.clock.turn(100)
    assert watcher.value("miomio_check_differences", "reconcile") == 2
    assert watcher.value("miomio_check_age_seconds", "reconcile") == 100
    watcher.checks.found("reconcile", 0)
    assert watcher.value("miomio_check_differences", "reconcile") == 0


def test_a_check_that_never_ran_is_as_old_as_the_database(watcher: Any) -> None:
    watcher.began(7_000)
    watcher.checks.found("reconcile", 0)
    watcher.clock.turn(100)
    ages = watcher.figures()["miomio_check_age_seconds"]
    assert ages == {(name,): 100.0 if name == "reconcile" else 7_100.0 for name in EXPECTED}
    assert watcher.figures()["miomio_check_differences"] == {("reconcile",): 0}  # of the others nothing is known
    watcher.began(-100)  # by another clock
    assert watcher.value("miomio_check_age_seconds", "audit") == 0


def test_every_regular_check_is_expected(watcher: Any) -> None:
    watcher.checks.run()
    assert {name for name in watcher.checks.last() if not name.startswith(KEYS)} <= set(EXPECTED)
    assert {RECONCILE, AUDIT, OBJECTS, RETENTION} <= set(EXPECTED)


def test_the_end_of_a_rotation_is_seen(watcher: Any) -> None:
    for master in ("m1", "m1", "m2"):
        watcher.key(master)
    watcher.checks.run()
    assert watcher.figures()["miomio_keys"] == {("m1",): 2, ("m2",): 1}
    assert watcher.keys.by_master() == Counter({"m1": 2, "m2": 1})


def test_a_master_key_that_wraps_nothing_any_more_is_named_no_more_unless_it_is_the_newest(watcher: Any) -> None:
    watcher.checks.found("keys.m0", 9)  # found before
    watcher.checks.run()
    assert watcher.figures()["miomio_keys"] == {("m2",): 0}


def test_the_canary_person_tells_when_it_was_and_whether_it_passed(watcher: Any) -> None:
    watcher.began(5_000)
    assert watcher.value("miomio_canary_passed") is None
    assert watcher.value("miomio_canary_age_seconds") == 5_000  # never yet
    when = {"begun_at": watcher.ago(60), "until": watcher.ago(0), "ended_at": watcher.ago(0)}
    watcher.add(CanaryRun, state=CanaryRun.CLEAN, **when)
    assert (watcher.value("miomio_canary_passed"), watcher.value("miomio_canary_age_seconds")) == (1, 60)
    watcher.add(CanaryRun, state=CanaryRun.SEEN, **{**when, "begun_at": watcher.ago(10)})
    assert (watcher.value("miomio_canary_passed"), watcher.value("miomio_canary_age_seconds")) == (0, 10)


def test_of_a_canary_that_is_not_set_up_any_more_nobody_is_told(watcher: Any) -> None:
    watcher.add(CanaryRun, begun_at=watcher.ago(9e6), until=watcher.ago(9e6), ended_at=watcher.ago(9e6), state="clean")
    assert watcher.value("miomio_canary_passed") == 0  # too long ago
    known = {"traffic": watcher.traffic, "providers": (), "checks": watcher.checks}
    asked = Asked(watcher.database, of_service.questions(watcher.database, **known, canary_here=False))
    assert "miomio_canary_passed" not in by_figure(asked.now())
    with watcher.database.connection():
        CanaryRun.delete().execute()
    assert "miomio_canary_age_seconds" not in by_figure(asked.now())


def test_backups_are_as_old_as_the_kind_of_which_the_last_is_the_oldest(watcher: Any) -> None:
    assert watcher.value("miomio_backup_age_seconds") is None
    for kind, age in ((DATABASE, 7_000), (DATABASE, 50), (OF_OBJECTS, 900)):
        watcher.add(Backup, id=f"b{age}", kind=kind, place="p", made_at=watcher.ago(age), size=1)
    assert watcher.value("miomio_backup_age_seconds") == 900


def test_a_kind_of_backup_that_is_missing_and_one_that_is_kept_too_long_are_counted(watcher: Any) -> None:
    assert (watcher.value("miomio_backups_late"), watcher.value("miomio_backups_too_old")) == (0, 0)  # of nobody
    sealed = {"telegram_id": b"x", "telegram_id_index": b"x", "names_index": b"x"}
    watcher.add(Account, created_at=watcher.ago(0), **sealed)
    assert watcher.value("miomio_backups_late") == 3
    for kind, age in ((DATABASE, EXPECTED_EVERY), (OF_OBJECTS, EXPECTED_EVERY * 2), (OF_KEYS, KEY_BACKUP * 2)):
        watcher.add(Backup, id=kind, kind=kind, place="p", made_at=watcher.ago(age.total_seconds() - 1), size=1)
    assert (watcher.value("miomio_backups_late"), watcher.value("miomio_backups_too_old")) == (2, 1)
