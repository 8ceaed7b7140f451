"""Which image models exist, what each accepts, and how many pixels each answers with."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]

PIXELS_3: dict[str, Size] = {
    "1:1": (1024, 1024), "1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384),
    "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200), "4:3": (1200, 896), "4:5": (928, 1152),
    "5:4": (1152, 928), "9:16": (768, 1376), "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
PIXELS_25: dict[str, Size] = {
    "1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
    "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672),
}  # fmt: skip
LONG_RATIOS = frozenset({"1:4", "4:1", "1:8", "8:1"})
TEN_RATIOS = frozenset(PIXELS_3) - LONG_RATIOS
SCALES = {"512": 0.5, "1K": 1.0, "2K": 2.0, "4K": 4.0}


@dataclass(frozen=True)
class Model:
    name: str
    pixels: dict[str, Size]
    ratios: frozenset[str]
    sizes: tuple[str, ...]
    mime: str = "image/jpeg"
    image_tokens: int = 1120

    def dimensions(self, *, ratio: str, size: str) -> Size:
        width, height = self.pixels[ratio]
        scale = SCALES[size]
        return round(width * scale), round(height * scale)

    def nearest_ratio(self, width: int, height: int) -> str:
        """The accepted ratio closest to a picture's own."""
        own = width / height
        return min(self.ratios, key=lambda name: abs(_value(name) / own - 1) + abs(own / _value(name) - 1))


def _value(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


_ALIVE = (
    Model("gemini-nano-banana-2.1", PIXELS_3, frozenset(PIXELS_3), ("1K", "2K", "4K")),
    Model("gemini-3.1-flash-lite-image", PIXELS_3, frozenset(PIXELS_3), ("1K",)),
    Model("gemini-3-pro-image", PIXELS_3, TEN_RATIOS, ("1K", "2K", "4K"), image_tokens=516),
    Model("nano-banana-pro-preview", PIXELS_3, TEN_RATIOS, ("1K", "2K", "4K"), image_tokens=516),
    Model("gemini-3.1-flash-image", PIXELS_3, frozenset(PIXELS_3), ("512", "1K", "2K", "4K")),
    Model("gemini-2.5-flash-image", PIXELS_25, TEN_RATIOS, (), "image/png"),
)
MODELS = {model.name: model for model in _ALIVE}
# Shut down by their maker; they answer like a name that never was.
DEAD = frozenset(
    {
        "gemini-2.5-flash-image-preview",
        "gemini-3.1-flash-image-preview",
        "gemini-3-pro-image-preview",
        "imagen-4.0-generate-001",
    }
)
