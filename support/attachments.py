"""Files that people send to support: fetched, cleaned where they are pictures, sealed under the ticket's key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import crash
from custody.fields import Fields
from custody.media import ATTACHMENT, MediaVault
from database import Database, Unit
from errors import Failure, Permanent, Rejected
from imaging.intake import CleanPhoto
from jobs.claim import Claim
from jobs.desk import Desk
from models import Ticket, TicketMessage
from policy.limits import SUPPORT_FILE
from providers.telegram import LARGEST_DOWNLOAD
from providers.telegram_files import collect
from states import move
from support.campaigns import Chats
from support.tickets import NOT_TAKEN, PURPOSE
from wording import support as says

PDF, TEXT, JPEG = "application/pdf", "text/plain", "image/jpeg"
LAYOUT = frozenset("\t\n\r\f")
NO_PICTURE = ("photo.not_a_picture", "photo.unsupported_format")
NOBODY = ("telegram.blocked", "account.gone")


class Files(Protocol):
    """Where a file is fetched from."""

    def download(self, file_id: str) -> AbstractContextManager[Iterator[bytes]]: ...


class Cage(Protocol):
    """Where a stranger's picture is opened."""

    def clean(self, data: bytes) -> CleanPhoto: ...


@dataclass(frozen=True, repr=False)
class Kept:
    """What is kept of a file."""

    data: bytes
    mime: str
    width: int = 0
    height: int = 0


class Attachments:
    """`fetch` ends in KEPT, or in REFUSED with its reason, which `tell` says."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        media: MediaVault,
        desk: Desk,
        files: Files,
        cage: Cage,
        chats: Chats,
    ) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk
        self._files = files
        self._cage = cage
        self._chats = chats

    def fetch(self, claim: Claim) -> None:
        with self._database.connection():
            incoming = TicketMessage.state == TicketMessage.INCOMING
            row = TicketMessage.get_or_none((TicketMessage.id == claim.subject) & incoming)
        if row is None:
            with claim.finish():
                return
        file_id = self._fields.open(TicketMessage.file_id, row, purpose=PURPOSE)
        with self._files.download(file_id or "") as pieces:
            data = collect(pieces, largest=LARGEST_DOWNLOAD)
        crash.at("ticket_file.fetched")
        kept = self._kept(data)
        del data
        media = self._media.keep(
            account=row.ticket,
            kind=ATTACHMENT,
            data=kept.data,
            mime=kept.mime,
            width=kept.width,
            height=kept.height,
        )
        with claim.finish() as unit:
            here = {"media": media.id, "file_id": None}
            # Given up meanwhile: an object that is never counted is destroyed as a leftover.
            if move(TicketMessage, row.id, come_from=(TicketMessage.INCOMING,), to=TicketMessage.KEPT, **here):
                self._media.stored(unit, media)

    def not_fetched(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        gone = {"reason": failure.code, "file_id": None}
        if move(TicketMessage, claim.subject, come_from=(TicketMessage.INCOMING,), to=TicketMessage.REFUSED, **gone):
            self._desk.add(unit, NOT_TAKEN, subject=claim.subject, account=claim.account)

    def tell(self, claim: Claim) -> None:
        """That a file was not taken, and why. It may come twice; where the chat is closed it does not come."""
        with self._database.connection():
            row = TicketMessage.get_or_none(TicketMessage.id == claim.subject)
            ticket = Ticket.get_or_none(Ticket.id == row.ticket) if row else None
        if row is not None and ticket is not None:
            number, reason = ticket.number, row.reason or ""
            try:
                self._chats.write(claim.account, lambda _: says.not_taken(_, number=number, reason=reason))
            except Permanent as error:
                if error.code not in NOBODY:
                    raise
        with claim.finish():
            pass

    def _kept(self, data: bytes) -> Kept:
        """What it is shows when it is opened, whatever its name says. Raises Rejected("ticket.kind" | "photo.…")."""
        mime = PDF if data.startswith(b"%PDF-") else TEXT if _is_text(data) else None
        if mime is not None:
            if len(data) > SUPPORT_FILE:
                raise Rejected("ticket.file")
            return Kept(data, mime)
        try:
            clean = self._cage.clean(data)
        except Rejected as error:
            raise Rejected("ticket.kind") if error.code in NO_PICTURE else error from None
        return Kept(clean.data, JPEG, clean.width, clean.height)


def _is_text(data: bytes) -> bool:
    """Words in UTF-8 without control characters; nothing is not text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(sign.isprintable() or sign in LAYOUT or ord(sign) > 0x9F for sign in set(text))
