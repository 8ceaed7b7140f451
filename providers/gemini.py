"""Gemini's generateContent over REST: one photo and a prompt in, one picture out. Nothing is stored there by us."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import pybase64

from errors import Permanent, Temporary
from providers.gemini_answer import failure_in, picture_in, usage_in
from providers.http import Outbound, Timeout

PATIENCE: Final = Timeout(connect=5.0, read=130.0)  # a picture takes 10 to 25 s; a busy day takes longer
LARGEST_ANSWER: Final = 40 * 1024 * 1024
# Only what Google leaves to the caller; the core protections cannot be switched off and are not touched.
SAFETY: Final = [
    {"category": f"HARM_CATEGORY_{name}", "threshold": "BLOCK_MEDIUM_AND_ABOVE"}
    for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
]


@dataclass(frozen=True)
class Picture:
    """The provider's bytes as they came, with the model that made them and what it counted."""

    data: bytes = field(repr=False)
    mime: str
    model: str
    usage: dict[str, int]


class Gemini:
    """One key, one model, and the model to take when that one is retired."""

    def __init__(
        self, outbound: Outbound, *, base_url: str, api_key: str, model: str, fallback_model: str | None = None
    ) -> None:
        self._outbound = outbound
        self._base = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "x-goog-api-key": api_key}
        self._models = tuple(dict.fromkeys(name for name in (model, fallback_model) if name))

    def picture(
        self, photo: bytes, mime: str, prompt: str, *, aspect_ratio: str | None, image_size: str = "1K"
    ) -> Picture:
        """Raises Rejected("provider.refused"), Temporary("provider.…" | "http.…") and Permanent("provider.…")."""
        body = _body(photo, mime, prompt, aspect_ratio=aspect_ratio, image_size=image_size)
        for model in self._models:
            try:
                return self._ask(model, body)
            except Permanent as error:
                if error.code != "provider.no_such_model" or model == self._models[-1]:
                    raise
        raise Permanent("provider.misconfigured")

    def _ask(self, model: str, body: bytes) -> Picture:
        answer = self._outbound.request(
            "POST",
            f"{self._base}/v1/models/{model}:generateContent",
            headers=self._headers,
            body=body,
            timeout=PATIENCE,
            max_bytes=LARGEST_ANSWER,
        )
        said = _parsed(answer.body)
        if answer.status != 200:
            raise failure_in(answer.status, said)
        data, mime = picture_in(said)
        return Picture(data, mime, model, usage_in(said))


def _body(photo: bytes, mime: str, prompt: str, *, aspect_ratio: str | None, image_size: str) -> bytes:
    image: dict[str, str] = {"imageSize": image_size}
    if aspect_ratio is not None:
        image["aspectRatio"] = aspect_ratio
    encoded = pybase64.b64encode(photo).decode("ascii")
    parts = [{"inlineData": {"mimeType": mime, "data": encoded}}, {"text": prompt}]
    return orjson.dumps(
        {
            "contents": [{"role": "user", "parts": parts}],
            "safetySettings": SAFETY,
            "store": False,
            "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": image},
        }
    )


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Temporary("provider.garbage") from None
