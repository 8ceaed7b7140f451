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
    Program("orders", "An order, from tap to picture", measures.ORDERS, orders.run, 105),
    Program("kill", "A worker is killed in the middle of 20 jobs", measures.KILL, kill.run, 50),
    Program("job", "One image job", measures.JOB, job.run, 43),
    Program("crowd", "256 pictures at once", measures.CROWD, crowd.run, 78),
    Program("videos", "2,000 videos at once", measures.VIDEOS, videos.run, 182),
    Program("queue", "The queue", measures.QUEUE, queue_speed.run, 64),
    Program("idleness", "What idleness costs", measures.IDLENESS, idleness.run, 26),
    Program("webhook", "The webhook", measures.WEBHOOK, webhook.run, 49),
    Program("website", "The website", measures.WEBSITE, website.run, 35),
    Program("checkout", "The question before a payment", measures.CHECKOUT, checkout.run, 31),
    Program("sealing", "Sealing", measures.SEALING, sealing.run, 2),
    Program("erasure", "Erasure", measures.ERASURE, erasure.run, 48),
    Program("retention", "Retention", measures.RETENTION, retention.run, 21),
    Program("export", "A copy of somebody's data", measures.EXPORT, export.run, 18),
)
BY_NAME = {program.name: program for program in PROGRAMS}
