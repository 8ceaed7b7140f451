"""Prices come from one file; a mistake in it is named before anything is sold."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.prices import MOST_STARS, PACKS, PRICES, SOURCE, load, seconds_of, video

GOOD = SOURCE.read_text(encoding="utf-8")


def test_the_file_is_what_is_sold() -> None:
    found = load()
    assert {pack.id: pack for pack in found.packs} == PACKS
    assert found.price == PRICES
    assert [(seconds_of(video(seconds)), video(seconds) in PRICES) for seconds in (5, 10)] == [(5, True), (10, True)]
    assert seconds_of("picture") is None


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("picture = 1", "", "price: picture is missing"),
        ("picture = 1", "picture = 1\nsong = 2", "price: song is not known"),
        ("video_5 = 8", "video_5 = 0", "price.video_5: not a number above 0"),
        ("video_5 = 8", "video_5 = true", "price.video_5: not a number above 0"),
        ("trial_credits = 3", "trial_credits = -1", "trial_credits: not a number above 0"),
        ('id = "medium"', 'id = "small"', "pack: an id is there twice"),
        ('id = "medium"', 'id = "Medium!"', "pack 2: id has other characters than a-z, 0-9"),
        ("stars = 99", "stars = 9.9", "pack 1: stars is not a number above 0"),
        ("stars = 99", f"stars = {MOST_STARS + 1}", f"pack 1: stars: Telegram takes at most {MOST_STARS}"),
        ("credits = 20", "credits = 20\nbonus = 1", "pack 1: needs id, name, credits and stars, and nothing else"),
        ('name = "Small pack"', f'name = "{"x" * 33}"', "pack 1: name has not 1 to 32 characters"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, before: str, after: str, mistake: str) -> None:
    source = tmp_path / "prices.toml"
    source.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"prices\.toml: ") as refused:
        load(source)
    assert str(refused.value) == f"prices.toml: {mistake}"


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    source = tmp_path / "prices.toml"
    source.write_text("[price]\npicture = 1\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"video_10 is missing; price: video_5 is missing; trial.*; pack: no pack at all"
    ):
        load(source)
