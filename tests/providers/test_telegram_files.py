"""A file is collected whole, or given up for its size or its slowness."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Rejected, Temporary
from providers.telegram_files import SLOWEST, collect


@given(st.lists(st.binary(max_size=50)))
def test_the_pieces_of_a_file_make_the_file(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert collect(pieces, largest=len(whole)) == whole


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1))
def test_one_byte_too_many_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(Rejected, match="too_large"):
        collect(pieces, largest=len(b"".join(pieces)) - 1)


def test_nothing_is_read_behind_the_limit() -> None:
    def drips() -> Iterator[bytes]:
        yield b"four"
        yield b"more"
        raise AssertionError("read on")

    with pytest.raises(Rejected):
        collect(drips(), largest=5)


def test_a_file_that_drips_for_too_long_is_tried_again_later() -> None:
    seconds = iter([0.0, SLOWEST, SLOWEST + 0.1])
    with pytest.raises(Temporary, match="slow_download"):
        collect([b"a", b"b", b"c"], largest=9, monotonic=lambda: next(seconds))
