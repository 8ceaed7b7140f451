"""From a language code to the sentences of that language. English stands in the code; the others in `locales/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

LOCALES = Path(__file__).parent.parent / "locales"
ENGLISH, TRADITIONAL, SIMPLIFIED = "en", "zh-hant", "zh-hans"
# Tag, as addresses and accounts have it -> what the language calls itself, and its name in HTML.
LANGUAGES = {
    ENGLISH: ("English", "en"),
    TRADITIONAL: ("繁體中文", "zh-Hant"),
    SIMPLIFIED: ("简体中文", "zh-Hans"),
}
TRANSLATED = {TRADITIONAL: "zh_Hant", SIMPLIFIED: "zh_Hans"}  # tag -> folder of its catalogue
CHINESE, CANTONESE = "zh", "yue"  # as Telegram's codes begin
WRITTEN_TRADITIONALLY = {"hant", "hk", "mo", "tw"}  # script or place
WRITTEN_SIMPLY = {"hans", "cn", "sg", "my"}

Translate = Callable[[str], str]


class CatalogueError(Exception):
    """A catalogue is missing or cannot be read: nobody shall get English instead without anybody noticing."""


def tag_of(code: str | None) -> str:
    """The language for a code of Telegram ("zh-hk", "zh-Hant-TW", "pt-br", None) or for a tag of ours."""
    language, *more = (code or "").lower().replace("_", "-").split("-")
    if language not in (CHINESE, CANTONESE):
        return ENGLISH
    for part in more:
        if part in WRITTEN_TRADITIONALLY:
            return TRADITIONAL
        if part in WRITTEN_SIMPLY:
            return SIMPLIFIED
    return SIMPLIFIED if language == CHINESE else TRADITIONAL


def translate(code: str | None) -> Translate:
    """A function from an English sentence to that of the language. Raises CatalogueError."""
    return _of_tag(tag_of(code))


@lru_cache(maxsize=len(LANGUAGES))  # one function a language, so that it can be recognised
def _of_tag(tag: str) -> Translate:
    return str if tag == ENGLISH else partial(_sentence, sentences(tag))


@lru_cache(maxsize=len(TRANSLATED))
def sentences(tag: str) -> dict[str, str]:
    """English sentence -> the same in this language, read once a process. Raises CatalogueError."""
    return read(catalogue_of(tag))


def read(source: Path) -> dict[str, str]:
    """What a catalogue translates. Raises CatalogueError."""
    try:
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise CatalogueError(f"{source.parent.parent.name}/{source.name}: {error}") from None
    found = {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
    if not found:
        raise CatalogueError(f"{source.parent.parent.name}/{source.name}: translates nothing")
    return found


def listed(_: Translate, names: Iterable[str]) -> str:
    """ "a, b, c", as the language does it."""
    return _(", ").join(names)


def catalogue_of(tag: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALES / TRANSLATED[tag] / "LC_MESSAGES" / "miomio.po"


def check_catalogues() -> None:
    """For the start of a process. Raises CatalogueError."""
    for tag in TRANSLATED:
        sentences(tag)


def _sentence(known: dict[str, str], text: str) -> str:
    return known.get(text, text)
