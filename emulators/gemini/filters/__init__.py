"""Twenty-four visibly different ways to turn a photo into a picture, by name."""

from emulators.gemini.filters import crafted, drawn, lit, painted
from emulators.gemini.filters.kit import Filter

FILTERS: dict[str, Filter] = {
    "watercolor": painted.watercolor,
    "oil": painted.oil,
    "impressionist": painted.impressionist,
    "woodblock": painted.woodblock,
    "pop-art": painted.pop_art,
    "travel-poster": painted.travel_poster,
    "pencil": drawn.pencil,
    "charcoal": drawn.charcoal,
    "comic": drawn.comic,
    "cel": drawn.cel,
    "blueprint": drawn.blueprint,
    "linocut": drawn.linocut,
    "stained-glass": crafted.stained_glass,
    "mosaic": crafted.mosaic,
    "papercut": crafted.papercut,
    "cross-stitch": crafted.cross_stitch,
    "low-poly": crafted.low_poly,
    "pixel-art": crafted.pixel_art,
    "neon": lit.neon,
    "vintage": lit.vintage,
    "noir": lit.noir,
    "synthwave": lit.synthwave,
    "infrared": lit.infrared,
    "autochrome": lit.autochrome,
}
