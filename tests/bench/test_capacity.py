"""The model of capacity: what it computes, and what its page says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bench import measures
from bench.capacity.document import DOCUMENT, written
from bench.capacity.model import COSTS_OF, INCOME, USED, Measured, assumed, need
from bench.figures import report, write
from bench.sides import OURS

SUBJECTS = {
    "orders": measures.ORDERS,
    "job": measures.JOB,
    "webhook": measures.WEBHOOK,
    "crowd": measures.CROWD,
    "idleness": measures.IDLENESS,
    "growth": measures.GROWTH,
}
MEASURED = Measured(
    order_cpu=0.060,
    job_cpu=0.020,
    update_cpu=0.002,
    call_kib=800,
    worker_mib=90,
    order_bytes=12_000,
    order_statements=50,
)


def test_ten_times_the_orders_need_ten_times_of_what_goes_with_orders() -> None:
    small, large = (need(orders, MEASURED, assumed()) for orders in (100_000, 1_000_000))
    for name in (
        "orders",
        "worker_cores",
        "database_cores",
        "pictures_in_flight",
        "statements",
        "store_gb",
        "telegram",
    ):
        assert getattr(large, name) == pytest.approx(10 * getattr(small, name)), name
    for name in ("store", "network", "pictures", "videos", "income"):
        assert large.dollars[name] == pytest.approx(10 * small.dollars[name]), name
    assert large.dollars["machines"] >= small.dollars["machines"]


def test_the_arithmetic_of_one_size_by_hand() -> None:
    found = need(86_400, MEASURED, assumed())
    assert found.orders == pytest.approx(4.0)
    assert found.updates == pytest.approx(16.0)
    assert found.worker_cores == pytest.approx(4.0 * 0.020)
    assert found.pictures_in_flight == pytest.approx(4.0 * 0.9 * 12)
    assert found.video_slots == pytest.approx(4.0 * 0.1 * 120)
    assert found.statements == pytest.approx(200)
    assert found.database_gb == pytest.approx(86_400 * 30 * 12 * 12_000 / 1e9)


def test_no_size_is_without_a_second_machine_of_each_kind() -> None:
    assert need(1, MEASURED, assumed()).machines == {"web": 2, "worker": 2, "rights": 2}


def test_memory_asks_for_machines_where_cpu_does_not() -> None:
    heavy = dataclasses.replace(MEASURED, call_kib=80_000)
    assert (
        need(1_000_000, heavy, assumed()).machines["worker"] > need(1_000_000, MEASURED, assumed()).machines["worker"]
    )


def measured(folder: Path) -> None:
    """Made-up results of every program that the model reads, each figure 100 of its unit."""
    for program in {program for program, _ in USED}:
        measures = [each for each in SUBJECTS[program] if (program, each.name) in USED]
        found = {each.name: {OURS: [100.0], **{side: [50.0] for side in each.beside}} for each in measures}
        write(report(program, program, measures, found, seconds=1.0, load=0.0), folder)


def test_the_page_says_what_was_measured_and_what_follows(tmp_path: Path) -> None:
    measured(tmp_path)
    page = written(tmp_path)
    assert "| orders a day | 1,000 | 100,000 | 1,000,000 |" in page
    assert "| orders a second, busiest hour | 0.0463 | 4.63 | 46.3 |" in page
    assert "CPU of an image job, no latency: 100 ms (job, " in page


def test_the_page_in_the_documents_is_what_the_newest_figures_say() -> None:
    assert DOCUMENT.read_text() == written()


def test_where_the_share_that_must_be_bought_is_bought_nothing_is_lost() -> None:
    found = need(100_000, MEASURED, assumed())
    given = assumed()
    given["people"]["paid_share"] = found.bought
    dollars = need(100_000, MEASURED, given).dollars
    assert dollars[INCOME] == pytest.approx(sum(dollars[name] for name in COSTS_OF))


@pytest.mark.parametrize("program", sorted({program for program, _ in USED}))
def test_without_a_measurement_there_is_no_page(tmp_path: Path, program: str) -> None:
    measured(tmp_path)
    (tmp_path / f"{program}.json").unlink()
    with pytest.raises(FileNotFoundError):
        written(tmp_path)
