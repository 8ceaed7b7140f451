"""Choosing the shape to ask a provider for."""

from __future__ import annotations

import math
from collections.abc import Sequence


def nearest_ratio(width: int, height: int, allowed: Sequence[str]) -> str:
    """The member of `allowed` ("3:4", "16:9") that is closest in shape to a picture of `width` × `height` pixels.

    Closeness is the factor between the two ratios, so that tall and wide are treated alike; the first wins a tie.
    """
    shape = math.log(width / height)

    def distance(ratio: str) -> float:
        across, down = ratio.split(":")
        return abs(math.log(int(across) / int(down)) - shape)

    return min(allowed, key=distance)
