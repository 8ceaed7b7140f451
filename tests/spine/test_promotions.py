"""Promotional messages through the real processes: nobody gets one before a yes, each carries its stop, and the stop
counts at once, also for what is under way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from models import Announcement
from ops.once import button
from support.people import PROMOTIONAL
from tests.spine.person import LONG, until

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = [pytest.mark.xdist_group("spine"), pytest.mark.proves("P3.7", "P9.4")]


def announced(spine: Spine, words: str) -> str:
    with spine.house.database.unit() as unit:
        texts = json.dumps({"en": words, "zh-hant": words, "zh-hans": words})
        row = Announcement(kind=PROMOTIONAL, words=texts, created_at=unit.now)
        row.save(force_insert=True)
    return str(row.id)


def ended(spine: Spine, announcement: str) -> None:
    statement = "SELECT 1 FROM announcement WHERE id = %s AND state = 'done'"
    until("the announcement's end", lambda: spine.sql(statement, announcement), seconds=LONG)


def heard(person: Person, words: str) -> list[dict[str, Any]]:
    return [m for m in person.messages() if m["from"] == "bot" and words in (m.get("text") or "")]


def test_a_yes_a_message_with_its_stop_and_none_after_the_tap(quick: Spine) -> None:
    ann, ben = quick.person(), quick.person()
    for person in (ann, ben):
        person.agrees()
    ann.write("/promotions")
    ann.tap("The question", "promo:yes")
    ann.says("Promotional messages: on")

    ended(quick, announced(quick, "The first offer"))
    [offer] = heard(ann, "The first offer")
    assert button(offer, "promo:no")
    assert heard(ben, "The first offer") == []

    second = announced(quick, "The second offer")
    ann.press(offer["message_id"], "promo:no")
    ann.says("Promotional messages are off")
    ended(quick, second)
    ended(quick, announced(quick, "The third offer"))
    assert heard(ann, "The third offer") == heard(ben, "The third offer") == []
