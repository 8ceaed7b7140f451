"""Pages that answer from memory: rendered once, kept as they are and compressed, known by a strong ETag."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256

from flask import Response, request

MINUTES = "public, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"  # for addresses that name their content


@dataclass(frozen=True)
class Kept:
    """A body, ready to be sent. `packed` is the same by gzip."""

    body: bytes
    packed: bytes
    digest: str
    mimetype: str
    cache: str

    @classmethod
    def of(cls, text: str, *, mimetype: str = "text/html", cache: str = MINUTES) -> Kept:
        body = text.encode()
        return cls(body, gzip.compress(body, 9, mtime=0), sha256(body).hexdigest()[:32], mimetype, cache)

    def answer(self, status: int = 200) -> Response:
        """To the request at hand: 304 to who has it, and by gzip to who can read that."""
        packed = request.accept_encodings["gzip"] > 0
        body, etag = (self.packed, f"{self.digest}-gzip") if packed else (self.body, self.digest)
        known = status == 200 and request.if_none_match.contains_weak(etag)
        response = Response(b"" if known else body, status=304 if known else status, mimetype=self.mimetype)
        if packed and not known:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = self.cache
        if status == 200:
            response.set_etag(etag)
        return response


class Memory:
    """Makes each page at its first visit and keeps it; two first visitors do not make it twice."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Kept] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        kept = self._kept.get(key)
        if kept is None:
            with self._lock:
                kept = self._kept.get(key) or self._kept.setdefault(key, make())
        return kept
