"""However a copy ends: sent, by an address, run out, not possible, or with the account, nothing of it is left."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from errors import Permanent, Rejected, Temporary
from models import Export, Link, Media, Work
from policy.categories import COPY_OF_DATA
from privacy.export import EXPORT, EXPORT_OVER
from tests.generation.studio import PICTURE, Who
from tests.privacy.packing import Packer, files

NOTHING = (0, 0, 0)
DAY = COPY_OF_DATA.total_seconds()


@pytest.fixture
def packer(database: Database, tmp_path: Path, clock: Any) -> Packer:
    return Packer(database, tmp_path / "objects", clock)


@pytest.fixture
def small(database: Database, tmp_path: Path, clock: Any) -> Packer:
    """Where every copy is too large for the chat."""
    return Packer(database, tmp_path / "objects", clock, largest=10)


@pytest.fixture
def ann(packer: Packer) -> Who:
    return packer.person()


def address(packer: Packer) -> str:
    buttons = [
        one
        for call in packer.telegram.calls
        for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])
        for one in row
    ]
    return str([one["url"] for one in buttons if "url" in one][-1]).rpartition("/")[2]


def take(packer: Packer, token: str) -> Media | None:
    with packer.database.unit() as unit:
        return packer.links.take(unit, token)


@pytest.mark.proves("P6.7")
def test_a_copy_that_was_sent_is_destroyed_at_once_and_its_row_a_day_later(packer: Packer, ann: Who) -> None:
    packer.asks(ann)
    packer.work()
    assert len(packer.copies()) == 1
    assert packer.objects() == []
    assert packer.left() == (0, 0, 1)
    packer.later(DAY - 1)
    packer.work()
    assert packer.left() == (0, 0, 1)
    packer.later(1)
    packer.work()
    assert packer.left() == NOTHING


@pytest.mark.proves("P6.7")
def test_a_copy_behind_an_address_lives_a_day_and_no_longer(small: Packer) -> None:
    ann = small.person()
    small.asks(ann)
    small.work()
    assert small.copies() == []
    assert small.left() == (1, 1, 1)
    token = address(small)
    small.later(DAY - 1)
    small.work()
    with small.database.unit() as unit:
        assert small.links.find(unit, token) is not None
    small.later(1)
    with small.database.unit() as unit:
        assert small.links.find(unit, token) is None
    small.work()
    assert small.left() == NOTHING
    assert small.objects() == []


def test_an_address_gives_the_copy_once_and_it_is_destroyed_when_it_was_taken_whole(small: Packer) -> None:
    ann = small.person()
    small.asks(ann)
    small.work()
    token = address(small)
    assert take(small, token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    media = take(small, token)
    assert media is not None
    with small.media.open(media, purpose="rights") as stream:
        assert "index.html" in files(stream.read())
    assert take(small, token) is None
    small.exports.fetched(media.id)
    small.work()
    assert small.objects() == []
    assert small.left() == (0, 0, 1)


def test_a_new_ask_ends_what_still_waits_behind_an_address(small: Packer) -> None:
    ann = small.person()
    small.asks(ann)
    small.work()
    before, token = small.objects(), address(small)
    small.asks(ann)
    small.work()
    assert take(small, token) is None
    assert len(small.objects()) == 1
    assert small.objects() != before


def test_a_copy_that_telegram_finds_too_large_goes_by_an_address(packer: Packer, ann: Who) -> None:
    packer.telegram.fails["editMessageMedia"] = Permanent("telegram.too_large")
    packer.asks(ann)
    packer.work()
    media = take(packer, address(packer))
    assert media is not None
    assert media.kind == "export"


@pytest.mark.parametrize("code", ["telegram.message_gone", "telegram.bad_request"])
def test_a_message_that_cannot_become_the_file_is_replaced_by_a_new_one(packer: Packer, ann: Who, code: str) -> None:
    packer.telegram.fails["editMessageMedia"] = Permanent(code)
    packer.asks(ann)
    packer.work()
    assert len(packer.telegram.said("sendDocument")) == 1
    assert packer.objects() == []


@pytest.mark.parametrize("tries", [1, 5])
def test_a_store_that_fails_for_a_while_delays_the_copy_and_leaves_one(packer: Packer, ann: Who, tries: int) -> None:
    left = [tries]

    def away() -> None:
        left[0] -= 1
        if left[0] > 0:
            packer.store.meanwhile = away
        raise Temporary("store.unavailable")

    packer.store.meanwhile = away
    packer.asks(ann)
    packer.work(seconds=120)
    assert len(packer.copies()) == 1
    packer.work()
    assert packer.objects() == []
    assert packer.left() == (0, 0, 1)


def test_a_picture_that_the_store_has_lost_is_left_out_at_the_second_try(packer: Packer, ann: Who) -> None:
    packer.has(ann, RESULT, PICTURE)
    with packer.database.connection():
        lost = Media.get_by_id(packer.photo_media(ann))
    packer.store.delete([lost.object_name])
    packer.asks(ann)
    packer.work(seconds=30)
    [data] = packer.copies()
    assert {name.partition("/")[0] for name in files(data) if name.endswith("jpg")} == {"pictures"}


def test_a_copy_that_cannot_be_made_is_told_and_nothing_is_left(packer: Packer, ann: Who) -> None:
    def broken() -> None:
        raise Permanent("store.denied")

    packer.store.meanwhile = broken
    packer.asks(ann)
    packer.work()
    assert "could not be made or sent" in packer.telegram.texts()
    assert packer.copies() == []
    assert packer.left() == NOTHING
    packer.asks(ann)
    packer.work()
    assert len(packer.copies()) == 1


def test_more_than_a_store_takes_at_once_is_told_and_not_tried_again_and_again(packer: Packer, ann: Who) -> None:
    for _ in range(3):
        packer.has(ann, RESULT, PICTURE)
    with packer.database.connection():
        Media.update(size=1_900_000_000).execute()
    packer.asks(ann)
    packer.work()
    assert "could not be made or sent" in packer.telegram.texts()
    assert packer.left() == NOTHING


def test_somebody_who_has_blocked_the_bot_leaves_nothing_behind(packer: Packer, ann: Who) -> None:
    packer.asks(ann)
    packer.telegram.fails = dict.fromkeys(("sendMessage", "editMessageMedia"), Permanent("telegram.blocked"))
    packer.work()
    assert packer.left() == NOTHING
    assert packer.undone() == []


def test_a_copy_that_was_made_and_could_not_be_sent_within_its_day_is_given_up(packer: Packer, ann: Who) -> None:
    packer.telegram.fails["editMessageMedia"] = Temporary("telegram.wait", retry_after=DAY)
    export = packer.asks(ann)
    packer.work()
    assert packer.export(export).state == Export.MADE
    packer.later(DAY)
    with packer.database.connection():
        over = Work.get(Work.kind == EXPORT_OVER)
    packer.runner.run(over.id)
    packer.work()
    assert packer.left() == NOTHING
    assert "could not be made or sent" in packer.telegram.texts()


@pytest.mark.proves("P10.1")
def test_closing_the_account_ends_a_copy_that_waits_and_one_that_is_being_packed(packer: Packer, ann: Who) -> None:
    bob = packer.person()
    packer.asks(bob)
    packer.close(bob)
    packer.asks(ann)
    packer.store.meanwhile = lambda: packer.close(ann)
    packer.work(seconds=30)
    assert packer.copies() == []
    with packer.database.connection():
        assert Export.select().count() == 0
        assert Work.select().where((Work.kind == EXPORT) & (Work.state == Work.DUE)).count() == 0
        unread = list(Media.select().where((Media.kind == "export") & (Media.state == Media.STORED)))
    assert unread == []


def test_closing_the_account_ends_an_address_that_was_given(small: Packer) -> None:
    ann = small.person()
    small.asks(ann)
    small.work()
    token = address(small)
    small.close(ann)
    assert take(small, token) is None
    small.work()
    assert small.objects() == []
    assert small.left() == NOTHING


def test_who_deletes_an_account_can_see_that_a_copy_is_still_to_be_sent(packer: Packer, ann: Who) -> None:
    def under_way() -> bool:
        with packer.database.connection():
            return packer.exports.under_way(ann.id)

    assert not under_way()
    packer.asks(ann)
    assert under_way()
    packer.work()
    assert not under_way()


def test_of_two_asks_in_one_moment_one_is_taken(packer: Packer, ann: Who) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def ask() -> None:
        together.wait()
        try:
            packer.asks(ann)
            outcomes.append("taken")
        except Rejected as error:
            outcomes.append(error.code)

    both = [threading.Thread(target=ask) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == ["export.under_way", "taken"]
    packer.work()
    assert len(packer.copies()) == 1


def test_of_two_holders_of_one_ask_the_slower_one_sends_nothing(packer: Packer, ann: Who) -> None:
    """The first one stalls while it packs; its lease runs out, and another one takes over."""
    packer.asks(ann)

    def stalls() -> None:
        packer.later(60)
        packer.work()

    packer.store.meanwhile = stalls
    packer.work()
    assert len(packer.copies()) == 1
    assert packer.objects() == []
    with packer.database.connection():
        assert Link.select().count() == 0
