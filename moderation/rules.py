"""One rule: which concepts, how near and in which order, make a prompt refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.normalise import HAN, SPACE, SYMBOL, WORD, Reading
from moderation.terms import Hit


@dataclass(frozen=True, slots=True)
class Rule:
    """`parts` are sets of concepts; each part must be met.

    `reach`: how many words may stand between neighbouring parts (None: anywhere in the prompt).
    `broken_by`: concepts that may not stand between parts.
    `unless_next`: a hit directly followed by one of these concepts does not count.
    """

    category: str
    parts: tuple[frozenset[str], ...]
    ordered: bool = False
    reach: int | None = None
    broken_by: frozenset[str] = frozenset()
    unless_next: frozenset[str] = frozenset()

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset().union(*self.parts)

    def matches(self, reading: Reading, hits: Sequence[Hit]) -> bool:
        """`hits` in the order of their first letters."""
        present = {hit.concept for hit in hits}
        if any(part.isdisjoint(present) for part in self.parts):
            return False
        followed = self._followed(hits)
        counted = [hit for hit in hits if hit.last not in followed]
        groups = self._groups(reading, counted)
        return any(self._in_order(group) if self.ordered else self._complete(group) for group in groups)

    def _followed(self, hits: Sequence[Hit]) -> set[int]:
        """The letters that `unless_next` directly follows; 上 ("on it") does not follow where 上衣 ("top") begins."""
        begun = {hit.first for hit in hits if hit.concept in self.concepts}
        return {hit.first - 1 for hit in hits if hit.concept in self.unless_next and hit.first not in begun}

    def _groups(self, reading: Reading, hits: list[Hit]) -> Iterator[list[Hit]]:
        """Cuts the hits of the parts where the next is out of reach or a breaking concept stands between."""
        concepts = self.concepts
        group: list[Hit] = []
        end = break_ends = -1
        for hit in hits:
            if hit.concept in concepts:
                if group and (-1 < break_ends < hit.first or self._is_far(reading, end, hit.first)):
                    yield group
                    group = []
                group.append(hit)
                end, break_ends = max(end, hit.last), -1
            elif hit.concept in self.broken_by and hit.first > end and _is_written_out(reading, hit):
                break_ends = hit.last if break_ends < 0 else min(break_ends, hit.last)
        yield group

    def _is_far(self, reading: Reading, end: int, start: int) -> bool:
        return self.reach is not None and reading.begins_at[start] - reading.ends_at[end] > self.reach * WORD

    def _complete(self, group: list[Hit]) -> bool:
        present = {hit.concept for hit in group}
        return not any(part.isdisjoint(present) for part in self.parts)

    def _in_order(self, group: list[Hit]) -> bool:
        end, met = -1, 0
        for hit in sorted(group, key=lambda one: one.last):
            if met < len(self.parts) and hit.concept in self.parts[met] and hit.first > end:
                end, met = hit.last, met + 1
        return met == len(self.parts)


def _is_written_out(reading: Reading, hit: Hit) -> bool:
    """Whether the word stands by itself: the "on" of "s o n", "sOn" and "$on" breaks nothing."""
    first, last = hit.first, hit.last
    if reading.kinds[first] == HAN:
        return True
    begins = first == 0 or reading.before[first] >= SPACE or reading.kinds[first - 1] == HAN
    together = any(gap < SPACE for gap in reading.before[first + 1 : last + 1])
    return begins and together and SYMBOL not in reading.kinds[first : last + 1]
