"""Who may get a person's photos is theirs to say: what they refuse is never written down as sent, nor sent."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from consent.choices import choose, demand_may_get, may_get, refused
from consent.disclosure import disclose
from database import Database
from errors import Permanent, Rejected
from models import Account, Disclosure, PrivacyChoice
from policy.choices import REFUSABLE
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from tests.consent.test_consent_accounts import ANN, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def says(desk: Desk, account: str, recipient: str, *, allowed: bool) -> bool:
    with desk.database.unit() as unit:
        return choose(unit, account, recipient, allowed=allowed)


def sends(desk: Desk, account: str, recipient: str) -> None:
    with desk.database.unit() as unit:
        disclose(
            unit,
            account=account,
            order="o",
            attempt=1,
            recipient=recipient,
            purpose="generation",
            categories=frozenset({"photos"}),
        )


def sent(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.connection():
        return [(row.account, row.recipient) for row in Disclosure.select().order_by(Disclosure.recipient)]


def test_everybody_of_the_register_is_allowed_until_somebody_says_no(desk: Desk) -> None:
    account = desk.open()
    assert refused(desk.find()) == frozenset()
    assert REFUSABLE == ("gemini", "kling")
    for recipient in REFUSABLE:
        sends(desk, account.id, recipient)
    assert sent(desk) == [(account.id, "gemini"), (account.id, "kling")]


@pytest.mark.proves("P5.3")
def test_nothing_is_written_down_as_sent_to_who_was_refused_until_that_is_taken_back(desk: Desk) -> None:
    account = desk.open().id
    assert says(desk, account, "kling", allowed=False)
    with pytest.raises(Rejected) as no:
        sends(desk, account, "kling")
    assert no.value.code == "provider.not_allowed"
    sends(desk, account, "gemini")
    assert sent(desk) == [(account, "gemini")]
    assert says(desk, account, "kling", allowed=True)
    sends(desk, account, "kling")
    assert len(sent(desk)) == 2


def test_a_no_of_one_person_is_nobody_elses(desk: Desk) -> None:
    ann, bob = desk.open().id, open_bob(desk)
    says(desk, ann, "gemini", allowed=False)
    sends(desk, bob, "gemini")
    assert sent(desk) == [(bob, "gemini")]


def open_bob(desk: Desk) -> str:
    return str(desk.open(replace(ANN, telegram_id=5, username="bob")).id)


def test_several_can_be_refused_and_each_change_is_a_row_that_stays(desk: Desk) -> None:
    account = desk.open().id
    done = [
        says(desk, account, recipient, allowed=allowed)
        for recipient, allowed in (("kling", False), ("kling", False), ("gemini", False), ("kling", True))
    ]
    assert done == [True, False, True, True]
    row = desk.find()
    assert refused(row) == {"gemini"}
    assert (may_get(row, "gemini"), may_get(row, "kling")) == (False, True)
    with pytest.raises(Rejected):
        demand_may_get(row, "gemini")
    demand_may_get(row, "kling")
    with desk.database.connection():
        rows = list(PrivacyChoice.select())
    assert sorted(row.value for row in rows) == ["+kling", "-gemini", "-kling"]
    assert {(row.account, row.what, row.version) for row in rows} == {(account, "send_to", CURRENT.id)}


@pytest.mark.parametrize("recipient", ["telegram", "cloud", "authorities", "stars", "nobody", "kling,gemini", ""])
def test_who_is_no_ai_provider_cannot_be_refused(desk: Desk, recipient: str) -> None:
    account = desk.open().id
    with pytest.raises(Rejected):
        says(desk, account, recipient, allowed=False)
    assert refused(desk.find()) == frozenset()


@pytest.mark.parametrize("recipient", sorted(RECIPIENTS))
def test_no_name_of_a_recipient_hides_in_another_one(recipient: str) -> None:
    """They are found in a list with commas between, by a pattern in which some letters stand for others."""
    assert not set(recipient) & set(",%_")


def test_nothing_goes_anywhere_for_an_account_that_is_gone(desk: Desk) -> None:
    with pytest.raises(Permanent) as gone:
        sends(desk, "nobody", "gemini")
    assert gone.value.code == "account.gone"
    with pytest.raises(Permanent):
        says(desk, "nobody", "gemini", allowed=False)
    assert sent(desk) == []


@pytest.mark.proves("P5.3")
def test_a_no_and_a_sending_at_one_moment_take_turns(desk: Desk) -> None:
    """Whichever is first: once the no is said, no sending is written down any more."""
    account = desk.open().id
    written, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def sender() -> None:
        with desk.database.unit() as unit:
            disclose(
                unit,
                account=account,
                order="o",
                attempt=1,
                recipient="gemini",
                purpose="generation",
                categories=frozenset({"photos"}),
            )
            written.set()
            go_on.wait(60)
            order.append("sent")

    def refuser() -> None:
        written.wait(60)
        says(desk, account, "gemini", allowed=False)
        order.append("refused")

    threads = [threading.Thread(target=act) for act in (sender, refuser)]
    for thread in threads:
        thread.start()
    written.wait(60)
    assert not _ends(threads[1], within=0.5), "the no waits for the sending that was begun before it"
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert order == ["sent", "refused"]
    with pytest.raises(Rejected):
        sends(desk, account, "gemini")
    assert len(sent(desk)) == 1


@pytest.mark.proves("P5.3")
def test_a_sending_that_comes_while_a_no_is_being_written_sees_it(desk: Desk) -> None:
    account = desk.open().id
    begun, go_on = threading.Event(), threading.Event()
    failures: list[str] = []

    def refuser() -> None:
        with desk.database.unit() as unit:
            choose(unit, account, "gemini", allowed=False)
            begun.set()
            go_on.wait(60)

    def sender() -> None:
        begun.wait(60)
        try:
            sends(desk, account, "gemini")
        except Rejected as error:
            failures.append(error.code)

    threads = [threading.Thread(target=act) for act in (refuser, sender)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    assert not _ends(threads[1], within=0.5)
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert failures == ["provider.not_allowed"]
    assert sent(desk) == []
    with desk.database.connection():
        assert Account.get().not_to == "gemini"


def _ends(thread: Any, *, within: float) -> bool:
    thread.join(within)
    return not thread.is_alive()
