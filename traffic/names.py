"""What can be paused, what a queue is of, and how fast those come back that had to wait."""

from __future__ import annotations

from typing import Final

IMAGES: Final = "images"
VIDEOS: Final = "videos"
SALES: Final = "sales"
SWITCHES: Final = (IMAGES, VIDEOS, SALES)
HOLDABLE: Final = (IMAGES, VIDEOS)  # what was ordered of them can wait
AWAKE: Final = 20.0  # pieces of work that look again in one second, of all that wait
