"""The declarations of figures: Prometheus's own rules for names, and labels by allow-list."""

from __future__ import annotations

import re

import pytest

from watch.figures import COUNTER, DATABASE, FIGURES, GAUGE, HISTOGRAM, LABELS, PROCESS, Figure


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_is_declared_as_prometheus_wants_it(figure: Figure) -> None:
    assert re.fullmatch(r"miomio_[a-z]+(_[a-z]+)*", figure.name)
    assert not figure.name.endswith(("_total", "_bucket", "_count", "_sum"))
    assert figure.kind in (GAUGE, COUNTER, HISTOGRAM)
    assert figure.asked in (DATABASE, PROCESS)
    assert figure.asked == PROCESS or figure.kind == GAUGE  # rows go with retention: what they count may fall
    assert bool(figure.buckets) == (figure.kind == HISTOGRAM)
    assert list(figure.buckets) == sorted(set(figure.buckets))
    assert figure.help[:1].isupper() or figure.help[:1].isdigit()


def test_every_label_says_why_it_may_be_said_and_is_used() -> None:
    assert {label for figure in FIGURES.values() for label in figure.labels} == LABELS.keys()
    assert all(reason.strip() for reason in LABELS.values())
