"""Carries out the deletions that are due, as the process for rights would, where there is no Telegram."""

from __future__ import annotations

from typing import Any, cast

from generation.chat import Chats
from models import Erasure, Work
from privacy.erase import Eraser
from privacy.erasure_chat import Chat
from privacy.erasures import ERASE
from privacy.receipts import Receipts
from providers.telegram import Telegram
from providers.telegram_calls import Call
from workers.house import House


class Silence:
    """Takes everything and says nothing."""

    def call(self, call: Call) -> Any:
        del call


class Unsent:
    """Receipts as they are written; their sending is tried elsewhere."""

    def __init__(self, receipts: Receipts) -> None:
        self.sealed, self.gone = receipts.sealed, receipts.gone

    def tell(self, erasure: Erasure) -> None:
        """Nobody listens."""


def carry_out(house: House) -> int:
    """How many there were."""
    eraser = Eraser(
        database=house.database,
        store=house.media.store,
        keys=house.keys,
        fields=house.fields,
        desk=house.desk,
        refunds=house.refunds,
        erasures=house.erasures,
        copies=house.exports,
        chat=Chat(Chats(house.database, house.fields, cast(Telegram, Silence()))),
        receipts=Unsent(house.receipts),
    )
    with house.database.connection():
        due = (Work.kind == ERASE) & (Work.state == Work.DUE) & (Work.due_at <= house.database.clock.now())
        works = [work.id for work in Work.select().where(due)]
    for work in works:
        claim = house.desk.claim(work)
        assert claim is not None
        eraser.do(claim)
    return len(works)
