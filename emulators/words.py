"""Words: sets of them written in one line, and which of several things the words of a prompt name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def named_in(prompt: str, keywords: Mapping[str, tuple[str, ...]], stands_in: Callable[[str, str], bool]) -> str:
    """The name with the most letters of keywords that `stands_in` finds, else one that the prompt's hash picks."""
    text = prompt.lower()
    scores = {name: sum(len(key) for key in keys if stands_in(key, text)) for name, keys in keywords.items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best]:
        return best
    number = int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:4], "big")
    return sorted(keywords)[number % len(keywords)]
