"""Trouble by rules: what a test asks to go wrong, consumed in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulators.rules import Rules

_CALL_KINDS = ("error", "drop", "drop_reply", "delay", "truncate", "status")
# duplicate: told again once taken; parallel: told twice at the same time; repeat: again under a new update id;
# lose: never told; lose_reply: taken, but the answer is lost; reorder: the next one of its queue goes first.
_UPDATE_KINDS = ("duplicate", "parallel", "repeat", "lose", "lose_reply", "reorder")


@dataclass(slots=True)
class Rule:
    method: str
    kind: str
    times: int | None = 1
    chat_id: int | None = None
    holds: str | None = None  # for updates: their kind, or what their message carries, as successful_payment
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


class Faults(Rules[Rule]):
    def __init__(self) -> None:
        super().__init__(_rule)

    def for_call(self, method: str, chat_id: int | None) -> Trouble:
        """One delay and one other rule may meet the same call."""
        trouble = Trouble()
        if not self.rules:
            return trouble
        slow = self._take(method, chat_id, ("delay",))
        trouble.delay = slow.seconds if slow else 0.0
        trouble.rule = self._take(method, chat_id, tuple(k for k in _CALL_KINDS if k != "delay"))
        return trouble

    def for_update(self, body: dict[str, Any], person: int | None, kind: str) -> bool:
        return bool(self.rules) and self._take("update", person, (kind,), held=_held(body)) is not None

    def _take(
        self, method: str, chat_id: int | None, kinds: tuple[str, ...], *, held: frozenset[str] = frozenset()
    ) -> Rule | None:
        def fits(rule: Rule) -> bool:
            about = rule.chat_id in (None, chat_id) and (rule.holds is None or rule.holds in held)
            return rule.kind in kinds and _meant(rule, method) and about

        return self.first(fits)


def _held(body: dict[str, Any]) -> frozenset[str]:
    inner = [name for content in body.values() if isinstance(content, dict) for name in content]
    return frozenset([*body, *inner])


def _meant(rule: Rule, method: str) -> bool:
    if rule.method == "*":
        return method not in ("update", "download")
    return rule.method == method


def _rule(values: dict[str, Any]) -> Rule:
    """Raise ValueError for a rule that could never fire."""
    try:
        rule = Rule(**values)
    except TypeError as error:
        raise ValueError(f"a rule needs method and kind, and knows no other names: {error}") from error
    rule.method = rule.method.lower()
    kinds = _UPDATE_KINDS if rule.method == "update" else _CALL_KINDS
    if rule.kind not in kinds:
        raise ValueError(f"kind {rule.kind} is not one of {', '.join(kinds)} for {rule.method}")
    if rule.holds is not None and rule.method != "update":
        raise ValueError("holds is about what an update holds")
    if rule.times is not None and rule.times < 1:
        raise ValueError("times is a number from 1, or null for always")
    return rule
