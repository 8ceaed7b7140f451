"""The models of image-to-video, under their names in both generations of the API."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulators.words import words

LONG = tuple(range(3, 16))
SHORT = (5, 10)


@dataclass(frozen=True)
class Model:
    """`units` are prices in units of $0.14 for each second of video, by resolution: silent, and with sound."""

    name: str
    legacy: str | None
    durations: tuple[int, ...]
    units: dict[str, float]
    units_with_sound: dict[str, float] = field(default_factory=dict)
    sound: str = "never"  # "always", "choice" or "never"
    contents: frozenset[str] = words("prompt first_frame")
    prompt_limit: int = 2500
    multi_shot: bool = False
    counts: dict[str, int] = field(default_factory=dict)  # how many elements, how many voices

    @property
    def resolutions(self) -> tuple[str, ...]:
        return tuple(self.units)

    def price(self, resolution: str, seconds: int, *, sound: bool) -> float:
        table = self.units_with_sound if sound and self.units_with_sound else self.units
        return round(table.get(resolution, self.units[resolution]) * seconds, 2)


_ALL = (
    Model("kling-3.0-turbo", None, LONG, {"720p": 0.8, "1080p": 1.0}, sound="always"),
    Model(
        "kling-3.0",
        "kling-v3",
        LONG,
        {"720p": 0.6, "1080p": 0.8, "4k": 3.0},
        {"720p": 0.9, "1080p": 1.2},
        sound="choice",
        contents=words("prompt first_frame last_frame element"),
        prompt_limit=3072,
        multi_shot=True,
        counts={"element": 3},
    ),
    Model(
        "kling-2.6",
        "kling-v2-6",
        SHORT,
        {"720p": 0.3, "1080p": 0.5},
        {"1080p": 1.0},
        sound="choice",
        contents=words("prompt first_frame last_frame voice"),
        counts={"voice": 2},
    ),
    Model(
        "kling-2.5-turbo",
        "kling-v2-5-turbo",
        SHORT,
        {"720p": 0.3, "1080p": 0.5},
        contents=words("prompt first_frame last_frame"),
    ),
)
MODELS = {model.name: model for model in _ALL}
LEGACY_MODELS = {model.legacy: model for model in _ALL if model.legacy}
LEGACY_DEFAULT = "kling-v1"
DISCONTINUED = words("kling-v1 kling-v1-5 kling-v1-6 kling-v2-master kling-v2-1 kling-v2-1-master")
MODES = {"std": "720p", "pro": "1080p", "4k": "4k"}
