"""Each check passes where all is well, fails at what it is there to find, and where there is nothing to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from chaos.evidence import Evidence
from chaos.invariants import CHECKS, Check, all_checks
from chaos.marks import Marks
from chaos.person import CANCELLED, DELIVERED, NOT_MADE, Told
from chaos.phone import Message
from privacy.search import Search

MARKS = Marks("invariants")
Change = Callable[[Evidence], Evidence]


def shown(number: int, order: str, kind: str = "photo") -> Message:
    """A result as the chat shows it."""
    rows = [[{"text": "Original file", "callback_data": f"orig:{order}"}]]
    media = {"kind": kind, "url": "/client/files/1"}
    return {"message_id": number, "from": "bot", "deleted": False, "caption": "Made with AI", "media": media} | {
        "buttons": rows
    }


def written(number: int, text: str) -> Message:
    return {"message_id": number, "from": "bot", "deleted": False, "text": text}


def order(name: str, state: str, message: int, **more: Any) -> dict[str, Any]:
    usual = {"account": "una", "kind": "picture", "media": None, "reason": None}
    return {"id": name, "state": state, "message_id": message, **usual, **more}


def entries(name: str, end: str) -> list[dict[str, Any]]:
    return [
        {"id": f"{name}-hold", "kind": "hold", "owner": "una", "order_id": name},
        {"id": f"{name}-{end}", "kind": end, "owner": "una", "order_id": name},
    ]


def lines(entry: str, giver: str, taker: str) -> list[dict[str, Any]]:
    return [
        {"entry": entry, "place": giver, "amount": -1},
        {"entry": entry, "place": taker, "amount": 1},
    ]


def good() -> Evidence:
    """A picture and a video that came, one order that was refused, one that was cancelled; one pack was paid for."""
    grant = {"id": "grant", "kind": "grant", "owner": "una", "order_id": None}
    return Evidence(
        orders=[
            order("a", "delivered", 1),
            order("b", "delivered", 2, kind="video-5"),
            order("c", "refused", 3),
            order("d", "cancelled", 4),
            order("e", "offered", 0),
        ],
        entries=[
            grant,
            *entries("a", "charge"),
            *entries("b", "charge"),
            *entries("c", "give_back"),
            *entries("d", "give_back"),
        ],
        lines=[
            *lines("grant", "grants", "lot"),
            *lines("a-hold", "lot", "hold"),
            *lines("a-charge", "hold", "used"),
        ],
        places=[
            {"id": "lot", "owner": "una", "kind": "lot", "balance": 0},
            {"id": "hold", "owner": "una", "kind": "hold", "balance": 0},
        ],
        payments=[{"id": "p", "state": "paid", "stars": 99, "credits": 30, "lot": "lot"}],
        work=[
            {"id": "w", "kind": "deliver", "subject": "a", "state": "done", "tries": 1, "crashes": 0, "reason": None}
        ],
        media=[{"id": "m", "account": "una", "kind": "result", "state": "stored", "object_name": "result/1"}],
        tasks=[{"order_id": "b", "external_id": "b-1", "state": "ended", "late": False, "reason": None}],
        objects=["result/1"],
        chats={0: [shown(1, "a"), shown(2, "b", "video"), written(3, "Not made. …"), written(4, "Cancelled. …")]},
        told=[
            Told("a", False, 0.0, 1.0, 2.0, DELIVERED),
            Told("b", True, 0.0, 1.0, 2.0, DELIVERED),
            Told("c", False, 0.0, 1.0, 2.0, NOT_MADE),
            Told("d", False, 0.0, 1.0, 2.0, CANCELLED),
        ],
        submits={"b-1": {"submits": 1, "made": 1, "twins": 0}},
        rendered=[{"external_id": "b-1", "state": "succeeded"}],
        stars_paid=[{"id": "charge", "amount": 99}],
        looked_at=["Postgres", "our logs"],
        wires={"worker-postgres": (1000, 0)},
    )


def with_(found: Evidence, name: str, rows: Any) -> Evidence:
    changed: dict[str, Any] = {name: rows}
    return replace(found, **changed)


def more(name: str, *rows: Any) -> Change:
    """The same with rows added to one of its lists."""
    return lambda found: with_(found, name, [*getattr(found, name), *rows])


def other(name: str, number: int, **changes: Any) -> Change:
    """The same with one row changed."""

    def changed(found: Evidence) -> Evidence:
        rows = list(getattr(found, name))
        rows[number] = rows[number] | changes
        return with_(found, name, rows)

    return changed


def in_plain(found: Evidence) -> Evidence:
    log = f'{{"event": "order.placed", "words": "{MARKS.words(7)}"}}'.encode()
    return replace(found, sightings=Search(MARKS.canaries()).within(log, "our logs: web.log"))


def without(name: str, number: int) -> Change:
    return lambda found: with_(found, name, [row for n, row in enumerate(getattr(found, name)) if n != number])


VIOLATIONS: dict[str, list[Change]] = {
    "every order ended": [other("orders", 0, state=state) for state in ("queued", "calling", "rendering", "kept")],
    "nothing that was accepted is lost": [without("orders", 0), other("orders", 0, state="offered")],
    "everybody saw an end": [more("told", Told("f", False, 0.0, 1.0))],
    "every chat tells the truth": [
        other("orders", 2, state="delivered"),
        other("orders", 0, state="failed"),
        lambda found: replace(found, chats={0: [written(1, "In the queue"), *found.chats[0][1:]]}),
    ],
    "the ledger sums to zero": [
        more("lines", {"entry": "grant", "place": "lot", "amount": 1}),
        more(
            "lines", {"entry": "nowhere", "place": "lot", "amount": 1}, {"entry": "nowhere", "place": "x", "amount": -1}
        ),
    ],
    "every balance is the sum of its lines": [other("places", 0, balance=1)],
    "nothing is left on hold": [other("places", 1, balance=1)],
    "every charge has a result that was delivered": [
        other("orders", 0, state="kept"),
        lambda found: replace(found, chats={0: found.chats[0][1:]}),
    ],
    "every order was charged once or given back once": [
        more("entries", {"id": "again", "kind": "charge", "owner": "una", "order_id": "a"}),
        more("entries", {"id": "both", "kind": "give_back", "owner": "una", "order_id": "a"}),
        other("entries", 2, order_id="other"),
        other("tasks", 0, late=True),
    ],
    "every failure was given back": [other("entries", 6, order_id=None)],
    "no result came twice": [lambda found: replace(found, chats={0: [*found.chats[0], shown(9, "a")]})],
    "no result came to somebody else": [lambda found: replace(found, chats={**found.chats, 1: [shown(9, "a")]})],
    "no video was asked for again once it was made": [
        lambda found: replace(found, submits={"b-1": {"submits": 2, "made": 1, "twins": 1}}),
        lambda found: replace(found, submits={"b-1": {"submits": 2, "made": 2, "twins": 0}}),
    ],
    "no video was made twice": [more("rendered", {"external_id": "b-2", "state": "succeeded"})],
    "no object is without a row": [more("objects", "result/2")],
    "no row is without its object": [without("objects", 0), other("media", 0, state="storing")],
    "all work is done": [other("work", 0, state="due"), other("work", 0, state="held")],
    "no video holds a slot": [other("tasks", 0, state="rendering")],
    "every Star was credited once": [
        more("stars_paid", {"id": "other", "amount": 99}),
        other("payments", 0, lot=None),
        more("payments", {"id": "q", "state": "paid", "stars": 99, "credits": 30, "lot": "lot"}),
    ],
    "no word of a person lies anywhere in plain": [in_plain],
    "no word of a person passed to database, doorbell or store in plain": [
        lambda found: replace(found, wires={"worker-valkey": (10, 1)})
    ],
}


def of(found: Evidence, name: str) -> Check:
    return next(check for check in all_checks(found) if check.name == name)


def test_where_all_is_well_every_check_passes() -> None:
    assert {check.name: check.violations for check in all_checks(good()) if not check.passed} == {}


def test_every_check_has_a_violation_that_it_must_find() -> None:
    assert VIOLATIONS.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, changes in VIOLATIONS.items() for change in changes]
)
def test_a_violation_is_found(name: str, change: Change) -> None:
    check = of(change(good()), name)
    assert not check.passed
    assert check.violations


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_that_had_nothing_to_look_at_has_failed(name: str) -> None:
    nothing = Evidence(**{field.name: type(getattr(good(), field.name))() for field in fields(Evidence)})
    check = of(nothing, name)
    assert (check.subjects, check.passed) == (0, False)


def test_what_came_late_is_free_and_no_violation() -> None:
    late = other("tasks", 0, late=True)(other("entries", 4, kind="give_back")(good()))
    assert of(late, "every order was charged once or given back once").passed


def test_an_attempt_that_failed_at_the_provider_may_be_followed_by_another() -> None:
    again = more("rendered", {"external_id": "b-2", "state": "failed"})(good())
    assert of(again, "no video was made twice").passed
