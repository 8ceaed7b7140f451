"""From the photo that was sent to the picture that is answered: choose a filter, fit, paint, encode."""

from __future__ import annotations

import hashlib
import io
import random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from emulators.gemini.filters import FILTERS
from emulators.gemini.marks import marked
from emulators.gemini.models import Model, Size
from emulators.words import named_in

# The filter with the most letters of matching words wins; words are looked for inside the prompt, in lower case.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "watercolor": ("watercolor", "watercolour", "aquarelle", "акварел"),
    "oil": ("oil paint", "oil on canvas", "impasto", "масло"),
    "impressionist": ("impressionis", "monet", "van gogh", "dabs of", "импрессион"),
    "woodblock": ("ukiyo", "woodblock", "japanese print", "hokusai"),
    "pop-art": ("pop art", "pop-art", "warhol", "screen print", "поп-арт"),
    "travel-poster": ("travel poster", "poster", "gouache", "art deco"),
    "pencil": ("pencil", "graphite", "карандаш"),
    "charcoal": ("charcoal", "chalk", "уголь"),
    "comic": ("comic", "halftone", "superhero", "graphic novel", "комикс"),
    "cel": ("anime", "manga", "cel-shad", "cel shad", "cartoon", "аниме"),
    "blueprint": ("blueprint", "technical drawing", "cyanotype", "чертеж"),
    "linocut": ("linocut", "lino print", "woodcut", "engraving", "etching", "гравюр"),
    "stained-glass": ("stained glass", "stained-glass", "cathedral window", "витраж"),
    "mosaic": ("mosaic", "tessera", "tiles", "мозаик"),
    "papercut": ("papercut", "paper-cut", "cut paper", "layered paper", "origami"),
    "cross-stitch": ("cross-stitch", "cross stitch", "embroider", "knitted", "вышивк"),
    "low-poly": ("low-poly", "low poly", "polygon", "facets", "triang"),
    "pixel-art": ("pixel", "8-bit", "16-bit", "sprite", "пиксел"),
    "neon": ("neon", "glowing tube", "cyberpunk", "неон"),
    "vintage": ("vintage", "sepia", "daguerreotype", "old photograph", "винтаж"),
    "noir": ("noir", "venetian blind", "black-and-white film", "black and white", "нуар"),
    "synthwave": ("synthwave", "vaporwave", "retrowave", "outrun"),
    "infrared": ("infrared", "aerochrome", "false-colour", "false-color", "инфракрасн"),
    "autochrome": ("autochrome", "starch", "colour plate", "1910"),
}
WORKING = 1_300_000  # pixels that filters paint; larger answers are enlarged afterwards
UNREADABLE = "Unable to process the input image."


class Unreadable(Exception):
    """The bytes are no picture that this stand-in can open."""


def choose(prompt: str) -> str:
    """The filter that the prompt names, else one that the prompt's hash picks."""
    return named_in(prompt, KEYWORDS, lambda key, text: key in text)


def opened(photo: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(photo)) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreadable(UNREADABLE) from None


def render(photo: bytes | None, prompt: str, model: Model, *, ratio: str | None, size: str | None) -> Image.Image:
    """Paint the photo (or, without one, a scene made up from the prompt) at the answer's dimensions."""
    source = opened(photo) if photo is not None else _scene(prompt)
    target = model.dimensions(ratio=ratio or model.nearest_ratio(*source.size), size=size or "1K")
    fitted = ImageOps.fit(source, _working(target), Image.Resampling.LANCZOS)
    seed = hashlib.sha256(prompt.encode() + (photo or b"")).digest()
    painted = FILTERS[choose(prompt)](fitted, random.Random(seed))
    return painted if painted.size == target else painted.resize(target, Image.Resampling.LANCZOS)


def encoded(image: Image.Image, mime: str, instance: str) -> bytes:
    buffer = io.BytesIO()
    if mime == "image/png":
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "JPEG", quality=90)
    return marked(buffer.getvalue(), mime, instance)


def draft(image: Image.Image) -> Image.Image:
    """A rough version, as thinking models send before the final picture."""
    rough = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    return ImageOps.posterize(rough.filter(ImageFilter.GaussianBlur(4)), 4)


def _working(target: Size) -> Size:
    scale = min(1.0, (WORKING / (target[0] * target[1])) ** 0.5)
    return round(target[0] * scale), round(target[1] * scale)


def _scene(prompt: str) -> Image.Image:
    """A small landscape whose colours and hills come from the prompt."""
    rng = random.Random(prompt)
    top, bottom = (tuple(rng.randrange(40, 250) for _ in range(3)) for _ in range(2))
    sky = Image.linear_gradient("L").resize((1024, 1024))
    scene = Image.composite(Image.new("RGB", sky.size, bottom), Image.new("RGB", sky.size, top), sky)
    pen = ImageDraw.Draw(scene)
    x, y = rng.randrange(200, 824), rng.randrange(160, 460)
    pen.ellipse((x - 110, y - 110, x + 110, y + 110), fill=(255, 240, 190))
    for depth in range(4):
        height = 520 + depth * 120
        ridge = [(place, height + rng.randrange(-90, 60)) for place in range(0, 1025, 128)]
        shade = tuple(round(part * (0.75 - depth * 0.16)) for part in bottom)
        pen.polygon([(0, 1024), *ridge, (1024, 1024)], fill=shade)
    return scene
