"""Who agreed to less than what binds today is asked before the next generation, and only then; yeses add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from billing import ledger
from billing.prices import TRIAL_CREDITS
from consent.record import accept
from consent.renewal import before, binding, news
from database import Clock
from errors import Rejected
from jobs.runner import Runner
from models import Acceptance, Access, Account, Order, Telling, Work
from policy.versions import CURRENT, VERSIONS, Version
from tests.bot.conftest import Talk, button_of, counts, text_of
from tests.conftest import TurnedClock
from wording.buttons import RENEW, data
from workers.house import House

FOUND = news()
assert FOUND is not None
NEWS: Version = FOUND
OLD = before(NEWS.id)
IN_EFFECT = datetime.combine(NEWS.effective, time())
pytestmark = pytest.mark.proves("P13.1")


@pytest.fixture
def turned(house: House, clock: TurnedClock) -> Iterator[TurnedClock]:
    """The house on a clock that stands at the first moment in which the new version binds."""
    real: Clock = house.database.clock
    clock.time = IN_EFFECT
    house.database.clock = clock
    yield clock
    house.database.clock = real


@pytest.fixture
def older(house: House, turned: TurnedClock, talk: Talk) -> Talk:
    """Somebody with a photo who agreed to the version before the news, and was told of nothing."""
    talk.agrees()
    account = talk.account().id
    with house.database.unit() as unit:
        Acceptance.delete().execute()
        accept(unit, account=account, kind=Acceptance.NOTICE, version=OLD)
        accept(unit, account=account, kind=Acceptance.PEOPLE)
    talk.has_photo()
    return talk


def yeses(talk: Talk) -> list[str]:
    with talk.house.database.connection():
        own = (Acceptance.account == talk.account().id) & (Acceptance.kind == Acceptance.NOTICE)
        return [row.version for row in Acceptance.select().where(own).order_by(Acceptance.version)]


def balance(talk: Talk) -> ledger.Balance:
    with talk.house.database.connection():
        return ledger.balance(talk.account().id)


def state(talk: Talk, order: str) -> str:
    with talk.house.database.connection():
        return str(Order.get_by_id(order).state)


def test_before_the_date_of_effect_an_older_yes_is_enough(turned: TurnedClock, older: Talk) -> None:
    turned.time = IN_EFFECT - timedelta(seconds=1)
    assert "in the queue" in text_of(older.presses(f"make:{older.is_offered()}"))


def test_from_the_date_of_effect_on_the_offer_becomes_the_question_and_nothing_is_held(
    house: House, older: Talk
) -> None:
    order = older.is_offered()
    before = counts(house)
    _, said = older.give(older.tap(f"make:{order}", message=4711))
    assert (said.method, said.params["message_id"]) == ("editMessageText", 4711)
    assert f"in effect from {CURRENT.effective.isoformat()}" in said.params["text"]
    assert f"/privacy/versions/{OLD}/{CURRENT.id}" in said.params["text"]
    assert button_of([said], "renew") == f"renew:{CURRENT.id}:{order}"
    assert counts(house) == {**before, "seen_update": before["seen_update"] + 1}
    assert state(older, order) == Order.OFFERED
    assert balance(older) == ledger.Balance(free=TRIAL_CREDITS, held=0)


def test_a_yes_is_added_to_the_older_ones_and_the_order_is_placed_at_once(house: House, older: Talk) -> None:
    order = older.is_offered()
    question = older.presses(f"make:{order}")
    said = older.give(older.tap(button_of(question, "renew"), message=4711))
    assert "in the queue" in text_of(said)
    assert yeses(older) == [OLD, CURRENT.id]
    assert state(older, order) == Order.QUEUED
    assert balance(older) == ledger.Balance(free=TRIAL_CREDITS - 1, held=1)
    with house.database.connection():
        assert Order.get_by_id(order).message_id == 4711
        assert [work.kind for work in Work.select()] == ["produce"]


def test_who_said_yes_is_not_asked_again(older: Talk) -> None:
    older.presses(button_of(older.presses(f"make:{older.is_offered()}"), "renew"))
    assert "in the queue" in text_of(older.presses(f"make:{older.is_offered()}"))


def test_a_no_leaves_everything_as_it_is_and_says_what_one_can_do(house: House, older: Talk) -> None:
    order = older.is_offered()
    question = older.presses(f"make:{order}")
    before = counts(house)
    said = older.presses(button_of(question, "norenew"))
    assert "nothing was charged" in text_of(said)
    assert "/delete" in text_of(said)
    assert "support@miomio.invalid" in text_of(said)
    assert counts(house) == {**before, "seen_update": before["seen_update"] + 1}
    assert (state(older, order), yeses(older)) == (Order.OFFERED, [OLD])
    assert "in the queue" in text_of(older.presses(button_of(said, "renew"))), "there is a way back"


def test_a_yes_stands_also_when_the_order_cannot_be_placed(house: House, older: Talk) -> None:
    order = older.is_offered()
    question = older.presses(f"make:{order}")
    with house.database.connection():
        Account.update(daily_limit=0).execute()
    said = older.presses(button_of(question, "renew"))
    assert "is recorded" in text_of(said)
    assert "daily limit" in text_of(said)
    assert yeses(older) == [OLD, CURRENT.id]
    assert (state(older, order), balance(older)) == (Order.OFFERED, ledger.Balance(free=TRIAL_CREDITS, held=0))
    with house.database.connection():
        Account.update(daily_limit=None).execute()
    assert "in the queue" in text_of(older.presses(button_of(said, "make")))


def test_a_yes_tapped_twice_holds_once(older: Talk) -> None:
    renew = button_of(older.presses(f"make:{older.is_offered()}"), "renew")
    older.presses(renew)
    again = older.presses(renew)
    assert "in the queue" in text_of(again), "the message goes on telling how the order stands"
    assert button_of(again, "cancel").startswith("cancel:")
    assert yeses(older) == [OLD, CURRENT.id]
    assert balance(older) == ledger.Balance(free=TRIAL_CREDITS - 1, held=1)


def test_a_yes_to_the_news_itself_comes_before_the_question(turned: TurnedClock, older: Talk) -> None:
    turned.time = IN_EFFECT - timedelta(days=3)
    assert "is recorded" in text_of(older.presses(data(RENEW, NEWS.id)))
    assert yeses(older) == [OLD, NEWS.id]
    turned.time = IN_EFFECT
    assert "in the queue" in text_of(older.presses(f"make:{older.is_offered()}"))


@pytest.mark.parametrize("forged", ["renew:2020-01-01", "renew:v1", "renew:9999-01-01", "renew:", "renew:x:y"])
def test_a_yes_to_a_version_that_never_was_is_none(older: Talk, forged: str) -> None:
    [said] = older.presses(forged)
    assert said.params["show_alert"] is True
    assert yeses(older) == [OLD]


def test_a_yes_for_somebody_elses_order_places_nothing(house: House, older: Talk) -> None:
    order = older.is_offered()
    other = Talk(house, who=700100299)
    other.agrees()
    other.presses(f"renew:{CURRENT.id}:{order}")
    assert state(older, order) == Order.OFFERED


def test_who_agreed_at_the_start_is_neither_told_nor_asked(house: House, turned: TurnedClock, member: Talk) -> None:
    house.announcements.plan()
    member.has_photo()
    assert "in the queue" in text_of(member.presses(f"make:{member.is_offered()}"))
    with house.database.connection():
        assert Telling.select().count() == 0
    assert yeses(member) == [CURRENT.id]


def test_the_rule_stands_where_every_order_is_placed(house: House, older: Talk) -> None:
    order = older.is_offered()
    with pytest.raises(Rejected) as refused, house.database.unit() as unit:
        house.orders.place(unit, account=older.account().id, order=order, message=1)
    assert refused.value.code == "consent.renew"


def test_somebody_who_is_back_after_a_block_is_told_then(house: House, turned: TurnedClock, older: Talk) -> None:
    account = older.account().id
    with house.database.unit() as unit:
        Telling.insert(
            id="t", account=account, version=NEWS.id, state=Telling.UNREACHABLE, reason="telegram.blocked",
            created_at=unit.now,
        ).execute()  # fmt: skip
        Account.update(reachable=False).execute()
    older.says("/help")
    with house.database.connection():
        assert Telling.get_by_id("t").state == Telling.WAITING
        assert [(work.kind, work.subject) for work in Work.select()] == [("inform", "t")]


def test_only_a_material_change_that_is_in_effect_binds() -> None:
    day = timedelta(days=1)
    first, second = VERSIONS[0], Version("3000-01-02", NEWS.published, NEWS.effective + 9 * day, material=True)
    small = Version("3000-01-03", NEWS.published, NEWS.effective + 12 * day, material=False)
    versions = (first, NEWS, second, small)
    assert [news(versions[:n]) for n in range(5)] == [None, None, NEWS, second, second]
    days = [first.effective, NEWS.effective - day, NEWS.effective, second.effective - day, small.effective]
    assert [binding(one, versions) for one in days] == [None, None, NEWS, NEWS, second]


def test_who_closes_their_account_meanwhile_is_not_told_and_the_row_says_why(
    house: House, turned: TurnedClock, older: Talk
) -> None:
    turned.turn(7_200)  # the house may have looked everybody over in an earlier test
    assert house.announcements.plan() == 1
    older.presses("minor")
    older.ends()
    with house.database.connection():
        [row] = Telling.select()
        [work] = Work.select().where(Work.kind == "inform")
        assert Account.select().count() == 0
    assert (row.state, row.reason, work.state) == (Telling.SPARED, "account.closed", Work.FAILED)
    turned.turn(7_200)
    assert house.announcements.plan() == 0


def test_a_yes_to_a_version_that_only_a_newer_release_knows_is_enough(house: House, older: Talk) -> None:
    with house.database.unit() as unit:
        accept(unit, account=older.account().id, kind=Acceptance.NOTICE, version="9999-01-01")
    assert "in the queue" in text_of(older.presses(f"make:{older.is_offered()}"))


@pytest.mark.parametrize(("code", "prefix"), [("en", ""), ("zh-hk", "/zh-hant"), ("zh-hans", "/zh-hans")])
def test_the_addresses_are_those_of_the_persons_language(house: House, older: Talk, code: str, prefix: str) -> None:
    older.who["language_code"] = code
    [_, question] = older.presses(f"make:{older.is_offered()}")
    assert f"{house.settings.public_url}{prefix}/privacy/versions/{OLD}/{CURRENT.id}" in question.params["text"]
    assert f'"{house.settings.public_url}{prefix}/privacy"' in text_of(older.says("/privacy"))


def test_telling_opens_the_chat_for_announcements_only_and_leaves_a_record(
    house: House, turned: TurnedClock, older: Talk
) -> None:
    with house.database.unit() as unit:
        Telling.insert(id="t", account=older.account().id, version=NEWS.id, created_at=unit.now).execute()
        work = house.desk.add(unit, "inform", subject="t", account=older.account().id)
    Runner(house.desk).run(work)  # Telegram is away here
    with house.database.connection():
        assert {(row.category, row.purpose) for row in Access.select()} == {("account", "announcements")}
        row, waits = Telling.get_by_id("t"), Work.get_by_id(work)
    assert (row.state, row.sends, waits.state, waits.reason) == (Telling.WAITING, 0, Work.DUE, "http.unreachable")
