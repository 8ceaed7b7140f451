"""From a language code to the sentences of that language. English stands in the code; others in `locales/`."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

LOCALES = Path(__file__).parent.parent / "locales"
Translate = Callable[[str], str]


@lru_cache(maxsize=16)
def translate(language: str | None) -> Translate:
    """A function from an English sentence to this language's, or to itself where nobody translated it yet."""
    found = gettext.translation("miomio", LOCALES, languages=[language or "en"], fallback=True)
    return found.gettext
