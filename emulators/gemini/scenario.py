"""What tests ask the stand-in to do next: rules taken in order, and settings that hold until changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from emulators.gemini.faults import ERROR_KINDS
from emulators.rules import Rules, refuse_unknown
from emulators.settings import Check, Held, of_type, or_none
from emulators.spoiling import SPOILT
from emulators.words import words

PICTURE_KINDS = frozenset({"ok", "ok-jpeg", "ok-png", "text+image", "image+text", "multi-draft", "thought"})
REFUSAL_KINDS = words(
    "text-only no-image image-safety image-prohibited image-other prompt-blocked unknown-reason pup-limited "
    "finish empty undecodable bad-base64"
)
KINDS = PICTURE_KINDS | REFUSAL_KINDS | SPOILT | ERROR_KINDS | {"slow"}


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
class Settings(Held):
    """`latency` in seconds before each answer; `canned` answers every call with one ready picture, undecoded;
    `key` is the only good key, or None for any that does not start with "bad"; `canned_kib` is that picture's size."""

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "latency": of_type(int, float),
        "canned": of_type(bool),
        "canned_kib": of_type(int),
        "key": or_none(of_type(str)),
    }

    latency: float = 0.0
    canned: bool = False
    canned_kib: int = 256
    key: str | None = None


class Scenario(Rules[Rule]):
    def __init__(self) -> None:
        super().__init__(_rule)

    def take(self, model: str, prompt: str) -> Rule | None:
        """The first rule that fits, used up once."""
        return self.first(lambda rule: rule.fits(model, prompt))


def _rule(values: object) -> Rule:
    if not isinstance(values, dict) or values.get("kind") not in KINDS:
        raise ValueError(f"unknown kind; known: {', '.join(sorted(KINDS))}")
    refuse_unknown(values, Rule)
    return Rule(**values)
