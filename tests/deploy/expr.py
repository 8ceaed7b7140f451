"""The part of the Expr language that the autoscaler's expression uses: numbers, names, + - * /, comparisons, `?:`, and
the functions below. What it does not know is an error, as in the original."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(>=|<=|==|!=|[-+*/()?:,<>]))")
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "ceil": lambda value: float(math.ceil(value)),
    "floor": lambda value: float(math.floor(value)),
    "round": lambda value: float(round(value)),
    "abs": lambda value: abs(value),
}
LEVELS: tuple[Mapping[str, Callable[[float, float], float]], ...] = (
    {
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    },
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: a / b},
)


def machines(expression: str, values: Mapping[str, float]) -> int:
    """The answer as the autoscaler takes it: rounded, never below zero. Raises what `evaluate` raises."""
    return max(0, round(evaluate(expression, values)))


def evaluate(expression: str, values: Mapping[str, float]) -> float:
    """Raises SyntaxError, NameError or ZeroDivisionError."""
    reader = _Reader(_tokens(expression), values)
    answer = reader.choice()
    if reader.rest:
        raise SyntaxError(f"unexpected {reader.rest[0]}")
    return answer


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(f"cannot read {text[at:]!r}")
        found.append(match[0].strip())
        at = match.end()
    return found


class _Reader:
    """Reads from the front; each method is one level of binding, the loosest first."""

    def __init__(self, tokens: list[str], values: Mapping[str, float]) -> None:
        self.rest = tokens
        self._values = values

    def choice(self) -> float:
        condition = self._joined(0)
        if not self._take("?"):
            return condition
        yes = self.choice()
        self._demand(":")
        no = self.choice()
        return yes if condition else no

    def _joined(self, level: int) -> float:
        if level == len(LEVELS):
            return self._single()
        answer = self._joined(level + 1)
        while self.rest and self.rest[0] in LEVELS[level]:
            join = LEVELS[level][self.rest.pop(0)]
            answer = join(answer, self._joined(level + 1))
        return answer

    def _single(self) -> float:
        if self._take("-"):
            return -self._single()
        if self._take("("):
            answer = self.choice()
            self._demand(")")
            return answer
        if not self.rest:
            raise SyntaxError("it ends too soon")
        word = self.rest.pop(0)
        if word[0].isdigit():
            return float(word)
        if self._take("("):
            return self._called(word)
        if word not in self._values:
            raise NameError(word)
        return self._values[word]

    def _called(self, name: str) -> float:
        given = [self.choice()]
        while self._take(","):
            given.append(self.choice())
        self._demand(")")
        if name not in FUNCTIONS:
            raise NameError(name)
        return FUNCTIONS[name](*given)

    def _take(self, token: str) -> bool:
        if self.rest and self.rest[0] == token:
            self.rest.pop(0)
            return True
        return False

    def _demand(self, token: str) -> None:
        if not self._take(token):
            raise SyntaxError(f"{token} is missing")
