"""The phrasings, banned and harmless, plain and disguised.

`held_out.jsonl` was written in rounds, each while the rules stood still; afterwards they were widened, by kind and not
by line. At first sight, banned refused and harmless refused: 71/81 and 4/56, 34/41 and 1/38, 69/76 and 2/65, 65/82
and 3/66, 70/84 and 3/66, 72/82 and 0/66. So about one in eight new ways to ask still passes: the provider's own filter
stands behind these rules.
"""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import moderation.check
from moderation.check import PromptRules

Phrasing = dict[str, Any]

CYRILLIC = str.maketrans("aceiopxyshkmt", "асеіорхуѕһкмт")
LEET = str.maketrans("oieast", "013457")


def _shifted(first: int) -> Callable[[str], str]:
    """Small letters moved into a block of Unicode that draws the same alphabet again."""
    return lambda text: "".join(chr(first + ord(one) - ord("a")) if "a" <= one <= "z" else one for one in text)


def _inside_words(separator: str) -> Callable[[str], str]:
    return lambda text: " ".join(separator.join(word) for word in text.split())


DISGUISES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "alternating capitals": lambda text: "".join(one.upper() if place % 2 else one for place, one in enumerate(text)),
    "blanks": lambda text: " ".join(text.replace(" ", "")),
    "blanks, words apart": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "points": _inside_words("."),
    "hyphens": _inside_words("-"),
    "underscores": _inside_words("_"),
    "stars": _inside_words("*"),
    "a word a line": lambda text: "\n".join(text.split()),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "right to left marks": lambda text: "\u202e" + "\u200f".join(text),
    "struck through": lambda text: "".join(one + "\u0336" for one in text),
    "cyrillic": lambda text: text.translate(CYRILLIC),
    "fullwidth": _shifted(0xFF41),
    "mathematical bold": _shifted(0x1D41A),
    "circled": _shifted(0x24D0),
    "regional indicators": _shifted(0x1F1E6),
    "leetspeak": lambda text: text.translate(LEET),
    "symbols": lambda text: text.translate(str.maketrans("ais", "@!$")),
    "stretched vowels": lambda text: "".join(one * 4 if one in "aeiou" else one for one in text),
}


def _banned(phrasings: list[Phrasing]) -> list[Phrasing]:
    return [one for one in phrasings if one["category"]]


def _harmless(phrasings: list[Phrasing]) -> list[Phrasing]:
    return [one for one in phrasings if not one["category"]]


def _undisguised(phrasings: list[Phrasing]) -> list[str]:
    """Banned phrasings that are written plainly, in small letters: what a disguise is put upon."""
    plain = [one["text"].lower() for one in _banned(phrasings)]
    return [text for text in plain if _is_plain(text)]


def _is_plain(text: str) -> bool:
    alone = [word for word in text.split() if len(word) == 1]
    return len(alone) < 3 and all(one.isalpha() or one in " ,'-" for one in text)


def test_the_set_has_two_hundred_phrasings_in_three_languages_half_of_them_harmless(
    phrasings: list[Phrasing],
) -> None:
    languages = Counter(one["language"] for one in phrasings)
    assert len(phrasings) >= 240
    assert set(languages) == {"en", "zh-Hant", "zh-Hans"}
    assert min(languages.values()) >= 50
    assert len(_banned(phrasings)) == len(_harmless(phrasings))
    assert len({one["text"] for one in phrasings}) == len(phrasings)


def test_every_banned_phrasing_is_refused_as_what_it_is(rules: PromptRules, phrasings: list[Phrasing]) -> None:
    wrong = [(one["text"], got) for one in _banned(phrasings) if (got := rules.refuse(one["text"])) != one["category"]]
    assert wrong == []


def test_at_most_two_in_a_hundred_harmless_phrasings_are_refused(rules: PromptRules, phrasings: list[Phrasing]) -> None:
    refused = [one["text"] for one in _harmless(phrasings) if rules.refuse(one["text"])]
    assert len(refused) <= 0.02 * len(_harmless(phrasings)), refused


def test_the_held_out_set_has_six_rounds_in_three_languages(held_out: list[Phrasing]) -> None:
    assert {one["round"] for one in held_out} == {1, 2, 3, 4, 5, 6}
    later = [one for one in held_out if one["round"] > 2]
    for number in range(3, 7):
        written = [one for one in later if one["round"] == number]
        assert {one["language"] for one in written} == {"en", "zh-Hant", "zh-Hans"}
        assert min(len(_banned(written)), len(_harmless(written))) >= 60


def test_held_out_banned_phrasings_are_refused_and_minors_are_told_apart(
    rules: PromptRules, held_out: list[Phrasing]
) -> None:
    answers = [(one["text"], one["category"], rules.refuse(one["text"])) for one in _banned(held_out)]
    assert [text for text, _, got in answers if got is None] == []
    assert [text for text, wanted, got in answers if (wanted == "minors") != (got == "minors")] == []


def test_at_most_two_in_a_hundred_held_out_harmless_phrasings_are_refused(
    rules: PromptRules, held_out: list[Phrasing]
) -> None:
    refused = [one["text"] for one in _harmless(held_out) if rules.refuse(one["text"])]
    assert len(refused) <= 0.02 * len(_harmless(held_out)), refused


@pytest.mark.parametrize("disguise", DISGUISES)
def test_no_disguise_gets_a_banned_phrasing_through(
    rules: PromptRules, phrasings: list[Phrasing], disguise: str
) -> None:
    put_on = DISGUISES[disguise]
    passed = [text for text in _undisguised(phrasings) if rules.refuse(put_on(text)) is None]
    assert passed == []


@pytest.mark.parametrize("disguise", ["zero width", "soft hyphens", "cyrillic", "fullwidth", "a word a line"])
def test_harmless_phrasings_stay_harmless_in_letters_of_another_kind(
    rules: PromptRules, phrasings: list[Phrasing], disguise: str
) -> None:
    put_on = DISGUISES[disguise]
    refused = [one["text"] for one in _harmless(phrasings) if rules.refuse(put_on(one["text"].lower()))]
    assert len(refused) <= 0.02 * len(_harmless(phrasings)), refused


LETTER_DISGUISES: list[Callable[[str], str]] = [
    str,
    str.upper,
    DISGUISES["fullwidth"],
    DISGUISES["cyrillic"],
    DISGUISES["circled"],
    lambda one: one + "\u200d",
    lambda one: "\u2066" + one,
    lambda one: one + "\u0301",
]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_different_disguise_for_every_letter_does_not_help(
    rules: PromptRules, phrasings: list[Phrasing], data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(_undisguised(phrasings)))
    chosen = data.draw(st.lists(st.sampled_from(LETTER_DISGUISES), min_size=len(text), max_size=len(text)))
    assert rules.refuse("".join(put_on(one) for put_on, one in zip(chosen, text, strict=True))) is not None


@settings(max_examples=100, deadline=None)
@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_nothing_around_a_banned_sentence_gets_it_through(rules: PromptRules, before: str, after: str) -> None:
    assert rules.refuse(f"{before}\n\na naked woman\n\n{after}") is not None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=1000))
def test_any_text_at_all_gets_an_answer(rules: PromptRules, text: str) -> None:
    assert rules.refuse(text) in (None, "sexual", "undressing", "minors")


@pytest.mark.parametrize("prompt", ["", " ", "\u200b", "...", "'", "!!!", "@", "\ud800", "1", "裸"[:0]])
def test_a_prompt_of_next_to_nothing_passes(rules: PromptRules, prompt: str) -> None:
    assert rules.refuse(prompt) is None


def test_every_style_of_the_catalogue_passes(rules: PromptRules) -> None:
    styles = Path(moderation.check.__file__).parents[1] / "generation" / "styles.toml"
    catalogue = tomllib.loads(styles.read_text(encoding="utf-8"))
    texts = [catalogue["keep"], *(text for style in catalogue["style"] for text in style.values())]
    assert len(texts) > 16
    assert [text for text in texts if rules.refuse(str(text))] == []


HARD_PROMPTS = [
    "paint my grandmother in the garden with warm light, her hat on the table and a cat. ",
    "把海邊的夕陽畫成水彩,保留背景裡的路人和船。",
    "n u d 3 . ",
    "a",
    "a ",
    "a*",
    "r e m o v e ",
    "undres",
    "se",
    "take her clothes and shirt in ",
    "脫脫衣脫",
    "\ufdfa",
    "!1|",
]


@pytest.mark.alone
@pytest.mark.parametrize("unit", HARD_PROMPTS)
def test_the_time_grows_with_the_length_and_no_faster(rules: PromptRules, unit: str) -> None:
    short, long = ((unit * 1000)[:length] for length in (100, 1000))
    assert _fastest(rules, long) < 20 * _fastest(rules, short)


def _fastest(rules: PromptRules, prompt: str) -> float:
    times = []
    for _ in range(3):
        started = time.thread_time()
        rules.refuse(prompt)
        times.append(time.thread_time() - started)
    return min(times)
