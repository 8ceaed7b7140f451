"""The figures of the database as Prometheus collects them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from watch.asking import Asked, Sample, by_figure, say
from watch.figures import DATABASE, FIGURES
from watch.part import OK, Part


class DatabaseFigures(Collector):
    """Registered beside the process's own figures where this process tells those of the database as well."""

    def __init__(self, asked: Asked, parts: Mapping[str, Part]) -> None:
        self._asked = asked
        self._parts = parts

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Without asking: a registry wants it when it is put together."""
        return [_family(name, {}) for name in _NAMES]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        begun = {name: part.begin() for name, part in self._parts.items()}
        found = by_figure([*self._asked.samples(), *up(begun)])
        for name in _NAMES:
            yield _family(name, found.get(name, {}))


_NAMES = tuple(figure.name for figure in FIGURES.values() if figure.asked == DATABASE)


def up(begun: Mapping[str, Callable[[], str]]) -> Iterator[Sample]:
    """Of each part, whether it answers; `begun` waits for what each says."""
    for name, answer in begun.items():
        yield say("miomio_up", float(answer() == OK), part=name)


def _family(name: str, series: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    figure = FIGURES[name]
    family = GaugeMetricFamily(name, figure.help, labels=figure.labels)
    for labels, value in series.items():
        family.add_metric(labels, value)
    return family
