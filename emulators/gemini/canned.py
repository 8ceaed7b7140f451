"""One picture made beforehand, and the whole answer around it, for load."""

from __future__ import annotations

import hashlib
import io
import json
import random

from emulators.gemini.answers import ready
from emulators.gemini.filters.kit import noise, ramp
from emulators.gemini.marks import marked, padded
from emulators.gemini.models import Model
from emulators.gemini.wire import Asked

NOTHING_ASKED = Asked("", (), None, None, None, True, ())


class Canned:
    def __init__(self) -> None:
        self._pictures: dict[int, bytes] = {}
        self._bodies: dict[tuple[str, int], bytes] = {}

    def picture(self, kib: int) -> bytes:
        if kib not in self._pictures:
            sky = noise((1024, 1024), random.Random(1), cell=128)
            clouds = ramp(sky, ((20, 30, 80), (230, 120, 90), (255, 240, 200)))
            buffer = io.BytesIO()
            clouds.save(buffer, "JPEG", quality=80)
            self._pictures[kib] = padded(marked(buffer.getvalue(), "image/jpeg", "canned"), kib * 1024)
        return self._pictures[kib]

    def body(self, model: Model, kib: int) -> bytes:
        """The ready bytes of an HTTP answer."""
        key = (model.name, kib)
        if key not in self._bodies:
            self._bodies[key] = json.dumps(ready(self.picture(kib), model, NOTHING_ASKED).body).encode()
        return self._bodies[key]

    @staticmethod
    def digest(picture: bytes) -> str:
        return hashlib.sha256(picture).hexdigest()
