"""Turns a prompt into a `Reading`: its letters in order, each with every letter it may stand for.

One lattice instead of a list of rewritten prompts: a word that mixes spacing, digits and foreign letters would need
the product of all rewrites, and the lattice holds them at once in linear space.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from moderation.letters import APOSTROPHES, LEET_DIGITS, LEET_SYMBOLS, LOOK_ALIKES, SIMPLIFIED

# What stands before a letter. A term may be read across all but PARTED and CLAUSE.
NONE, SOFT, SPACE, COMMA, PARTED, CLAUSE = range(6)

LETTER, DIGIT, HAN, SYMBOL, APOSTROPHE, BLANK, POINT = range(7)
_WRITTEN = frozenset({LETTER, DIGIT, SYMBOL})

WORD = 8  # the distance of a word of four or more letters, or of two Han characters
_LETTERS_TO_A_WORD = 4
_COSTS = {COMMA: 2 * WORD, CLAUSE: 4 * WORD}
_RUN_TOGETHER = 14  # a longer run of letters is rarely one word, so terms are looked for inside it
_LONGEST_RUN = 3  # of one letter: more of them add nothing but work
_HAN_CLAUSE = frozenset(",;:!?。、")
_COMMAS = frozenset(",;:()")
_ENDS_SENTENCE = frozenset(".!?;。")
_HAN_TERM = re.compile(r"[\u4e00-\u9fff]+")
_LATIN_TERM = re.compile(r"[a-z]+(?:[ '][a-z]+)*")
_LONG_RUN = re.compile(r"([a-z])\1\1\1")
_SIMPLIFIED = str.maketrans(SIMPLIFIED)
_INVISIBLE = frozenset({"Mn", "Me", "Mc", "Cf", "Cc", "Cs", "Co", "Cn"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


class Mark(NamedTuple):
    kind: int
    readings: str
    upper: bool = False


@dataclass(slots=True)
class Reading:
    """Parallel lists, one entry per letter. `readings` is plainest first; distances are in eighths of a word."""

    readings: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    opens: list[bool] = field(default_factory=list)  # a term may begin here
    closes: list[bool] = field(default_factory=list)  # a term may end here
    run_together: list[bool] = field(default_factory=list)
    begins_at: list[int] = field(default_factory=list)
    ends_at: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.readings)


def read(prompt: str) -> Reading:
    """Linear in the length of the prompt, whatever it holds."""
    reading = _letters(_marks(prompt))
    units = _units(reading)
    _read_digits(reading, units)
    _part_han_words(reading, units)
    _set_edges(reading)
    _measure(reading, units)
    return reading


def spell(term: str) -> str:
    """The plainest spelling, a blank between words: how a term of the rules is stored."""
    if _HAN_TERM.fullmatch(term):  # two short cuts for nearly every term: each start of a process spells thousands
        return term.translate(_SIMPLIFIED)
    joined = term.replace("'", "")
    if _LATIN_TERM.fullmatch(term) and not _LONG_RUN.search(joined):
        return joined
    reading = _letters(_marks(term))
    pairs = zip(reading.before, reading.readings, strict=True)
    return "".join(" " * (gap >= SPACE) + readings[0] for gap, readings in pairs).strip()


def _marks(prompt: str) -> list[Mark]:
    marks: list[Mark] = []
    for character in unicodedata.normalize("NFKD", prompt):
        marks.extend(_classify(character))
    return marks


@lru_cache(maxsize=8192)
def _classify(character: str) -> tuple[Mark, ...]:
    if character.isspace():
        return (Mark(BLANK, " "),)
    category = unicodedata.category(character)
    if category in _INVISIBLE or character in _FILLERS:
        return ()
    if character in LOOK_ALIKES:
        return (Mark(LETTER, LOOK_ALIKES[character], character.isupper()),)
    if character in LEET_SYMBOLS:
        return (Mark(SYMBOL, character),)
    if character in APOSTROPHES:
        return (Mark(APOSTROPHE, "'"),)
    if category == "Nd":
        return (Mark(DIGIT, str(unicodedata.decimal(character))),)
    if not character.isalpha():
        return (Mark(POINT, character),)
    if category == "Lo":  # scripts without case are written without spaces, or their words are not in the rules
        return (Mark(HAN, SIMPLIFIED.get(character, character)),)
    return tuple(Mark(LETTER, letter, character.isupper()) for letter in character.casefold())


def _letters(marks: list[Mark]) -> Reading:
    reading = Reading()
    between = ""
    previous = Mark(BLANK, " ")
    unit_length = 0
    for index, mark in enumerate(marks):
        if not _is_letter(marks, index):
            between += mark.readings
            continue
        gap = _gap(previous, mark, between, unit_length)
        unit_length = 1 if gap >= SPACE else unit_length + 1
        if gap > NONE or not _runs_on(reading, mark):
            _append(reading, mark, gap, after_apostrophe=between == "'")
        previous, between = mark, ""
    return reading


def _append(reading: Reading, mark: Mark, gap: int, *, after_apostrophe: bool) -> None:
    symbol = mark.kind == SYMBOL
    reading.readings.append(mark.readings + LEET_SYMBOLS[mark.readings] if symbol else mark.readings)
    reading.kinds.append(mark.kind)
    reading.before.append(gap)
    # The s of "friend's ex" must not open a word.
    reading.opens.append(not after_apostrophe)


def _runs_on(reading: Reading, mark: Mark) -> bool:
    return mark.kind == LETTER and reading.readings[-_LONGEST_RUN:] == [mark.readings] * _LONGEST_RUN


def _is_letter(marks: list[Mark], index: int) -> bool:
    mark = marks[index]
    if mark.kind in (LETTER, DIGIT, HAN):
        return True
    if mark.kind != SYMBOL:
        return False
    before = index > 0 and marks[index - 1].kind in _WRITTEN
    after = index + 1 < len(marks) and marks[index + 1].kind in _WRITTEN
    return before or after


def _gap(previous: Mark, mark: Mark, between: str, unit_length: int) -> int:
    beside_han = HAN in (previous.kind, mark.kind)
    if not between:
        return SOFT if beside_han or (mark.upper and not previous.upper and previous.kind == LETTER) else NONE
    if between == "'" and not beside_han:
        return SOFT
    if beside_han:
        return SPACE if _HAN_CLAUSE.isdisjoint(between) else CLAUSE
    if unit_length == 1:  # "n. u. d, e" is one word: a point after a single letter parts nothing
        return SPACE
    if _ends_sentence(between) or previous.readings == "!":
        return CLAUSE
    return SPACE if _COMMAS.isdisjoint(between) else COMMA


def _ends_sentence(between: str) -> bool:
    return any(one in _ENDS_SENTENCE and after == " " for one, after in pairwise(between))


def _units(reading: Reading) -> list[tuple[int, int]]:
    """Runs of letters with no blank, point or change of script between them, as (start, end) with end excluded."""
    kinds, before = reading.kinds, reading.before
    starts = [
        index
        for index, gap in enumerate(before)
        if gap >= SPACE or index == 0 or (gap == SOFT and (kinds[index] == HAN) != (kinds[index - 1] == HAN))
    ]
    return list(zip(starts, [*starts[1:], len(reading)], strict=False))


def _read_digits(reading: Reading, units: list[tuple[int, int]]) -> None:
    """Digits stand for letters in and beside words that mix both: "in 1990" stays a number, "s3x" does not."""
    mixed = [_is_mixed(reading, start, end) for start, end in units]
    for number, (start, end) in enumerate(units):
        near = any(mixed[max(0, number - 1) : number + 2])
        if not near and not _is_spaced_out(reading, start, end):
            continue
        for index in range(start, end):
            if reading.kinds[index] == DIGIT:
                reading.readings[index] += LEET_DIGITS[reading.readings[index]]


def _is_mixed(reading: Reading, start: int, end: int) -> bool:
    kinds = reading.kinds[start:end]
    return LETTER in kinds and DIGIT in kinds


def _is_spaced_out(reading: Reading, start: int, end: int) -> bool:
    """Whether a lone digit stands among lone letters."""
    if end - start != 1 or reading.kinds[start] != DIGIT:
        return False
    return _is_lone_letter(reading, start - 1) or _is_lone_letter(reading, end)


def _is_lone_letter(reading: Reading, index: int) -> bool:
    if not 0 <= index < len(reading) or reading.kinds[index] != LETTER:
        return False
    last = index + 1 == len(reading) or reading.before[index + 1] >= SPACE
    return last and (index == 0 or reading.before[index] >= SPACE)


def _part_han_words(reading: Reading, units: list[tuple[int, int]]) -> None:
    """A blank between two Han words of two or more characters parts them; around one character it hides a word."""
    for (first, start), (_, end) in pairwise(units):
        han = reading.kinds[start] == HAN == reading.kinds[start - 1]
        if han and reading.before[start] == SPACE and start - first > 1 and end - start > 1:
            reading.before[start] = PARTED


def _set_edges(reading: Reading) -> None:
    """Words begin and end at gaps, and at letters beside digits: "nude2" holds a word, "PN53x" does not."""
    kinds, before = reading.kinds, reading.before
    count = len(reading)
    parted = [index == 0 or before[index] > NONE for index in range(count)] + [True]
    alone = [LETTER in pair and pair != (LETTER, LETTER) for pair in pairwise(kinds)]
    for index in range(count):
        letter = kinds[index] == LETTER
        reading.opens[index] &= parted[index] or (letter and alone[index - 1])
        reading.closes.append(parted[index + 1] or (letter and alone[index]))


def _measure(reading: Reading, units: list[tuple[int, int]]) -> None:
    place = 0
    for start, end in units:
        place += _COSTS.get(reading.before[start], 0)
        long = end - start > _RUN_TOGETHER and reading.kinds[start] != HAN
        step = WORD // 2 if reading.kinds[start] == HAN else _step(end - start)
        for index in range(start, end):
            reading.begins_at.append(place)
            if reading.kinds[index] == HAN or index - start < _LETTERS_TO_A_WORD:
                place += step
            reading.ends_at.append(place)
            reading.run_together.append(long)


def _step(letters: int) -> int:
    """What each of a word's first letters adds to the distance; less for a lone one, so spacing out adds little."""
    return WORD // _LETTERS_TO_A_WORD // (2 if letters == 1 else 1)
