"""How large, how odd and how costly a stranger's picture may be."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`max_bytes` to `max_ratio` refuse a file; `memory_bytes` to `wall_seconds` bound the process that decodes it;
    `long_side` and `quality` describe the JPEG that comes out."""

    max_bytes: int = 20 * MIB
    max_pixels: int = 40_000_000
    min_side: int = 64
    # The widest shape Gemini paints is 8:1. A phone's panorama stays under that, and a little beyond can still be
    # fitted; what is longer than 10:1 is a strip.
    max_ratio: float = 10.0
    # The dearest legal picture, a WebP of 40 megapixels, needs 690 MiB while it is decoded.
    memory_bytes: int = 768 * MIB
    cpu_seconds: int = 15
    wall_seconds: float = 30.0
    # The child keeps the time; when even this much later it has said nothing, it is taken for dead.
    grace_seconds: float = 5.0
    # Providers paint at most 4K, so more pixels would be sealed, stored and sent for nothing.
    long_side: int = 4096
    quality: int = 92
    # Decoders at one time: their memory adds up, and the worker's threads are many.
    parallel: int = 2
    queue_seconds: float = 60.0
