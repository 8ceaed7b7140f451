"""What tests ask the stand-in to do next: rules taken in order, and settings that hold until changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from emulators.gemini.faults import ERROR_KINDS, words

PICTURE_KINDS = frozenset({"ok", "ok-jpeg", "ok-png", "text+image", "image+text", "multi-draft", "thought"})
REFUSAL_KINDS = words(
    "text-only no-image image-safety image-prohibited image-other prompt-blocked unknown-reason pup-limited "
    "finish empty undecodable bad-base64"
)
WIRE_KINDS = words("slow drop reset drop_reply truncate garbage stall html-502")
KINDS = PICTURE_KINDS | REFUSAL_KINDS | WIRE_KINDS | ERROR_KINDS


@dataclass
class Rule:
    """`times` None means until cleared; `seconds` is for slow and stall; `reason` is for finish and prompt-blocked."""

    kind: str
    times: int | None = 1
    seconds: float = 60.0
    model: str | None = None
    prompt_contains: str | None = None
    reason: str | None = None
    canned: bool = False

    def fits(self, model: str, prompt: str) -> bool:
        if self.model is not None and self.model != model:
            return False
        return self.prompt_contains is None or self.prompt_contains in prompt


@dataclass
class Settings:
    """`latency` in seconds before each answer; `canned` answers every call with one ready picture, undecoded;
    `key` is the only good key, or None for any that does not start with "bad"; `canned_kib` is that picture's size."""

    latency: float = 0.0
    canned: bool = False
    canned_kib: int = 256
    key: str | None = None

    def update(self, values: Mapping[str, Any]) -> None:
        """Raise ValueError for a name or a type that is not ours, and change nothing then."""
        kinds: dict[str, tuple[type, ...]] = {
            "latency": (int, float),
            "canned": (bool,),
            "canned_kib": (int,),
            "key": (str, type(None)),
        }
        for name, value in values.items():
            if name not in kinds or not isinstance(value, kinds[name]):
                raise ValueError(f"bad setting: {name}")
        for name, value in values.items():
            setattr(self, name, value)


@dataclass
class Scenario:
    rules: list[Rule] = field(default_factory=list)

    def add(self, rules: object) -> int:
        """Append rules; raise ValueError, adding none, when one is not understood. Return how many now wait."""
        if not isinstance(rules, list):
            raise ValueError("rules must be a list")
        self.rules.extend([_rule(rule) for rule in rules])
        return len(self.rules)

    def take(self, model: str, prompt: str) -> Rule | None:
        """The first rule that fits, used up once."""
        for rule in self.rules:
            if not rule.fits(model, prompt):
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self.rules.remove(rule)
            return rule
        return None


def _rule(values: object) -> Rule:
    if not isinstance(values, dict) or values.get("kind") not in KINDS:
        raise ValueError(f"unknown kind; known: {', '.join(sorted(KINDS))}")
    unknown = set(values) - {name.name for name in fields(Rule)}
    if unknown:
        raise ValueError(f"unknown names in a rule: {', '.join(sorted(unknown))}")
    return Rule(**values)
