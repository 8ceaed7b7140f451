"""What must be true after any trouble, each by a name. A check without a subject has failed: nobody has looked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chaos.evidence import Evidence, Row
from chaos.person import ACCEPTED, CANCELLED, ENDS, NOT_MADE
from chaos.phone import Message, button, said
from models import LedgerAccount, LedgerEntry, Media, Order, Payment, VideoTask, Work

ENDED = (Order.DELIVERED, Order.REFUSED, Order.FAILED, Order.CANCELLED)
SHOWN = 5  # violations that the report quotes of each check


@dataclass(frozen=True)
class Check:
    """`subjects`: of how many things it was asked; `violations` name rows by their ids, or a sum."""

    name: str
    subjects: int
    violations: list[str]

    @property
    def passed(self) -> bool:
        return self.subjects > 0 and not self.violations


def all_checks(evidence: Evidence) -> list[Check]:
    return [_checked(name, look(evidence)) for name, look in CHECKS.items()]


def _checked(name: str, found: tuple[int, Iterable[str]]) -> Check:
    return Check(name, found[0], list(found[1]))


Found = tuple[int, Iterable[str]]


def _placed(evidence: Evidence) -> list[Row]:
    """Orders that were more than offered."""
    return [row for row in evidence.orders if row["state"] != Order.OFFERED]


def every_order_ended(evidence: Evidence) -> Found:
    placed = _placed(evidence)
    return len(placed), (f"{row['id']} is {row['state']}" for row in placed if row["state"] not in ENDED)


def nothing_accepted_is_lost(evidence: Evidence) -> Found:
    """What a person was told is on its way is a row that was placed."""
    placed = {row["id"] for row in _placed(evidence)}
    accepted = [told for told in evidence.told if told.accepted is not None]
    return len(accepted), (told.order for told in accepted if told.order not in placed)


def everybody_saw_an_end(evidence: Evidence) -> Found:
    """Whoever tapped did not wait in vain."""
    return len(evidence.told), (
        f"{told.order}: {told.how or ACCEPTED}" for told in evidence.told if told.how not in ENDS
    )


def every_chat_tells_the_truth(evidence: Evidence) -> Found:
    """What stands in the chat at last is what the row says."""
    shown, placed = _results(evidence), _placed(evidence)
    texts = {message["message_id"]: said(message) for chat in evidence.chats.values() for message in chat}
    wrong = []
    for row in placed:
        text = texts.get(row["message_id"], "")
        if shown[row["id"]]:
            tells = {Order.DELIVERED}
        elif text.startswith(NOT_MADE):
            tells = {Order.REFUSED, Order.FAILED}
        else:
            tells = {Order.CANCELLED} if text.startswith(CANCELLED) else set()
        if row["state"] not in tells:
            wrong.append(f"{row['id']} is {row['state']}, its chat tells of {', '.join(tells) or 'no end'}")
    return len(placed), wrong


def the_ledger_sums_to_zero(evidence: Evidence) -> Found:
    sums: Counter[str] = Counter()
    for line in evidence.lines:
        sums[line["entry"]] += line["amount"]
    wrong = [f"entry {entry}: {amount}" for entry, amount in sums.items() if amount]
    strange = [f"entry {entry} has lines only" for entry in sums.keys() - {row["id"] for row in evidence.entries}]
    return len(evidence.lines), wrong + strange


def every_balance_is_the_sum_of_its_lines(evidence: Evidence) -> Found:
    sums: Counter[str] = Counter()
    for line in evidence.lines:
        sums[line["place"]] += line["amount"]
    return len(evidence.places), (
        f"{place['id']} says {place['balance']}, its lines {sums[place['id']]}"
        for place in evidence.places
        if place["balance"] != sums[place["id"]]
    )


def nothing_is_left_on_hold(evidence: Evidence) -> Found:
    holds = [place for place in evidence.places if place["kind"] == LedgerAccount.HOLD]
    return len(holds), (f"{place['id']}: {place['balance']}" for place in holds if place["balance"])


def _entries_of(evidence: Evidence) -> dict[str, list[str]]:
    entries: dict[str, list[str]] = defaultdict(list)
    for entry in evidence.entries:
        if entry["order_id"] is not None:
            entries[entry["order_id"]].append(entry["kind"])
    return entries


def every_charge_has_its_delivered_result(evidence: Evidence) -> Found:
    """In the chat, not only in the row. What came after it was given back is free."""
    states = {row["id"]: row["state"] for row in evidence.orders}
    shown = _results(evidence)
    charged = [order for order, kinds in _entries_of(evidence).items() if LedgerEntry.CHARGE in kinds]
    return len(charged), (
        f"{order} is {states.get(order)}, shown {shown[order]} times"
        for order in charged
        if states.get(order) != Order.DELIVERED or not shown[order]
    )


def every_placed_order_is_charged_once_or_given_back_once(evidence: Evidence) -> Found:
    entries, placed = _entries_of(evidence), _placed(evidence)
    late = {task["order_id"] for task in evidence.tasks if task["late"]}
    wrong = []
    for row in placed:
        kinds = sorted(entries[str(row["id"])])
        paid = row["state"] == Order.DELIVERED and row["id"] not in late
        end = LedgerEntry.CHARGE if paid else LedgerEntry.GIVE_BACK
        if kinds != sorted([LedgerEntry.HOLD, end]):
            wrong.append(f"{row['id']} is {row['state']}, its entries: {', '.join(kinds) or 'none'}")
    return len(placed), wrong


def every_failure_was_given_back(evidence: Evidence) -> Found:
    entries = _entries_of(evidence)
    failed = [str(row["id"]) for row in evidence.orders if row["state"] in (Order.REFUSED, Order.FAILED)]
    return len(failed), (order for order in failed if entries[order].count(LedgerEntry.GIVE_BACK) != 1)


def no_result_came_twice(evidence: Evidence) -> Found:
    shown = _results(evidence)
    return len(shown), (f"{order}: {times} messages" for order, times in shown.items() if times > 1)


def no_result_came_to_somebody_else(evidence: Evidence) -> Found:
    """An order's result stands in one chat: that of whoever tapped."""
    theirs: dict[str, set[int]] = defaultdict(set)
    for person, chat in evidence.chats.items():
        for message in chat:
            if (order := _result_of(message)) is not None:
                theirs[order].add(person)
    return len(theirs), (f"{order}: {len(people)} chats" for order, people in theirs.items() if len(people) > 1)


def no_video_was_asked_for_again(evidence: Evidence) -> Found:
    """A submission is never repeated once the provider has made its task."""
    return len(evidence.submits), (
        f"{external}: {count}" for external, count in evidence.submits.items() if count["made"] > 1 or count["twins"]
    )


def no_video_was_made_twice(evidence: Evidence) -> Found:
    """Another attempt follows only one that failed at the provider."""
    made: Counter[str] = Counter()
    for task in evidence.rendered:
        if task["state"] != "failed":
            made[str(task["external_id"]).rpartition("-")[0]] += 1
    return len(made), (f"{order}: {times} tasks" for order, times in made.items() if times > 1)


def no_object_is_without_a_row(evidence: Evidence) -> Found:
    known = {row["object_name"] for row in evidence.media}
    return len(evidence.objects), (name for name in evidence.objects if name not in known)


def no_row_is_without_its_object(evidence: Evidence) -> Found:
    there = set(evidence.objects)
    return len(evidence.media), (
        f"{row['id']} is {row['state']}"
        for row in evidence.media
        if row["state"] != Media.STORED or row["object_name"] not in there
    )


def all_work_is_done(evidence: Evidence) -> Found:
    left = (Work.DUE, Work.HELD)
    return len(evidence.work), (
        f"{row['kind']} {row['id']} is {row['state']}" for row in evidence.work if row["state"] in left
    )


def no_video_holds_a_slot(evidence: Evidence) -> Found:
    """But those that were given up are asked about for a day."""
    return len(evidence.tasks), (
        f"{task['external_id']} is {task['state']}"
        for task in evidence.tasks
        if task["state"] in VideoTask.OPEN and not task["late"]
    )


def every_star_was_credited_once(evidence: Evidence) -> Found:
    paid = Counter(row["stars"] for row in evidence.payments if row["state"] == Payment.PAID and row["lot"])
    given = Counter(charge["amount"] for charge in evidence.stars_paid)
    return len(evidence.stars_paid), (
        f"packs of {stars} Stars: paid {given[stars]} times, credited {paid[stars]} times"
        for stars in paid.keys() | given.keys()
        if paid[stars] != given[stars]
    )


def no_word_lies_in_plain(evidence: Evidence) -> Found:
    return len(evidence.looked_at), (str(sighting) for sighting in evidence.sightings)


def no_word_passed_to_what_only_keeps(evidence: Evidence) -> Found:
    used = {name: seen for name, (passed, seen) in evidence.wires.items() if passed}
    return len(used), (f"{name}: {seen} times" for name, seen in used.items() if seen)


def _results(evidence: Evidence) -> Counter[str]:
    """By order: in how many messages its picture or video stands."""
    found = (_result_of(message) for chat in evidence.chats.values() for message in chat)
    return Counter(order for order in found if order is not None)


def _result_of(message: Message) -> str | None:
    if message["from"] != "bot" or message["deleted"] or not message.get("media"):
        return None
    found = button(message, "orig:")
    return found[1].partition(":")[2] if found and said(message) else None


CHECKS: dict[str, Callable[[Evidence], Found]] = {
    "every order ended": every_order_ended,
    "nothing that was accepted is lost": nothing_accepted_is_lost,
    "everybody saw an end": everybody_saw_an_end,
    "every chat tells the truth": every_chat_tells_the_truth,
    "the ledger sums to zero": the_ledger_sums_to_zero,
    "every balance is the sum of its lines": every_balance_is_the_sum_of_its_lines,
    "nothing is left on hold": nothing_is_left_on_hold,
    "every charge has a result that was delivered": every_charge_has_its_delivered_result,
    "every order was charged once or given back once": every_placed_order_is_charged_once_or_given_back_once,
    "every failure was given back": every_failure_was_given_back,
    "no result came twice": no_result_came_twice,
    "no result came to somebody else": no_result_came_to_somebody_else,
    "no video was asked for again once it was made": no_video_was_asked_for_again,
    "no video was made twice": no_video_was_made_twice,
    "no object is without a row": no_object_is_without_a_row,
    "no row is without its object": no_row_is_without_its_object,
    "all work is done": all_work_is_done,
    "no video holds a slot": no_video_holds_a_slot,
    "every Star was credited once": every_star_was_credited_once,
    "no word of a person lies anywhere in plain": no_word_lies_in_plain,
    "no word of a person passed to database, doorbell or store in plain": no_word_passed_to_what_only_keeps,
}
