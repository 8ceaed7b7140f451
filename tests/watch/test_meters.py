"""What one process counts of itself, read as Prometheus reads it."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from providers.http import Origin
from watch.figures import FIGURES, PROCESS
from watch.meters import Meters

GEMINI = Origin("https", "generativelanguage.googleapis.com", 443)


@pytest.fixture
def meters() -> Meters:
    return Meters(release="c0ffee", policy="2026-11-28", providers={GEMINI: "gemini"})


def value(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


def test_every_figure_of_a_process_is_there_and_nothing_of_the_database(meters: Meters) -> None:
    families = {family.name for family in text_string_to_metric_families(generate_latest(meters.registry).decode())}
    told = {name for name in families if name.startswith("miomio_")}
    assert told == {figure.name for figure in FIGURES.values() if figure.asked == PROCESS}


def test_the_process_tells_what_it_needs_of_the_machine(meters: Meters) -> None:
    assert (value(meters, "process_resident_memory_bytes") or 0) > 1 << 20


def test_a_call_counts_for_the_recipient_whose_origin_it_went_to(meters: Meters) -> None:
    meters.called(GEMINI, 12.0, None)
    meters.called(GEMINI, 3.0, "http.timeout")
    meters.called(Origin("https", "elsewhere.invalid", 443), 1.0, "http.5xx")
    assert value(meters, "miomio_provider_seconds_count", provider="gemini") == 2
    assert value(meters, "miomio_provider_seconds_sum", provider="gemini") == 15.0
    assert value(meters, "miomio_provider_seconds_bucket", provider="gemini", le="15.0") == 2
    assert value(meters, "miomio_provider_seconds_bucket", provider="gemini", le="5.0") == 1
    assert value(meters, "miomio_provider_errors_total", provider="gemini", code="http.timeout") == 1
    assert value(meters, "miomio_provider_errors_total", provider="other", code="http.5xx") == 1


def test_tries_of_work_count_by_how_they_ended(meters: Meters) -> None:
    for outcome in ("done", "done", "again"):
        meters.worked("produce", outcome, 1.0)
    meters.taken_back("produce")
    assert value(meters, "miomio_work_ended_total", kind="produce", outcome="done") == 2
    assert value(meters, "miomio_work_ended_total", kind="produce", outcome="again") == 1
    assert value(meters, "miomio_work_seconds_count", kind="produce") == 3
    assert value(meters, "miomio_leases_taken_back_total", kind="produce") == 1


def test_answers_count_by_class_of_status_and_updates_apart(meters: Meters) -> None:
    meters.answered("site", 200, 0.02)
    meters.answered("site", 204, 0.02)
    meters.updated(403, 0.001)
    assert value(meters, "miomio_http_seconds_count", route="site", status="2xx") == 2
    assert value(meters, "miomio_webhook_seconds_count", status="4xx") == 1


def test_what_runs_is_told(meters: Meters) -> None:
    assert value(meters, "miomio_build_info", release="c0ffee", policy="2026-11-28") == 1
