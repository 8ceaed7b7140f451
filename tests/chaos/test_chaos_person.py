"""A person taps again when nothing happens, never pays twice, and knows an end when they see one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from chaos.marks import Marks
from chaos.person import CANCELLED, DELIVERED, LONGEST_PATIENCE, NOT_MADE, PATIENCE, Person, Wish
from chaos.phone import Message, Phone

MARKS = Marks("person")
ORDER = "0" * 32
WISH = Wish(number=1, person=0, at=0.0, film=False, declined=False, taps=1, cancels=False)


class Bot(Phone):
    """A phone and the bot behind it: `does` is what the bot answers to the n-th deed of a kind, if it hears of it."""

    def __init__(self, does: Callable[[str, int], Message | None]) -> None:
        self.person = 0
        self.messages: dict[int, Message] = {}
        self.toasts: dict[str, str] = {}
        self.deeds: list[str] = []
        self._does = does

    async def write(self, text: str) -> None:
        self._done("start" if text == "/start" else "wish")

    async def press(self, message: int, data: str) -> str:
        self._done(data.partition(":")[0])
        return str(len(self.deeds))

    async def until(self, seen: Callable[[], Any], seconds: float) -> Any:
        """Time passes at once."""
        del seconds
        await asyncio.sleep(0)
        return seen()

    def _done(self, deed: str) -> None:
        self.deeds.append(deed)
        if (shown := self._does(deed, self.deeds.count(deed))) is not None:
            self.messages[shown["message_id"]] = shown


def shows(text: str, *buttons: str, media: bool = False) -> Message:
    rows = [[{"text": "x", "callback_data": data}] for data in buttons]
    found: Message = {"message_id": 5, "from": "bot", "deleted": False, "text": text, "buttons": rows}
    return found | ({"media": {"kind": "photo"}} if media else {})


OFFER = shows(f"Your own idea: {MARKS.words(1)}", f"make:{ORDER}")
QUEUED = shows("in the queue", f"cancel:{ORDER}")
PICTURE = shows("Made with AI", f"orig:{ORDER}", media=True)


def lived(bot: Bot, wish: Wish = WISH) -> Person:
    async def story() -> Person:
        person = Person(bot, MARKS, 0, since=0.0)
        await asyncio.wait_for(person.gets(wish), 60)
        return person

    return asyncio.run(story())


def test_words_and_taps_that_were_lost_are_repeated() -> None:
    def does(deed: str, time: int) -> Message | None:
        if time < 3:  # the first two are lost
            return None
        return {"wish": OFFER, "make": PICTURE}[deed]

    bot = Bot(does)
    [told] = lived(bot).told
    assert bot.deeds == ["wish"] * 3 + ["make"] * 3
    assert (told.order, told.how) == (ORDER, DELIVERED)


def test_a_tap_that_was_already_taken_counts_as_accepted() -> None:
    class Silent(Bot):
        async def press(self, message: int, data: str) -> str:
            number = await super().press(message, data)
            if self.deeds.count("make") == 2:
                self.toasts[number] = "Already on its way."
            return number

    bot = Silent(lambda deed, _: OFFER if deed == "wish" else None)

    async def story() -> None:
        person = Person(bot, MARKS, 0, since=0.0)
        living = asyncio.create_task(person.gets(WISH))
        while not person.told or person.told[0].accepted is None:
            await asyncio.sleep(0)
        assert bot.deeds.count("make") == 2
        bot.messages[5] = PICTURE
        await asyncio.wait_for(living, 60)
        assert person.told[0].how == DELIVERED

    asyncio.run(story())


def test_whoever_thinks_better_of_it_taps_cancel_until_it_is_seen() -> None:
    def does(deed: str, time: int) -> Message | None:
        if deed == "cancel":
            return shows("Cancelled. Nothing was charged.") if time == 2 else None
        return {"wish": OFFER, "make": QUEUED}[deed]

    bot = Bot(does)
    wish = Wish(number=1, person=0, at=0.0, film=False, declined=False, taps=2, cancels=True)
    [told] = lived(bot, wish).told
    assert bot.deeds == ["wish", "make", "make", "cancel", "cancel"]
    assert told.how == CANCELLED


def test_what_could_not_be_shown_is_asked_for_as_the_message_says() -> None:
    kept = shows("It is made and kept for you, but could not be shown here. /start tries it again.")

    def does(deed: str, time: int) -> Message | None:
        return {"wish": OFFER, "make": QUEUED if time == 1 else None, "start": PICTURE}[deed]

    bot = Bot(does)

    async def story() -> None:
        person = Person(bot, MARKS, 0, since=0.0)
        living = asyncio.create_task(person.gets(WISH))
        while not person.told or person.told[0].accepted is None:
            await asyncio.sleep(0)
        bot.messages[5] = kept
        await asyncio.wait_for(living, 60)
        assert "start" in bot.deeds
        assert person.told[0].how == DELIVERED

    asyncio.run(story())


def test_a_refusal_is_an_end() -> None:
    bot = Bot(lambda deed, _: {"wish": OFFER, "make": shows("Not made. Your credit is back.")}[deed])
    assert [told.how for told in lived(bot).told] == [NOT_MADE]


def test_who_taps_in_vain_waits_longer_each_time_but_not_for_ever() -> None:
    waited: list[float] = []

    class Watched(Bot):
        async def until(self, seen: Callable[[], Any], seconds: float) -> Any:
            waited.append(seconds)
            return await super().until(seen, seconds)

    def does(deed: str, time: int) -> Message | None:
        return {"wish": OFFER, "make": PICTURE if time > 12 else None}[deed]

    lived(Watched(does))
    taps = waited[1:-1]  # the first is for the offer, the last for the picture
    assert len(taps) > 12
    assert max(taps[:1]) < PATIENCE * 1.5 < min(taps[4:])
    assert LONGEST_PATIENCE < 2 * max(taps) < 4 * LONGEST_PATIENCE
