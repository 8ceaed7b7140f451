"""Reads a generateContent request as leniently as Google does, and refuses what Google refuses."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from emulators.gemini.faults import invalid
from emulators.gemini.models import MODELS, PIXELS_3, SCALES, Model
from emulators.words import words

Json = dict[str, Any]

REQUEST_NAMES = words(
    "model contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent store serviceTier"
)
CONFIG_NAMES = words(
    "stopSequences responseMimeType responseModalities responseSchema responseJsonSchema responseFormat "
    "candidateCount maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs "
    "logprobs speechConfig thinkingConfig imageConfig mediaResolution translationConfig audioTranscriptionConfig "
    "enableEnhancedCivicAnswers enableAffectiveDialog"
)
IMAGE_CONFIG_NAMES = frozenset({"aspectRatio", "imageSize"})
PART_NAMES = words(
    "text inlineData fileData thought thoughtSignature mediaResolution mediaProcessing videoMetadata partMetadata"
)
CATEGORIES = frozenset(
    f"HARM_CATEGORY_{name}"
    for name in words("HARASSMENT HATE_SPEECH SEXUALLY_EXPLICIT DANGEROUS_CONTENT CIVIC_INTEGRITY JAILBREAK")
)
THRESHOLDS = words(
    "HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF"
)
MODALITIES = frozenset({"TEXT", "IMAGE", "AUDIO"})
TIERS = frozenset({"standard", "flex", "priority"})
MIME_TYPES = frozenset(f"image/{kind}" for kind in words("png jpeg webp heic heif gif avif"))
MAX_BODY = 100 * 1024 * 1024
MAX_IMAGES = 14
_URL_SAFE = str.maketrans("-_", "+/")
_UNDERSCORE = re.compile(r"_([a-z0-9])")


@dataclass(frozen=True)
class Asked:
    """One request, understood."""

    prompt: str
    images: tuple[bytes, ...]
    aspect_ratio: str | None
    image_size: str | None
    store: bool | None
    wants_image: bool
    body_keys: tuple[str, ...]


def understand(body: bytes, model: Model) -> Asked:
    """Raise ApiError(400) for anything Google would not take."""
    if len(body) > MAX_BODY:
        raise invalid("Request payload size exceeds the limit: 104857600 bytes.")
    try:
        raw = json.loads(body)
    except ValueError:
        raise invalid("Invalid JSON payload received.") from None
    if not isinstance(raw, dict):
        raise invalid("Invalid JSON payload received. The root must be an object.")
    asked = camel(raw)
    _known(asked, REQUEST_NAMES, "the request")
    _check_safety(asked.get("safetySettings") or [])
    store = asked.get("store")
    if store is not None and not isinstance(store, bool):
        raise invalid("Invalid value at 'store' (TYPE_BOOL).")
    if asked.get("serviceTier", "standard") not in TIERS:
        raise invalid("Invalid value at 'service_tier'.")
    config = _object(asked.get("generationConfig"), "generation_config")
    ratio, size, wants_image = _check_config(config, model)
    prompt, images = _read_parts(asked.get("contents"))
    return Asked(prompt, images, ratio, size, store, wants_image, tuple(raw))


def camel(value: Any) -> Any:
    """Google takes snake_case and camelCase alike, even mixed in one object."""
    if isinstance(value, dict):
        return {_UNDERSCORE.sub(lambda found: found[1].upper(), key): camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [camel(item) for item in value]
    return value


def decode(data: object) -> bytes:
    """Both base64 alphabets, with or without padding."""
    if not isinstance(data, str):
        raise invalid("Invalid value at 'inline_data.data' (TYPE_BYTES).")
    plain = data.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise invalid("Invalid value at 'inline_data.data' (TYPE_BYTES), Base64 decoding failed.") from None


def _known(fields: Json, names: frozenset[str], where: str) -> None:
    for name in fields:
        if name not in names:
            raise invalid(f'Invalid JSON payload received. Unknown name "{name}" at {where}: Cannot find field.')


def _object(value: object, where: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{where}': an object is expected.")
    return value


def _check_safety(settings: object) -> None:
    if not isinstance(settings, list):
        raise invalid("Invalid value at 'safety_settings': a list is expected.")
    seen: set[str] = set()
    for setting in settings:
        fields = _object(setting, "safety_settings")
        _known(fields, frozenset({"category", "threshold"}), "safety_settings")
        category, threshold = fields.get("category"), fields.get("threshold")
        if category not in CATEGORIES:
            raise invalid("Invalid value at 'safety_settings.category'.")
        if threshold not in THRESHOLDS:
            raise invalid("Invalid value at 'safety_settings.threshold'.")
        if category in seen:
            raise invalid("Only one safety setting may be given for each category.")
        seen.add(str(category))


def _check_config(config: Json, model: Model) -> tuple[str | None, str | None, bool]:
    _known(config, CONFIG_NAMES, "generation_config")
    modalities = config.get("responseModalities") or ["TEXT", "IMAGE"]
    if not isinstance(modalities, list) or not MODALITIES.issuperset(modalities):
        raise invalid("Invalid value at 'generation_config.response_modalities'.")
    if "AUDIO" in modalities:
        raise invalid("The requested combination of response modalities is not supported by the model.")
    if config.get("candidateCount", 1) != 1:
        raise invalid("Multiple candidates are not enabled for this model.")
    image = _object(config.get("imageConfig"), "generation_config.image_config")
    _known(image, IMAGE_CONFIG_NAMES, "generation_config.image_config")
    return (*_check_image(image, model), "IMAGE" in modalities)


def _check_image(image: Json, model: Model) -> tuple[str | None, str | None]:
    ratio, size = image.get("aspectRatio"), image.get("imageSize")
    if ratio is not None and ratio not in model.ratios:
        known = "is not supported by this model" if ratio in PIXELS_3 else "is not an aspect ratio"
        raise invalid(f"Invalid value at 'image_config.aspect_ratio': it {known}.")
    if size is not None and size not in model.sizes:
        known = "is not supported by this model" if size in SCALES else "is not an image size"
        raise invalid(f"Invalid value at 'image_config.image_size': it {known}.")
    return ratio, size


def _read_parts(contents: object) -> tuple[str, tuple[bytes, ...]]:
    if not isinstance(contents, list) or not contents:
        raise invalid("GenerateContentRequest.contents: contents is not specified.")
    texts: list[str] = []
    images: list[bytes] = []
    for content in contents:
        fields = _object(content, "contents")
        _known(fields, frozenset({"role", "parts"}), "contents")
        if fields.get("role", "user") not in ("user", "model"):
            raise invalid("Please use a valid role: user, model.")
        for part in fields.get("parts") or []:
            _read_part(_object(part, "contents.parts"), texts, images)
    if not texts and not images:
        raise invalid("GenerateContentRequest.contents.parts: at least one part is needed.")
    if len(images) > MAX_IMAGES:
        raise invalid(f"At most {MAX_IMAGES} images may be sent.")
    return "\n".join(texts), tuple(images)


def _read_part(part: Json, texts: list[str], images: list[bytes]) -> None:
    _known(part, PART_NAMES, "contents.parts")
    if isinstance(part.get("text"), str):
        texts.append(part["text"])
        return
    if "inlineData" not in part:
        raise invalid("contents.parts: this stand-in reads text and inline data only.")
    blob = _object(part["inlineData"], "contents.parts.inline_data")
    _known(blob, frozenset({"mimeType", "data"}), "contents.parts.inline_data")
    if blob.get("mimeType") not in MIME_TYPES:
        raise invalid("Unsupported MIME type of inline data.")
    images.append(decode(blob.get("data")))


def find_model(name: str) -> Model | None:
    return MODELS.get(name)
