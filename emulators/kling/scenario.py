"""What tests ask the stand-in to do next: rules taken in order. The package's docstring says what each kind does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulators.kling.faults import ERROR_KINDS
from emulators.kling.reading import Asked
from emulators.rules import Rules, refuse_unknown
from emulators.words import words

CREATE, QUERY, TASK, LINK, FILE, CALLBACK = "create", "query", "task", "link", "file", "callback"
WIRE_KINDS = words("ok slow stall truncate garbage html-502 drop")
KINDS: dict[str, frozenset[str]] = {
    CREATE: WIRE_KINDS | ERROR_KINDS | words("drop_reply early"),
    QUERY: WIRE_KINDS | ERROR_KINDS | words("empty stale unknown-status"),
    TASK: words("ok risk bad-input fail hang stuck"),
    LINK: words("ok other-host private no-output url"),
    FILE: words("ok 403 404 410 500 503 redirect not-video shorter longer no-length huge drip"),
    CALLBACK: words("ok lost duplicate late replay forged unsigned old"),
}
# A rule without a stage belongs to the first of these that knows its kind.
ORDER = (CREATE, TASK, LINK, FILE, CALLBACK, QUERY)
# After these a task is there, unless the rule says otherwise.
MADE = words("ok early slow stall truncate garbage drop_reply")


@dataclass
class Rule:
    """`times` None means until cleared. Filters: model, prompt_contains, external_id, and status (of callbacks)."""

    kind: str
    stage: str = ""
    times: int | None = 1
    model: str | None = None
    prompt_contains: str | None = None
    external_id: str | None = None
    status: str | None = None
    seconds: float | None = None
    made: bool | None = None
    message: str | None = None
    url: str | None = None
    mib: int = 101
    canned: bool = False

    @property
    def makes(self) -> bool:
        return self.kind in MADE if self.made is None else self.made

    def lasting(self, usual: float = 60.0) -> float:
        return usual if self.seconds is None else self.seconds

    def fits(self, candidates: Iterable[Asked]) -> bool:
        if self.model is None and self.prompt_contains is None and self.external_id is None:
            return True
        return any(self._fits(asked) for asked in candidates)

    def _fits(self, asked: Asked) -> bool:
        if self.model is not None and self.model not in (asked.model.name, asked.model.legacy):
            return False
        if self.external_id is not None and self.external_id != asked.external_id:
            return False
        return self.prompt_contains is None or self.prompt_contains in asked.prompt


class Scenario(Rules[Rule]):
    def __init__(self) -> None:
        super().__init__(_rule)

    def take(self, stage: str, candidates: Iterable[Asked], *, status: str | None = None) -> Rule | None:
        """The first rule of the stage that fits, used up once. `status` is what a callback tells."""

        def fits(rule: Rule) -> bool:
            other = stage == CALLBACK and rule.status not in (None, status)
            return rule.stage == stage and not other and rule.fits(candidates)

        return self.first(fits)


def _rule(values: object) -> Rule:
    if not isinstance(values, dict) or not isinstance(values.get("kind"), str):
        raise ValueError("a rule is an object with a kind")
    refuse_unknown(values, Rule)
    rule = Rule(**values)
    rule.stage = rule.stage or next((stage for stage in ORDER if rule.kind in KINDS[stage]), "")
    if rule.kind not in KINDS.get(rule.stage, ()):
        known = "; ".join(f"{stage}: {' '.join(sorted(kinds))}" for stage, kinds in KINDS.items())
        raise ValueError(f"unknown stage or kind; known: {known}")
    if rule.stage == LINK and rule.kind == "url" and rule.url is None:
        raise ValueError("the kind url needs an url")
    return rule
