"""The body of a call: a plain form, or a multipart one that takes its files in as it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from errors import Permanent
from providers.http import BLOCK, Body
from providers.telegram_calls import Readable, Upload

LINE = b"\r\n"


@dataclass(frozen=True)
class Form:
    """What is sent, and how it is called."""

    body: bytes | Body
    content_type: str


@contextmanager
def form(fields: Mapping[str, Any], files: Mapping[str, Upload] | None) -> Iterator[Form]:
    """Files are opened here and closed afterwards, sent or not.

    Raises what opening them raises; the body raises Permanent("telegram.upload_length") or what reading them raises.
    """
    if not files:
        yield Form(urlencode(fields).encode(), "application/x-www-form-urlencoded")
        return
    boundary = secrets.token_hex(16)
    with ExitStack() as opened:
        before = b"".join(_head(boundary, name) + str(value).encode() + LINE for name, value in fields.items())
        parts = []
        for name, upload in files.items():
            parts.append(_part(before + _head(boundary, name, upload), upload, opened))
            before = LINE
        body = _Multipart(parts, before + f"--{boundary}--".encode() + LINE)
        yield Form(body, f"multipart/form-data; boundary={boundary}")


@dataclass(frozen=True)
class _Part:
    """A file and all that stands before it. `length` is in bytes, of the file."""

    before: bytes
    content: bytes | Readable
    length: int


class _Multipart:
    """It can be sent once, if one of its files is a stream."""

    def __init__(self, parts: Sequence[_Part], end: bytes) -> None:
        self._parts = parts
        self._end = end

    def __len__(self) -> int:
        return sum(len(part.before) + part.length for part in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        for part in self._parts:
            yield part.before
            yield from _blocks(part.content) if isinstance(part.content, bytes) else _exactly(part.content, part.length)
        yield self._end


def _head(boundary: str, name: str, upload: Upload | None = None) -> bytes:
    """Names are ours: nothing in them needs quoting."""
    file = f'; filename="{upload.name}"\r\nContent-Type: {upload.mime}' if upload is not None else ""
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()


def _part(before: bytes, upload: Upload, opened: ExitStack) -> _Part:
    if upload.opens is None:
        content = upload.content()
        return _Part(before, content, len(content))
    return _Part(before, opened.enter_context(upload.opens()), upload.length)


def _blocks(content: bytes) -> Iterator[memoryview]:
    """Not all at once: each piece has to go out within the time for one."""
    view = memoryview(content)
    for start in range(0, len(view), BLOCK):
        yield view[start : start + BLOCK]


def _exactly(source: Readable, length: int) -> Iterator[bytes]:
    """Nobody gets a whole file that is none: its last bytes are given out only when the source has ended with them."""
    left = length
    while left:
        data = source.read(min(BLOCK, left))
        left -= len(data)
        if not data or (not left and source.read(1)):
            raise Permanent("telegram.upload_length")
        yield data
