"""A share of a figure's work, to see whether a program works; figures come from the whole."""

from __future__ import annotations


def part(whole: int, share: float, *, least: int = 1) -> int:
    return min(whole, max(least, round(whole * share)))
