"""Reads POST /v1/videos/image2video: flat fields, the model's name among them, the duration as a string."""

from __future__ import annotations

from typing import Any

from emulators.kling import reading
from emulators.kling.faults import discontinued, invalid
from emulators.kling.models import DISCONTINUED, LEGACY_DEFAULT, LEGACY_MODELS, MODES, Model
from emulators.kling.pictures import LEGACY_LIMIT
from emulators.kling.reading import Asked, known
from emulators.words import words

Json = dict[str, Any]

NAMES = words(
    "model_name image image_tail prompt negative_prompt mode duration sound multi_shot shot_type multi_prompt "
    "element_list voice_list watermark_info callback_url external_task_id"
)


def model_name(body: bytes) -> str:
    """The name that was sent, or the documented default, which is discontinued."""
    return reading.text(reading.loaded(body).get("model_name"), "model_name") or LEGACY_DEFAULT


def find_model(name: str) -> Model:
    """Raise ApiError for a name that is not, or no longer, taken."""
    if name in DISCONTINUED:
        raise discontinued(name)
    if name not in LEGACY_MODELS:
        raise invalid(f"model_name value '{name}' is invalid")
    return LEGACY_MODELS[name]


def understand(body: bytes, model: Model, *, look: bool) -> Asked:
    """Raise ApiError for anything Kling would not take."""
    raw = reading.loaded(body)
    known(raw, NAMES, "the request")
    images = [raw[name] for name in ("image", "image_tail") if raw.get(name)]
    if not images:
        raise invalid("At least one of image and image_tail must be given")
    frames = [reading.frame(image, "image", limit=LEGACY_LIMIT, look=look) for image in images]
    resolution, sound = _quality(raw, model)
    durations = tuple(map(str, model.durations))
    reading.prompt(raw.get("negative_prompt"), 2500)
    return Asked(
        model=model,
        prompt=reading.prompt(raw.get("prompt"), 2500),
        picture=frames[0][0],
        by_address=any(by_address for _, by_address in frames),
        seconds=int(reading.one_of(raw.get("duration", "5"), durations, "duration")),
        resolution=resolution,
        sound=sound,
        external_id=reading.text(raw.get("external_task_id"), "external_task_id"),
        callback_url=reading.callback_url(raw.get("callback_url")),
        watermark=reading.watermark(raw.get("watermark_info")),
        names=tuple(raw),
    )


def _quality(raw: Json, model: Model) -> tuple[str, bool]:
    modes = tuple(mode for mode, resolution in MODES.items() if resolution in model.resolutions)
    mode = reading.one_of(raw.get("mode", "std"), modes, "mode")
    sounds = ("off", "on") if model.sound == "choice" else ("off",)
    sound = reading.one_of(raw.get("sound", "off"), sounds, "sound") == "on"
    if sound and mode == "std" and model.name.startswith("kling-2."):
        raise invalid("mode must be pro with sound")
    for name, most in (("element_list", 3), ("voice_list", 2)):
        if len(reading.a_list(raw.get(name), name)) > most:
            raise invalid(f"{name} has more than {most} entries")
    return MODES[mode], sound
