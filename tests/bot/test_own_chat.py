"""Telegram is told about a person in that person's own chat, and about nobody else there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.telegram_calls import Call
from tests.bot.conftest import Talk, button_of
from workers.house import House

ANN, BOB = 700100200, 700100999
WORDS = {ANN: "as a lighthouse in fog", BOB: "as a heron at dawn"}
# Answers to a tap or to a question before a payment name the question, which Telegram asked; they have no chat.
ANSWERS = {"answerCallbackQuery": "callback_query_id", "answerPreCheckoutQuery": "pre_checkout_query_id"}


class Bob(Talk):
    """Somebody else, with other names and words."""

    def __init__(self, house: House) -> None:
        super().__init__(house, who=BOB)
        self.who = {**self.who, "first_name": "Robert", "last_name": "Quill", "username": "robquill"}


def conversation(talk: Talk) -> Iterator[list[Call]]:
    """From the first word to the deletion of everything."""
    yield talk.says("/start")
    yield talk.agrees()
    yield talk.sends_photo()
    yield talk.presses("people")
    photo = talk.has_photo()
    offer = talk.says(WORDS[int(str(talk.who["id"]))])
    yield offer
    yield talk.presses(button_of(offer, "make"))
    for command in ("/photos", "/balance", "/packs", "/limit 5", "/paysupport", "/privacy", "/help", "/styles"):
        yield talk.says(command)
    yield talk.says("/support")
    yield talk.says(f"it is about {WORDS[int(str(talk.who['id']))]}")
    yield talk.presses("supdone")
    yield talk.presses("pack:small")
    yield talk.presses(f"pdel:{photo}")
    yield talk.presses(f"pdelyes:{photo}")
    yield talk.presses("minor")


@pytest.mark.proves("P5.0")
def test_every_call_goes_to_the_chat_of_the_person_who_wrote(house: House) -> None:
    for talk in (Talk(house, who=ANN), Bob(house)):
        calls = [call for answer in conversation(talk) for call in answer]
        assert len(calls) > 20
        for call in calls:
            if call.method in ANSWERS:
                assert call.params[ANSWERS[call.method]] == "q1"
            else:
                assert call.params["chat_id"] == talk.who["id"], call.method


@pytest.mark.proves("P5.0")
def test_nothing_about_one_person_is_told_in_the_chat_of_another(house: House) -> None:
    """Both at the same time, step by step, so that whatever is remembered by a process gets its chance."""
    ann, bob = Talk(house, who=ANN), Bob(house)
    told: dict[int, str] = {ANN: "", BOB: ""}
    for to_ann, to_bob in zip(conversation(ann), conversation(bob), strict=True):
        told[ANN] += repr([(call.params, call.files) for call in to_ann])
        told[BOB] += repr([(call.params, call.files) for call in to_bob])
    assert WORDS[ANN] in told[ANN]
    assert WORDS[BOB] in told[BOB]
    for foreign in (str(BOB), WORDS[BOB], "Robert", "Quill", "robquill"):
        assert foreign not in told[ANN]
    for foreign in (str(ANN), WORDS[ANN], "annlee"):
        assert foreign not in told[BOB]
