"""Finds terms in a reading: a trie, walked from every letter that may begin a word."""

from __future__ import annotations

from typing import NamedTuple

from moderation.normalise import NONE, PARTED, SPACE, SYMBOL, Reading, spell
from moderation.trie import Node, Trie

_LONGEST_WALK = 64  # letters; a bound on the work that one beginning can cause
_LONG_ENOUGH = 5  # letters that a term needs to be looked for inside words that are run together


class Hit(NamedTuple):
    """Letters `first` to `last` of the reading, both included."""

    first: int
    last: int
    concept: str


class Terms:
    """Terms by concept. "term*" matches any ending, "*term*" inside a word too; blanks in a term are optional."""

    def __init__(self) -> None:
        self._words = Trie()
        self._inner = Trie()

    def add(self, term: str, concept: str) -> None:
        trie = self._inner if term.startswith("*") else self._words
        trie.plant(spell(term.strip("*")).replace(" ", ""), concept, runs_on=term.endswith("*"))

    def find(self, reading: Reading) -> list[Hit]:
        """The longest hit of each concept at each letter, in the order of their first letters."""
        hits: dict[tuple[int, str], int] = {}
        for start, readings in enumerate(reading.readings):
            if reading.opens[start] or reading.run_together[start]:
                _walk(reading, start, self._words.root(readings), PARTED, hits)
            if self._inner.begins(readings):
                _walk(reading, start, self._inner.root(readings), SPACE, hits)
        return [Hit(first, last, concept) for (first, concept), last in sorted(hits.items())]


def _walk(reading: Reading, start: int, root: Node, stops_at: int, hits: dict[tuple[int, str], int]) -> None:
    nodes = {root}
    for index in range(start, min(start + _LONGEST_WALK, len(reading))):
        if index > start and reading.before[index] >= stops_at:
            return
        nodes = _advance(nodes, reading, index, stretch=index > start and reading.before[index] == NONE)
        if not nodes:
            return
        for node in nodes:
            if node.whole or node.begun:
                _collect(node, reading, start, index, hits)


def _advance(nodes: set[Node], reading: Reading, index: int, *, stretch: bool) -> set[Node]:
    readings = reading.readings[index]
    reached: set[Node] = set()
    for node in nodes:
        following = node.following
        for letter in readings:
            if letter in following:
                reached.add(following[letter])
        repeated = stretch and node.letter in readings and node.letter.isalpha()
        separator = reading.kinds[index] == SYMBOL and node.depth > 0
        if repeated or separator:
            reached.add(node)
    return reached


def _collect(node: Node, reading: Reading, start: int, index: int, hits: dict[tuple[int, str], int]) -> None:
    whole_word = reading.opens[start] and reading.closes[index]
    inside = reading.run_together[start] and node.depth >= _LONG_ENOUGH
    for concept in node.begun | node.whole if whole_word or inside else node.begun:
        hits[start, concept] = index
