"""What a deletion does in the transaction of its asking: open work ended and given back, words forgotten, files marked
and their keys set aside. From its commit on nothing of it can be opened.

Work comes first and the books before the rows, as everywhere: who works on something takes them in this order, too.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from billing import ledger
from custody.keys import Keys
from custody.media import KINDS as FILES
from database import Unit
from generation.endings import end_badly, forget_words
from generation.kinds import COLLECT, DELIVER, GREET, INTAKE, ORIGINAL, PRODUCE, SUBMIT, TELL
from generation.slots import abandon, end_task
from jobs.desk import Desk
from models import Account, Erasure, KeyRow, Link, Media, Order, Photo, StrayObject, VideoTask
from states import move, move_all

PHOTOS, RESULTS, PROMPTS = "photos", "results", "prompts"  # categories of the register
CATEGORIES = {
    Erasure.PHOTOS: (PHOTOS,),
    Erasure.GENERATED: (RESULTS,),
    Erasure.ACCOUNT: (PHOTOS, RESULTS),
}
KEY_OF = {PHOTOS: KeyRow.PHOTOS, RESULTS: KeyRow.RESULTS}
WORK_ON = {PHOTOS: (INTAKE, GREET), RESULTS: (PRODUCE, SUBMIT, COLLECT, DELIVER, ORIGINAL, TELL)}
STILL_NEED_A_PHOTO = (Order.QUEUED, Order.CALLING)  # what a provider renders it has already
HAVE_A_RESULT = (Order.KEPT, Order.HELD_BACK, Order.DELIVERED)
ERASED = "orders.erased"

Counts = Counter[str]


def kinds_of(scope: str) -> list[str]:
    """The kinds of files that go."""
    return [kind for kind, (category, _key) in FILES.items() if category in CATEGORIES[scope]]


def work_on(scope: str) -> list[str]:
    """The kinds of work that cannot go on."""
    return [kind for category in CATEGORIES[scope] for kind in WORK_ON[category]]


def files_of(account: str, scope: str) -> Any:
    """The condition that a file belongs to what is being deleted."""
    return (Media.account == account) & Media.kind.in_(kinds_of(scope))


def orders_of(account: str, scope: str) -> Any:
    """The condition that an order under way cannot go on: everything that makes a result, or needs a photo."""
    theirs = Order.account == account
    if RESULTS in CATEGORIES[scope]:
        return theirs & Order.state.in_(Order.OPEN)
    return theirs & Order.state.in_(STILL_NEED_A_PHOTO) & Order.origin.is_null()


def gather(unit: Unit, *, desk: Desk, keys: Keys, account: str, scope: str) -> Counts:
    """Mark everything of this scope that is there now. How much there was, by category of the register."""
    categories, found = CATEGORIES[scope], Counter[str]()
    desk.withdraw_all(unit, account=account, kinds=work_on(scope))
    words = _words(account)
    found["orders"] = _end_orders(unit, desk, account, scope)
    ledger.lock(account)
    if PHOTOS in categories:
        found[PHOTOS] = _forget_photos(account)
    if RESULTS in categories:
        found[RESULTS] = _forget_results(unit, desk, account)
    if scope == Erasure.ACCOUNT:
        Order.update(prompt=None, style=None).where(_with_words(account)).execute()
    else:
        forget_words(account)
    found[PROMPTS] = words - _words(account)
    keys.set_aside(unit, account, [KEY_OF[category] for category in categories])
    found["files"] = _mark_files(unit, account, scope)
    return found


def _end_orders(unit: Unit, desk: Desk, account: str, scope: str) -> int:
    """Credits go back. Where the status message stays it says why; else it goes with the result's place in the chat."""
    ended = 0
    for order in list(Order.select().where(orders_of(account, scope))):
        abandon(unit, desk, order.id)
        if scope == Erasure.PHOTOS:
            ended += end_badly(
                unit, desk, order=order.id, account=account, reason="photo.gone", come_from=STILL_NEED_A_PHOTO
            )
        elif move(Order, order.id, come_from=Order.OPEN, to=Order.FAILED, reason=ERASED, ended_at=unit.now):
            ledger.give_back(unit, owner=account, order=order.id)
            ended += 1
    return ended


def _forget_photos(account: str) -> int:
    there = (Photo.WAITING, Photo.INCOMING, Photo.READY, Photo.REFUSED)
    gone = {"file_id": None, "caption": None, "media": None}
    photos = move_all(Photo, Photo.account == account, come_from=there, to=Photo.DELETED, **gone)
    Account.update(current_photo=None).where(Account.id == account).execute()
    return photos


def _forget_results(unit: Unit, desk: Desk, account: str) -> int:
    """A video that comes late after all, as a gift, is not wanted any more."""
    for task in list(VideoTask.select().where((VideoTask.account == account) & VideoTask.state.in_(VideoTask.OPEN))):
        desk.withdraw(unit, subject=task.id, kinds=(SUBMIT, COLLECT))
        end_task(unit, task.id, reason=ERASED)
    gone = {"media": None, "file_id": None, "prompt": None, "style": None}
    results = move_all(Order, Order.account == account, come_from=HAVE_A_RESULT, to=Order.DELETED, **gone)
    Account.update(current_origin=None).where(Account.id == account).execute()
    files = Media.select(Media.id).where(files_of(account, Erasure.GENERATED))
    Link.delete().where((Link.account == account) & Link.media.in_(files)).execute()
    return results


def _with_words(account: str) -> Any:
    return (Order.account == account) & ~(Order.prompt.is_null() & Order.style.is_null())


def _words(account: str) -> int:
    return int(Order.select().where(_with_words(account)).count())


def _mark_files(unit: Unit, account: str, scope: str) -> int:
    """An upload under way may still reach the store after everything is gone: it is looked after once more."""
    theirs = files_of(account, scope)
    under_way = [
        {"name": row.object_name, "found_at": unit.now}
        for row in Media.select(Media.object_name).where(theirs & (Media.state == Media.STORING))
    ]
    if under_way:
        StrayObject.insert_many(under_way).on_conflict_ignore().execute()
    return move_all(Media, theirs, come_from=(Media.STORING, Media.STORED), to=Media.DESTROYING)
