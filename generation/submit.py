"""`submit`: a video's first frame out of its seal, disclosure row, one call. What was sent is never sent blindly again:
an answer that was lost is looked up by the attempt's own id, which was written down before the call."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import crash
import logs
from consent.disclosure import disclose
from custody.media import MediaVault
from database import Database, Unit
from errors import Failure, Permanent, Rejected, Temporary
from generation.chat import PURPOSE
from generation.endings import end_badly
from generation.orders import Orders
from generation.slots import NAME, VideoSlots, end_task
from generation.source import Source
from generation.status import Status
from generation.watch import Watch, first_look
from imaging.intake import Intake
from jobs.claim import Claim
from jobs.desk import Desk
from models import Media, Order, VideoTask
from policy.limits import LONGEST_OUTAGE
from providers.kling import Task
from states import move
from traffic.breakers import AWAY
from traffic.control import Traffic
from traffic.names import VIDEOS
from wording import orders as says

SETTLES = timedelta(seconds=3)  # a task that was just made may not be found at once
NEVER_MADE = ("provider.misconfigured", "provider.bad_request", "http.undeclared_host")
# Nothing was taken in: it may be cancelled, and sent as it is. Who waits was asked about, or was never sent.
NOT_MADE = ("provider.unreachable", "provider.busy", AWAY, f"{VIDEOS}.held")

log = logs.get()


class Submitter(Protocol):
    """The provider; see `providers.kling.Kling` for what each failure tells."""

    def submit(self, picture: bytes, prompt: str, *, seconds: int, model: str, external_id: str) -> Task: ...
    def look(self, external_ids: list[str]) -> dict[str, Task]: ...


class Submit:
    """One attempt at a video."""

    def __init__(
        self,
        *,
        database: Database,
        media: MediaVault,
        desk: Desk,
        orders: Orders,
        slots: VideoSlots,
        watch: Watch,
        status: Status,
        intake: Intake,
        traffic: Traffic,
        provider: Submitter,
    ) -> None:
        self._database = database
        self._media = media
        self._desk = desk
        self._orders = orders
        self._slots = slots
        self._watch = watch
        self._status = status
        self._intake = intake
        self._traffic = traffic
        self._provider = provider

    def do(self, claim: Claim) -> None:
        """From ADMITTED to RENDERING. One found in SUBMITTING was sent by somebody who could not hear the answer."""
        with self._database.connection():
            task = VideoTask.get_or_none(VideoTask.id == claim.subject)
            order = Order.get_or_none(Order.id == task.order) if task is not None else None
            source = Source.of(order).media() if order is not None else None
        if task is not None:
            logs.also(order=task.order)
        if task is None or task.state not in (VideoTask.ADMITTED, VideoTask.SUBMITTING):
            with claim.finish():
                return
        if order is None or order.state not in Order.OPEN:  # it ended while it was given its slot
            with claim.finish() as unit:
                end_task(unit, task.id, reason="orders.withdrawn")
                return
        if task.state == VideoTask.SUBMITTING and self._found(claim, task):
            return
        if source is None:
            raise Rejected("photo.gone")
        self._traffic.pauses.demand_going(VIDEOS)
        _, prompt = self._orders.wanted(order)
        try:
            with self._traffic.breakers.call(NAME, work=claim.id, fence=claim.fence):
                frame = [self._frame(source)]
                self._announce(claim, task, order)
                crash.at("submit.announced")
                claim.demand()
                made = self._provider.submit(
                    frame.pop(), prompt, seconds=task.seconds, model=task.model, external_id=task.external_id
                )
        except (Temporary, Permanent) as failure:
            if self._answered(claim, task, order, failure):
                return
            raise
        crash.at("submit.called")
        self._rendering(claim, task, order)
        log.info("video.submitted", order=order.id, model=task.model, state=made.state)

    def again(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """Between two tries of what was certainly not taken in, the order waits where it can be cancelled."""
        del unit
        if failure.code not in NOT_MADE:
            return
        task = VideoTask.get_or_none(VideoTask.id == claim.subject)
        if task is not None and move(VideoTask, task.id, come_from=(VideoTask.SUBMITTING,), to=VideoTask.ADMITTED):
            move(Order, task.order, come_from=(Order.CALLING,), to=Order.QUEUED)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The credits are back. What may have been made after all is still asked about, and is free if it comes."""
        task = VideoTask.get_or_none(VideoTask.id == claim.subject)
        if task is None:
            return
        not_made = failure.code in NOT_MADE + NEVER_MADE or isinstance(failure, Rejected)
        if task.state == VideoTask.SUBMITTING and not not_made:
            self._watch.keep_an_eye(unit, task)
        else:
            end_task(unit, task.id, reason=failure.code)
        self._watch.give_up(unit, task, failure)

    def _frame(self, source: Media) -> bytes:
        with self._media.open(source, purpose=PURPOSE) as opened:
            return self._intake.first_frame(opened.read()).data

    def _announce(self, claim: Claim, task: VideoTask, order: Order) -> None:
        """From here on it may have been sent, and the disclosure stands before anything leaves."""
        with claim.checkpoint() as unit:
            sent = (VideoTask.ADMITTED, VideoTask.SUBMITTING)
            if not move(VideoTask, task.id, come_from=sent, to=VideoTask.SUBMITTING, submitted_at=unit.now) or not move(
                Order,
                order.id,
                come_from=(Order.QUEUED, Order.CALLING),
                to=Order.CALLING,
                attempt=task.attempt,
                shown=says.WORKING,
            ):
                raise Permanent("orders.withdrawn")
            disclose(
                unit,
                account=order.account,
                order=order.id,
                attempt=task.attempt,
                recipient=order.provider,
                purpose=PURPOSE,
                categories=frozenset({"results" if order.origin else "photos", "prompts"}),
            )
        log.info("order.sent", order=order.id, recipient=order.provider, count=task.attempt)

    def _found(self, claim: Claim, task: VideoTask) -> bool:
        """Whether the provider has it. Asked twice, some seconds apart, before it counts as not there."""
        try:
            known = self._provider.look([task.external_id])
        except (Temporary, Permanent) as failure:  # whether it was made is as unknown as before
            if self._traffic.breakers.away(NAME) and not self._waited_long(task):
                raise self._traffic.breakers.wait(NAME, "provider.unsure") from None
            raise Temporary("provider.unsure", retry_after=getattr(failure, "retry_after", None)) from None
        if task.external_id in known:
            crash.at("submit.found")
            with self._database.connection():
                order = Order.get_by_id(task.order)
            self._rendering(claim, task, order)
            log.info("video.found_again", order=task.order)
            return True
        if task.submitted_at is not None and self._database.clock.now() - task.submitted_at < SETTLES:
            raise Temporary("provider.unsure", retry_after=SETTLES.total_seconds())
        return False

    def _waited_long(self, task: VideoTask) -> bool:
        return bool(self._database.clock.now() - task.created_at > LONGEST_OUTAGE)

    def _rendering(self, claim: Claim, task: VideoTask, order: Order) -> None:
        with claim.finish() as unit:
            ask_at = first_look(unit.now)
            now = VideoTask.get(VideoTask.id == task.id)
            if now.ask_at is not None:  # its callback was quicker than the answer of its submission
                ask_at = min(ask_at, now.ask_at)
            move(VideoTask, task.id, come_from=(VideoTask.SUBMITTING,), to=VideoTask.RENDERING, ask_at=ask_at)
            if not move(Order, order.id, come_from=(Order.CALLING,), to=Order.RENDERING):
                VideoTask.update(late=True).where(VideoTask.id == task.id).execute()
        # Not before the call: whoever waits for Telegram then may lose the lease, and send a second time.
        self._status.say(order.id)

    def _answered(self, claim: Claim, task: VideoTask, order: Order, failure: Failure) -> bool:
        """Failures that are no fault of this order: it goes back into the line, or everybody's does."""
        if failure.code not in ("provider.slots_full", "provider.model_retired", "provider.out_of_money"):
            return False
        with claim.finish() as unit:
            end_task(unit, task.id, reason=failure.code)
            move(Order, order.id, come_from=(Order.CALLING,), to=Order.QUEUED)
            if failure.code == "provider.slots_full":
                self._slots.lower(unit)
            elif failure.code == "provider.out_of_money":
                self._slots.pause(unit, failure.code)
                self._give_all_back(unit)
            elif not self._slots.has_successor(task.model):
                self._give_back(unit, order, "provider.misconfigured")
        alarm = log.warning if failure.code == "provider.slots_full" else log.error  # a full provider passes
        alarm("video.not_taken", order=order.id, code=failure.code, model=task.model)
        return True

    def _give_all_back(self, unit: Unit) -> None:
        """Nobody knows when videos are made again: whoever waits for one has their credits back."""
        for order in self._slots.waiting():
            self._give_back(unit, order, "videos.paused")

    def _give_back(self, unit: Unit, order: Order, reason: str) -> None:
        end_badly(unit, self._desk, order=order.id, account=order.account, reason=reason, come_from=(Order.QUEUED,))
