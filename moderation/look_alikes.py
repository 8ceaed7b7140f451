"""Harmless phrases that contain a term: "nude lipstick", "chicken breast". A hit inside one of them does not count.

Matched to the letter: who writes "n u d e lipstick" is not talking about lipstick.
"""

from __future__ import annotations

from moderation.normalise import COMMA, NONE, SPACE, Reading, spell
from moderation.terms import Hit
from moderation.trie import Node, Trie

_PHRASE = "phrase"


class LookAlikes:
    """ "phrase*" matches any ending."""

    def __init__(self) -> None:
        self._phrases = Trie()

    def add(self, phrase: str) -> None:
        self._phrases.plant(spell(phrase.removesuffix("*")), _PHRASE, runs_on=phrase.endswith("*"))

    def uncovered(self, reading: Reading, hits: list[Hit]) -> list[Hit]:
        covered_to = self._covered_to(reading)
        return [hit for hit in hits if covered_to[hit.first] < hit.last]

    def _covered_to(self, reading: Reading) -> list[int]:
        """For each letter, the last letter of any phrase that begins at or before it; -1 where there is none."""
        reach, covered = -1, []
        for start in range(len(reading)):
            if reading.opens[start]:
                reach = max(reach, self._phrase_end(reading, start))
            covered.append(reach)
        return covered

    def _phrase_end(self, reading: Reading, start: int) -> int:
        node, end = self._phrases.root(reading.readings[start][0]), -1
        for index in range(start, len(reading)):
            step = _step(node, reading, index, first=index == start)
            if step is None:
                return end
            node = step
            if node.begun:
                end = _word_end(reading, index)
            elif node.whole and reading.closes[index]:
                end = index
        return end


def _step(node: Node, reading: Reading, index: int, *, first: bool) -> Node | None:
    gap = NONE if first else reading.before[index]
    if gap >= COMMA:
        return None
    letter = reading.readings[index][0]
    joined = node.following.get(letter) if gap < SPACE else None
    parted = node.following.get(" ") if gap > NONE else None
    return joined or (parted.following.get(letter) if parted else None)


def _word_end(reading: Reading, index: int) -> int:
    while not reading.closes[index]:
        index += 1
    return index
