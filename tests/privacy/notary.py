"""People who have their data deleted and get receipts of it: signed, sent, and to be looked up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from consent.disclosure import disclose
from database import Unit
from generation.chat import Chats
from jobs.kinds import RIGHTS, Kind
from models import Erasure, Receipt
from privacy.erasure_preview import Previews
from privacy.manifest import PURPOSE
from privacy.receipt_form import GENUINE, check
from privacy.receipts import RECEIPT, Receipts
from providers.telegram import Telegram
from providers.telegram_calls import Call
from tests.custody.conftest import Watched
from tests.generation.studio import Who
from tests.privacy.packing import Shelf
from tests.privacy.wiping import Wiper
from vault.signing import SigningKeys

KEYS = SigningKeys([("r1", bytes(range(32)))])
SITE = "https://miomio.invalid"


class _Passed:
    """Receipts that are put together after who calls them."""

    to: Receipts

    def sealed(self, unit: Unit, erasure: Erasure) -> None:
        self.to.sealed(unit, erasure)

    def gone(self, unit: Unit, erasure: Erasure) -> None:
        self.to.gone(unit, erasure)

    def tell(self, erasure: Erasure) -> None:
        self.to.tell(erasure)


class Notary(Wiper):
    """A wiper that gives receipts."""

    def __init__(self, database: Any, folder: Path, clock: Any, *, keys: SigningKeys = KEYS) -> None:
        passed = _Passed()
        super().__init__(database, folder, clock, store=Watched(Shelf(folder)), receipts=passed)
        self.receipts = passed.to = Receipts(
            database=database,
            desk=self.desk,
            chats=Chats(database, self.fields, cast(Telegram, self.telegram), purpose=PURPOSE),
            keys=keys,
            previews=Previews(
                database=database,
                fields=self.fields,
                packs=self.refunds,
                copies=self.exports,
                sweeps=self.retention.sweeps,
            ),
            site=SITE,
            release="ab" * 20,
        )
        do, badly = self.receipts.do, self.receipts.not_sent
        self.table[RECEIPT] = Kind(name=RECEIPT, queue=RIGHTS, do=do, ended_badly=badly, tries=1000)

    def sent_to(self, who: Who, provider: str) -> None:
        """A photo went to a provider."""
        with self.database.unit() as unit:
            disclose(
                unit,
                account=who.id,
                order="an order",
                attempt=1,
                recipient=provider,
                purpose="generation",
                categories=frozenset({"photos"}),
            )

    def papers_kept(self) -> list[Receipt]:
        """Everybody's rows, by stage."""
        with self.database.connection():
            return list(Receipt.select().order_by(Receipt.number, Receipt.stage))

    def documents(self) -> list[Call]:
        return self.telegram.said("sendDocument")

    def papers_sent(self) -> list[dict[str, Any]]:
        """The receipts that reached the chat, each made sure to be genuine."""
        texts = [call.files["document"].content().decode() for call in self.documents()]
        assert [check(self.receipts.keys, text).verdict for text in texts] == [GENUINE] * len(texts)
        return [json.loads(text) for text in texts]
