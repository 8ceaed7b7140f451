"""A video through the real processes, on Postgres: bought, made, shown, kept, counted, disclosed, and given back."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
import requests
from PIL import ExifTags, Image

from ops.once import button
from tests.spine.conftest import balanced, filmed_once
from tests.spine.person import LONG

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass
class Story:
    """What happened when one person bought credits and had a photo animated. `words` is what /animate asked for."""

    spine: Spine
    person: Person
    offer: dict[str, Any]
    order: str
    video: dict[str, Any]
    balance: str
    original: bytes


def bought(person: Person) -> None:
    """A small pack: 20 credits."""
    person.write("/packs")
    person.tap("The packs", "pack:small")
    person.pay(person.wait("The invoice", lambda m: m["message_id"] if "invoice" in (m.get("other") or {}) else None))
    person.says("Thank you")


def lying(photo: Path) -> bytes:
    """A photo as a phone stores it that was held upright: the pixels lie, and a mark says so."""
    marks, made = Image.Exif(), io.BytesIO()
    marks[ExifTags.Base.Orientation] = 6
    Image.open(photo).save(made, "JPEG", exif=marks)
    return made.getvalue()


def shown(message: dict[str, Any]) -> bool:
    return (message.get("media") or {}).get("kind") == "video"


@pytest.fixture(scope="module")
def story(spine: Spine) -> Story:
    spine.kling.settings(seconds=0.2)
    person = spine.person()
    person.agrees()
    person.send_photo(lying(SAMPLES / "cat.jpg"), name="p.jpg")
    person.tap("The question about people", "people")
    person.wait("The board", lambda m: button(m, "style:"))
    bought(person)
    person.write("/animate")
    person.tap("The motions", "motp:")
    offer = person.wait("The offer", lambda m: m if button(m, "make:") else None)
    person.tap("The offer", "make:")
    video = person.wait("The video", lambda m: m if shown(m) else None, seconds=LONG)
    person.says("Your video is ready")
    person.write("/balance")
    balance = person.wait("The balance", lambda m: (m.get("text") or "").startswith("You have") and m["text"])
    person.tap("The result", "orig:")
    document = person.wait("The file", lambda m: m if (m.get("media") or {}).get("kind") == "document" else None)
    original = person.file(document["media"]["url"])
    _, data = button(video, "orig:") or (0, "")
    spine.kling.forget()
    return Story(spine, person, offer, data.partition(":")[2], video, balance, original)


def test_the_offer_of_a_video_says_price_length_and_provider(story: Story) -> None:
    assert "a video of 5 seconds" in story.offer["text"]
    assert "Price: 8 credits (you have 23)" in story.offer["text"]
    assert "Kling" in story.offer["text"]


def test_the_status_message_itself_becomes_the_video_with_its_length_size_and_first_frame(story: Story) -> None:
    media, whole = story.video["media"], story.person.file(story.video["media"]["url"])
    assert story.video["message_id"] == story.offer["message_id"]
    assert "Made with AI (Kling" in story.video["caption"]
    with av.open(io.BytesIO(whole), "r") as film:
        [stream] = film.streams.video
        assert (media["width"], media["height"]) == (stream.width, stream.height)
        assert media["duration"] == round((film.duration or 0) / av.time_base) == 5
    first = Image.open(io.BytesIO(story.person.file(media["poster"])))
    assert max(first.size) <= 320
    assert abs(first.width / first.height - media["width"] / media["height"]) < 0.02
    assert first.height > first.width  # as the photo was held


@pytest.mark.proves("P2.3")
def test_the_original_of_a_video_is_byte_for_byte_what_the_provider_made(story: Story) -> None:
    task = story.spine.kling.task(story.order)
    assert task is not None
    made = requests.get(f"{story.spine.kling.address}/files/{task['id']}.mp4", timeout=60).content
    assert hashlib.sha256(story.original).digest() == hashlib.sha256(made).digest()


def test_a_video_costs_its_price_once(story: Story) -> None:
    assert story.balance.splitlines()[0] == "You have 15 credits."
    assert story.spine.charges(story.order) == ["charge"]
    assert balanced(story.spine)


def test_a_video_was_submitted_once_under_one_external_id(story: Story) -> None:
    assert story.spine.kling.submits(story.order) == {1: (1, 1)}


@pytest.mark.proves("P5.3", "P5.5")
def test_a_video_has_its_disclosure_row_kept_as_long_as_the_provider_keeps_it(story: Story) -> None:
    rows = story.spine.sql(
        "SELECT recipient, purpose, fields, attempt, kept_until - at FROM disclosure WHERE order_id = %s", story.order
    )
    assert rows == [("kling", "generation", "photos,prompts", 1, timedelta(days=30))]


def test_what_a_video_cost_at_the_provider_is_written_down(story: Story) -> None:
    rows = story.spine.sql("SELECT provider, model, kind, units, micro_usd FROM cost WHERE order_id = %s", story.order)
    assert rows == [("kling", "kling-2.5-turbo", "video_5", 1.5, 210_000)]


@pytest.mark.proves("P4.5")
def test_the_link_to_a_video_is_forgotten_once_it_is_kept(story: Story) -> None:
    assert story.spine.sql("SELECT state, url FROM video_task WHERE order_id = %s", story.order) == [("ended", None)]


def test_a_picture_that_was_made_can_be_animated(filming: Spine) -> None:
    person = filming.person()
    _, picture = person.orders("a quiet harbour")
    person.picture()
    bought(person)
    person.tap("The picture", "anim:")
    person.tap("The motions", "motr:")
    message, data = person.offer()
    person.press(message, data)
    order = data.partition(":")[2]
    assert filmed_once(filming, person, order)
    assert filming.sql("SELECT origin FROM orders WHERE id = %s", order) == [(picture,)]
    assert filming.sql("SELECT recipient, fields FROM disclosure WHERE order_id = %s", order) == [
        ("kling", "prompts,results")
    ]
