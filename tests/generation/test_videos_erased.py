"""What the deletion of photos, generated content or the account does to a video in each of its states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from generation.kinds import COLLECT
from imaging.intake import Intake
from models import Media, Order, VideoTask
from moderation.check import PromptRules
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.generation.outside import CLIP
from tests.generation.studio import PICTURE, Who
from tests.generation.test_videos_ends import ALL, Begin
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
ENDS = {Order.QUEUED, Order.CALLING}  # what still needs its photo


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any, intake: Intake, rules: PromptRules) -> Wiper:
    made = Wiper(database, tmp_path / "objects", clock)
    made.intake, made.rules = intake, rules
    made.of(slots=5)
    return made


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    return wiper.person(credits=97)


@pytest.fixture
def bob(wiper: Wiper) -> Who:
    return wiper.person(credits=97)


def ends_at_the_provider(wiper: Wiper) -> None:
    """Whatever it still has is finished, and whoever waits for it hears so."""
    wiper.kling.finishes(*wiper.kling.tasks)
    wiper.watches(400)


@ALL
@pytest.mark.parametrize("scope", [GENERATED, ACCOUNT])
def test_credits_are_back_and_a_late_video_is_never_kept(
    wiper: Wiper, ann: Who, bob: Who, begin: Begin, scope: str
) -> None:
    of_bob = wiper.filming(bob)
    order = begin(wiper, ann)
    paid = wiper.row(order).media is not None
    erasure = wiper.erases(ann, scope)
    assert wiper.balance(ann) == ((92, 0) if paid else (100, 0))
    ends_at_the_provider(wiper)
    assert wiper.kept(ann, "video", "result") == []
    assert wiper.objects("video/") == [media.object_name for media in wiper.kept(bob, "video")]
    assert wiper.balance(ann) == ((92, 0) if paid else (100, 0))
    assert wiper.open_tasks() == 0
    assert wiper.erasure(erasure.id).state in ("done", "waiting")
    assert wiper.state(of_bob) in (Order.DELIVERED, Order.FAILED)
    with wiper.database.connection():
        assert VideoTask.select().where((VideoTask.account == ann.id) & ~VideoTask.url.is_null()).count() == 0


@ALL
def test_without_its_photo_ends_what_needs_it_and_what_is_rendered_already_is_kept(
    wiper: Wiper, ann: Who, begin: Begin
) -> None:
    order = begin(wiper, ann)
    before = wiper.state(order)
    wiper.erases(ann, PHOTOS)
    wiper.work(10)
    ends_at_the_provider(wiper)
    spared = before if before in (Order.OFFERED, Order.FAILED) else Order.DELIVERED
    assert wiper.state(order) == (Order.FAILED if before in ENDS else spared)
    assert wiper.balance(ann) == ((92, 0) if wiper.state(order) == Order.DELIVERED else (100, 0))
    assert (wiper.open_tasks(), wiper.undone()) == (0, [])
    if before in ENDS:
        assert wiper.row(order).prompt is wiper.row(order).style is None
        assert "photo is no longer here" in wiper.telegram.texts()


def test_a_video_made_of_a_result_does_not_need_the_photo(wiper: Wiper, ann: Who) -> None:
    order = wiper.order(ann, origin=wiper.has(ann, RESULT, PICTURE))
    wiper.erases(ann, PHOTOS)
    wiper.slots.admit()
    wiper.work()
    ends_at_the_provider(wiper)
    assert wiper.state(order) == Order.DELIVERED


@pytest.mark.parametrize("scope", [GENERATED, ACCOUNT])
def test_one_that_is_being_fetched_is_not_kept(wiper: Wiper, ann: Who, scope: str) -> None:
    """What it has put into the store by then counts as nothing, and goes with what other killed work has left there."""

    def meanwhile() -> None:
        wiper.erases(ann, scope)

    order = wiper.found(ann)
    wiper.files.meanwhile = meanwhile
    wiper.work()
    assert wiper.state(order) == Order.FAILED
    assert wiper.balance(ann) == (100, 0)
    assert all(media.state == Media.STORING for media in wiper.kept(ann, "video"))
    assert COLLECT not in wiper.undone()
    wiper.later(2 * 3600)
    wiper.upkeep.leftovers()
    wiper.work()
    assert wiper.kept(ann, "video") == []
    assert wiper.objects("video/") == []


def test_the_first_video_after_a_deletion_is_kept_under_a_new_key(wiper: Wiper, ann: Who) -> None:
    """The link to it, too, is sealed under the key of results, of which there is none at that moment."""
    wiper.erases(ann, GENERATED)
    wiper.work()
    order = wiper.found(ann)
    wiper.work()
    assert wiper.state(order) == Order.DELIVERED
    [video] = wiper.kept(ann, "video")
    assert wiper.opens(video) == CLIP
