"""The search finds what was planted, in each form and at each alignment, and nothing where nothing is."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from privacy.search import Canary, Search, forms

WORDS = "kanariequzvxw 鳥籠雀鳴鳩š"
PIXELS = random.Random(5).randbytes(24)
NAMED = Canary("the words", WORDS)
SEEN = Canary("the pixels", PIXELS)

WRITTEN: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "hex, upper": lambda text: text.encode().hex().upper().encode(),
    "upper case": lambda text: text.upper().encode(),
    "JSON": lambda text: json.dumps({"it": text}).encode(),
    "JSON with capitals": lambda text: json.dumps(text).upper().replace("\\U", "\\u").encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"it": text})).encode(),
    "JSON in bytes that a database writes as hex": lambda text: json.dumps({"it": text}).encode().hex().encode(),
    "a path": lambda text: quote(text).encode(),
    "a path in lower case": lambda text: quote(text).lower().encode(),
    "bytes as Python prints them": lambda text: repr(text.encode()).encode(),
}


def hay(seed: int, length: int = 4096) -> bytes:
    return random.Random(seed).randbytes(length)


@pytest.mark.parametrize("how", WRITTEN)
def test_words_are_found_however_they_were_written(how: str) -> None:
    data = hay(1) + WRITTEN[how](WORDS) + hay(2)
    [first, *_] = Search([NAMED]).within(data, "a file")
    assert (first.what, first.place) == ("the words", "a file")


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("canary", [NAMED, SEEN], ids=["words", "pixels"])
def test_base64_is_found_wherever_in_the_encoded_bytes_it_begins(
    canary: Canary, encode: Callable[[bytes], bytes], before: int
) -> None:
    value = canary.value.encode() if isinstance(canary.value, str) else canary.value
    data = hay(3) + encode(hay(4, before) + value + hay(5, 10)) + hay(6)
    assert Search([canary]).within(data, "a file")


@pytest.mark.parametrize("write", [bytes, lambda b: b.hex().encode(), lambda b: repr(b).encode()])
def test_pixels_are_found_plain_in_hex_and_as_printed(write: Callable[[bytes], bytes]) -> None:
    assert Search([SEEN]).within(hay(7) + write(PIXELS) + hay(8), "a file")


def test_words_in_a_form_are_found_by_the_part_without_spaces() -> None:
    word = WORDS.split()[1]
    assert Search([Canary("a word", word)]).within(b"q=" + quote_plus(WORDS).encode(), "a form")


def test_nothing_is_found_where_nothing_is() -> None:
    assert Search([NAMED, SEEN]).within(hay(9, 1 << 20), "a file") == []


def test_half_a_canary_is_none() -> None:
    assert Search([SEEN]).within(hay(10) + PIXELS[:-1] + hay(11), "a file") == []


def test_what_stood_around_it_is_told() -> None:
    [seen, *_] = Search([NAMED]).within(b"prompt=" + WORDS.encode() + b";end", "a log")
    assert "prompt=" in seen.around
    assert ";end" in str(seen)


def test_no_form_is_looked_for_twice() -> None:
    for value in (WORDS, PIXELS, "onlyletters"):
        assert len(set(forms(value).values())) == len(forms(value))


def test_a_search_for_nothing_or_for_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to look for"):
        Search([])
    with pytest.raises(ValueError, match="too short"):
        Search([Canary("a letter", "x")])
