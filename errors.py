"""Every failure is one of three families, and the family says what the caller does next.

A failure carries a code and facts. Facts are ids, numbers and names of ours: never a person's words, never a
provider's raw text, because failures end in logs.
"""

from __future__ import annotations

Fact = str | int | float | bool | None


class Failure(Exception):
    """`code` is a stable name such as "photo.too_large"; the sentence for a person is looked up by it."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({facts})" if facts else self.code


class Rejected(Failure):
    """The person can do something about it: tell them, in their language, and give back what was held."""


class Temporary(Failure):
    """It may work later: try again after `retry_after` seconds, or by the caller's own schedule when None."""

    def __init__(self, code: str, *, retry_after: float | None = None, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.retry_after = retry_after


class Waits(Temporary):
    """Nothing is wrong with this piece of work: it waits for what everybody waits for, and its try does not count."""


class Permanent(Failure):
    """It will not work: give up, give back, and tell ops where it is theirs to mend."""
