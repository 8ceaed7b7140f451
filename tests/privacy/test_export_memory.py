"""A copy is a stream: however much somebody has, making it and giving it out takes the same memory."""

from __future__ import annotations

import pytest

from bench.export import measured

MB = 1_000_000
MOST, GROWTH = 150 * MB, 24 * MB


@pytest.mark.alone
def test_a_copy_of_200_mb_takes_no_more_memory_than_one_of_1_mb_and_some_chunks() -> None:
    small, great = measured(1), measured(200)
    assert great["zip_bytes"] > 200 * MB
    assert great["peak_bytes"] < MOST, f"{great['peak_bytes'] / MB:.0f} MB"
    assert great["peak_bytes"] - small["peak_bytes"] < GROWTH, f"{(great['peak_bytes'] - small['peak_bytes']) / MB:.1f}"
