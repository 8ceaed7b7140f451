"""The story of one order out of its rows, in the order of time: ids, codes and times, nothing that anybody wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from errors import Rejected
from models import AuditEntry, Cost, Disclosure, LedgerEntry, LedgerLine, Link, Media, Order, VideoTask, Work


@dataclass(frozen=True)
class Event:
    """Something that happened, or is to happen. `facts`: names and values, as short as they are."""

    at: datetime
    what: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """An order as it stands now, and what happened, oldest first."""

    order: Order
    events: tuple[Event, ...]


def find(said: str) -> Order:
    """The order with this id, or the one that an attempt or a row of work with it is about. Called with a connection.

    Raises Rejected("order.unknown").
    """
    said = said.strip().lower()
    tasks = VideoTask.select(VideoTask.order).where((VideoTask.id == said) | (VideoTask.external_id == said))
    subjects = [row.subject for row in Work.select(Work.subject).where(Work.id == said)]
    of_work = VideoTask.select(VideoTask.order).where(VideoTask.id.in_(subjects))
    ids = [said, *subjects, *(task.order for task in (*tasks, *of_work))]
    found: Order | None = Order.select().where(Order.id.in_(ids)).first()
    if found is None:
        raise Rejected("order.unknown")
    return found


def story(order: Order) -> Story:
    """Called with a connection."""
    tasks = list(VideoTask.select().where(VideoTask.order == order.id))
    parts = (_of_order(order), _of_tasks(tasks), _of_work(order, tasks), _of_money(order), _of_others(order))
    events = sorted((event for part in parts for event in part), key=lambda event: event.at)
    return Story(order, tuple(events))


def _of_order(order: Order) -> Iterator[Event]:
    yield Event(order.created_at, "offered", _facts(kind=order.kind, origin=order.origin))
    if order.queued_at is not None:
        price = None if order.price is None else f"{order.price}"
        yield Event(order.queued_at, "accepted", _facts(credits=price, trial="yes" if order.trial else None))
    if order.ended_at is not None:
        made_nothing = order.state in (Order.REFUSED, Order.FAILED, Order.CANCELLED)
        what = "ended" if made_nothing or (order.state == Order.DELETED and order.reason) else "kept"
        yield Event(order.ended_at, what, _facts(state=order.state, code=order.reason, attempts=str(order.attempt)))


def _of_tasks(tasks: Iterable[VideoTask]) -> Iterator[Event]:
    for task in tasks:
        attempt = f"{task.attempt}"
        yield Event(task.created_at, "slot given", _facts(attempt=attempt, task=task.id, model=task.model))
        if task.submitted_at is not None:
            yield Event(task.submitted_at, "submitted", _facts(attempt=attempt))
        if task.ended_at is not None:
            late = "yes" if task.late else None
            facts = _facts(attempt=attempt, state=task.state, code=task.reason, looks=str(task.looks), late=late)
            yield Event(task.ended_at, "provider ended", facts)


def _of_work(order: Order, tasks: Iterable[VideoTask]) -> Iterator[Event]:
    about = [order.id, *(task.id for task in tasks), *filter(None, (order.media,))]
    for row in Work.select().where(Work.subject.in_(about)):
        yield Event(row.created_at, f"{row.kind} asked for", _facts(work=row.id))
        facts = _facts(tries=f"{row.tries}", crashes=str(row.crashes or "") or None, code=row.reason)
        if row.ended_at is not None:
            yield Event(row.ended_at, f"{row.kind} {row.state}", facts)
        elif row.state == Work.HELD and row.lease_until is not None:
            yield Event(row.lease_until, f"{row.kind} held until", _facts(by=row.holder) | facts)
        else:
            yield Event(row.due_at, f"{row.kind} due", facts)


def _of_money(order: Order) -> Iterator[Event]:
    for entry in LedgerEntry.select().where(LedgerEntry.order == order.id):
        lines = LedgerLine.select(LedgerLine.amount).where(LedgerLine.entry == entry.id)
        moved = sum(line.amount for line in lines if line.amount > 0)
        yield Event(entry.at, f"credits: {entry.kind}", _facts(credits=f"{moved}"))
    for cost in Cost.select().where(Cost.order == order.id):
        dollars = f"{cost.micro_usd / 1_000_000:.4f}"
        yield Event(cost.at, "cost", _facts(provider=cost.provider, model=cost.model, dollars=dollars))


def _of_others(order: Order) -> Iterator[Event]:
    for sent in Disclosure.select().where(Disclosure.order == order.id):
        yield Event(sent.at, "disclosed", _facts(to=sent.recipient, attempt=f"{sent.attempt}"))
    for media in Media.select().where(Media.id == order.media):
        yield Event(media.created_at, "sealed", _facts(what=media.kind, bytes=f"{media.size}", state=media.state))
        for link in Link.select().where(Link.media == media.id):
            yield Event(link.expires_at, "address ends")
    for entry in AuditEntry.select().where(AuditEntry.subject == order.id):
        yield Event(entry.at, f"staff: {entry.verb}", _facts(by=entry.actor))


def _facts(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
