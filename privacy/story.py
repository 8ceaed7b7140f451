"""From the rows of a person to what their copy tells them in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from billing.prices import PACKS, PICTURE
from models import (
    Acceptance,
    Account,
    CorrectionNote,
    Disclosure,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Order,
    Payment,
    Photo,
    Ticket,
    TicketMessage,
)
from privacy.manifest import Records, Row, moment
from support.tickets import PERSON
from wording import copy_of_data as says
from wording.choices import in_words, refused_in_words
from wording.copy_of_data import Letter, Paid, Piece, Story
from wording.corrections import Note
from wording.language import Translate
from wording.money import MovementLine
from wording.whereabouts import Sending

Titles = Mapping[str, str]  # id of a style or motion -> its name in English
GAINS_AND_LOSSES = (
    LedgerEntry.GRANT,
    LedgerEntry.CHARGE,
    LedgerEntry.REFUND,
    LedgerEntry.RESTORE,
    LedgerEntry.OPENING,
)


def story(
    _: Translate,
    records: Records,
    *,
    names: Mapping[str, str],
    counts: list[tuple[str, int]],
    titles: Titles,
    asked_at: datetime,
    gone: int,
    locked: int = 0,
) -> Story:
    """`names`: id of an object -> its path in the copy."""
    return Story(
        asked_at=asked_at,
        account=_account(_, records.of(Account)),
        pieces=_pieces(_, records, names, titles),
        sendings=[_sending(row) for row in records.of(Disclosure)],
        movements=_movements(records),
        payments=[_paid(row) for row in records.of(Payment)],
        agreed=[(moment(row["at"]), says.agreement(_, row["kind"], row["version"])) for row in records.of(Acceptance)],
        letters=_letters(records, names),
        notes=[Note(moment(row["at"]), row["on"], row["words"] or "") for row in records.of(CorrectionNote)],
        counts=counts,
        gone=gone,
        locked=locked,
    )


def _account(_: Translate, rows: list[Row]) -> list[tuple[str, str]]:
    labels = {
        "telegram_id": _("Telegram user ID"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "username": _("Username"),
        "language_code": _("Language of your app"),
        "language": _("Language you chose"),
        "created_at": _("Account since"),
    }
    told = [(label, _said(name, row[name])) for row in rows for name, label in labels.items() if row.get(name)]
    for row in rows:
        if row.get("keep_photos"):
            told.append((_("How long your photos stay"), in_words(_, row["keep_photos"])))
        if row.get("not_to"):
            told.append((_("Gets nothing of yours, as you chose"), refused_in_words(_, row["not_to"])))
    return told


def _said(name: str, value: object) -> str:
    return says.when(moment(str(value))) if name.endswith("_at") else str(value)


def _pieces(_: Translate, records: Records, names: Mapping[str, str], titles: Titles) -> list[Piece]:
    """Photos and what was made, the newest first."""
    photos, orders = records.of(Photo), records.of(Order)
    file = {row["id"]: names.get(row["media"] or "", "") for row in (*photos, *orders)}
    found = [
        Piece(kind=says.PHOTO, at=moment(row["created_at"]), file=file[row["id"]], words=row["caption"] or "")
        for row in photos
    ]
    for row in orders:
        style = titles.get(row["style"] or "")
        found.append(
            Piece(
                kind=says.PICTURE if row["kind"] == PICTURE else says.VIDEO,
                at=moment(row["created_at"]),
                file=file[row["id"]],
                words=_(style) if style else row["style"] or row["prompt"] or "",
                from_file=file.get(row["origin"] or row["photo"], ""),
            )
        )
    return sorted(found, key=lambda piece: piece.at, reverse=True)


def _sending(row: Row) -> Sending:
    until = moment(row["kept_until"]) if row["kept_until"] else None
    return Sending(row["recipient"], tuple(filter(None, row["fields"].split(","))), moment(row["at"]), until)


def _movements(records: Records) -> list[MovementLine]:
    """As `billing.statement` tells them, from the rows of the copy: what is on hold has neither come nor gone."""
    change: dict[str, int] = {}
    for line in records.of(LedgerLine):
        if line["place"] in LedgerAccount.SERVICE:
            change[line["entry"]] = change.get(line["entry"], 0) - line["amount"]
    return [
        MovementLine(row["kind"], row["what"] or "", change.get(row["id"], 0), moment(row["at"]))
        for row in records.of(LedgerEntry)
        if row["kind"] in GAINS_AND_LOSSES
    ]


def _letters(records: Records, names: Mapping[str, str]) -> list[Letter]:
    number = {row["id"]: row["number"] for row in records.of(Ticket)}
    return [
        Letter(
            number=number[row["ticket"]],
            at=moment(row["at"]),
            mine=row["author"] == PERSON,
            text=row["text"] or "",
            file=names.get(row["media"] or "", ""),
        )
        for row in records.of(TicketMessage)
        if row["ticket"] in number
    ]


def _paid(row: Row) -> Paid:
    pack = PACKS.get(row["pack"] or "")
    name = pack.name if pack else row["pack"] or "–"
    return Paid(moment(row["paid_at"]), name, row["credits"], row["stars"], row["state"])
