"""The shape that is asked for follows the photo."""

from __future__ import annotations

import pytest

from imaging.ratio import nearest_ratio

GEMINI = ("1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (512, 512, "1:1"),
        (4032, 3024, "4:3"),
        (3024, 4032, "3:4"),
        (1080, 1920, "9:16"),
        (1080, 1350, "4:5"),
        (2000, 3000, "2:3"),
        (2560, 1080, "21:9"),
        (10_000, 1000, "8:1"),
        (1000, 10_000, "1:8"),
        (1001, 1000, "1:1"),
    ],
)
def test_the_nearest_shape_is_chosen(width: int, height: int, ratio: str) -> None:
    assert nearest_ratio(width, height, GEMINI) == ratio


@pytest.mark.parametrize(("width", "height"), [(700, 500), (1300, 400), (900, 800), (5000, 700)])
def test_tall_and_wide_are_treated_alike(width: int, height: int) -> None:
    across, _, down = nearest_ratio(width, height, [r for r in GEMINI if r != "21:9"]).partition(":")
    assert nearest_ratio(height, width, [r for r in GEMINI if r != "21:9"]) == f"{down}:{across}"


def test_only_allowed_shapes_are_chosen() -> None:
    assert nearest_ratio(100, 900, ("1:1", "3:4")) == "3:4"
