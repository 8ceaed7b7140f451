"""The page of proofs: proven is what passed on this version, open is said to be open, figures are true or absent."""

from __future__ import annotations

import html
import re
import threading
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database import Database
from errors import Temporary
from generation.kinds import DESTROY
from models import TABLES, CanaryRun, Media, RetentionRun, RightsRequest, Work
from policy.promises import OPEN, PROMISES
from privacy import canary_standing
from privacy.canary import Canary
from privacy.proofs import Proof, Record, write
from privacy.release import running
from tests.conftest import TurnedClock
from web import proofs
from web.app import create_app
from web.proofs import FRESH, PATH
from web.site_languages import PREFIXES, address
from web.site_layout import Layout
from workers.house import House

COMMIT = "c" * 40
TEST = "tests/web/test_site.py::test_the_controller_is_named"
PASSED = Proof(("P1.1",), {"[a]": "passed", "[b]": "passed"}, "2026-11-25T07:12:31+00:00")
FAILED = Proof(("P1.2",), {"": "failed"}, "2026-11-25T07:12:31+00:00")


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """As `make test` leaves it: one promise with a proof that passed, one with a proof that failed."""
    path = tmp_path / "proofs.json"
    tests = {TEST: PASSED, "tests/web/test_site.py::test_sources": FAILED}
    write(Record(COMMIT, running(COMMIT).sources, True, tests), path)
    return path


def site(house: House, record: Path, *, release: str = COMMIT) -> FlaskClient:
    settings = replace(house.settings, release=release)
    app = Flask(__name__)
    app.register_blueprint(proofs.blueprint(replace(house, settings=settings), Layout(settings), record=record))
    return app.test_client()


def lines(client: FlaskClient, *, tag: str = "en") -> dict[str, str]:
    """Promise -> what the page says of it, without markup."""
    page = client.get(address(tag, PATH)).get_data(as_text=True)
    found = re.findall(r'<dt id="(P[\d.]+)">(.*?</dd>)', page, re.DOTALL)
    return {promise: html.unescape(" ".join(re.sub(r"<[^>]+>", " ", said).split())) for promise, said in found}


def states(client: FlaskClient, *, tag: str = "en") -> dict[str, str]:
    page = client.get(address(tag, PATH)).get_data(as_text=True)
    return dict(re.findall(r'<dt id="(P[\d.]+)">.*?class="standing (\w+)"', page, re.DOTALL))


@pytest.mark.parametrize("tag", PREFIXES)
def test_every_promise_is_there_in_every_language(client: FlaskClient, tag: str) -> None:
    assert lines(client, tag=tag).keys() == PROMISES.keys()


def test_what_passed_on_this_version_is_proven_with_its_test_and_its_time(house: House, record: Path) -> None:
    said = lines(site(house, record))["P1.1"]
    assert "proven, last on 2026-11-25 07:12 UTC" in said
    assert "test_the_controller_is_named" in said
    assert "passed, 2 cases" in said


def test_what_failed_is_shown_as_failing(house: House, record: Path) -> None:
    client = site(house, record)
    assert states(client)["P1.2"] == "failing"
    assert "a test fails for this version" in lines(client)["P1.2"]


@pytest.mark.parametrize("tag", PREFIXES)
def test_open_ones_are_open_and_the_others_are_not_proven(house: House, record: Path, tag: str) -> None:
    found = states(site(house, record), tag=tag)
    assert {promise for promise, state in found.items() if state == "open"} == OPEN.keys()
    assert {promise for promise, state in found.items() if state == "proven"} == {"P1.1"}


def test_another_version_is_not_spoken_for(house: House, record: Path) -> None:
    client = site(house, record, release="d" * 40)
    assert set(states(client).values()) == {"unproven", "open"}
    said = lines(client)["P1.1"]
    assert "not proven for this version" in said
    assert "2026-11-25" not in said
    assert "have not been run for this version" in client.get(PATH).get_data(as_text=True)


def test_without_a_record_nothing_is_proven(house: House, tmp_path: Path) -> None:
    assert set(states(site(house, tmp_path / "none.json")).values()) == {"unproven", "open"}


def figure(client: FlaskClient, name: str) -> str:
    page = html.unescape(client.get(PATH).get_data(as_text=True))
    [value] = re.findall(rf"<th[^>]*>{re.escape(name)}.*?<td[^>]*>(.*?)</td>", page)
    return str(value)


def test_a_part_that_is_not_built_has_no_figure(client: FlaskClient) -> None:
    assert figure(client, "Requests by authorities") == "not built yet"


@pytest.mark.proves("P9.6")
def test_requests_are_counted_until_their_answer_was_given(house: House, record: Path) -> None:
    clock = TurnedClock()
    turned = Database(house.settings.database_url, clock=clock)
    client = site(replace(house, database=turned), record)
    assert figure(client, "Requests about rights") == "0 open, 0 of them overdue"
    with turned.unit() as unit:
        for days, ended in ((30, None), (0, None), (-1, None), (-1, unit.now)):
            RightsRequest.insert(
                kind="access",
                source="mail",
                received_at=unit.now,
                due_at=unit.now + timedelta(days=days),
                ended_at=ended,
            ).execute()
    clock.turn(FRESH.total_seconds())
    assert figure(client, "Requests about rights") == "3 open, 2 of them overdue"
    turned.close()


def test_deletions_are_counted_and_the_page_follows_within_a_minute(house: House, record: Path) -> None:
    clock = TurnedClock()
    turned = Database(house.settings.database_url, clock=clock)
    client = site(replace(house, database=turned), record)
    assert figure(client, "Median time to erase") == "none was deleted in the last 30 days"
    assert figure(client, "Deletions of photos and results under way") == "0"
    with turned.connection():
        now = clock.now()
        for number, seconds in enumerate((1, 4, 600)):
            erased(f"w{number}", now - timedelta(seconds=seconds), now)
        under_way("w9", now - timedelta(hours=3))
    assert figure(client, "Median time to erase") == "none was deleted in the last 30 days"
    clock.turn(FRESH.total_seconds())
    assert figure(client, "Median time to erase") == "4.0 seconds (3 deletions in the last 30 days)"
    assert figure(client, "Deletions of photos and results under way") == "1, the oldest for 3 hours"
    turned.close()


def test_retention_shows_its_last_run_and_what_should_be_gone(house: House, record: Path) -> None:
    clock = TurnedClock()
    turned = Database(house.settings.database_url, clock=clock)
    client = site(replace(house, database=turned), record)
    assert figure(client, "Last retention run") == "none yet"
    assert figure(client, "Oldest object past its period") == "none"
    with turned.connection():
        now = clock.now()
        for rule, count in (("link", 3), ("invoice", 4)):
            RetentionRun.insert(rule=rule, category="links", started_at=now, ended_at=now, count=count).execute()
        under_way("w9", now - timedelta(hours=3))
    clock.turn(FRESH.total_seconds())
    assert figure(client, "Last retention run") == "2026-11-23 12:00 UTC: 7 rows and objects went"
    assert figure(client, "Oldest object past its period") == "2 hours"
    turned.close()


def erased(work: str, asked: object, ended: object) -> None:
    row = {"id": work, "kind": DESTROY, "subject": work, "account": "a", "due_at": asked, "created_at": asked}
    Work.insert(row | {"state": Work.DONE, "ended_at": ended}).execute()


def under_way(work: str, asked: object) -> None:
    row = {"id": work, "kind": DESTROY, "subject": work, "account": "a", "due_at": asked, "created_at": asked}
    Work.insert(row | {"state": Work.DUE}).execute()
    Media.insert(
        id=work, account="a", kind="photo", state=Media.DESTROYING, object_name=work, mime="image/jpeg",
        width=1, height=1, size=1, created_at=asked,
    ).execute()  # fmt: skip


def test_while_the_database_is_away_the_page_says_that_it_cannot_be_read(without_database: FlaskClient) -> None:
    assert figure(without_database, "Median time to erase") == "cannot be read at the moment"
    assert lines(without_database).keys() == PROMISES.keys()


@pytest.mark.parametrize("tag", PREFIXES)
def test_the_page_is_light_compressed_known_by_its_etag_and_without_a_cookie(client: FlaskClient, tag: str) -> None:
    answer = client.get(address(tag, PATH), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 40_000
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    assert b"<script" not in client.get(address(tag, PATH)).data
    again = client.get(address(tag, PATH), headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_many_visitors_at_once_all_get_the_page(house: House) -> None:
    app, statuses = create_app(house), []

    def visit() -> None:
        statuses.append(app.test_client().get(PATH).status_code)

    visitors = [threading.Thread(target=visit) for _ in range(7)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(60)
    assert statuses == [200] * len(visitors)


class Stopping(TurnedClock):
    """A database's clock that cannot be asked while `away`."""

    away = False

    def now(self) -> datetime:
        if self.away:
            raise Temporary("database.away")
        return super().now()


def test_the_page_that_is_there_is_shown_while_the_database_is_away(house: House, record: Path) -> None:
    clock = Stopping()
    apart = Database(house.settings.database_url, clock=clock)
    try:
        visitor = site(replace(house, database=apart), record)
        before = visitor.get(PATH)
        clock.away = True
        assert visitor.get(PATH).data == before.data
    finally:
        apart.close()
        house.database.raw.bind(TABLES)


CANARY = "The canary"


def test_without_a_canary_the_page_says_so_and_who_it_would_be(client: FlaskClient) -> None:
    assert figure(client, CANARY) == "none is set up here"
    assert "The canary is nobody" in client.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({}, "2026-11-23 12:00 UTC: it was served and deleted, and none of 3 places holds anything of it"),
        ({"state": CanaryRun.SEEN}, "2026-11-23 12:00 UTC: something of it was left after its deletion"),
        (
            {"state": CanaryRun.FAILED, "stopped_in": CanaryRun.SENT},
            "2026-11-23 12:00 UTC: it was not served to the end",
        ),
        ({"state": CanaryRun.LEFT}, "2026-11-23 12:00 UTC: it was not served to the end"),
    ],
)
def test_only_a_canary_of_which_nothing_was_found_is_a_pass(
    house: House, record: Path, clock: TurnedClock, ends: dict[str, str], said: str
) -> None:
    turned = Database(house.settings.database_url, clock=clock)
    client = site(replace(house, database=turned, canary=canary_of(house)), record)
    assert figure(client, CANARY) == "none yet"
    at = clock.now()
    run = {"id": "r", "state": CanaryRun.CLEAN, "begun_at": at, "until": at, "places": 3, **ends}
    with turned.unit():
        CanaryRun.insert(**run).execute()
    clock.turn(FRESH.total_seconds() + 1)
    assert figure(client, CANARY) == said
    clock.turn(canary_standing.STALE.total_seconds())
    passed = ends.get("state", CanaryRun.CLEAN) not in CanaryRun.OPEN
    assert figure(client, CANARY) == ("2026-11-23 12:00 UTC: that is too long ago" if passed else said)
    turned.close()


def canary_of(house: House) -> Canary:
    """One that has a chat."""
    canary = copy(house.canary)
    canary.chat = 700100200
    return canary
