"""How long photos stay is shortened by their person alone: on their day, never early, and never under an order."""

from __future__ import annotations

from typing import Any

import pytest

from errors import Permanent, Rejected
from generation.keeping import Outlook, choose, known, outlook, shorten
from generation.kinds import SHORTEN
from generation.source import Source
from jobs.kinds import RIGHTS, Kind
from models import Account, Media, Order, Photo, PrivacyChoice
from policy.choices import ALWAYS, DAY_ONLY, EACH, KEEPINGS, WEEK, shorter
from policy.terms import DAY
from privacy.by_choice import by_choice
from privacy.mydata import holdings
from tests.generation.studio import Studio, Who


@pytest.fixture(autouse=True)
def kinds(studio: Studio) -> None:
    """The studio knows the work that a choice leaves."""
    studio.table[SHORTEN] = Kind(
        name=SHORTEN, queue=RIGHTS, do=lambda claim: shorten(studio.desk, claim), ended_badly=lambda *_: None
    )


def chooses(studio: Studio, who: Who, choice: str | None) -> bool:
    with studio.database.unit() as unit:
        return choose(unit, studio.desk, who.id, choice)


def sweeps(studio: Studio) -> int:
    """An hourly run of the rule."""
    rule, gone = by_choice(studio.desk), 0
    now = studio.clock.now()
    while rule.due(now):
        gone += rule.step(studio.database, now, lambda _unit, _count: None)
    studio.work()
    return gone


@pytest.fixture
def lookout(studio: Studio) -> Any:
    def of(who: Who, choice: str | None) -> Outlook:
        with studio.database.connection():
            return outlook(who.id, choice, studio.clock.now())

    return of


def photo(studio: Studio, id: str) -> Photo:
    with studio.database.connection():
        return Photo.get_by_id(id)


def here(studio: Studio, who: Who) -> list[str]:
    with studio.database.connection():
        return [row.id for row in studio.photos.all_ready(who.id)]


def another(studio: Studio, who: Who) -> str:
    """A further photo, taken in under the choice that holds."""
    id = studio.photo_of(who.id)
    with studio.database.unit():
        studio.photos.is_here(Photo.get_by_id(id))
    return id


@pytest.mark.proves("P4.4", "P6.2")
def test_without_a_choice_a_photo_stays_for_years(studio: Studio, ann: Who) -> None:
    studio.later(10 * 365 * DAY.total_seconds())
    assert sweeps(studio) == 0
    assert here(studio, ann) == [ann.photo]


@pytest.mark.proves("P4.4", "P6.2")
@pytest.mark.parametrize("choice", [WEEK, DAY_ONLY, EACH])
def test_a_new_photo_goes_on_its_day_and_not_a_second_before(studio: Studio, ann: Who, choice: str) -> None:
    chooses(studio, ann, choice)
    studio.later(3600)
    new = another(studio, ann)
    studio.later(KEEPINGS[choice].period.total_seconds() - 1)
    sweeps(studio)
    assert here(studio, ann) == [new], "the older one, of before the choice, has gone"
    studio.later(1)
    assert sweeps(studio) == 1
    assert here(studio, ann) == []
    assert studio.undone() == []
    with studio.database.connection():
        assert Media.select().where(Media.account == ann.id).count() == 0
    assert [name for name in studio.store.names("") if not name.startswith("erasures/")] == []
    assert len(list(studio.store.names("erasures/"))) == 2, "each leaves its record, like a deletion by hand"


@pytest.mark.proves("P6.2")
def test_a_choice_is_of_one_person(studio: Studio, ann: Who, bob: Who) -> None:
    chooses(studio, ann, DAY_ONLY)
    studio.later(30 * DAY.total_seconds())
    sweeps(studio)
    assert (here(studio, ann), here(studio, bob)) == ([], [bob.photo])


def test_a_shorter_one_says_before_what_goes_now_and_what_later_and_then_it_does(
    studio: Studio, ann: Who, lookout: Any
) -> None:
    studio.later(8 * DAY.total_seconds())
    sent = studio.clock.now()
    young = another(studio, ann)
    studio.later(3600)
    assert lookout(ann, WEEK) == Outlook(1, 1, sent + 7 * DAY)
    assert lookout(ann, DAY_ONLY) == Outlook(1, 1, sent + DAY)
    assert lookout(ann, None) == Outlook(0, 0, None)
    assert here(studio, ann) == [young, ann.photo], "looking changes nothing"
    assert chooses(studio, ann, WEEK)
    studio.work()
    assert here(studio, ann) == [young]
    assert photo(studio, young).goes_at == sent + 7 * DAY
    assert lookout(ann, WEEK) == Outlook(0, 1, sent + 7 * DAY)


def test_a_longer_one_is_for_what_is_still_here_and_brings_nothing_back(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, DAY_ONLY)
    studio.later(DAY.total_seconds() - 60)
    late = another(studio, ann)
    studio.later(60)
    sweeps(studio)
    chooses(studio, ann, WEEK)
    studio.later(2 * DAY.total_seconds())
    sweeps(studio)
    assert here(studio, ann) == [late]
    chooses(studio, ann, None)
    studio.later(400 * DAY.total_seconds())
    sweeps(studio)
    assert here(studio, ann) == [late]
    assert photo(studio, late).goes_at is None


def test_each_change_is_a_row_that_stays_and_no_change_is_none(studio: Studio, ann: Who) -> None:
    assert [chooses(studio, ann, one) for one in (WEEK, WEEK, None, None, EACH)] == [True, False, True, False, True]
    with studio.database.connection():
        rows = list(PrivacyChoice.select())
    assert sorted(row.value for row in rows) == [ALWAYS, EACH, WEEK]
    assert {(row.account, row.what) for row in rows} == {(ann.id, "keep_photos")}


def test_choices_are_in_order_and_others_are_unknown() -> None:
    order = [None, WEEK, DAY_ONLY, EACH]
    for n, longer in enumerate(order):
        assert [shorter(one, longer) for one in order] == [m > n for m in range(len(order))]
    assert [known(choice) for choice in (ALWAYS, WEEK, EACH)] == [None, WEEK, EACH]
    for forged in ("", "year", "forever"):
        with pytest.raises(Rejected):
            known(forged)


@pytest.mark.proves("P4.4")
def test_a_photo_with_an_open_order_waits_until_that_has_ended(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    chooses(studio, ann, DAY_ONLY)
    studio.later(DAY.total_seconds())
    assert sweeps(studio) == 0
    assert here(studio, ann) == [ann.photo]
    assert by_choice(studio.desk).held_back(studio.clock.now()) == 0, "that it waits is no mistake"
    with studio.database.connection():
        Order.update(state=Order.FAILED).where(Order.id == order).execute()
    assert sweeps(studio) == 1
    assert here(studio, ann) == []


@pytest.mark.proves("P4.4", "P6.2")
def test_after_each_result_the_photo_goes_as_soon_as_it_is_delivered(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, EACH)
    order = studio.found(ann)
    assert here(studio, ann) == [ann.photo]
    studio.work()
    assert studio.state(order) == Order.DELIVERED
    assert here(studio, ann) == [], "without waiting for the hourly run"
    assert studio.undone() == []
    with studio.database.connection():
        assert [row.kind for row in Media.select()] == ["video"], "what was made of it stays"


def test_who_chose_a_time_keeps_the_photo_after_a_result(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, WEEK)
    studio.found(ann)
    studio.work()
    sweeps(studio)
    assert here(studio, ann) == [ann.photo]


def test_of_two_orders_from_one_photo_the_second_is_waited_for(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, EACH)
    studio.of(slots=1)
    first = studio.found(ann)
    second = studio.order(ann)
    studio.work()
    assert studio.state(first) == Order.DELIVERED
    assert here(studio, ann) == [ann.photo]
    assert sweeps(studio) == 0
    studio.cancel(ann, second)
    assert sweeps(studio) == 1, "the first one's result is there, so it goes with the next run"


def test_an_order_that_made_nothing_leaves_the_photo_for_another_try_until_its_day(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, EACH)
    order = studio.order(ann)
    studio.cancel(ann, order)
    sweeps(studio)
    assert here(studio, ann) == [ann.photo]
    studio.later(DAY.total_seconds())
    assert sweeps(studio) == 1


def test_a_result_in_a_chat_that_is_closed_counts_too(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, EACH)
    order = studio.found(ann)
    studio.telegram.fails["editMessageMedia"] = Permanent("telegram.blocked")
    studio.work()
    assert studio.state(order) == Order.HELD_BACK
    assert here(studio, ann) == []


@pytest.mark.proves("P4.4")
def test_a_result_can_still_be_animated_when_its_photo_has_gone(studio: Studio, ann: Who) -> None:
    result = studio.result_of(ann)
    chooses(studio, ann, EACH)
    studio.work()
    assert here(studio, ann) == [], "there was a result already"
    order = studio.offer(ann, origin=result)
    studio.place(ann, order)
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.RENDERING
    with pytest.raises(Rejected) as again:
        studio.place(ann, studio.offer(ann))
    assert again.value.code == "photo.gone_by_choice"


def test_making_a_video_of_a_result_does_not_end_the_photo(studio: Studio, ann: Who) -> None:
    result = studio.result_of(ann)
    order = studio.filming(ann, origin=result)
    studio.kling.finishes(studio.id_of(order))
    studio.later(32)
    studio.watch.round()
    with studio.database.connection():
        Account.update(keep_photos=EACH).execute()
        Photo.update(goes_at=studio.clock.now() + DAY).execute()
    studio.work()
    assert studio.state(order) == Order.DELIVERED
    assert here(studio, ann) == [ann.photo]


def test_who_deletes_by_hand_is_not_told_of_a_choice(studio: Studio, ann: Who) -> None:
    order = studio.offer(ann)
    studio.delete_photo(ann)
    with pytest.raises(Rejected) as gone:
        studio.place(ann, order)
    assert gone.value.code == "photo.gone"
    with studio.database.connection():
        assert Source(ann.id, ann.photo).gone().code == "photo.gone"


def test_words_go_with_a_photo_that_goes_by_choice(studio: Studio, ann: Who) -> None:
    order = studio.order(ann, prompt="she smiles")
    studio.cancel(ann, order)
    chooses(studio, ann, DAY_ONLY)
    studio.later(DAY.total_seconds())
    sweeps(studio)
    row = studio.row(order)
    assert (row.prompt, row.style) == (None, None)


def test_many_go_in_batches_and_all_of_them(studio: Studio, ann: Who) -> None:
    for _ in range(44):
        studio.photo_of(ann.id)
    studio.later(DAY.total_seconds())
    chooses(studio, ann, DAY_ONLY)
    studio.work()
    assert here(studio, ann) == []
    assert studio.undone() == []


def test_what_is_not_deleted_by_the_work_is_by_the_rule(studio: Studio, ann: Who) -> None:
    """The work row may never be rung for."""
    studio.later(DAY.total_seconds())
    chooses(studio, ann, DAY_ONLY)
    rule = by_choice(studio.desk)
    assert rule.count(studio.clock.now()) == 1
    assert rule.oldest() == studio.clock.now()
    assert sweeps(studio) == 1
    assert rule.oldest() is None


def test_mydata_and_the_rule_tell_when_the_next_photo_goes(studio: Studio, ann: Who) -> None:
    chooses(studio, ann, WEEK)
    with studio.database.connection():
        found = {
            one.category: one
            for one in holdings(studio.fields, [by_choice(studio.desk)], account=ann.id, telegram_id=1)
        }
        sent = Photo.get_by_id(ann.photo).created_at
    assert found["photos"].next_goes == (sent + 7 * DAY).date()
