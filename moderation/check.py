"""Whether a prompt may go to a provider. The rules are data: `rules.toml` says them and how to change them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from pathlib import Path
from string import Formatter
from typing import Any

from errors import Permanent
from moderation.look_alikes import LookAlikes
from moderation.normalise import read
from moderation.rules import Rule
from moderation.terms import Terms

_RULES = Path(__file__).with_name("rules.toml")


class PromptRules:
    """Built once at start-up and passed to whoever takes a prompt; safe to share between threads."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        lists = declared.get("lists", {})
        self._terms = Terms()
        for concept, terms in declared["concepts"].items():
            for term in _expanded(terms, lists):
                self._terms.add(term, concept)
        self._look_alikes = LookAlikes()
        for phrases in declared["look_alikes"].values():
            for phrase in _expanded(phrases, lists):
                self._look_alikes.add(phrase)
        self._rules = [_rule(one, declared["concepts"]) for one in declared["rules"]]
        self._aggravated = declared["aggravated"]
        _known([self._aggravated["by"]], declared["concepts"])

    @classmethod
    def load(cls) -> PromptRules:
        """Raises Permanent "moderation.rules_broken" when the file names a concept or a list that it lacks."""
        return cls(tomllib.loads(_RULES.read_text(encoding="utf-8")))

    def refuse(self, prompt: str) -> str | None:
        """The category for which the prompt is refused, None when it may go to a provider."""
        reading = read(prompt)
        hits = self._look_alikes.uncovered(reading, self._terms.find(reading))
        category = next((rule.category for rule in self._rules if rule.matches(reading, hits)), None)
        if category and any(hit.concept == self._aggravated["by"] for hit in hits):
            return str(self._aggravated["category"])
        return category


def _rule(declared: Mapping[str, Any], concepts: Mapping[str, Any]) -> Rule:
    parts = [part.split("|") for part in declared["parts"]]
    broken_by, unless_next = declared.get("broken_by", []), declared.get("unless_next", [])
    _known([*chain.from_iterable(parts), *broken_by, *unless_next], concepts)
    return Rule(
        category=declared["category"],
        parts=tuple(frozenset(part) for part in parts),
        ordered=declared.get("ordered", False),
        reach=declared.get("reach"),
        broken_by=frozenset(broken_by),
        unless_next=frozenset(unless_next),
    )


def _expanded(terms: Iterable[str], lists: Mapping[str, list[str]]) -> Iterator[str]:
    """ "{whose} skirt" becomes one term for each entry of the list `whose`."""
    for term in terms:
        if "{" not in term:
            yield term
            continue
        names = [name for _, name, _, _ in Formatter().parse(term) if name]
        _known(names, lists)
        for chosen in product(*(lists[name] for name in names)):
            yield term.format(**dict(zip(names, chosen, strict=True)))


def _known(names: Iterable[str], declared: Mapping[str, Any]) -> None:
    for name in names:
        if name not in declared:
            raise Permanent("moderation.rules_broken", unknown=name)
