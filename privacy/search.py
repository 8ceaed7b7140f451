"""Known words and bytes, looked for in every form that a program might have written them down in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

SLICE, SMALLEST = 32, 4096  # bytes of a file that are looked for; of a file that is large enough
CONTEXT = 24  # bytes shown on each side of what was found


@dataclass(frozen=True)
class Canary:
    """`what` names it in a report; `value` is text, or bytes of a picture. Long enough to be found by no chance."""

    what: str
    value: str | bytes


@dataclass(frozen=True)
class Sighting:
    """Where a canary was seen, in which form, and what stood around it."""

    what: str
    form: str
    place: str
    around: str

    def __str__(self) -> str:
        return f"{self.what} as {self.form} in {self.place}: …{self.around}…"


def slices(what: str, data: bytes) -> list[Canary]:
    """Three places of a file: after its head, in the middle, near its end."""
    if len(data) < SMALLEST:
        raise ValueError(f"{what} is too small to take slices of it")
    return [Canary(what, data[at : at + SLICE]) for at in (1536, len(data) // 2, len(data) - 256)]


def forms(value: str | bytes) -> dict[str, bytes]:
    """Name of a form -> bytes to look for. A form that looks like another one is left out."""
    return dict(_distinct(_text_forms(value) if isinstance(value, str) else _byte_forms(value)))


class Search:
    """One set of canaries, prepared once for many places."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._needles = [(canary.what, form, needle) for canary in canaries for form, needle in _forms_of(canary)]
        if not self._needles:
            raise ValueError("nothing to look for")

    def within(self, data: bytes, place: str) -> list[Sighting]:
        """Each form of each canary at most once."""
        found = ((what, form, needle, data.find(needle)) for what, form, needle in self._needles)
        return [
            Sighting(what, form, place, _around(data, at, len(needle))) for what, form, needle, at in found if at >= 0
        ]


def _forms_of(canary: Canary) -> Iterator[tuple[str, bytes]]:
    if len(canary.value) < 6:
        raise ValueError(f"{canary.what} is too short to be told from chance")
    yield from forms(canary.value).items()


def _text_forms(text: str) -> Iterator[tuple[str, bytes]]:
    yield from _byte_forms(text.encode())
    yield "UTF-16 LE", text.encode("utf-16-le")
    yield "UTF-16 BE", text.encode("utf-16-be")
    for case, changed in (("lower case", text.lower()), ("upper case", text.upper())):
        yield case, changed.encode()
    escaped = json.dumps(text)[1:-1]
    yield "JSON-escaped", escaped.encode()
    yield "JSON-escaped, upper", escaped.upper().replace("\\U", "\\u").encode()
    yield "JSON-escaped twice", escaped.replace("\\", "\\\\").encode()  # JSON in JSON, or as COPY writes it
    yield "JSON-escaped, hex", escaped.encode().hex().encode()  # in a column of bytes
    yield "percent-encoded", quote(text, safe="").encode()
    yield "percent-encoded, lower", quote(text, safe="").lower().encode()


def _byte_forms(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "plain", data
    yield "hex", data.hex().encode()
    yield "hex, upper", data.hex().upper().encode()
    for before in range(3):
        coded = _base64(data, before)
        yield f"base64 after {before}", coded
        yield f"base64 for addresses after {before}", coded.replace(b"+", b"-").replace(b"/", b"_")
    yield "escaped bytes", repr(data)[2:-1].encode()
    yield "JSON-escaped bytes", json.dumps(data.decode("latin-1"))[1:-1].encode()
    yield "percent-encoded bytes", quote(data, safe="").encode()


def _base64(data: bytes, before: int) -> bytes:
    """What base64 makes of these bytes in the middle of others, `before` of which share their first group of three:
    only the characters that no neighbour takes part in."""
    coded = base64.b64encode(bytes(before) + data)
    return coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]


def _distinct(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    seen: set[bytes] = set()
    for form, needle in found:
        if needle not in seen:
            seen.add(needle)
            yield form, needle


def _around(data: bytes, at: int, length: int) -> str:
    return ascii(data[max(0, at - CONTEXT) : at + length + CONTEXT])[2:-1]
