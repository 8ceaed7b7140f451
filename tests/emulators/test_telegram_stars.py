"""Stars change hands, and everything that goes wrong with it on the way to the bot."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.emulators.star_buyers import INVOICE, invoice, pay, payments, says_yes


@pytest.fixture
def seller(told: Any) -> Any:
    """A bot that agrees to every payment."""
    told.answer = says_yes
    return told


def settled(person: Any, hook: Any) -> list[dict[str, Any]]:
    """What the bot was told once nothing more comes."""
    person.emulator.settles()
    return list(hook.told)


def test_the_same_invoice_is_paid_again_when_the_bot_agrees_again(ann: Any, seller: Any) -> None:
    message = invoice(ann)
    charges = {pay(ann, message)["telegram_payment_charge_id"] for _ in range(2)}
    assert len(charges) == 2
    told = {u["message"]["successful_payment"]["telegram_payment_charge_id"] for u in payments(settled(ann, seller))}
    assert told == charges
    assert ann.chat()["stars"] == 50_000 - 100


def test_a_person_without_enough_stars_is_not_even_asked_about(emulator: Any, seller: Any) -> None:
    poor = emulator.person("Poor", stars=49)
    poor.says("/start")
    message = invoice(poor)
    assert pay(poor, message) == {"paid": False, "error": "not enough Stars"}
    assert not [update for update in settled(poor, seller) if "pre_checkout_query" in update]
    emulator.client("PATCH", f"people/{poor.id}", json={"stars": 50})
    assert pay(poor, message)["paid"]
    assert poor.chat()["stars"] == 0


def test_two_payments_at_once_cannot_spend_the_same_stars(emulator: Any, seller: Any) -> None:
    poor = emulator.person("Poor", stars=50)
    poor.says("/start")
    message = invoice(poor)
    with ThreadPoolExecutor(4) as hands:
        # Each hand has a connection of its own.
        paid = list(hands.map(lambda _: _pay_alone(poor, message), range(4)))
    assert sorted(one["paid"] for one in paid) == [False, False, False, True]
    assert poor.chat()["stars"] == 0


def _pay_alone(person: Any, message: int) -> Any:
    url = f"{person.emulator.url}/client/people/{person.id}/pay"
    return requests.post(url, json={"message_id": message}, timeout=60).json()


def test_somebody_the_bot_never_met_pays_and_may_then_be_written_to(ann: Any, emulator: Any, seller: Any) -> None:
    bob = emulator.person("Bob")
    assert emulator.call("sendMessage", chat_id=bob.id, text="hi")["error_code"] == 400
    assert pay(ann, invoice(ann), **{"as": bob.id})["paid"]
    (update,) = payments(settled(ann, seller))
    assert (update["message"]["from"]["id"], update["message"]["chat"]["id"]) == (bob.id, bob.id)
    assert update["message"]["successful_payment"]["invoice_payload"] == "pack:10"
    emulator.ok("sendMessage", chat_id=bob.id, text="hi")
    assert (bob.chat()["stars"], ann.chat()["stars"]) == (50_000 - 50, 50_000)


def test_an_invoice_link_is_paid_by_anybody(ann: Any, emulator: Any, seller: Any) -> None:
    link = emulator.ok("createInvoiceLink", **INVOICE)
    assert link.startswith("https://t.me/$")
    bob = emulator.person("Bob")
    for person in (ann, bob):
        assert emulator.client("POST", f"people/{person.id}/pay", json={"link": link})["paid"]
    told = payments(settled(ann, seller))
    assert [update["message"]["from"]["id"] for update in told] == [ann.id, bob.id]
    unknown = emulator.http.post(f"{emulator.url}/client/people/{ann.id}/pay", json={"link": "https://t.me/$none"})
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("kind", "times_told", "update_ids"), [("lose", 0, 0), ("duplicate", 2, 1), ("parallel", 2, 1), ("repeat", 2, 2)]
)
def test_the_news_of_a_payment_may_be_lost_or_come_twice(
    ann: Any, emulator: Any, seller: Any, kind: str, times_told: int, update_ids: int
) -> None:
    emulator.faults({"method": "update", "kind": kind, "holds": "successful_payment"})
    charge = pay(ann, invoice(ann))["telegram_payment_charge_id"]
    told = payments(settled(ann, seller))
    assert len(told) == times_told
    assert len({update["update_id"] for update in told}) == update_ids
    assert {update["message"]["successful_payment"]["telegram_payment_charge_id"] for update in told} <= {charge}
    (transaction,) = emulator.ok("getStarTransactions")["transactions"]
    assert transaction["id"] == charge
    assert len(ann.messages()) == 3, "the person sees one payment, whatever the bot was told"


def test_twice_in_parallel_means_that_both_are_there_before_either_is_answered(
    ann: Any, emulator: Any, told: Any
) -> None:
    both = threading.Barrier(2, timeout=30)

    def answer(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if payments([update]):
            both.wait()
        return says_yes(update)

    told.answer = answer
    emulator.faults({"method": "update", "kind": "parallel", "holds": "successful_payment"})
    pay(ann, invoice(ann))
    assert len(payments(settled(ann, told))) == 2
    assert not both.broken


def test_a_fault_of_payments_leaves_other_updates_alone(ann: Any, emulator: Any, seller: Any) -> None:
    emulator.faults({"method": "update", "kind": "lose", "holds": "successful_payment", "times": None})
    ann.says("hello")
    assert pay(ann, invoice(ann))["paid"]
    ann.says("are you there?")
    texts = [update["message"].get("text") for update in settled(ann, seller) if "message" in update]
    assert texts == ["/start", "hello", "are you there?"]


def test_a_payment_waits_for_its_own_question_only(ann: Any, emulator: Any, told: Any, picture: Any) -> None:
    """PROVIDERS.md 3.3: a slow pre-checkout holds up neither photos nor other people's payments, and they not it."""
    slow = threading.Event()

    def answer(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if update.get("pre_checkout_query", {}).get("from", {}).get("id") == ann.id:
            assert slow.wait(60)
        return says_yes(update)

    told.answer = answer
    bob = emulator.person("Bob")
    bob.says("/start")
    messages = {person: invoice(person) for person in (ann, bob)}
    with ThreadPoolExecutor(1) as hands:
        paying = hands.submit(_pay_alone, ann, messages[ann])
        begun = time.monotonic()
        while not any("pre_checkout_query" in update for update in told.told):
            assert time.monotonic() < begun + 60
            time.sleep(0.01)
        ann.send(files={"photo": ("p.jpg", picture(100, 80))})
        assert pay(bob, messages[bob])["paid"]
        while not any("photo" in update.get("message", {}) for update in told.told):
            assert time.monotonic() < begun + 60
            time.sleep(0.01)
        assert not paying.done()
        slow.set()
        assert paying.result()["paid"]


def test_a_busy_chat_does_not_hold_up_the_question(ann: Any, emulator: Any, told: Any) -> None:
    busy = threading.Event()

    def answer(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if update.get("message", {}).get("text") == "slow":
            assert busy.wait(60)
        return says_yes(update)

    told.answer = answer
    message = invoice(ann)
    ann.says("slow")
    assert pay(ann, message)["paid"]
    assert not payments(told.told), "the news of the payment waits in the chat's own queue"
    busy.set()
    assert len(payments(settled(ann, told))) == 1


def test_a_bot_that_did_not_ask_for_questions_sells_nothing(ann: Any, emulator: Any, seller: Any) -> None:
    emulator.settings(checkout_answer=0.2)
    emulator.ok("setWebhook", url=seller.url, allowed_updates=["message"])
    assert pay(ann, invoice(ann)) == {"paid": False, "error": "the bot did not answer in time"}


def test_telegram_gives_stars_back_without_being_asked(ann: Any, emulator: Any, seller: Any) -> None:
    charge = pay(ann, invoice(ann))["telegram_payment_charge_id"]
    assert emulator.client("POST", f"payments/{charge}/refund")["refunded"]
    (update,) = payments(settled(ann, seller), "refunded_payment")
    assert update["message"]["refunded_payment"]["telegram_payment_charge_id"] == charge
    assert ann.chat()["stars"] == 50_000
    asked = emulator.call("refundStarPayment", user_id=ann.id, telegram_payment_charge_id=charge)
    assert asked["description"] == "Bad Request: CHARGE_ALREADY_REFUNDED"
    again = emulator.http.post(f"{emulator.url}/client/payments/{charge}/refund")
    assert again.status_code == 409
    (known,) = emulator.client("GET", "payments")
    assert (known["id"], known["person"], known["title"]) == (charge, ann.id, "Ten pictures")


def test_the_receipt_says_that_the_money_went_back(ann: Any, emulator: Any, seller: Any) -> None:
    charge = pay(ann, invoice(ann))["telegram_payment_charge_id"]
    receipt = ann.messages()[-1]
    assert (receipt["receipt"]["title"], receipt["receipt"]["refunded"]) == ("Ten pictures", None)
    emulator.ok("refundStarPayment", user_id=ann.id, telegram_payment_charge_id=charge)
    changed = ann.chat(since=receipt["rev"])["messages"]
    assert changed[0]["message_id"] == receipt["message_id"]
    assert all(one["receipt"]["refunded"] for one in changed)
    assert list(changed[1]["other"]) == ["refunded_payment"]


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ({"user_id": 0}, "invalid user_id specified"),
        ({"user_id": 12}, "user not found"),
        ({"telegram_payment_charge_id": ""}, "CHARGE_NOT_FOUND"),
        ({"user_id": "bob"}, "CHARGE_NOT_FOUND"),
    ],
)
def test_a_refund_needs_the_right_person_and_charge(
    ann: Any, emulator: Any, seller: Any, which: dict[str, Any], reason: str
) -> None:
    bob = emulator.person("Bob")
    charge = pay(ann, invoice(ann))["telegram_payment_charge_id"]
    which = {**which, "user_id": bob.id} if which.get("user_id") == "bob" else which
    asked = {"user_id": ann.id, "telegram_payment_charge_id": charge, **which}
    assert emulator.call("refundStarPayment", **asked)["description"] == f"Bad Request: {reason}"


def test_transactions_come_in_pages_of_at_most_a_hundred(ann: Any, emulator: Any, seller: Any) -> None:
    message = invoice(ann, prices=[{"label": "x", "amount": 1}])
    charges = [pay(ann, message)["telegram_payment_charge_id"] for _ in range(101)]
    emulator.ok("refundStarPayment", user_id=ann.id, telegram_payment_charge_id=charges[0])

    def page(**asked: int) -> list[str]:
        return [one["id"] for one in emulator.ok("getStarTransactions", **asked)["transactions"]]

    everything = [*charges, charges[0]]
    assert page() == everything[:100]
    assert page(offset=100) == everything[100:]
    assert page(offset=3, limit=2) == everything[3:5]
    assert page(offset=500) == []
    # Beyond the limits the nearest possible number counts.
    assert (page(limit=1000), page(limit=0), page(offset=-7, limit=1)) == (everything[:100], charges[:1], charges[:1])


def test_the_list_of_transactions_can_be_out_of_reach(ann: Any, emulator: Any) -> None:
    wait = {"error_code": 429, "description": "Too Many Requests: retry after 9", "parameters": {"retry_after": 9}}
    emulator.faults(
        {"method": "getStarTransactions", "kind": "drop"}, {"method": "getStarTransactions", "kind": "error", **wait}
    )
    with pytest.raises(requests.ConnectionError):
        emulator.call("getStarTransactions")
    assert emulator.call("getStarTransactions")["parameters"] == {"retry_after": 9}
    assert emulator.ok("getStarTransactions") == {"transactions": []}


def test_a_no_needs_a_reason_and_a_question_is_answered_once(ann: Any, emulator: Any, told: Any) -> None:
    answers: list[Any] = []

    def answer(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        query = update.get("pre_checkout_query", {}).get("id")
        url = f"{emulator.url}/bot12345:demo/answerPreCheckoutQuery"
        for more in ({}, {"ok": False}, {"ok": True}, {"ok": True}) if query else ():
            asked = {"pre_checkout_query_id": query, **more}
            answers.append(requests.post(url, json=asked, timeout=60).json().get("description"))
        return 200, {}, b""

    told.answer = answer
    assert pay(ann, invoice(ann))["paid"]
    settled(ann, told)
    required = 'Bad Request: parameter "error_message" is required'
    assert answers[:3] == [required, required, None]
    assert answers[3].startswith("Bad Request: query is too old")


def test_stars_and_payments_outlive_a_restart(start: Any, tmp_path: Any, hook: Any) -> None:
    hook.answer = says_yes
    first = start("--state", str(tmp_path))
    first.ok("setWebhook", url=hook.url)
    ann = first.person("Ann")
    ann.says("/start")
    message = invoice(ann)
    time.sleep(0.8)  # what came before is written: the payment has to be written for itself
    charge = pay(ann, message)["telegram_payment_charge_id"]
    first.stop()
    second = start("--state", str(tmp_path))
    (transaction,) = second.ok("getStarTransactions")["transactions"]
    assert transaction["id"] == charge
    again = type(ann)(second, ann.id)
    assert again.chat()["stars"] == 50_000 - 50
    assert pay(again, message)["paid"]
