"""A JSON body with a picture in it, encoded piece by piece while it is sent, and forgotten then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pybase64

PIECE: Final = 3 * 64 * 1024  # bytes of picture encoded at a time; a multiple of 3, so that only the last one is padded


class PictureBody:
    """`frame` is the JSON before and after the picture's base64. It can be sent once. `meanwhile` is called when all of
    it was sent and nobody waits for the answer yet; it must not raise."""

    def __init__(
        self, picture: bytes, frame: tuple[bytes, bytes], *, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self._picture = picture
        self._meanwhile = meanwhile
        self._head, self._tail = frame
        self._length = len(self._head) + (len(picture) + 2) // 3 * 4 + len(self._tail)
        self.given_whole = False  # while False, nobody can have had all of it: its JSON still lacks its end

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        picture, self._picture = memoryview(self._picture), b""
        yield self._head
        for start in range(0, len(picture), PIECE):
            yield pybase64.b64encode(picture[start : start + PIECE])
        picture.release()
        del picture
        self.given_whole = True
        yield self._tail
        self._meanwhile()
