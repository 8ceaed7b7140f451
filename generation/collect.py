"""`collect`: a finished video, streamed from the provider's file host straight through its seal into the store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import crash
import logs
from billing import ledger
from custody import destroy
from custody.fields import Fields
from custody.media import VIDEO, MediaVault
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import PURPOSE
from generation.kinds import DELIVER, DESTROY
from generation.show import LATE
from generation.slots import end_task
from generation.source import Source
from generation.watch import Watch
from imaging.mp4 import Mp4Facts, Readable
from jobs.claim import Claim
from jobs.desk import Desk
from models import Order, VideoTask
from states import move

LARGEST = 100 * 1024 * 1024  # bytes of a result
LINKS = 3  # a dead link is asked for anew so often
MIME = "video/mp4"

log = logs.get()


class Files(Protocol):
    """The provider's file hosts; see `providers.results.ResultHosts`."""

    def fetch(self, url: str, *, max_bytes: int) -> AbstractContextManager[tuple[int, Readable]]: ...


class Collect:
    """From FOUND to KEPT."""

    def __init__(
        self, *, database: Database, fields: Fields, media: MediaVault, desk: Desk, watch: Watch, files: Files
    ) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk
        self._watch = watch
        self._files = files

    def do(self, claim: Claim) -> None:
        with self._database.connection():
            task = VideoTask.get_or_none((VideoTask.id == claim.subject) & (VideoTask.state == VideoTask.FOUND))
        if task is None:
            with claim.finish():
                return
        logs.also(order=task.order)
        if task.late and not self._still_a_gift(task):
            with claim.finish() as unit:
                end_task(unit, task.id, reason="photo.gone")
            return
        url = self._fields.open(VideoTask.url, task, purpose=PURPOSE)
        try:
            with self._files.fetch(url or "", max_bytes=LARGEST) as (length, stream):
                passing = Mp4Facts(stream)
                media = self._media.keep_stream(
                    account=task.account, kind=VIDEO, source=passing, length=length, mime=MIME
                )
        except Permanent as failure:
            if failure.code != "result.dead_link" or task.links + 1 >= LINKS:
                raise
            self._ask_for_another(claim, task)
            return
        facts = passing.facts()
        crash.at("collect.stored")
        with claim.finish() as unit:
            self._media.stored(unit, media, width=facts.width, height=facts.height, seconds=facts.seconds)
            end_task(unit, task.id)
            if not self._kept(unit, task, media.id):
                destroy.intend(unit, media.id)  # nobody waits for it any more
                self._desk.add(unit, DESTROY, subject=media.id, account=task.account)
                return
            unit.after(lambda: log.info("order.kept", order=task.order, model=task.model, count=task.attempt))
            self._desk.add(unit, DELIVER, subject=task.order, account=task.account)

    def _kept(self, unit: Unit, task: VideoTask, media: str) -> bool:
        """In time: the hold becomes a charge. Late: the credits are back already, and it is a gift."""
        changes = {"media": media, "ended_at": unit.now}
        if move(Order, task.order, come_from=(Order.RENDERING,), to=Order.KEPT, **changes):
            ledger.charge(unit, owner=task.account, order=task.order)
            return True
        if not task.late or not self._still_a_gift(task):
            return False
        return move(Order, task.order, come_from=(Order.FAILED,), to=Order.KEPT, reason=LATE, **changes)

    def _still_a_gift(self, task: VideoTask) -> bool:
        """Who deleted the picture after we had given it up wants nothing made of it any more."""
        with self._database.connection():
            order = Order.get_or_none((Order.id == task.order) & (Order.state == Order.FAILED))
            return order is not None and Source.of(order).media() is not None

    def _ask_for_another(self, claim: Claim, task: VideoTask) -> None:
        with claim.finish() as unit:
            move(
                VideoTask,
                task.id,
                come_from=(VideoTask.FOUND,),
                to=VideoTask.RENDERING,
                links=VideoTask.links + 1,
                ask_at=unit.now,
                ended_at=None,
                url=None,
            )
        log.warning("video.dead_link", order=task.order, count=task.links + 1)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The video is there, but not to be had or not to be used: the credits are back."""
        task = VideoTask.get_or_none(VideoTask.id == claim.subject)
        if task is not None and end_task(unit, task.id, reason=failure.code) and not task.late:
            self._watch.give_up(unit, task, failure)
