"""Gemini's generateContent over REST: one photo and a prompt in, one picture out. Google is told to store nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from errors import Failure, Permanent, Temporary
from providers.gemini_answer import failure_in, model_in, picture_in, usage_in
from providers.http import Outbound, Timeout
from providers.picture_body import PictureBody

PATIENCE: Final = Timeout(connect=5.0, read=130.0)  # a picture takes 10 to 25 s; a busy day takes longer
LARGEST_ANSWER: Final = 40 * 1024 * 1024
# Only what Google leaves to the caller; the core protections cannot be switched off and are not touched.
SAFETY: Final = [
    {"category": f"HARM_CATEGORY_{name}", "threshold": "BLOCK_MEDIUM_AND_ABOVE"}
    for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
]
PLACE: Final = "@photo@"  # where the photo goes; it stands before the person's words, so that they cannot move it


@dataclass(frozen=True)
class Picture:
    """The provider's bytes as they came, with the model that made them and what it counted (tokens)."""

    data: bytes = field(repr=False)
    mime: str
    model: str
    usage: dict[str, int]


class Gemini:
    """One key, one model, and the model to take once that one is retired. Shared by the threads of a process."""

    def __init__(
        self,
        outbound: Outbound,
        *,
        base_url: str,
        api_key: str,
        model: str,
        fallback_model: str | None = None,
        timeout: Timeout = PATIENCE,
        max_bytes: int = LARGEST_ANSWER,
    ) -> None:
        self._outbound = outbound
        self._base = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "x-goog-api-key": api_key}
        self._model = model
        self._successors = {model: fallback_model} if fallback_model and fallback_model != model else {}
        self._timeout = timeout
        self._max_bytes = max_bytes

    def picture(
        self,
        photo: bytes,
        mime: str,
        prompt: str,
        *,
        aspect_ratio: str | None,
        image_size: str = "1K",
        attempt: int = 1,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Picture:
        """One call, one picture. `attempt` counts from 1 over the tries of one order. `meanwhile` is called once all is
        sent: what it takes is not waited for besides. It must not raise.

        The photo is let go as it is sent: give it away without keeping it, and the wait for the answer costs nothing.

        Raises Rejected("provider.refused"), from the second attempt on Rejected("provider.no_picture");
        Temporary("provider.busy" | "provider.unavailable" | "provider.garbage" | "provider.no_picture" |
        "provider.model_retired" | "http.…"); Permanent("provider.misconfigured" | "provider.limited" |
        "provider.bad_request" | "http.…"). A failure of an answer that was counted has its model and tokens as facts.
        """
        model = self._model
        frame = _frame(mime, prompt, aspect_ratio=aspect_ratio, image_size=image_size)
        body = PictureBody(photo, frame, meanwhile=meanwhile)
        del photo
        answer = self._outbound.request(
            "POST",
            f"{self._base}/v1/models/{model}:generateContent",
            headers=self._headers,
            body=body,
            timeout=self._timeout,
            max_bytes=self._max_bytes,
        )
        if answer.status != 200:
            failure = failure_in(answer.status, answer.body)
            raise self._retired(model) if failure.code == "provider.no_such_model" else failure
        said = _parsed(answer.body)
        del answer
        try:
            data, kind = picture_in(said, attempt=attempt)
        except Failure as failure:  # what was refused stands on the bill, too
            failure.facts.update(model=model_in(said, asked=model), **usage_in(said))
            raise
        return Picture(data, kind, model_in(said, asked=model), usage_in(said))

    def _retired(self, model: str) -> Permanent | Temporary:
        """From here on its successor is asked. The photo is gone by now, so that this order needs another try."""
        if model not in self._successors:
            return Permanent("provider.misconfigured", status=404)
        self._model = self._successors[model]
        return Temporary("provider.model_retired", retry_after=0.0)


def _frame(mime: str, prompt: str, *, aspect_ratio: str | None, image_size: str) -> tuple[bytes, bytes]:
    """The JSON before and after the photo."""
    image = {"imageSize": image_size} | ({"aspectRatio": aspect_ratio} if aspect_ratio is not None else {})
    words = prompt.encode("utf-8", "replace").decode()  # half a surrogate pair is no text that JSON could carry
    whole = orjson.dumps(
        {
            "contents": [
                {"role": "user", "parts": [{"inlineData": {"mimeType": mime, "data": PLACE}}, {"text": words}]}
            ],
            "safetySettings": SAFETY,
            "store": False,
            "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": image},
        }
    )
    head, _, tail = whole.partition(PLACE.encode())
    return head, tail


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Temporary("provider.garbage") from None
