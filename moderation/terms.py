"""Finds terms in a reading: one trie, walked from every letter that may begin a word."""

from __future__ import annotations

from typing import NamedTuple

from moderation.normalise import NONE, PARTED, SPACE, SYMBOL, Reading, spell

_LONGEST_WALK = 64  # letters; a bound on the work that one beginning can cause
_LONG_ENOUGH = 5  # letters that a term needs to be looked for inside words that are run together


class Hit(NamedTuple):
    """Letters `first` to `last` of the reading, both included."""

    first: int
    last: int
    concept: str


class Node:
    __slots__ = ("begun", "depth", "following", "letter", "whole")

    def __init__(self, letter: str, depth: int) -> None:
        self.letter = letter
        self.depth = depth
        self.following: dict[str, Node] = {}
        self.whole: set[str] = set()  # concepts whose term ends here and must end a word
        self.begun: set[str] = set()  # concepts whose term may run on: "erotic*"

    def step(self, letter: str) -> Node:
        if letter not in self.following:
            self.following[letter] = Node(letter, self.depth + 1)
        return self.following[letter]


class Terms:
    """Terms by concept. "term*" matches any ending, "*term*" inside a word too; blanks in a term are optional."""

    def __init__(self) -> None:
        self._words = Node("", 0)
        self._inner = Node("", 0)

    def add(self, term: str, concept: str) -> None:
        node = self._inner if term.startswith("*") else self._words
        for letter in spell(term.strip("*")).replace(" ", ""):
            node = node.step(letter)
        (node.begun if term.endswith("*") else node.whole).add(concept)

    def find(self, reading: Reading) -> list[Hit]:
        """The longest hit of each concept at each letter, in the order of their first letters."""
        hits: dict[tuple[int, str], int] = {}
        for start, readings in enumerate(reading.readings):
            if reading.opens[start] or reading.run_together[start]:
                self._walk(reading, start, self._words, hits)
            if not self._inner.following.keys().isdisjoint(readings):
                self._walk(reading, start, self._inner, hits)
        return [Hit(first, last, concept) for (first, concept), last in sorted(hits.items())]

    def _walk(self, reading: Reading, start: int, root: Node, hits: dict[tuple[int, str], int]) -> None:
        inner = root is self._inner
        nodes = {root}
        for index in range(start, min(start + _LONGEST_WALK, len(reading))):
            if index > start and reading.before[index] >= (SPACE if inner else PARTED):
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
