"""Terms as a tree of letters. A branch grows when a prompt first has a word that begins with its letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_NONE: frozenset[str] = frozenset()


class Node:
    __slots__ = ("begun", "depth", "following", "letter", "whole")

    def __init__(self, letter: str, depth: int) -> None:
        self.letter = letter
        self.depth = depth
        self.following: dict[str, Node] = {}
        self.whole = _NONE  # concepts whose term ends here and must end a word
        self.begun = _NONE  # concepts whose term may run on: "erotic*"

    def step(self, letter: str) -> Node:
        if letter not in self.following:
            self.following[letter] = Node(letter, self.depth + 1)
        return self.following[letter]


class _Seed(NamedTuple):
    letters: str
    concept: str
    runs_on: bool


class Trie:
    """Thousands of terms are planted at every start, most of which no prompt of that process ever comes near."""

    def __init__(self) -> None:
        self._root = Node("", 0)
        self._seeds: dict[str, list[_Seed]] = {}

    def plant(self, letters: str, concept: str, *, runs_on: bool) -> None:
        if letters:
            self._seeds.setdefault(letters[0], []).append(_Seed(letters, concept, runs_on))

    def begins(self, letters: Iterable[str]) -> bool:
        return not self._seeds.keys().isdisjoint(letters)

    def root(self, letters: Iterable[str]) -> Node:
        """The root, with the branches of these first letters.

        Threads may grow one branch at the same time: each hangs up a finished one, and all of them are alike.
        """
        following = self._root.following
        for letter in letters:
            if letter in self._seeds and letter not in following:
                following[letter] = _grown(self._seeds[letter], letter)
        return self._root


def _grown(seeds: list[_Seed], first: str) -> Node:
    branch = Node(first, 1)
    for letters, concept, runs_on in seeds:
        node = branch
        for letter in letters[1:]:
            node = node.step(letter)
        if runs_on:
            node.begun |= {concept}
        else:
            node.whole |= {concept}
    return branch
