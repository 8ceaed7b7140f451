"""How rules are read and matched, on rules small enough to see through; then the consistency of the real file."""

from __future__ import annotations

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import moderation.check
from errors import Permanent
from moderation.check import PromptRules
from moderation.letters import SIMPLIFIED

FILE = Path(moderation.check.__file__).with_name("rules.toml")
CANTONESE = set("佢咗冇啲")  # written only so, whichever script surrounds them
TRADITIONAL_IN_GB_2312 = set("乾後徵")
ALONE = ("sexual", "nudity", "undress", "minor_sexual")


def _rules(*rules: dict[str, Any], **look_alikes: list[str]) -> PromptRules:
    return PromptRules(
        {
            "aggravated": {"by": "young", "category": "minors"},
            "lists": {"whose": ["her", "his"]},
            "concepts": {
                "take": ["take away", "拿走"],
                "fruit": ["apple", "pear*", "{whose} fig", "core melon", "蘋果"],
                "nut": ["*walnut*"],
                "never": ["poison"],
                "aside": ["keep"],
                "part": ["core"],
                "young": ["seedling"],
            },
            "look_alikes": look_alikes,
            "rules": list(rules),
        }
    )


ALONE_RULE = {"category": "sexual", "parts": ["fruit|nut"]}
NEAR_RULE = {"category": "undressing", "parts": ["take", "fruit"], "ordered": True, "reach": 2}


@pytest.mark.parametrize("prompt", ["an apple", "pears", "HER fig", "wildwalnuts", "蘋果", "苹果树", "a.p.p.l.e"])
def test_a_term_is_found_as_word_prefix_infix_list_entry_and_in_both_scripts(prompt: str) -> None:
    assert _rules(ALONE_RULE).refuse(prompt) == "sexual"


@pytest.mark.parametrize("prompt", ["pineapple", "apples", "the fig", "a pple", "app", "poison", "苹。果"])
def test_what_is_not_the_term_passes(prompt: str) -> None:
    assert _rules(ALONE_RULE).refuse(prompt) == ("sexual" if prompt == "a pple" else None)


def test_a_look_alike_shields_only_what_lies_inside_it() -> None:
    rules = _rules(ALONE_RULE, everyday=["apple computer*", "蘋果綠"])
    assert rules.refuse("an apple computers' fair") is None
    assert rules.refuse("蘋果綠的牆") is None
    assert rules.refuse("red, apple computer") is None
    assert rules.refuse("an apple computer beside an apple") == "sexual"
    assert rules.refuse("a p p l e computer") == "sexual"


def test_ordered_parts_must_follow_each_other_within_reach() -> None:
    rules = _rules(NEAR_RULE)
    assert rules.refuse("take away that apple") == "undressing"
    assert rules.refuse("take away that enormous apple") == "undressing"
    assert rules.refuse("take away that enormous rotten apple") is None
    assert rules.refuse("apple, take away") is None
    assert rules.refuse("take away. apple") is None


def test_unordered_parts_may_stand_either_way() -> None:
    rules = _rules({**NEAR_RULE, "ordered": False})
    assert rules.refuse("把蘋果拿走") == "undressing"
    assert rules.refuse("拿走蘋果") == "undressing"


def test_a_rule_is_broken_by_what_stands_between_but_not_by_its_letters() -> None:
    rules = _rules({**NEAR_RULE, "reach": 4, "broken_by": ["aside"]})
    assert rules.refuse("take away, keep apple") is None
    assert rules.refuse("keep, take away apple") == "undressing"
    assert rules.refuse("take away k e e p apple") == "undressing"


def test_a_rule_is_cancelled_by_what_directly_follows() -> None:
    rules = _rules({**NEAR_RULE, "unless_next": ["part"]})
    assert rules.refuse("take away apple core") is None
    assert rules.refuse("take away apple and core") == "undressing"


def test_what_begins_a_part_of_the_rule_does_not_cancel_it() -> None:
    rules = _rules({**NEAR_RULE, "unless_next": ["part"]})
    assert rules.refuse("take away core melon") == "undressing"


def test_the_first_rule_that_matches_names_the_category_and_a_minor_outweighs_it() -> None:
    rules = _rules(NEAR_RULE, ALONE_RULE)
    assert rules.refuse("take away apple") == "undressing"
    assert rules.refuse("apple") == "sexual"
    assert rules.refuse("apple seedling") == "minors"
    assert rules.refuse("seedling") is None


@pytest.mark.parametrize("broken", [{"parts": ["stone"]}, {"broken_by": ["stone"]}, {"unless_next": ["stone"]}])
def test_a_rule_that_names_an_unknown_concept_is_said_at_start_up(broken: dict[str, Any]) -> None:
    with pytest.raises(Permanent) as raised:
        _rules({**ALONE_RULE, **broken})
    assert raised.value.code == "moderation.rules_broken"
    assert raised.value.facts == {"unknown": "stone"}


def test_a_term_that_names_an_unknown_list_is_said_at_start_up() -> None:
    with pytest.raises(Permanent):
        _rules(ALONE_RULE, everyday=["{colour} apple"])


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _spelled_out(entry: str, lists: dict[str, list[str]]) -> str:
    """The entry with the first choice of each list and without stars."""
    return re.sub(r"\{(\w+)\}", lambda name: lists[name[1]][0], entry).replace("*", "")


def test_every_term_that_is_refused_alone_is_not_shielded_by_a_look_alike(
    rules: PromptRules, declared: dict[str, Any]
) -> None:
    terms = [_spelled_out(term, declared["lists"]) for name in ALONE for term in declared["concepts"][name]]
    assert [term for term in terms if rules.refuse(term) is None] == []


def test_every_look_alike_passes_as_it_is_written(rules: PromptRules, declared: dict[str, Any]) -> None:
    groups = declared["look_alikes"].values()
    phrases = [_spelled_out(phrase, declared["lists"]) for group in groups for phrase in group]
    assert [phrase for phrase in phrases if rules.refuse(phrase)] == []


def test_no_list_says_the_same_thing_twice(declared: dict[str, Any]) -> None:
    groups = [*declared["lists"].values(), *declared["concepts"].values(), *declared["look_alikes"].values()]
    assert [one for group in groups for one in group if group.count(one) > 1] == []


def test_every_concept_is_used_by_a_rule(declared: dict[str, Any]) -> None:
    used = {declared["aggravated"]["by"]}
    for rule in declared["rules"]:
        used |= {concept for part in rule["parts"] for concept in part.split("|")}
        used |= {*rule.get("broken_by", []), *rule.get("unless_next", [])}
    assert used == set(declared["concepts"])


def test_every_traditional_character_of_the_rules_folds_onto_a_simplified_one() -> None:
    characters = set(re.findall(r"[\u4e00-\u9fff]", FILE.read_text(encoding="utf-8"))) - CANTONESE
    unfolded = [one for one in sorted(characters) if not _is_simplified(SIMPLIFIED.get(one, one))]
    assert unfolded == []


def _is_simplified(character: str) -> bool:
    """GB 2312 holds the Simplified characters and few of the Traditional forms that they replaced."""
    if character in TRADITIONAL_IN_GB_2312:
        return False
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def test_threads_that_grow_the_rules_at_the_same_time_agree(phrasings: list[dict[str, Any]]) -> None:
    texts = [one["text"] for one in phrasings]
    alone = PromptRules.load()
    expected = [alone.refuse(text) for text in texts]
    fresh = PromptRules.load()
    together = Barrier(8)

    def answers(_: int) -> list[str | None]:
        together.wait()
        return [fresh.refuse(text) for text in texts]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answers, range(8))) == [expected] * 8
