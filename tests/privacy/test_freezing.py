"""Frozen: with whatever handle, nobody opens a picture, in no process, a minute later; and what staff may do then."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from consent.accounts import lock
from custody.keys import LIVES
from custody.media import RESULT, VIDEO
from errors import Failure, Permanent, Rejected
from generation.kinds import COLLECT, ORIGINAL
from models import (
    Access,
    Account,
    Disclosure,
    Erasure,
    Export,
    KeyRow,
    Link,
    Media,
    Order,
    Photo,
    Report,
    VideoTask,
    Work,
    new_id,
)
from policy.purposes import PURPOSES, granted
from tests.generation.studio import PICTURE, Who
from tests.privacy.casework import MAY, Casework
from tests.privacy.packing import CLIP, files, records
from wording.reports import grouped

CODE = "account.frozen"
MEETING = 0.4  # seconds in which the second one would be where the first one wants to go


@pytest.fixture
def ann(cases: Casework) -> Who:
    who = cases.person()
    cases.has(who, RESULT, PICTURE)
    cases.has(who, VIDEO, CLIP)
    return who


def frozen_at(cases: Casework, who: Who) -> Any:
    row = cases.account(who)
    return row.frozen_at if row is not None else None


def refused(act: Any) -> str:
    with pytest.raises(Failure) as caught:
        act()
    return caught.value.code


@pytest.mark.proves("P10.2")
def test_with_a_valid_handle_nobody_opens_anything_for_any_purpose(cases: Casework, ann: Who) -> None:
    bob = cases.person()
    every = cases.media_of(ann)
    assert {media.kind for media in every} == {"photo", RESULT, VIDEO}
    cases.frozen(ann)
    purposes = [name for name in PURPOSES if granted(name, "photos") and granted(name, "results")]
    assert len(purposes) >= 2
    for media in every:
        for purpose in purposes:
            assert refused(lambda media=media, purpose=purpose: cases.media.open(media, purpose=purpose)) == CODE
    assert refused(lambda: cases.photos.picture(cases.photo(ann))) == CODE
    with cases.media.open(cases.media_of(bob)[0], purpose="generation") as opened:
        assert opened.read() == PICTURE, "nobody else is locked out"


@pytest.mark.proves("P10.2")
def test_a_process_that_has_the_keys_in_memory_cannot_open_half_a_minute_later_nor_after_a_restart(
    cases: Casework, ann: Who
) -> None:
    _, elsewhere = cases.another_process()
    photo = next(media for media in cases.media_of(ann) if media.kind == "photo")
    with elsewhere.open(photo, purpose="generation") as opened:
        assert opened.read() == PICTURE
    cases.frozen(ann)
    cases.clock.turn(LIVES)
    for _ in range(2):
        assert refused(lambda: elsewhere.open(photo, purpose="generation")) == CODE
    keys, restarted = cases.another_process()
    assert refused(lambda: restarted.open(photo, purpose="rights")) == CODE
    assert keys.get(ann.id, KeyRow.ACCOUNT), "who they are can still be read: to tell them, and for their rights"
    keys.rewrap()
    assert refused(lambda: restarted.open(photo, purpose="rights")) == CODE, "a new master key changes nothing"


def test_nothing_new_is_kept_for_them(cases: Casework, ann: Who) -> None:
    cases.frozen(ann)
    new: dict[str, Any] = {"account": ann.id, "data": PICTURE, "mime": "image/jpeg", "width": 1, "height": 1}
    for kind in ("photo", RESULT, VIDEO):
        assert refused(lambda kind=kind: cases.media.keep(kind=kind, **new)) == CODE
    assert len(cases.media_of(ann)) == 3


def test_a_freeze_that_is_rolled_back_did_not_happen(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    with pytest.raises(RuntimeError), cases.database.unit() as unit:
        cases.freezing.freeze(unit, MAY, number)
        raise RuntimeError
    assert cases.photos.picture(cases.photo(ann)) == PICTURE
    assert cases.case(number).state == Report.OPEN


@pytest.mark.proves("P10.2")
@pytest.mark.parametrize("stage", ["waits", "is made", "is found"])
def test_what_is_being_made_ends_and_is_given_back_whatever_comes_later(cases: Casework, ann: Who, stage: str) -> None:
    before = cases.balance(ann)
    order = {"waits": cases.order, "is made": cases.filming, "is found": cases.found}[stage](ann)
    assert cases.balance(ann) != before
    cases.frozen(ann)
    assert cases.balance(ann) == before
    row = cases.order_of(order)
    assert (row.state, row.reason) == (Order.FAILED, CODE)
    if stage != "waits":
        cases.kling.finishes(cases.id_of(order))
    cases.watches(120)
    assert cases.order_of(order).state == Order.FAILED
    assert cases.files.fetched == [], "what the provider made is not fetched"
    with cases.database.connection():
        assert not VideoTask.select().where(VideoTask.state.in_(VideoTask.OPEN)).exists()
    assert "locked while we look into a report" in cases.telegram.texts()


def test_an_order_that_slipped_in_at_the_same_moment_reaches_no_provider_and_is_given_back(
    cases: Casework, ann: Who
) -> None:
    before = cases.balance(ann)
    offer = cases.offer(ann)
    cases.frozen(ann)
    cases.place(ann, offer)
    cases.slots.admit()
    cases.work()
    row = cases.order_of(offer)
    assert (row.reason, row.ended_at is not None) == (CODE, True)
    assert cases.balance(ann) == before
    assert cases.kling.asked == []
    assert cases.open_tasks() == 0
    with cases.database.connection():
        assert not Disclosure.select().where(Disclosure.order == offer).exists(), "nothing was sent"


def test_a_video_that_is_just_coming_in_is_not_kept(cases: Casework, ann: Who) -> None:
    order = cases.found(ann)
    number = cases.reported(ann)
    cases.files.meanwhile = lambda: cases.freezes(number)
    cases.work()
    assert cases.files.fetched != []
    assert cases.order_of(order).state == Order.FAILED
    with cases.database.connection():
        media = [row.state for row in Media.select().where((Media.account == ann.id) & (Media.kind == VIDEO))]
    assert media.count(Media.STORED) == 1, "the one from before"


@pytest.mark.proves("P10.2")
def test_what_is_made_and_not_delivered_waits_and_comes_with_the_release(cases: Casework, ann: Who) -> None:
    order = cases.has(ann, RESULT, PICTURE)
    with cases.database.unit() as unit:
        Order.update(state=Order.KEPT, message_id=7).where(Order.id == order).execute()
        cases.desk.add(unit, "deliver", subject=order, account=ann.id)
        cases.desk.add(unit, ORIGINAL, subject=order, account=ann.id)
    number = cases.reported(ann)
    cases.freezes(number)
    cases.work()
    assert cases.order_of(order).state == Order.HELD_BACK
    assert cases.telegram.films == []
    with cases.database.unit() as unit:
        assert cases.deliver.bring_back(unit, ann.id) == 0, "coming back to the chat changes nothing"
    cases.releases(number)
    cases.work()
    assert cases.order_of(order).state == Order.DELIVERED
    assert len(cases.telegram.said("editMessageMedia")) == 1


@pytest.mark.proves("P10.2")
def test_addresses_and_copies_of_before_are_gone(cases: Casework, ann: Who) -> None:
    cases.asks(ann)
    cases.work()
    with cases.database.unit() as unit:
        cases.links.make(unit, cases.media_of(ann)[0])
    waiting = cases.asks(ann)  # not begun
    cases.telegram.films.clear()
    cases.frozen(ann)
    with cases.database.connection():
        assert not Link.select().exists()
        assert Export.get_by_id(waiting).state == Export.FAILED
    cases.work()
    assert cases.copies() == []
    assert cases.objects("export/") == []
    assert "could not be made" in cases.telegram.texts()


def test_a_copy_that_is_being_packed_does_not_leave(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.asks(ann)
    cases.store.meanwhile = lambda: cases.freezes(number)
    cases.work()
    assert cases.copies() == []
    assert cases.objects("export/") == []


@pytest.mark.proves("P10.2")
def test_a_copy_asked_for_while_frozen_has_all_but_the_pictures_and_says_so(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.freezes(number)
    cases.asks(ann)
    cases.work()
    found = files(cases.copies()[-1])
    assert [name for name in found if name.partition("/")[0] in ("photos", "pictures", "videos")] == []
    assert "locked while we look into a report: 3" in found["index.html"].decode()
    assert b"a lighthouse" in found["data/prompts.json"]
    cases.releases(number)
    cases.asks(ann)
    cases.work()
    found = files(cases.copies()[-1])
    assert sum(name.partition("/")[0] in ("photos", "pictures", "videos") for name in found) == 3
    assert "locked" not in found["index.html"].decode()


def test_their_photos_that_come_in_are_refused_with_a_reason(cases: Casework, ann: Who) -> None:
    photo = new_id()
    with cases.database.unit() as unit:
        Photo.insert(id=photo, account=ann.id, state=Photo.INCOMING, message_id=9, created_at=unit.now).execute()
        cases.desk.add(unit, "intake", subject=photo, account=ann.id, wait=5.0)
    cases.frozen(ann)
    with cases.database.connection():
        row = Photo.get_by_id(photo)
        assert (row.state, row.reason) == (Photo.REFUSED, CODE)
        assert not Work.select().where((Work.kind == "intake") & (Work.state == Work.DUE)).exists()


def test_the_person_is_told_once_what_is_so_now(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.freezes(number)
    cases.work()
    assert cases.telegram.texts().count("Your pictures are locked") == 1
    assert "help@miomio.invalid" in cases.telegram.texts()
    cases.releases(number)
    cases.freezes(cases.reported(ann))
    cases.work()
    texts = cases.telegram.texts()
    assert (texts.count("Your pictures are locked"), texts.count("open again")) == (2, 0)


def test_with_two_cases_only_the_last_release_opens(cases: Casework, ann: Who) -> None:
    first, second = cases.reported(ann), cases.reported(ann)
    cases.freezes(first)
    cases.freezes(second)
    cases.releases(first)
    assert frozen_at(cases, ann) is not None
    assert refused(lambda: cases.photos.picture(cases.photo(ann))) == CODE
    cases.releases(second)
    assert frozen_at(cases, ann) is None
    assert cases.photos.picture(cases.photo(ann)) == PICTURE
    assert [cases.case(one).state for one in (first, second)] == [Report.RELEASED] * 2
    assert all(cases.case(one).ended_at is not None for one in (first, second))


@pytest.mark.proves("P10.2")
def test_a_case_ends_by_the_deletion_of_the_account_at_once(cases: Casework, ann: Who) -> None:
    bob = cases.lives()
    number = cases.reported(ann)
    cases.freezes(number)
    cases.work()
    cases.wipes(number)
    row = cases.case(number)
    assert (row.state, row.accused, row.ended_at) == (Report.ERASED, ann.id, cases.clock.now())
    with cases.database.connection():
        erasure = Erasure.get(Erasure.account == ann.id)
    assert (erasure.scope, erasure.source, erasure.ends_at) == (Erasure.ACCOUNT, "report", cases.clock.now())
    cases.work()
    assert cases.erasure(erasure.id).state == Erasure.DONE
    assert cases.account(ann) is None
    assert cases.media_of(ann) == []
    assert len(cases.objects()) == len(cases.media_of(bob)) == 3
    assert all(cases.opens(media) for media in cases.media_of(bob))


def test_a_clear_case_ends_so_without_a_freeze_before_it_and_no_copy_is_waited_for(cases: Casework, ann: Who) -> None:
    before = cases.media_of(ann)
    cases.asks(ann)
    number = cases.reported()
    cases.wipes(number, ann.id)
    assert cases.case(number).accused == ann.id
    with cases.database.connection():
        assert Erasure.get(Erasure.account == ann.id).begun_at == cases.clock.now()
    for media in before:
        assert refused(lambda media=media: cases.opens(media)) in ("custody.media_gone", "custody.key_destroyed")
    cases.work()
    assert cases.copies() == []
    assert cases.account(ann) is None


def test_nobody_stays_frozen_for_a_case_that_ends_with_somebody_else(cases: Casework, ann: Who) -> None:
    bob = cases.person()
    number = cases.reported(ann)
    cases.freezes(number)
    assert refused(lambda: cases.wipes(number, account=bob.id)) == "report.other_person"
    assert cases.case(number).state == Report.FROZEN
    cases.releases(number)
    assert (frozen_at(cases, ann), frozen_at(cases, bob)) == (None, None)


def test_who_is_gone_already_is_not_asked_to_go_again(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.close(ann)
    cases.wipes(number)
    with cases.database.connection():
        assert not Erasure.select().exists()
    assert cases.case(number).state == Report.ERASED


def test_each_act_stands_in_the_staff_s_log_for_the_case_and_for_the_account(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.freezes(number)
    cases.releases(number)
    again = cases.reported(ann)
    cases.wipes(again)
    assert cases.verbs() == [
        ("report.freeze", number),
        ("account.freeze", ann.id),
        ("report.release", number),
        ("account.release", ann.id),
        ("report.erase", again),
        ("account.erase", ann.id),
    ]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda cases, ann: cases.freezes("2222222222"), "report.unknown"),
        (lambda cases, ann: cases.freezes(cases.reported()), "report.nobody"),
        (lambda cases, ann: cases.freezes(cases.reported(), "nobody"), "report.nobody"),
        (lambda cases, ann: cases.wipes(cases.reported()), "report.nobody"),
        (lambda cases, ann: cases.releases(cases.reported(ann)), "report.not_frozen"),
        (lambda cases, ann: twice(cases, ann, "freezes"), "report.frozen"),
        (lambda cases, ann: twice(cases, ann, "wipes"), "report.ended"),
        (lambda cases, ann: after(cases, ann, "freezes", "unfounded"), "report.frozen"),
        (lambda cases, ann: after(cases, ann, "unfounded", "freezes"), "report.ended"),
        (lambda cases, ann: after(cases, ann, "unfounded", "wipes"), "report.ended"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(cases: Casework, ann: Who, act: Any, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        act(cases, ann)
    assert caught.value.code == code


def twice(cases: Casework, ann: Who, what: str) -> None:
    after(cases, ann, what, what)


def after(cases: Casework, ann: Who, first: str, then: str) -> None:
    number = cases.reported(ann)
    getattr(cases, first)(number)
    frozen = frozen_at(cases, ann)
    try:
        getattr(cases, then)(number)
    finally:
        assert frozen_at(cases, ann) == frozen


def test_two_of_the_staff_at_once_freeze_once(cases: Casework, ann: Who) -> None:
    number, start = cases.reported(ann), threading.Barrier(2)
    ended: list[str] = []

    def act() -> None:
        start.wait()
        try:
            cases.freezes(number)
            ended.append("done")
        except Failure as error:
            ended.append(error.code)

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ended.count("done") == 1
    assert [verb for verb, _ in cases.verbs()] == ["report.freeze", "account.freeze"]


@pytest.mark.parametrize("act", ["freezes", "wipes", "ban"])
def test_whoever_works_for_them_at_that_moment_is_waited_for_and_neither_fails(
    cases: Casework, ann: Who, act: str
) -> None:
    cases.found(ann)
    number, failed = cases.reported(ann), list[str]()

    def decide() -> None:
        try:
            cases.ban(ann) if act == "ban" else getattr(cases, act)(number)
        except Failure as error:
            failed.append(error.code)

    thread = threading.Thread(target=decide)
    with cases.database.unit():  # work, then the account: as every worker takes them
        assert Work.update(kind=Work.kind).where((Work.account == ann.id) & (Work.kind == COLLECT)).execute() == 1
        thread.start()
        time.sleep(MEETING)
        lock(ann.id)
    thread.join(30)
    assert failed == []
    row = cases.account(ann)
    assert row is not None
    assert row.state == Account.BANNED if act == "ban" else row.frozen_at is not None


def test_opening_the_words_of_a_case_is_recorded(cases: Casework) -> None:
    number = cases.reported(place="https://example.invalid/1", contact="x@example.invalid")
    with cases.database.unit() as unit:
        opened = cases.reports.show(unit, MAY, f" {number[:5].upper()}-{number[5:]} ")
    assert (opened.words, opened.place, opened.contact) == (
        "that is me",
        "https://example.invalid/1",
        "x@example.invalid",
    )
    with cases.database.connection():
        records = {(row.category, row.purpose, row.subject) for row in Access.select().where(Access.account == number)}
    assert records == {("support", "support", number)}
    assert cases.verbs() == [("report.show", number)]


def test_a_report_alone_changes_nothing_for_whom_it_is_about(cases: Casework, ann: Who) -> None:
    with cases.database.connection():
        before = list(Account.select().dicts())
    for _ in range(30):
        cases.reported(ann)
    with cases.database.connection():
        assert list(Account.select().dicts()) == before
    assert cases.photos.picture(cases.photo(ann)) == PICTURE
    assert cases.undone() == []


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("unfounded", "found nothing to erase"),
        ("freezes releases", "found nothing to erase"),
        ("wipes", "you were right"),
    ],
)
def test_whoever_reported_in_the_bot_is_told_how_it_was_decided(cases: Casework, ann: Who, act: str, told: str) -> None:
    number = cases.reported(ann, reporter=cases.person().id)
    for one in act.split():
        getattr(cases, one)(number)
        assert cases.undone().count("report_news") == (one != "freezes")
    cases.work()
    texts = [str(call.params.get("text")) for call in cases.telegram.calls]
    [text] = [text for text in texts if "Your report" in text]
    assert told in text
    assert grouped(number) in text


def test_a_reporter_who_is_gone_or_has_blocked_us_keeps_no_case_open(cases: Casework, ann: Who) -> None:
    bob, carl = cases.person(), cases.person()
    first, second = cases.reported(ann, reporter=bob.id), cases.reported(ann, reporter=carl.id)
    cases.close(bob)
    cases.unfounded(first)
    cases.work()
    cases.telegram.fails["sendMessage"] = Permanent("telegram.blocked")
    cases.unfounded(second)
    cases.work()
    assert cases.undone() == []


def test_a_reporter_s_copy_has_their_words_and_nobody_else_s(cases: Casework, ann: Who) -> None:
    number, about = cases.reported(reporter=ann.id), cases.reported(ann)
    cases.asks(ann)
    cases.work()
    [row] = records(cases.copies()[-1], "support")["report"]
    assert (row["id"], row["words"]) == (number, "that is me")
    assert about.encode() not in cases.copies()[-1]
