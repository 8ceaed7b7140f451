"""The numbers that sentences name, from where they hold."""

from __future__ import annotations

from datetime import timedelta

from imaging.limits import MIB, Limits
from policy.limits import (
    LONGEST_HOLD,
    LONGEST_OUTAGE,
    LONGEST_PROMPT,
    LONGEST_REPORT,
    LONGEST_WAIT,
    REFUND_WITHIN,
    SUPPORT_FILE,
    SUPPORT_FILES,
    VIDEO_GIVEN_UP,
)

_PHOTO = Limits()
NUMBERS: dict[str, int | str] = {
    "megapixels": _PHOTO.max_pixels // 1_000_000,
    "side": _PHOTO.min_side,
    "megabytes": _PHOTO.max_bytes // MIB,
    "days": REFUND_WITHIN.days,
    "characters": f"{LONGEST_PROMPT:,}",
    "report": f"{LONGEST_REPORT:,}",
    "minutes": VIDEO_GIVEN_UP // timedelta(minutes=1),
    "support_megabytes": SUPPORT_FILE // MIB,
    "support_files": SUPPORT_FILES,
    "outage": LONGEST_OUTAGE // timedelta(minutes=1),
    "hold": LONGEST_HOLD // timedelta(hours=1),
    "hours": LONGEST_WAIT // timedelta(hours=1),
}
