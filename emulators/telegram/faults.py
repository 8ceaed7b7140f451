"""Trouble by rules: what a test asks to go wrong, consumed in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_CALL_KINDS = ("error", "drop", "drop_reply", "delay", "truncate", "status")
_UPDATE_KINDS = ("duplicate", "reorder", "lose_reply")


@dataclass(slots=True)
class Rule:
    method: str
    kind: str
    times: int | None = 1
    chat_id: int | None = None
    error_code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, Any] | None = None
    seconds: float = 0.0
    status: int = 500
    body: str = ""


@dataclass(slots=True)
class Trouble:
    """What was found for one call: a delay, another rule, both or neither."""

    delay: float = 0.0
    rule: Rule | None = None


@dataclass(slots=True)
class Faults:
    rules: list[Rule] = field(default_factory=list)

    def add(self, rules: list[dict[str, Any]]) -> None:
        """Raise ValueError for a rule that could never fire."""
        self.rules.extend([_rule(values) for values in rules])

    def for_call(self, method: str, chat_id: int | None) -> Trouble:
        """One delay and one other rule may meet the same call."""
        trouble = Trouble()
        if not self.rules:
            return trouble
        slow = self._take(method, chat_id, ("delay",))
        trouble.delay = slow.seconds if slow else 0.0
        trouble.rule = self._take(method, chat_id, tuple(k for k in _CALL_KINDS if k != "delay"))
        return trouble

    def for_update(self, chat_id: int | None, kind: str) -> bool:
        return bool(self.rules) and self._take("update", chat_id, (kind,)) is not None

    def _take(self, method: str, chat_id: int | None, kinds: tuple[str, ...]) -> Rule | None:
        for rule in self.rules:
            if rule.kind in kinds and _meant(rule, method) and rule.chat_id in (None, chat_id):
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times <= 0:
                        self.rules.remove(rule)
                return rule
        return None


def _meant(rule: Rule, method: str) -> bool:
    if rule.method == "*":
        return method not in ("update", "download")
    return rule.method == method


def _rule(values: dict[str, Any]) -> Rule:
    try:
        rule = Rule(**values)
    except TypeError as error:
        raise ValueError(f"a rule needs method and kind, and knows no other names: {error}") from error
    rule.method = rule.method.lower()
    kinds = _UPDATE_KINDS if rule.method == "update" else _CALL_KINDS
    if rule.kind not in kinds:
        raise ValueError(f"kind {rule.kind} is not one of {', '.join(kinds)} for {rule.method}")
    if rule.times is not None and rule.times < 1:
        raise ValueError("times is a number from 1, or null for always")
    return rule
