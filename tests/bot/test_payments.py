"""Payments as Telegram tells of them: answered, booked once, said in one sentence, and never swallowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from peewee import IntegrityError

from billing import ledger
from billing.payments import NOTE, PAYABLE
from billing.prices import PACKS, TRIAL_CREDITS
from models import Account, Invoice, LedgerEntry, Payment, Work
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, counts, text_of
from workers.house import House

SMALL = PACKS["small"]


def offer(talk: Talk, pack: str = "small") -> dict[str, Any]:
    """The invoice that a tap on a pack brings."""
    [_, invoice] = talk.presses(f"pack:{pack}")
    assert invoice.method == "sendInvoice"
    return dict(invoice.params)


def asked(talk: Talk, payload: str, *, stars: int = SMALL.stars, currency: str = "XTR") -> Call:
    """The answer to the question before a payment."""
    query = {"id": "q9", "from": talk.who, "currency": currency, "total_amount": stars, "invoice_payload": payload}
    [call] = talk.give(talk.update(pre_checkout_query=query))
    assert (call.method, call.params["pre_checkout_query_id"]) == ("answerPreCheckoutQuery", "q9")
    return call


def paid(talk: Talk, payload: str, *, charge: str = "c1", stars: int = SMALL.stars) -> dict[str, Any]:
    """The news of a payment."""
    facts = {
        "currency": "XTR",
        "total_amount": stars,
        "invoice_payload": payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "p",
    }
    return talk.message(successful_payment=facts)


def refunded(talk: Talk, charge: str = "c1") -> list[Call]:
    facts = {
        "currency": "XTR",
        "total_amount": SMALL.stars,
        "invoice_payload": "",
        "telegram_payment_charge_id": charge,
    }
    return talk.give(talk.message(refunded_payment=facts))


def free(talk: Talk) -> int:
    with talk.house.database.connection():
        return ledger.balance(talk.account().id).free


def states(house: House) -> list[str]:
    with house.database.connection():
        return [payment.state for payment in Payment.select()]


@pytest.mark.proves("P2.7", "P5.1")
@pytest.mark.parametrize("pack", sorted(PACKS))
def test_an_invoice_asks_for_exactly_the_price_of_its_pack_in_stars(member: Talk, pack: str) -> None:
    invoice = offer(member, pack)
    sold = PACKS[pack]
    assert (invoice["currency"], invoice["provider_token"]) == ("XTR", "")
    assert [price["amount"] for price in invoice["prices"]] == [sold.stars]
    assert f"{sold.credits} credits" in invoice["description"]
    assert len(invoice["title"]) <= 32
    assert len(invoice["description"]) <= 255
    assert str(member.who["id"]) not in invoice["payload"]


def test_a_pack_that_is_not_sold_has_no_invoice(house: House, member: Talk) -> None:
    before = counts(house)
    assert "out of date" in text_of(member.presses("pack:huge"))
    assert counts(house) == before


def test_the_question_is_answered_yes_and_writes_nothing(house: House, member: Talk) -> None:
    invoice, before = offer(member), counts(house)
    assert asked(member, invoice["payload"]).params["ok"] is True
    assert counts(house) == before


def test_no_comes_with_a_sentence_that_helps(house: House, member: Talk) -> None:
    invoice = offer(member)
    other = Talk(house, who=700100201)
    other.agrees()
    stranger = Talk(house, who=700100202)
    answers = {
        "forged": asked(member, "forged"),
        "wrong amount": asked(member, invoice["payload"], stars=1),
        "wrong currency": asked(member, invoice["payload"], currency="USD"),
        "foreign": asked(other, invoice["payload"]),
        "unknown": asked(stranger, invoice["payload"]),
    }
    said = {why: (call.params["ok"], "/packs" in call.params["error_message"]) for why, call in answers.items()}
    assert said == dict.fromkeys(answers, (False, True))
    assert states(house) == []


def test_a_day_old_offer_is_refused(house: House, member: Talk) -> None:
    invoice = offer(member)
    with house.database.unit() as unit:
        Invoice.update(created_at=unit.now - PAYABLE).execute()
    call = asked(member, invoice["payload"])
    assert (call.params["ok"], "out of date" in call.params["error_message"]) == (False, True)


def test_an_offer_at_an_older_price_is_refused(house: House, member: Talk) -> None:
    invoice = offer(member)
    with house.database.connection():
        Invoice.update(stars=SMALL.stars - 1).execute()
    assert asked(member, invoice["payload"], stars=SMALL.stars - 1).params["ok"] is False


def test_a_banned_buyer_is_refused(house: House, member: Talk) -> None:
    invoice = offer(member)
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    call = asked(member, invoice["payload"])
    assert (call.params["ok"], "closed" in call.params["error_message"]) == (False, True)


def test_the_thanks_for_a_payment_are_work_of_the_same_transaction(
    house: House, member: Talk, rung: list[tuple[str, str, str]]
) -> None:
    """What goes out in the webhook's reply is said once or never; who has paid must hear of it."""
    assert member.give(paid(member, offer(member)["payload"])) == []
    assert states(house) == [Payment.PAID]
    with house.database.connection():
        [payment], [work] = list(Payment.select()), list(Work.select().where(Work.kind == NOTE))
    assert (work.subject, work.state, work.account) == (payment.id, Work.DUE, member.account().id)
    assert rung[-1] == ("rights", NOTE, work.id)
    said = text_of(member.hears_of_payments())
    assert f"{SMALL.credits} credits more" in said
    assert f"you have {SMALL.credits + TRIAL_CREDITS} now" in said


def test_the_same_payment_again_even_under_another_update_id_is_silent(house: House, member: Talk) -> None:
    payload = offer(member)["payload"]
    update = paid(member, payload)
    member.give(update)
    before = counts(house)
    assert member.give(update) == []
    assert member.give(paid(member, payload)) == []
    assert counts(house) == before
    assert free(member) == TRIAL_CREDITS + SMALL.credits


def test_what_fits_no_offer_is_said_to_go_back(house: House, member: Talk, rung: list[tuple[str, str, str]]) -> None:
    said = text_of(member.give(paid(member, "forged")))
    assert f"{SMALL.stars} ⭐ are on their way back" in said
    assert states(house) == [Payment.REFUNDING]
    assert [(queue, kind) for queue, kind, _ in rung] == [("rights", "refund")]
    assert free(member) == TRIAL_CREDITS


def test_a_banned_persons_payment_goes_back(house: House, member: Talk) -> None:
    payload = offer(member)["payload"]
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    assert "on their way back" in text_of(member.give(paid(member, payload)))
    assert (states(house), free(member)) == ([Payment.REFUNDING], TRIAL_CREDITS)


@pytest.mark.proves("P2.4")
def test_of_a_payer_we_do_not_know_nothing_is_kept_but_the_payment(house: House, talk: Talk) -> None:
    before = counts(house)
    assert "on their way back" in text_of(talk.give(paid(talk, "forged")))
    after = counts(house)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "payment": 1,
        "data_key": 1,
        "work": 1,
    }


def test_an_error_while_booking_is_not_swallowed(house: House, member: Talk) -> None:
    """A number of Stars that the database refuses: Telegram has to bring it again, and somebody has to look."""
    before = counts(house)
    with pytest.raises((AssertionError, IntegrityError)):
        member.give(paid(member, "forged", stars=0))
    assert counts(house) == before


def test_a_refund_by_telegram_takes_the_credits_and_is_told(house: House, member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    assert f"{SMALL.stars} ⭐ went back to you" in text_of(refunded(member))
    assert (states(house), free(member)) == ([Payment.REFUNDED], TRIAL_CREDITS)


def test_a_refund_of_an_unknown_charge_is_only_logged(
    house: House, member: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counts(house)
    assert refunded(member, "c-unknown") == []
    assert counts(house) == before
    said = capsys.readouterr()
    assert "refund.unknown_charge" in said.out + said.err
    assert "c-unknown" not in said.out + said.err


@pytest.mark.proves("P2.4")
def test_records_of_money_say_nothing_of_prompts_styles_or_pictures(house: House, member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    member.has_photo()
    member.presses(f"make:{member.is_offered('as a lighthouse in fog')}")
    with house.database.connection():
        kept = [
            *house.database.rows("SELECT * FROM payment"),
            *house.database.rows("SELECT * FROM ledger_entry"),
            *house.database.rows("SELECT * FROM ledger_line"),
            *house.database.rows("SELECT * FROM ledger_account"),
        ]
        assert {entry.what for entry in LedgerEntry.select()} == {"trial", "small", "picture"}
    assert "lighthouse" not in repr(kept)
    assert str(member.who["id"]) not in repr(kept)
    assert "c1" not in {value for row in kept for value in row}


def test_a_give_back_by_tap_is_said_and_becomes_work(house: House, member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    with house.database.connection():
        [payment] = list(Payment.select())
    said = text_of(member.presses(f"refund:{payment.id}"))
    assert f"{SMALL.stars} ⭐ are on their way back" in said
    assert (states(house), free(member)) == ([Payment.REFUNDING], TRIAL_CREDITS)
    with house.database.connection():
        assert Work.select().where((Work.kind == "refund") & (Work.state == Work.DUE)).count() == 1
    assert "gone back already" in text_of(member.presses(f"refund:{payment.id}"))
    other = Talk(house, who=700100201)
    other.agrees()
    assert "gone back already" in text_of(other.presses(f"refund:{payment.id}"))


def test_on_day_fifteen_the_tap_says_that_it_is_too_late(house: House, member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    with house.database.unit() as unit:
        Payment.update(paid_at=unit.now - timedelta(days=14)).execute()
        [payment] = list(Payment.select())
    assert "older than 14 days" in text_of(member.presses(f"refund:{payment.id}"))
    assert states(house) == [Payment.PAID]
