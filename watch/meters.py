"""What one process counts of itself. Every method is quick and never raises: it is called in the middle of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from providers.http import Origin
from watch.figures import COUNTER, FIGURES, GAUGE, HISTOGRAM, PROCESS, Figure

OTHER = "other"


class Meters:
    """Counters and histograms of a process, on a registry of its own."""

    def __init__(self, *, release: str = "", policy: str = "", providers: Mapping[Origin, str] | None = None) -> None:
        """`providers`: whose each origin is, by the name of the register."""
        self.registry = CollectorRegistry()
        self.release = release
        self._providers = dict(providers or {})
        self._meters: dict[str, Any] = {
            figure.name: _meter(figure, self.registry) for figure in FIGURES.values() if figure.asked == PROCESS
        }
        self._meters["miomio_build_info"].labels(release=release, policy=policy).set(1)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def called(self, origin: Origin, seconds: float, code: str | None) -> None:
        """A call to a provider is over; `code` says what was wrong with it."""
        provider = self._providers.get(origin, OTHER)
        self._meters["miomio_provider_seconds"].labels(provider=provider).observe(seconds)
        if code is not None:
            self._meters["miomio_provider_errors"].labels(provider=provider, code=code).inc()

    def worked(self, kind: str, outcome: str, seconds: float) -> None:
        """A try of work is over."""
        self._meters["miomio_work_ended"].labels(kind=kind, outcome=outcome).inc()
        self._meters["miomio_work_seconds"].labels(kind=kind).observe(seconds)

    def taken_back(self, kind: str) -> None:
        """A row was taken over from a holder that had fallen silent."""
        self._meters["miomio_leases_taken_back"].labels(kind=kind).inc()

    def delivered(self, kind: str, seconds: float) -> None:
        """A person has the result of an order, so long after the tap."""
        self._meters["miomio_order_seconds"].labels(kind=kind).observe(seconds)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """The website answered an address of this pattern."""
        self._meters["miomio_http_seconds"].labels(route=route, status=_class(status)).observe(seconds)

    def updated(self, status: int, seconds: float) -> None:
        """An update of Telegram was answered."""
        self._meters["miomio_webhook_seconds"].labels(status=_class(status)).observe(seconds)


def _class(status: int) -> str:
    return f"{status // 100}xx"


def _meter(figure: Figure, registry: CollectorRegistry) -> Any:
    named: tuple[str, str] = (figure.name, figure.help)
    if figure.kind == HISTOGRAM:
        return Histogram(*named, labelnames=figure.labels, buckets=figure.buckets, registry=registry)
    made: Mapping[str, Callable[..., Any]] = {COUNTER: Counter, GAUGE: Gauge}
    return made[figure.kind](*named, labelnames=figure.labels, registry=registry)
