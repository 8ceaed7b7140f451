"""What a PromQL expression names: figures, labels and values. Enough to hold it to the declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watch.figures import COUNTER, FIGURES, HISTOGRAM, Figure

NAME = re.compile(r"\bmiomio_[a-z_]+\b")
SELECTOR = re.compile(r"\b(miomio_[a-z_]+)\{([^}]*)\}")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
ENDINGS = {"_total": COUNTER, "_bucket": HISTOGRAM, "_count": HISTOGRAM, "_sum": HISTOGRAM}
ADDED = {"app", "instance", "job", "le"}  # labels that Prometheus, the platform or a histogram adds


def problems(expression: str) -> list[str]:
    """Every name that `watch` does not declare, and every label that no figure of the expression has."""
    names = set(NAME.findall(expression))
    found = {name: declared(name) for name in names}
    labels = ADDED | {label for figure in found.values() if figure for label in figure.labels}
    return [
        *(f"{name} is declared nowhere" for name, figure in found.items() if figure is None),
        *(f"{label} is a label of none of {sorted(names)}" for label in _grouped(expression) if label not in labels),
        *(
            f"{name} has no label {label}"
            for name, label, _ in matched(expression)
            if (figure := declared(name)) and label not in ADDED | set(figure.labels)
        ),
    ]


def declared(name: str) -> Figure | None:
    """The figure that a name on the page belongs to."""
    for ending, kinds in (
        ("_total", {COUNTER}),
        ("_bucket", {HISTOGRAM}),
        ("_count", {HISTOGRAM}),
        ("_sum", {HISTOGRAM}),
    ):
        figure = FIGURES.get(name.removesuffix(ending)) if name.endswith(ending) else None
        if figure is not None and figure.kind in kinds:
            return figure
    figure = FIGURES.get(name)
    return figure if figure is not None and figure.kind not in {COUNTER, HISTOGRAM} else None


def matched(expression: str) -> Iterator[tuple[str, str, str]]:
    """Name, label and what it is compared with, of each selector."""
    for name, inside in SELECTOR.findall(expression):
        for label, value in MATCHER.findall(inside):
            yield name, label, value


def _grouped(expression: str) -> set[str]:
    return {label.strip() for inside in GROUPING.findall(expression) for label in inside.split(",") if label.strip()}
