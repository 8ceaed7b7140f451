"""Reads POST /image-to-video/{model}: contents, settings, options."""

from __future__ import annotations

from typing import Any

from emulators.kling import reading
from emulators.kling.faults import invalid
from emulators.kling.models import Model
from emulators.kling.pictures import NEW_LIMIT
from emulators.kling.reading import Asked, known
from emulators.words import words

Json = dict[str, Any]

CONTENT_NAMES = {
    "prompt": words("type text"),
    "first_frame": words("type url"),
    "last_frame": words("type url"),
    "element": words("type id element_id"),
    "voice": words("type id voice_id"),
}


def understand(body: bytes, model: Model, *, look: bool) -> Asked:
    """Raise ApiError for anything Kling would not take."""
    raw = reading.loaded(body)
    known(raw, words("contents settings options"), "the request")
    contents = _contents(raw.get("contents"), model)
    if "first_frame" not in contents:
        raise invalid("contents must have a first_frame")
    picture, by_address = reading.frame(contents["first_frame"].get("url"), "url", limit=NEW_LIMIT, look=look)
    both_frames = "last_frame" in contents
    if both_frames:
        reading.frame(contents["last_frame"].get("url"), "url", limit=NEW_LIMIT, look=look)
    resolution, seconds, sound = _settings(raw.get("settings"), model, both_frames=both_frames)
    options = reading.an_object(raw.get("options"), "options")
    known(options, words("callback_url external_task_id watermark_info"), "options")
    return Asked(
        model=model,
        prompt=reading.prompt(contents.get("prompt", {}).get("text"), model.prompt_limit),
        picture=picture,
        by_address=by_address,
        seconds=seconds,
        resolution=resolution,
        sound=sound,
        external_id=reading.text(options.get("external_task_id"), "external_task_id"),
        callback_url=reading.callback_url(options.get("callback_url")),
        watermark=reading.watermark(options.get("watermark_info")),
        names=tuple(raw),
    )


def _contents(value: object, model: Model) -> dict[str, Json]:
    """By type; of elements and voices, which nothing here looks at, the last."""
    found: dict[str, Json] = {}
    counts: dict[str, int] = {}
    for content in reading.a_list(value, "contents"):
        kind = reading.one_of(content.get("type"), tuple(sorted(model.contents)), "contents.type")
        known(content, CONTENT_NAMES[kind], f"contents of type {kind}")
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] > model.counts.get(kind, 1):
            raise invalid(f"contents has too many of type {kind}")
        found[kind] = content
    return found


def _settings(value: object, model: Model, *, both_frames: bool) -> tuple[str, int, bool]:
    settings = reading.an_object(value, "settings")
    names = {"resolution", "duration"}
    names |= {"audio"} if model.sound == "choice" else set()
    names |= {"multi_shot"} if model.multi_shot else set()
    known(settings, frozenset(names), "settings")
    resolution = reading.one_of(settings.get("resolution", "720p"), model.resolutions, "resolution")
    seconds = reading.one_of(settings.get("duration", 5), model.durations, "duration")
    audio = reading.one_of(settings.get("audio", "off"), ("off", "native"), "audio")
    reading.flag(settings.get("multi_shot"), "multi_shot", default=True)
    if resolution == "720p" and model.name.startswith("kling-2.") and (both_frames or audio == "native"):
        raise invalid("resolution must be 1080p with a last frame or native audio")
    return resolution, seconds, audio == "native" or model.sound == "always"
