"""A page's language is part of its address: "/privacy", "/zh-hant/privacy". Never a cookie, never a header."""

from __future__ import annotations

from wording.language import ENGLISH, LANGUAGES

DEFAULT = ENGLISH
PREFIXES = {tag: "" if tag == DEFAULT else f"/{tag}" for tag in LANGUAGES}


def address(tag: str, path: str) -> str:
    """Where `path` ("/", "/privacy", …) stands in a language."""
    return PREFIXES[tag] + path


def split(address: str) -> tuple[str, str]:
    """The language of an address and its path without it; whatever names no language is English."""
    first, _, rest = address.removeprefix("/").partition("/")
    if first != DEFAULT and first in PREFIXES:
        return first, f"/{rest}"
    return DEFAULT, address
