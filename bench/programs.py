"""Every program of figures: what it is called, what it measures, how long it takes on two quiet cores."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import (
    checkout,
    crowd,
    erasure,
    export,
    idleness,
    job,
    kill,
    measures,
    orders,
    queue_speed,
    retention,
    sealing,
    videos,
    webhook,
    website,
)
from bench.figures import Found, Report, report
from bench.measure import Measure


@dataclass(frozen=True)
class Program:
    """`run` takes the share of the whole that it shall do: 1 for figures, less to see whether it works."""

    name: str
    title: str
    measures: Sequence[Measure]
    run: Callable[[float], Found]
    seconds: int

    def reported(self, share: float) -> Report:
        """Raises NotAFigure."""
        load, began = os.getloadavg()[0], time.monotonic()
        found = self.run(share)
        return report(
            self.name, self.title, self.measures, found, seconds=time.monotonic() - began, load=load, share=share
        )


PROGRAMS = (
    Program("orders", "An order, from tap to picture", measures.ORDERS, orders.run, 115),
    Program("kill", "A worker is killed in the middle of 20 jobs", measures.KILL, kill.run, 65),
    Program("job", "One image job", measures.JOB, job.run, 38),
    Program("crowd", "256 pictures at once", measures.CROWD, crowd.run, 70),
    Program("videos", "2,000 videos at once", measures.VIDEOS, videos.run, 245),
    Program("queue", "The queue", measures.QUEUE, queue_speed.run, 80),
    Program("idleness", "What idleness costs", measures.IDLENESS, idleness.run, 28),
    Program("webhook", "The webhook", measures.WEBHOOK, webhook.run, 60),
    Program("website", "The website", measures.WEBSITE, website.run, 28),
    Program("checkout", "The question before a payment", measures.CHECKOUT, checkout.run, 45),
    Program("sealing", "Sealing", measures.SEALING, sealing.run, 8),
    Program("erasure", "Erasure", measures.ERASURE, erasure.run, 50),
    Program("retention", "Retention", measures.RETENTION, retention.run, 42),
    Program("export", "A copy of somebody's data", measures.EXPORT, export.run, 25),
)
BY_NAME = {program.name: program for program in PROGRAMS}
