"""What can be paused, and what a queue is of."""

from __future__ import annotations

from typing import Final

IMAGES: Final = "images"
VIDEOS: Final = "videos"
SALES: Final = "sales"
SWITCHES: Final = (IMAGES, VIDEOS, SALES)
HOLDABLE: Final = (IMAGES, VIDEOS)  # what was ordered of them can wait
