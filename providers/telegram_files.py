"""A file that somebody sent, whole in memory, or given up: as soon as it is too large or takes too long."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable

from errors import Rejected, Temporary

SLOWEST = 90.0  # seconds for a whole file, however steadily its bytes drip


def collect(pieces: Iterable[bytes], *, largest: int, monotonic: Callable[[], float] = time.monotonic) -> bytes:
    """Raises Rejected("photo.too_large") above `largest` bytes, Temporary("photo.slow_download")."""
    until = monotonic() + SLOWEST
    collected = io.BytesIO()
    for piece in pieces:
        if collected.tell() + len(piece) > largest:
            raise Rejected("photo.too_large")
        if monotonic() > until:
            raise Temporary("photo.slow_download")
        collected.write(piece)
    return collected.getvalue()
