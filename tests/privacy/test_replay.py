"""A database is lost and restored from an older dump: whoever had something deleted since does not come back."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from custody import destroy
from custody.media import RESULT
from database import Database
from errors import Permanent
from models import AbuseMark, Account, EndedAccount, Erasure, Link, Order, Photo, RightsRequest
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.search import Canary
from tests.generation.studio import PICTURE, Who
from tests.privacy.restoring import Dump, Restorer

pytestmark = pytest.mark.proves("P9.3", "P6.7")
GRACE = ACCOUNT_UNDO.total_seconds()


class Town:
    """Six people, a dump of what they have, and what they did after it."""

    def __init__(self, database: Database, url: str, folder: Path, clock: Any, *, store: Any = None) -> None:
        self.database, self.url, self.folder, self.clock, self.store = database, url, folder, clock, store
        self.service = Restorer(database, folder / "objects", clock, store=store)
        self.ann, self.bob, self.cat, self.dan, self.eve, self.fay = (self.service.lives() for _ in range(6))
        self.extra = self.service.has(self.cat, RESULT, PICTURE)
        self.had = {who.id: self.service.names(who) for who in self.people}
        self.balances = {who.id: self.service.balance(who) for who in self.people}
        self.telegram_id = self.service.telegram_id(self.ann)

    @property
    def people(self) -> tuple[Who, ...]:
        return self.ann, self.bob, self.cat, self.dan, self.eve, self.fay

    def dump(self, *, keys: bool = True) -> Dump:
        self.service.refuses()  # the mark moves, as it does every ten minutes
        return Dump(self.database, self.url, self.folder, keys=keys)

    def lives_on(self) -> None:
        """Ann leaves for good, Bob deletes his photos, Cat one result, Eve leaves and thinks better of it, Fay may
        still think better of it."""
        service = self.service
        self.clock.turn(7200)
        service.erases(self.ann, ACCOUNT)
        service.hurries(self.ann)
        service.erases(self.bob, PHOTOS)
        service.deletes_result(self.cat, self.extra)
        service.erases(self.eve, ACCOUNT)
        service.work()
        self.clock.turn(60)
        assert service.undoes(self.eve)
        service.erases(self.fay, ACCOUNT)
        service.work()
        assert service.account(self.ann) is None

    def restores(self, dump: Dump) -> Restorer:
        """The service of afterwards: other processes, with nothing in memory."""
        dump.restore()
        self.clock.turn(3600)
        self.service = Restorer(self.database, self.folder / "objects", self.clock, store=self.store)
        return self.service


@pytest.fixture
def town(database: Database, database_url: str, tmp_path: Path, clock: Any) -> Town:
    return Town(database, database_url, tmp_path, clock)


def nobody_is_back(town: Town) -> None:
    service = town.service
    assert service.refuses() == 0
    assert service.account(town.ann) is None
    assert service.rows(town.ann).keys() - {"RightsRequest"} == {"EndedAccount"}  # kept, as the register says
    assert {media.kind for media in service.kept(town.bob)} == {"result", "video"}
    assert service.names(town.cat) < town.had[town.cat.id]
    assert service.names(town.dan) == town.had[town.dan.id]
    assert service.kept(town.eve) == service.kept(town.fay) == []
    for who in (town.bob, town.cat, town.dan):
        assert service.whole(who)
    assert "Photo" not in service.rows(town.bob)
    left = service.names(town.bob) | service.names(town.cat) | service.names(town.dan)
    assert set(service.objects()) == left
    assert {media.object_name for media in service.openable()} == left
    with town.database.connection():
        states = {row.id: row.state for row in Account.select()}
    assert states == {
        town.bob.id: Account.ACTIVE,
        town.cat.id: Account.ACTIVE,
        town.dan.id: Account.ACTIVE,
        town.eve.id: Account.ACTIVE,
        town.fay.id: Account.CLOSING,
    }
    assert service.set_aside() == 0
    assert service.adds_up()
    for who in (town.bob, town.cat, town.dan, town.eve, town.fay):
        assert service.balance(who) == town.balances[who.id]


def test_a_service_that_was_not_restored_never_refuses(town: Town) -> None:
    town.lives_on()
    assert town.service.refuses() == 0
    assert town.service.replays() == {}
    assert town.service.acts() == 0


def test_nobody_comes_back(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    before = {name: len(town.service.objects(name)) for name in ("photo/", "result/", "video/")}
    service = town.restores(dump)
    assert service.account(town.ann) is not None  # she would be back
    assert service.refuses() == 7
    done = service.replays()
    assert {kind: done[kind] for kind in ("ended", "taken_back", "waiting", "single")} == {
        "ended": 1, "taken_back": 1, "waiting": 1, "single": 1,
    }  # fmt: skip
    nobody_is_back(town)
    assert before == {name: len(service.objects(name)) for name in before}
    assert service.acts() == 1


def test_no_trace_of_those_who_left_is_in_the_next_dump_and_of_the_others_all_is(town: Town) -> None:
    ann, dan = town.service.traces(town.ann), town.service.traces(town.dan)
    bobs = [Canary(media.object_name, media.object_name) for media in town.service.kept(town.bob, "photo")]
    dump = town.dump()
    assert dump.search(ann) == {canary.what for canary in ann}
    assert len(ann) > 10
    assert len(dump.search(bobs)) == 1
    town.lives_on()
    town.restores(dump).replays()
    after = town.dump()
    assert after.search(ann) == after.search(bobs) == set()
    assert after.search(dan) == {canary.what for canary in dan}


def test_what_a_backup_of_the_keys_brought_back_is_destroyed_again(town: Town) -> None:
    dump = town.dump()
    objects = {name: town.service.store.get(name).read() for name in town.service.objects()}
    town.lives_on()
    service = town.restores(dump)
    for name, data in objects.items():  # the worst that may happen: keys and objects are back, too
        service.store.put(name, io.BytesIO(data), len(data))
    gone = [*service.kept(town.ann), *service.kept(town.eve), *service.kept(town.bob, "photo")]
    for media in gone:
        assert service.opens(media)
    service.replays()
    for media in gone:
        with pytest.raises(Permanent, match=r"custody\.key_destroyed"):
            service.opens(media)
    nobody_is_back(town)


def test_what_is_gone_was_not_told_or_paid_again(town: Town) -> None:
    bought = town.service.buys_pack(town.ann)
    dump = town.dump()
    town.clock.turn(7200)
    town.service.erases(town.ann, ACCOUNT)
    town.service.hurries(town.ann)
    town.service.erases(town.bob, GENERATED)
    town.service.work()
    service = town.restores(dump)
    service.replays()
    service.work()
    assert service.papers.signed == service.papers.told == []
    assert service.works("refund") == 0
    with town.database.connection():
        assert type(bought).get_by_id(bought.id).state == bought.PAID
    assert service.telegram.calls == []


def test_the_account_of_somebody_who_left_is_left_as_closing_leaves_it(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    with town.database.connection():
        [was] = list(EndedAccount.select())
        [mark] = list(AbuseMark.select())
    service = town.restores(dump)
    service.replays()
    with town.database.connection():
        [ended] = list(EndedAccount.select())
        [marked] = list(AbuseMark.select())
        assert ended.account == town.ann.id
        assert abs((ended.ended_at - was.ended_at).total_seconds()) < 2
        assert abs((ended.asked_at - was.asked_at).total_seconds()) < 2
        assert bytes(marked.mark) == bytes(mark.mark)
        assert abs((marked.at - mark.at).total_seconds()) < 2
    again = service.comes_back(town.telegram_id)
    assert again.id != town.ann.id
    assert service.balance(Who(again.id, "")) == (0, 0)  # no trial a second time


def test_who_may_still_think_better_of_it_can_and_else_it_ends_on_its_day(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    service.replays()
    erasure = service.open_of(town.fay)
    assert erasure is not None
    town.clock.turn(GRACE - 3600 - 120)
    service.work()
    assert service.account(town.fay) is not None
    town.clock.turn(240)
    service.work()
    assert service.account(town.fay) is None
    assert service.account(town.eve) is not None


def test_the_day_that_was_promised_is_the_same_after_the_restore(town: Town) -> None:
    """However late the worker came by, or the letter had been read."""
    gus = town.service.lives()
    dump = town.dump()
    erasure = town.service.erases(gus, Erasure.ACCOUNT)
    town.clock.turn(2 * 86400)
    town.service.work()
    service = town.restores(dump)
    service.replays()
    found = service.open_of(gus)
    assert found is not None
    assert found.ends_at == erasure.ends_at


def test_who_takes_it_back_after_the_restore_is_back(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    service.replays()
    assert service.undoes(town.fay)
    service.work()
    account = service.account(town.fay)
    assert account is not None
    assert account.state == Account.ACTIVE
    assert service.refuses() == 0


def test_ten_times_is_once(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    service.replays()
    for _ in range(9):
        assert service.replays() == {}
    service.work()
    nobody_is_back(town)
    assert service.acts() == 1


def test_restored_twice_it_refuses_twice(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    for _ in range(2):
        service = town.restores(dump)
        assert service.refuses() > 0
        service.replays()
        service.work()  # whatever is recorded by it is done here, too
        nobody_is_back(town)


def test_a_dump_from_before_there_was_a_mark_is_brought_up_to_date_as_well(town: Town) -> None:
    dump = Dump(town.database, town.url, town.folder)
    assert town.service.marks.until() is None
    town.lives_on()
    service = town.restores(dump)
    assert service.refuses() == 7
    service.replays()
    nobody_is_back(town)


def test_a_dump_from_the_time_of_grace_follows_what_was_decided_later(town: Town) -> None:
    service = town.service
    for who in (town.ann, town.eve, town.fay):
        service.erases(who, ACCOUNT)
    service.work()
    dump = town.dump()
    town.clock.turn(7200)
    assert service.undoes(town.eve)
    service.hurries(town.ann)
    service.erases(town.bob, PHOTOS)
    service.deletes_result(town.cat, town.extra)
    service.work()
    service = town.restores(dump)
    assert service.account(town.ann) is not None
    assert service.refuses() > 0
    service.replays()
    service.work()
    nobody_is_back(town)
    assert service.papers.signed == service.papers.told == []
    with town.database.connection():
        asked = {row.account: (row.state, row.outcome) for row in RightsRequest.select()}
    assert asked == {
        town.ann.id: (RightsRequest.ANSWERED, "done"),
        town.eve.id: (RightsRequest.CLOSED, "withdrawn"),
        town.fay.id: (RightsRequest.OPEN, None),
    }
    town.clock.turn(GRACE)
    service.work()
    assert service.account(town.eve) is not None
    assert service.account(town.fay) is None


@pytest.mark.parametrize("admitted", [False, True])
def test_what_was_under_way_is_not_made_again(town: Town, admitted: bool) -> None:
    service = town.service
    order = service.order(town.dan)
    with town.database.unit() as unit:
        photo = service.photos.receive(
            unit, account=town.dan.id, file_id="f", caption="a caption", message=9, agreed=False
        )
    assert service.balance(town.dan)[1] > 0
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    news: list[str] = []
    if admitted:  # an order of hours ago that still waits turns new ones away
        assert service.slots.admit() == 1
        news = [service.order(town.dan)]  # of somebody who is served already
    service.replays()
    assert service.state(order) == Order.FAILED
    for new in news:
        assert service.state(new) == Order.QUEUED
        service.cancel(town.dan, new)
    with town.database.connection():
        row = Photo.get_by_id(photo)
    assert (row.state, row.caption, row.file_id) == (Photo.DELETED, None, None)
    assert service.balance(town.dan) == town.balances[town.dan.id]
    assert service.adds_up()
    later = service.order(town.dan)
    assert service.replays() == {}
    assert service.state(later) == Order.QUEUED


def test_a_dump_from_between_the_asking_and_the_end_of_the_keys(town: Town) -> None:
    town.service.erases(town.ann, ACCOUNT)
    assert town.service.set_aside() == 2
    dump = town.dump()
    town.lives_on()
    service = town.restores(dump)
    service.replays()
    nobody_is_back(town)


def test_who_took_it_back_before_it_began_has_everything(town: Town) -> None:
    dump = town.dump()
    town.clock.turn(7200)
    told = {"scope": ACCOUNT, "account": town.dan.id, "erasure": "e" * 32, "stage": "undone"}
    destroy.write_down(town.service.store, town.clock.now(), [], **told)
    town.lives_on()
    service = town.restores(dump)
    assert service.refuses() == 8
    service.replays()
    nobody_is_back(town)
    assert service.whole(town.dan)


def test_copies_and_addresses_do_not_come_back_either(town: Town) -> None:
    service, dan = town.service, town.dan.id
    copy = service.media.keep(account=dan, kind="export", data=b"PK", mime="application/zip", width=0, height=0)
    with town.database.unit() as unit:
        service.media.stored(unit, copy)
        service.links.make(unit, copy)
    dump = town.dump()
    with town.database.unit() as unit:
        assert destroy.intend(unit, copy.id)
    destroy.destroy(town.database, service.store, copy.id)
    town.lives_on()
    service = town.restores(dump)
    assert service.refuses() == 8
    service.replays()
    nobody_is_back(town)
    with town.database.connection():
        assert Link.select().count() == 0


def test_without_the_keys_nobody_is_there_and_the_replay_says_so(town: Town) -> None:
    dump = town.dump(keys=False)
    town.lives_on()
    service = town.restores(dump)
    with pytest.raises(Permanent, match=r"keys\.missing"):
        service.keys.demand()
    with pytest.raises(Permanent, match=r"keys\.missing"):
        service.replays()
    assert service.acts() == 0


def test_the_erasures_of_afterwards_have_rows_that_a_database_that_was_never_lost_has(town: Town) -> None:
    dump = town.dump()
    town.lives_on()
    with town.database.connection():
        before = {row.id: (row.scope, row.state, row.account) for row in Erasure.select()}
    service = town.restores(dump)
    service.replays()
    with town.database.connection():
        after = {row.id: (row.scope, row.state, row.account) for row in Erasure.select()}
    gone = {id for id, (scope, _, account) in before.items() if account is None and scope == ACCOUNT}
    assert {id: row for id, row in before.items() if id not in gone} == after
