"""What a failed run tells of those whom its checks name: their rows, and what was last said of them, in order."""

from __future__ import annotations

import json
from pathlib import Path

from chaos.invariants import Check
from chaos.stories import LINES, NAMED, last_lines, named, stories
from database import Database
from models import Order

ONE, OTHER, WORK = "a" * 32, "b" * 32, "c" * 32


def failed(*violations: str) -> Check:
    return Check("every order ended", 300, list(violations))


def said(log: Path, second: int, event: str, **facts: str) -> None:
    line = {"at": f"2026-11-29T01:00:{second:02d}.000Z", "level": "info", "pid": 7, "event": event, **facts}
    with log.open("a") as lines:
        lines.write(json.dumps(line) + "\n")


def test_whoever_a_failed_check_names_is_told_of_and_nobody_else() -> None:
    passed = Check("no result came twice", 300, [])
    assert named([passed, failed(f"{ONE} is queued"), failed(f"deliver {WORK} is due", "a sum: 3")]) == [ONE, WORK]
    assert named([passed]) == []


def test_of_many_violations_some_of_each_check_are_told() -> None:
    many = failed(*(f"{number:032x}: 2 messages" for number in range(9)))
    found = named([many, failed(f"{ONE} is queued")])
    assert len(found) == NAMED
    assert found[:2] == [f"{0:032x}", ONE]


def test_the_last_lines_of_all_processes_stand_in_the_order_of_time(tmp_path: Path) -> None:
    web, worker = tmp_path / "web.log", tmp_path / "worker-1.log"
    said(web, 1, "order.accepted", order=ONE)
    said(worker, 2, "order.kept", order=ONE)
    said(worker, 2, "order.kept", order=OTHER)
    said(web, 3, "callback.heard", order=ONE)
    with worker.open("a") as log:
        log.write(f"Traceback of {ONE}, as no line of ours is written\n")
    assert last_lines(tmp_path, ONE) == [
        f"2026-11-29T01:00:01.000Z web: event=order.accepted order={ONE}",
        f"2026-11-29T01:00:02.000Z worker-1: event=order.kept order={ONE}",
        f"2026-11-29T01:00:03.000Z web: event=callback.heard order={ONE}",
    ]


def test_of_a_long_log_the_end_is_shown(tmp_path: Path) -> None:
    for second in range(LINES + 20):
        said(tmp_path / "web.log", second, "order.asked", order=ONE)
    lines = last_lines(tmp_path, ONE)
    assert len(lines) == LINES
    assert lines[-1].startswith(f"2026-11-29T01:00:{LINES + 19:02d}")


def test_a_line_that_a_killed_process_did_not_finish_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "worker-1.log").write_text('{"at": "2026-11-29T01:00:01.000Z", "order": "' + ONE)
    assert last_lines(tmp_path, ONE) == []


def test_an_orders_rows_come_first(database: Database, tmp_path: Path) -> None:
    with database.unit() as unit:
        row = Order.create(
            account="una", kind="picture", price=1, provider="gemini", photo="p", state="queued", created_at=unit.now
        )
    said(tmp_path / "web.log", 1, "order.accepted", order=row.id)
    told = stories([failed(f"{row.id} is queued")], database, tmp_path)
    assert told.keys() == {row.id}
    assert told[row.id][:2] == [f"order {row.id}", "picture by gemini: queued, attempt 0"]
    assert told[row.id][-1].endswith(f"event=order.accepted order={row.id}")


def test_what_is_no_order_has_its_lines_alone(database: Database, tmp_path: Path) -> None:
    said(tmp_path / "web.log", 1, "work.claimed", work=WORK)
    told = stories([failed(f"deliver {WORK} is due")], database, tmp_path)
    assert told == {WORK: [f"2026-11-29T01:00:01.000Z web: event=work.claimed work={WORK}"]}
