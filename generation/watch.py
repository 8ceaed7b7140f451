"""In-flight videos are rows, and no thread waits for them: one question for a batch tells how they stand. Callbacks
only make a row due; what they claim is always asked again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import crash
import logs
from billing.costs import of_video, record
from custody.fields import Fields
from database import Database, Unit
from errors import Failure, Permanent, Rejected, Temporary
from generation.endings import end_badly
from generation.kinds import COLLECT
from generation.slots import EARLIEST, NAME, end_task, last_durations
from jobs.desk import Desk
from jobs.duties import Question
from models import Order, VideoTask
from policy.limits import VIDEO_GIVEN_UP
from providers.kling import FAILED, SUCCEEDED, Task
from states import move

BATCH = 100
EVERY = 8  # seconds between two questions about a video that may be ready; all tasks share these moments
NOT_ASKED = timedelta(minutes=25)  # the same while the provider itself does not answer
LATE_EVERY = timedelta(minutes=5)
LATE_ENDS = timedelta(hours=24)
PERCENTILE = 10  # of the last hour's durations: one in so many videos is ready before the first question
THEIRS = ("provider.refused", "provider.bad_input")  # the picture's or the wording's fault: no alarm for ops
FAILED_SOMEHOW = "provider.failed"
ATTEMPTS = 2  # in all, at a video that failed at the provider without a reason
EPOCH = datetime(2026, 1, 1)
DUE = f"(SELECT MIN(ask_at) FROM video_task WHERE state = '{VideoTask.RENDERING}' AND ask_at <= ?) IS NOT NULL"  # noqa: S608
EXTERNAL_ID = re.compile(r"[0-9a-f]{32}-[0-9]{1,6}")  # an order and the number of the attempt

log = logs.get()


class Looker(Protocol):
    """The provider, as far as it says how tasks stand; ids it does not know are absent."""

    def look(self, external_ids: Sequence[str]) -> dict[str, Task]: ...


def first_look(now: datetime) -> datetime:
    """Soon after the quickest of the last hour's videos were ready; not before.

    What we saw is up to one moment later than the truth, so two are taken off: else it would grow from hour to hour.
    """
    took = last_durations(now)
    quick = took[len(took) // PERCENTILE] - 2 * EVERY if took else EARLIEST
    return _next_moment(now + timedelta(seconds=max(EARLIEST, quick)))


def _next_moment(at: datetime) -> datetime:
    """The moments at which all are asked about together, so that batches are full."""
    seconds = (at - EPOCH).total_seconds()
    return EPOCH + timedelta(seconds=-(-seconds // EVERY) * EVERY)


class Watch:
    """`round()` asks about everything that is due; any process may run it at any time."""

    def __init__(self, *, database: Database, fields: Fields, desk: Desk, provider: Looker | None) -> None:
        self._database = database
        self._fields = fields
        self._desk = desk
        self._provider = provider
        self._batch = BATCH

    def something_is_due(self, now: datetime) -> Question:
        """Whether a round would ask."""
        return Question(DUE, (now,))

    def round(self) -> int:
        """How many questions it took. Raises Temporary while the provider does not answer."""
        questions = 0
        while self._provider is not None and (due := self._take()):
            questions += 1
            crash.at("look.taken")
            try:
                said = self._provider.look([task.external_id for task in due])
            except Permanent as failure:
                if failure.code != "provider.batch_refused":
                    log.error("video.not_asked", code=failure.code, count=len(due))
                    self._end_unasked(due)
                    raise Temporary(failure.code) from None
                if len(due) > 1:
                    self._halve(due)
                else:  # this one alone is refused: the others need not wait for it
                    log.error("video.not_asked", code=failure.code, order=due[0].order)
                    self._end_unasked(due)
                continue
            except Temporary:
                self._end_unasked(due)
                raise
            crash.at("look.asked")
            self._batch = min(BATCH, self._batch * 2)
            for task in due:
                try:
                    self._heard(task, said.get(task.external_id))
                except Temporary:
                    raise
                except Exception as error:  # its person has gone meanwhile, or it is a mistake of ours: not the others'
                    log.warning("video.not_heard", order=task.order, exc_info=error)
                    self._end_unasked([task])
        return questions

    def callback(self, external_id: str) -> str | None:
        """Somebody rang: ask about this one now. Its row's id, or None where there is nothing to ask."""
        if not EXTERNAL_ID.fullmatch(external_id):  # a database need not take what a stranger writes
            return None
        now = self._database.clock.now()
        open_ = VideoTask.state.in_((VideoTask.SUBMITTING, VideoTask.RENDERING))
        with self._database.connection():
            rung = list(
                VideoTask.update(ask_at=now)
                .where((VideoTask.external_id == external_id) & open_)
                .returning(VideoTask.id, VideoTask.state)
                .execute()
            )
        return rung[0].id if rung and rung[0].state == VideoTask.RENDERING else None

    def keep_an_eye(self, unit: Unit, task: VideoTask) -> None:
        """Given up, but it may still come: asked about now and then for a day."""
        changes = {"late": True, "ask_at": unit.now + LATE_EVERY}
        if not move(VideoTask, task.id, come_from=(VideoTask.SUBMITTING,), to=VideoTask.RENDERING, **changes):
            VideoTask.update(**changes).where(
                (VideoTask.id == task.id) & (VideoTask.state == VideoTask.RENDERING)
            ).execute()

    def give_up(self, unit: Unit, task: VideoTask, failure: Failure) -> None:
        """The order ends, its credits are back, its person is told why."""
        refused = isinstance(failure, Rejected)
        ended = end_badly(
            unit, self._desk, order=task.order, account=task.account, reason=failure.code, refused=refused
        )
        if ended and not refused:
            log.error("order.failed", order=task.order, code=failure.code)

    def _take(self) -> list[VideoTask]:
        """A batch that is due, given its next moment at once, so that two rounds never ask about the same."""
        now = self._database.clock.now()
        due = (VideoTask.state == VideoTask.RENDERING) & (VideoTask.ask_at <= now)
        with self._database.connection():
            ids = [
                row.id
                for row in VideoTask.select(VideoTask.id).where(due).order_by(VideoTask.ask_at).limit(self._batch)
            ]
            if not ids:
                return []
            return list(
                VideoTask.update(ask_at=_next_moment(now + timedelta(seconds=EVERY / 2)), looks=VideoTask.looks + 1)
                .where(VideoTask.id.in_(ids) & due)
                .returning(VideoTask)
                .execute()
            )

    def _halve(self, due: Sequence[VideoTask]) -> None:
        """The provider takes fewer at once than we thought: ask about these again, in smaller batches."""
        self._batch = max(1, len(due) // 2)
        log.warning("video.batch_halved", count=self._batch)
        with self._database.connection():
            VideoTask.update(ask_at=self._database.clock.now()).where(VideoTask.id.in_([t.id for t in due])).execute()

    def _heard(self, task: VideoTask, said: Task | None) -> None:
        ended = said is not None and said.state in (SUCCEEDED, FAILED)
        if not ended and self._may_go_on(task, after=VIDEO_GIVEN_UP):
            return  # nearly all that is heard: thousands of these need no transaction
        with self._database.unit() as unit:
            unit.after(lambda: crash.at("look.heard"))  # before any bell
            if said is not None and said.state == SUCCEEDED:
                self._succeeded(unit, task, said)
            elif said is not None and said.state == FAILED:
                self._failed(unit, task, said.reason or FAILED_SOMEHOW)
            else:
                self._still_working(unit, task, after=VIDEO_GIVEN_UP)
            crash.at("look.hearing")

    def _succeeded(self, unit: Unit, task: VideoTask, said: Task) -> None:
        url = self._fields.seal(VideoTask.url, row=task.id, account=task.account, value=said.url)
        found = {"url": url, "ended_at": unit.now}
        if not move(VideoTask, task.id, come_from=(VideoTask.RENDERING,), to=VideoTask.FOUND, **found):
            return
        if task.links == 0:
            kind = Order.get(Order.id == task.order).kind
            units, usd = of_video(task.model, task.seconds, units=said.units, usd=said.usd)
            record(unit, order=task.order, kind=kind, provider=NAME, model=task.model, units=units, usd=usd)
        self._desk.add(unit, COLLECT, subject=task.id, account=task.account)

    def _failed(self, unit: Unit, task: VideoTask, code: str) -> None:
        """A refusal is final. What failed for no reason of this order's is worth another attempt, in its old place."""
        if not end_task(unit, task.id, reason=code) or task.late:
            return
        failed = (VideoTask.order == task.order) & (VideoTask.reason == FAILED_SOMEHOW)
        worth_another = code == FAILED_SOMEHOW and VideoTask.select().where(failed).count() < ATTEMPTS
        if not (worth_another and move(Order, task.order, come_from=(Order.RENDERING,), to=Order.QUEUED)):
            self.give_up(unit, task, Rejected(code) if code in THEIRS else Permanent(code))

    def _may_go_on(self, task: VideoTask, *, after: timedelta) -> bool:
        """Neither given up nor to be given up now."""
        return not task.late and self._database.clock.now() - (task.submitted_at or task.created_at) <= after

    def _still_working(self, unit: Unit, task: VideoTask, *, after: timedelta) -> None:
        age = unit.now - (task.submitted_at or task.created_at)
        if task.late:
            if age > LATE_ENDS:
                end_task(unit, task.id, reason="video.too_slow")
            else:
                self.keep_an_eye(unit, task)
        elif age > after:
            self.keep_an_eye(unit, task)
            self.give_up(unit, task, Permanent("video.too_slow"))

    def _end_unasked(self, due: Sequence[VideoTask]) -> None:
        """Nobody answers: people are not left waiting for ever."""
        for task in due:
            with self._database.unit() as unit:
                self._still_working(unit, task, after=NOT_ASKED)
