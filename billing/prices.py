"""What things cost, in credits. Each figure stands here and nowhere else."""

from __future__ import annotations

from typing import Final

TRIAL_CREDITS: Final = 3
PICTURE: Final = "picture"
PRICES: Final = {PICTURE: 1}  # kind of order -> credits
