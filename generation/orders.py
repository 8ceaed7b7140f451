"""Orders: offered with price and recipient, placed by a tap with a hold, cancelled until the provider is called."""

from __future__ import annotations

from datetime import timedelta

from billing import ledger, statement
from billing.prices import PICTURE, PRICES
from custody import destroy
from custody.fields import Fields
from database import Unit
from errors import Permanent, Rejected
from generation.chat import PURPOSE
from generation.kinds import DELIVER, DESTROY, PRODUCE, TELL
from generation.styles import FREE_PROMPT_LIMIT, Catalogue, Style
from jobs.desk import Desk
from models import Account, Order, Photo, new_id
from moderation.check import PromptRules
from states import move

PROVIDER = "gemini"
DAY = timedelta(hours=24)


class Orders:
    """The rules of ordering. Sends nothing; every method is called inside a unit."""

    def __init__(self, *, fields: Fields, desk: Desk, catalogue: Catalogue, rules: PromptRules, parallel: int) -> None:
        self._fields = fields
        self._desk = desk
        self._catalogue = catalogue
        self._rules = rules
        self._parallel = parallel

    def check_prompt(self, prompt: str) -> str:
        """The prompt, ready to use. Raises Rejected("prompt.…"); refused words reach no provider and no table."""
        prompt = prompt.strip()
        if not prompt:
            raise Rejected("prompt.empty")
        if len(prompt) > FREE_PROMPT_LIMIT:
            raise Rejected("prompt.too_long")
        if (category := self._rules.refuse(prompt)) is not None:
            raise Rejected(f"prompt.{category}")
        return prompt

    def offer(self, unit: Unit, *, photo: Photo, style: Style | None, prompt: str | None) -> Order:
        """A row that waits for the tap; nothing is held and nothing sent."""
        order = new_id()
        row = Order(
            id=order,
            account=photo.account,
            state=Order.OFFERED,
            kind=PICTURE,
            price=PRICES[PICTURE],
            provider=PROVIDER,
            photo=photo.id,
            style=self._seal(Order.style, order, photo.account, style.id if style else None),
            prompt=self._seal(Order.prompt, order, photo.account, prompt),
            created_at=unit.now,
        )
        row.save(force_insert=True)
        return row

    def place(self, unit: Unit, *, account: str, order: str, message: int) -> tuple[Order, int]:
        """Hold the price, put it into the queue. Returns the order and how many are before it.

        Raises Rejected("orders.gone" | "orders.already_made" | "orders.too_many" | "photo.gone" | "credits.too_few" |
        "credits.daily_limit").
        """
        row = self.of(account, order)
        if row.state != Order.OFFERED:
            raise Rejected("orders.gone" if row.state == Order.DELETED else "orders.already_made")
        if not Photo.select().where((Photo.id == row.photo) & (Photo.state == Photo.READY)).exists():
            raise Rejected("photo.gone")
        # The hold comes first: it locks the person's books, so that two taps at once count each other's orders.
        ledger.hold(unit, owner=account, order=order, credits=row.price, what=row.kind)
        self._within_daily_limit(unit, account)
        if self._open(account) >= self._parallel:
            raise Rejected("orders.too_many")
        ahead = waiting_before(unit.now)
        if not move(
            Order,
            order,
            come_from=(Order.OFFERED,),
            to=Order.QUEUED,
            message_id=message,
            queued_at=unit.now,
            shown=f"queued:{ahead}",
        ):
            raise Rejected("orders.already_made")
        self._desk.add(unit, PRODUCE, subject=order, account=account)
        return row, ahead

    def cancel(self, unit: Unit, *, account: str, order: str) -> None:
        """Give the credit back. Raises Rejected("orders.too_late") once the provider is being called."""
        row = self.of(account, order)
        if row.state == Order.CANCELLED:
            return
        if not move(Order, order, come_from=(Order.QUEUED,), to=Order.CANCELLED, ended_at=unit.now):
            raise Rejected("orders.too_late")
        self._desk.withdraw(unit, subject=order, kinds=(PRODUCE,))
        ledger.give_back(unit, owner=account, order=order)

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
        self._desk.withdraw(unit, subject=order, kinds=(DELIVER, TELL))
        if row.media and destroy.intend(unit, row.media):
            self._desk.add(unit, DESTROY, subject=row.media, account=account)
        return True

    def of(self, account: str, order: str) -> Order:
        """An order of this person. Raises Rejected("orders.gone") for one that is not there or not theirs."""
        row = Order.get_or_none((Order.id == order) & (Order.account == account))
        if row is None:
            raise Rejected("orders.gone")
        return row

    def wanted(self, row: Order) -> tuple[Style | None, str]:
        """The style, if one was chosen, and the words that go to the provider."""
        style = self._fields.open(Order.style, row, purpose=PURPOSE)
        if style is not None:
            found = self._catalogue.get(style)
            return found, found.prompt
        return None, self._fields.open(Order.prompt, row, purpose=PURPOSE) or ""

    def title(self, row: Order) -> str:
        """How the order is called in messages."""
        style, _ = self.wanted(row)
        return style.name if style else "Your own idea"

    def _within_daily_limit(self, unit: Unit, account: str) -> None:
        """Asked after the hold, which counts already."""
        limit = Account.get(Account.id == account).daily_limit
        if limit is not None and statement.spent_since(account, unit.now - DAY) > limit:
            raise Rejected("credits.daily_limit")

    def _open(self, account: str) -> int:
        return Order.select().where((Order.account == account) & Order.state.in_(Order.OPEN)).count()

    def _seal(self, column: object, order: str, account: str, value: str | None) -> bytes | None:
        return self._fields.seal(column, row=order, account=account, value=value)


def waiting_before(queued_at: object) -> int:
    """How many orders were queued earlier and still wait."""
    return Order.select().where((Order.state == Order.QUEUED) & (Order.queued_at < queued_at)).count()


def status_message(order: Order) -> int:
    """The message that tells how the order stands; every placed order has one."""
    if order.message_id is None:
        raise Permanent("orders.no_status_message", order=order.id)
    return order.message_id
