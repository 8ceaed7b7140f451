"""The bodies of HTTP 200: pictures, the three shapes of refusal, and what a client must survive."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from PIL import Image

from emulators.gemini.models import Model
from emulators.gemini.pictures import draft, encoded, render
from emulators.gemini.scenario import Rule
from emulators.gemini.wire import Asked

Json = dict[str, Any]

FINISH_REASONS = {
    "no-image": "NO_IMAGE",
    "image-safety": "IMAGE_SAFETY",
    "image-prohibited": "IMAGE_PROHIBITED_CONTENT",
    "image-other": "IMAGE_OTHER",
    "pup-limited": "PUP_LIMITED_DISABLED",
    "unknown-reason": "SOMETHING_NEW_SINCE",
}
# What "content" looks like when nothing was drawn: each of these forms was seen.
EMPTY_CONTENTS: dict[str, Json | None] = {
    "no-image": {},
    "image-safety": {"role": "model", "parts": None},
    "image-prohibited": {"role": "model"},
    "image-other": {},
    "pup-limited": None,
}
MESSAGES = {
    "image-prohibited": "The generated image was filtered out. Support code: 11030041.",
    "image-other": "The model could not generate the image based on the prompt provided.",
}


@dataclass(frozen=True)
class Answer:
    body: Json
    picture: bytes | None = None


def painted(model: Model, asked: Asked, kind: str) -> Answer:
    """Render and answer; slow, so call it off the event loop. Raises pictures.Unreadable."""
    identity = secrets.token_urlsafe(16)
    mime = {"ok-jpeg": "image/jpeg", "ok-png": "image/png"}.get(kind, model.mime)
    photo = asked.images[0] if asked.images else None
    image = render(photo, asked.prompt, model, ratio=asked.aspect_ratio, size=asked.image_size)
    picture = encoded(image, mime, identity)
    parts = _parts(kind, image, picture, mime)
    return Answer(_answer(parts, model, asked, identity, drawn=True), picture)


def plain(model: Model, asked: Asked, rule: Rule) -> Answer:
    """Everything that needs no painting."""
    identity = secrets.token_urlsafe(16)
    kind = rule.kind
    if kind == "empty":
        return Answer({})
    if kind == "prompt-blocked":
        feedback = {"blockReason": rule.reason or "PROHIBITED_CONTENT"}
        return Answer({"promptFeedback": feedback, **_tail(model, asked, identity, drawn=False)})
    if kind == "text-only":
        return Answer(_answer([{"text": "Here is a description in place of a picture."}], model, asked, identity))
    if kind in ("undecodable", "bad-base64"):
        data = "this is not base64!" if kind == "bad-base64" else base64.b64encode(b"not a picture" * 40).decode()
        return Answer(_answer([{"inlineData": {"mimeType": model.mime, "data": data}}], model, asked, identity))
    candidate: Json = {"finishReason": rule.reason or FINISH_REASONS.get(kind, "OTHER"), "index": 0}
    content = EMPTY_CONTENTS.get(kind, {})
    if content is not None:
        candidate["content"] = content
    if kind in MESSAGES:
        candidate["finishMessage"] = MESSAGES[kind]
    return Answer({"candidates": [candidate], **_tail(model, asked, identity, drawn=False)})


def ready(picture: bytes, model: Model, asked: Asked) -> Answer:
    """A picture made beforehand."""
    identity = secrets.token_urlsafe(16)
    return Answer(_answer([image_part(picture, "image/jpeg")], model, asked, identity, drawn=True), picture)


def image_part(picture: bytes, mime: str) -> Json:
    return {"inlineData": {"mimeType": mime, "data": base64.b64encode(picture).decode()}}


def _parts(kind: str, image: Image.Image, picture: bytes, mime: str) -> list[Json]:
    final = image_part(picture, mime)
    note = {"text": "Here is your picture."}
    if kind == "text+image":
        return [note, final]
    if kind == "image+text":
        return [final, note]
    if kind == "multi-draft":
        first, second = draft(image), draft(draft(image))
        drafts = [image_part(encoded(step, mime, secrets.token_hex(8)), mime) for step in (second, first)]
        return [_signed(part) for part in (*drafts, final)]
    if kind == "thought":
        rough = image_part(encoded(draft(image), mime, secrets.token_hex(8)), mime)
        thought = {"text": "First the large shapes, then the light.", "thought": True}
        return [thought, {**rough, "thought": True}, _signed(final), {**rough, "thought": True}]
    return [final]


def _signed(part: Json) -> Json:
    return {**part, "thoughtSignature": base64.b64encode(secrets.token_bytes(24)).decode()}


def _answer(parts: list[Json], model: Model, asked: Asked, identity: str, *, drawn: bool = False) -> Json:
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], **_tail(model, asked, identity, drawn=drawn)}


def _tail(model: Model, asked: Asked, identity: str, *, drawn: bool) -> Json:
    return {"usageMetadata": _usage(model, asked, drawn=drawn), "modelVersion": model.name, "responseId": identity}


def _usage(model: Model, asked: Asked, *, drawn: bool) -> Json:
    """As measured: the total is right, the candidates' count is larger than the sum of its details."""
    text, image = max(1, len(asked.prompt) // 4), model.image_tokens * len(asked.images)
    usage: Json = {
        "promptTokenCount": text + image,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": text}, {"modality": "IMAGE", "tokenCount": image}],
        "totalTokenCount": text + image,
        "serviceTier": "standard",
    }
    if drawn:
        tokens = 2000 if asked.image_size == "4K" else 1120
        usage |= {
            "candidatesTokenCount": tokens + 155,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": tokens}],
            "thoughtsTokenCount": 208,
            "totalTokenCount": text + image + tokens + 155 + 208,
        }
    return usage
