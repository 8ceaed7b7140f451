"""A person who has an account, a photo and credits already: what takes a conversation is written down at once."""

from __future__ import annotations

from typing import Any

import requests

from billing import ledger
from consent.accounts import Accounts, Identity
from consent.record import accept
from custody.media import PHOTO
from generation.source import Source
from models import Acceptance, Account, Photo, new_id
from ops.once import button
from policy.versions import CURRENT
from tests.spine.person import Person, small_photo
from workers.house import House

CREDITS = 400


class Filmer(Person):
    """Made through the emulator's own surface and the house."""

    def __init__(self, address: str, house: House, *, credits: int = CREDITS) -> None:
        super().__init__(address)
        who = Identity(self.id, "Una", None, None, None)
        with house.database.unit() as unit:
            self.account = str(Accounts(house.fields, house.keys).open(unit, who, version=CURRENT.id).id)
            accept(unit, account=self.account, kind=Acceptance.PEOPLE)
            ledger.grant(unit, owner=self.account, credits=credits, source="large", key=f"tests:{self.account}")
        self.photo = self._photo(house)

    def offers_film(self, prompt: str) -> tuple[int, str]:
        """The offer of a video: message and button."""
        self.write(f"/animate {prompt}")
        message, data = self.wait(
            "The offer", lambda m: button(m, "make:") if prompt in (m.get("text") or "") else None
        )
        return message, data

    def films(self, prompt: str) -> str:
        """A video is ordered; the id of the order."""
        message, data = self.offers_film(prompt)
        self.press(message, data)
        return str(data.partition(":")[2])

    def videos(self, order: str) -> list[dict[str, Any]]:
        """Results of an order in the chat."""
        return [
            m for m in self.messages() if (m.get("media") or {}).get("kind") == "video" and button(m, f"orig:{order}")
        ]

    def toasts(self, words: str) -> int:
        """How many answers to taps had these words."""
        chat = requests.get(f"{self.address}/client/people/{self.id}/chat", timeout=60).json()
        return sum(words in toast["text"] for toast in chat["toasts"])

    def source(self) -> Source:
        return Source(self.account, self.photo)

    def _photo(self, house: House) -> str:
        data, photo = small_photo(), new_id()
        kept = house.media.keep(account=self.account, kind=PHOTO, data=data, mime="image/jpeg", width=320, height=240)
        with house.database.unit() as unit:
            house.media.stored(unit, kept)
            Photo.insert(
                id=photo, account=self.account, state=Photo.READY, message_id=1, media=kept.id, created_at=unit.now
            ).execute()
            Account.update(current_photo=photo).where(Account.id == self.account).execute()
        return photo
