"""Orders: offered with price and recipient, placed by a tap with a hold, cancelled until the provider is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import logs
from billing import ledger, statement
from billing.prices import PICTURE, PRICES, seconds_of, video
from consent.choices import demand_may_get
from consent.renewal import demand_current
from custody import destroy
from custody.fields import Fields
from database import Unit
from errors import Permanent, Rejected
from generation.chat import PURPOSE
from generation.endings import end_badly, forget_words, take_out
from generation.kinds import ADMIT, DELIVER, DESTROY, PRODUCE, ROUND, TELL
from generation.slots import MOST_WAITING, Place, VideoSlots, withdraw
from generation.source import Source
from generation.styles import Catalogue, Style
from jobs.desk import Desk
from jobs.kinds import GENERATION
from models import Account, Order, new_id
from moderation.check import PromptRules
from policy.limits import LONGEST_PROMPT
from policy.terms import N_
from rows import find, first
from states import move
from traffic.control import Traffic
from traffic.load import Load
from traffic.names import IMAGES, VIDEOS
from wording.orders import AWAY, HELD

log = logs.get()

PROVIDER = "gemini"
VIDEO_PROVIDER = "kling"
DAY = timedelta(hours=24)
TOLD_AGAIN = 3.0  # seconds after a cancellation, whose tap was answered meanwhile


@dataclass(frozen=True)
class Outlook:
    """What is to be told before the tap: in how many minutes it begins, where that is long; a provider that is away."""

    minutes: int | None
    away: bool


class Orders:
    """The rules of ordering. Sends nothing; methods are called inside a unit. Without `slots` there are no videos."""

    def __init__(
        self,
        *,
        fields: Fields,
        desk: Desk,
        catalogue: Catalogue,
        motions: Catalogue,
        slots: VideoSlots | None,
        rules: PromptRules,
        traffic: Traffic,
        parallel: int,
    ) -> None:
        self._fields = fields
        self._desk = desk
        self._catalogue = catalogue
        self._motions = motions
        self._slots = slots
        self._rules = rules
        self._traffic = traffic
        self._parallel = parallel

    def check_prompt(self, prompt: str) -> str:
        """The prompt, ready to use. Raises Rejected("prompt.…"); refused words reach no provider and no table."""
        prompt = prompt.strip()
        if not prompt:
            raise Rejected("prompt.empty")
        if len(prompt) > LONGEST_PROMPT:
            raise Rejected("prompt.too_long")
        if (category := self._rules.refuse(prompt)) is not None:
            raise Rejected(f"prompt.{category}")
        return prompt

    def offer(
        self, unit: Unit, *, source: Source, style: Style | None, prompt: str | None, seconds: int | None = None
    ) -> Order:
        """A row that waits for the tap; nothing is held and nothing sent. With `seconds` it is a video.

        Raises Rejected("images.paused" | "videos.paused" | "videos.off" | "orders.too_busy").
        """
        kind = PICTURE if seconds is None else video(seconds)
        self._demand_open(unit, kind)
        order = new_id()
        row = Order(
            id=order,
            account=source.account,
            state=Order.OFFERED,
            kind=kind,
            price=PRICES[kind],
            provider=PROVIDER if seconds is None else VIDEO_PROVIDER,
            photo=source.photo,
            origin=source.origin,
            style=self._seal(Order.style, order, source.account, style.id if style else None),
            prompt=self._seal(Order.prompt, order, source.account, prompt),
            created_at=unit.now,
        )
        row.save(force_insert=True)
        return row

    def demand_videos(self, unit: Unit) -> None:
        """Raises Rejected("videos.off" | "videos.paused" | "orders.too_busy")."""
        if self._slots is None:
            raise Rejected("videos.off")
        self._traffic.pauses.demand_open(VIDEOS)
        self._slots.demand_open(unit)
        _demand_room(self._slots.load(), VIDEOS)

    def outlook(self, unit: Unit, row: Order) -> Outlook:
        """What its person should know before the tap. Called inside the unit of the offer."""
        del unit
        if row.kind == PICTURE:
            told = self._traffic.pictures().told(IMAGES)
        else:
            told = self._slots.load().told(VIDEOS) if self._slots is not None else None
        return Outlook(told, self._traffic.breakers.away(row.provider))

    def change_length(self, unit: Unit, *, account: str, order: str, seconds: int) -> Order:
        """Another length for a video that is only offered. Raises Rejected("orders.gone" | "orders.already_made")."""
        del unit
        row, kind = self.of(account, order), video(seconds)
        if seconds_of(row.kind) is None or kind not in PRICES:
            raise Rejected("orders.gone")
        offered = (Order.id == order) & (Order.state == Order.OFFERED)
        if not Order.update(kind=kind, price=PRICES[kind]).where(offered).execute():
            raise Rejected("orders.already_made")
        row.kind, row.price = kind, PRICES[kind]
        return row

    def place(self, unit: Unit, *, account: str, order: str, message: int) -> None:
        """Hold the price, put it into the queue.

        Raises Rejected("orders.gone" | "orders.already_made" | "orders.too_many" | "photo.gone" |
        "photo.gone_by_choice" | "provider.not_allowed" | "credits.too_few" | "credits.daily_limit" | "videos.off" |
        "videos.paused" | "images.paused" | "orders.too_busy" | "consent.renew").
        """
        row = self.of(account, order)
        if row.state != Order.OFFERED:
            raise Rejected("orders.gone" if row.state == Order.DELETED else "orders.already_made")
        if Source.of(row).media() is None:
            raise Source.of(row).gone()
        self._demand_open(unit, row.kind)
        [owner] = find(Account, "id = ?", account)
        demand_may_get(owner, row.provider)
        demand_current(unit, account)  # asked last of what writes nothing: who says yes can have it at once
        # The hold comes first: it locks the person's books, so that two taps at once count each other's orders.
        sources = ledger.hold(unit, owner=account, order=order, credits=row.price, what=row.kind)
        self._within_daily_limit(unit, owner)
        if self._open(account) >= self._parallel:
            raise Rejected("orders.too_many")
        if not move(
            Order,
            order,
            come_from=(Order.OFFERED,),
            to=Order.QUEUED,
            where=Order.kind == row.kind,  # its length may have been changed while the books were waited for
            message_id=message,
            queued_at=unit.now,
            trial=sources == {ledger.TRIAL},
        ):
            changed = self.of(account, order).state == Order.OFFERED
            raise Rejected("orders.gone" if changed else "orders.already_made")
        unit.after(lambda: log.info("order.accepted", order=order, kind=row.kind))
        if seconds_of(row.kind) is None:
            self._desk.add(unit, PRODUCE, subject=order, account=account)
        else:
            unit.after(lambda: self._desk.ring(GENERATION, ADMIT, ROUND))

    def stands(self, unit: Unit, row: Order) -> Place:
        """Where an order that waits stands."""
        if row.kind == PICTURE:
            return replace(Place(waiting_before(row.queued_at)), why=self._why(IMAGES, PROVIDER))
        return self._videos(unit).get(row.id) or Place(MOST_WAITING)

    def places(self, unit: Unit, pictures: Sequence[Order]) -> Mapping[str, Place]:
        """Where the videos that wait stand, and these pictures, which are all and in their order."""
        why = self._why(IMAGES, PROVIDER)
        return self._videos(unit) | {row.id: Place(ahead, why=why) for ahead, row in enumerate(pictures)}

    def _videos(self, unit: Unit) -> dict[str, Place]:
        if self._slots is None:
            return {}
        why = self._why(VIDEOS, VIDEO_PROVIDER)
        return {order: replace(place, why=why) for order, place in self._slots.places(unit).items()}

    def _why(self, name: str, provider: str) -> str | None:
        """What all who wait, wait for, besides their turn."""
        if self._traffic.pauses.holds(name):
            return HELD
        return AWAY if self._traffic.breakers.away(provider) else None

    def cancel(self, unit: Unit, *, account: str, order: str) -> None:
        """Give the credit back. Raises Rejected("orders.too_late") once the provider is being called."""
        row = self.of(account, order)
        if row.state == Order.CANCELLED:
            return
        # Work, attempt, order: whoever submits takes them in this order too, so that neither waits for the other.
        self._desk.withdraw(unit, subject=order, kinds=(PRODUCE,))
        withdraw(unit, self._desk, order)
        if not move(Order, order, come_from=(Order.QUEUED,), to=Order.CANCELLED, ended_at=unit.now):
            raise Rejected("orders.too_late")
        ledger.give_back(unit, owner=account, order=order)
        forget_words(account)
        # The tap's own answer may be lost, and then the message would tell of something in the making for ever.
        self._desk.add(unit, TELL, subject=order, account=account, wait=TOLD_AGAIN)
        unit.after(lambda: log.info("order.cancelled", order=order))

    def withhold(self, unit: Unit, *, account: str, provider: str) -> int:
        """What waits for a provider ends, its credits are back, its person is told; how many. Called before the choice
        is written: whoever submits takes work and order before the account, too."""
        waiting = (Order.account == account) & (Order.provider == provider) & (Order.state == Order.QUEUED)
        found = list(Order.select().where(waiting).order_by(Order.id))
        rows = [row for row in found if take_out(unit, self._desk, row.id)]
        return sum(
            end_badly(
                unit,
                self._desk,
                order=row.id,
                account=account,
                reason="provider.not_allowed",
                refused=True,
                come_from=(Order.QUEUED,),
            )
            for row in rows
        )

    def drop(self, unit: Unit, *, account: str, order: str) -> None:
        """Forget an offer that was declined."""
        del unit
        row = self.of(account, order)
        if move(Order, row.id, come_from=(Order.OFFERED,), to=Order.DELETED, prompt=None, style=None):
            Order.delete().where(Order.id == row.id).execute()

    def delete_result(self, unit: Unit, *, account: str, order: str) -> bool:
        """Destroy a result for good, prompt and style with it. False when there is none."""
        row = self.of(account, order)
        states = (Order.KEPT, Order.DELIVERED, Order.HELD_BACK)
        if not move(
            Order, order, come_from=states, to=Order.DELETED, media=None, file_id=None, prompt=None, style=None
        ):
            return False
        forget_words(account)
        self._desk.withdraw(unit, subject=order, kinds=(DELIVER, TELL))
        at_hand = (Account.id == account) & (Account.current_origin == order)
        Account.update(current_origin=None).where(at_hand).execute()
        if row.media and destroy.intend(unit, row.media):
            self._desk.add(unit, DESTROY, subject=row.media, account=account)
        return True

    def of(self, account: str, order: str) -> Order:
        """An order of this person. Raises Rejected("orders.gone") for one that is not there or not theirs."""
        row = first(Order, "id = ? AND account = ?", order, account)
        if row is None:
            raise Rejected("orders.gone")
        return row

    def wanted(self, row: Order) -> tuple[Style | None, str]:
        """The style or motion, if one was chosen, and the words that go to the provider."""
        style = self._fields.open(Order.style, row, purpose=PURPOSE)
        if style is not None:
            found = (self._catalogue if row.kind == PICTURE else self._motions).get(style)
            return found, found.prompt
        return None, self._fields.open(Order.prompt, row, purpose=PURPOSE) or ""

    def title(self, row: Order) -> str:
        """How the order is called in messages, in English: `wording` translates it."""
        style, _ = self.wanted(row)
        return style.name if style else N_("Your own idea")

    def _demand_open(self, unit: Unit, kind: str) -> None:
        """Whether orders of this kind are taken now."""
        if kind != PICTURE:
            self.demand_videos(unit)
            return
        self._traffic.pauses.demand_open(IMAGES)
        _demand_room(self._traffic.pictures(), IMAGES)

    def _within_daily_limit(self, unit: Unit, owner: Account) -> None:
        """Asked after the hold, which counts already."""
        limit = owner.daily_limit
        if limit is not None and statement.spent_since(owner.id, unit.now - DAY) > limit:
            raise Rejected("credits.daily_limit")

    def _open(self, account: str) -> int:
        return Order.select().where((Order.account == account) & Order.state.in_(Order.OPEN)).count()

    def _seal(self, column: object, order: str, account: str, value: str | None) -> bytes | None:
        return self._fields.seal(column, row=order, account=account, value=value)


def _demand_room(load: Load, name: str) -> None:
    if (minutes := load.full(name)) is not None:
        raise Rejected("orders.too_busy", wait=minutes)


def waiting_before(queued_at: object) -> int:
    """How many pictures were queued earlier and still wait."""
    waiting = (Order.state == Order.QUEUED) & (Order.kind == PICTURE)
    return Order.select().where(waiting & (Order.queued_at < queued_at)).count()


def status_message(order: Order) -> int:
    """The message that tells how the order stands; every placed order has one."""
    if order.message_id is None:
        raise Permanent("orders.no_status_message", order=order.id)
    return order.message_id
