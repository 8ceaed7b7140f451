"""The body of a call: a plain form, or a multipart one that takes its files in as it is sent."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from requests_toolbelt.multipart.encoder import MultipartEncoder

from errors import Permanent
from providers.telegram_calls import Readable, Upload


@dataclass(frozen=True)
class Form:
    """`length` is in bytes."""

    body: Any
    content_type: str
    length: int


@contextmanager
def form(fields: Mapping[str, Any], files: Mapping[str, Upload] | None) -> Iterator[Form]:
    """Files are opened here and closed afterwards, sent or not.

    Raises what opening them raises; the body raises Permanent("telegram.upload_length") or what reading them raises.
    """
    if not files:
        plain = urlencode(fields).encode()
        yield Form(plain, "application/x-www-form-urlencoded", len(plain))
        return
    with ExitStack() as opened:
        parts = {name: (upload.name, _part(upload, opened), upload.mime) for name, upload in files.items()}
        encoder = MultipartEncoder({**{name: str(value) for name, value in fields.items()}, **parts})
        yield Form(encoder, str(encoder.content_type), encoder.len)


def _part(upload: Upload, opened: ExitStack) -> Any:
    if upload.opens is None:
        return io.BytesIO(upload.content())
    return _Stream(opened.enter_context(upload.opens()), upload.length)


class _Stream:
    """What the encoder wants of a part: `read`, and in `len` the bytes left. It would ask a part that ends early for
    ever, and cut off one that is longer, so the last byte is given out only when the source has ended with it."""

    def __init__(self, source: Readable, length: int) -> None:
        self._source = source
        self.len = length

    def read(self, size: int) -> bytes:
        data = self._source.read(min(size, self.len))
        self.len -= len(data)
        if not data or (not self.len and self._source.read(1)):
            raise Permanent("telegram.upload_length")
        return data
