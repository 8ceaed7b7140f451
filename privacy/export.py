"""The copy of their data that a person asks for: frozen when asked for, packed and sealed as a stream, sent once.

The message that says it is being made becomes the file: an edit may be repeated, so that a kill leaves one file. What
is deleted meanwhile is left out with a note; deleting single things never waits for a copy. The deletion of a whole
account at its person's wish does (`under_way`); closing it because of their age ends the copy.
"""

from __future__ import annotations

import crash
import logs
from custody import destroy
from custody.fields import Fields
from custody.media import EXPORT as COPY
from custody.media import MediaVault
from database import Database, Unit
from errors import Failure, Permanent, Rejected
from generation.chat import Chats, Person
from generation.kinds import DESTROY
from generation.links import HOURS, Links
from jobs.claim import Claim, FenceLost
from jobs.desk import Desk
from jobs.kinds import ANEW
from models import Export, Link, Media, new_id
from policy.categories import COPY_OF_DATA
from policy.rights import ACCESS
from privacy.archive import Archive, length
from privacy.asked_in_bot import asked as request_is_open
from privacy.asked_in_bot import fulfilled
from privacy.contents import Contents
from privacy.export_chat import ExportChat
from privacy.holdings import Whose
from privacy.manifest import PURPOSE, freeze
from providers.telegram_calls import Upload
from states import move
from wording import export as says

EXPORT, EXPORT_FAILED, EXPORT_OVER = "export", "export_failed", "export_over"  # kinds of work
LARGEST_IN_CHAT = 45_000_000  # bytes; Telegram takes 50 MB
LARGEST = 5_000_000_000  # bytes; an S3 store takes no more in one request, and a stream has one
ZIP = "application/zip"

log = logs.get()


class Exports:
    """`ask` in the unit of an update; the others are done by the rights process. `chats` are opened for rights."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        media: MediaVault,
        desk: Desk,
        chats: Chats,
        links: Links,
        contents: Contents,
        largest: int = LARGEST_IN_CHAT,
    ) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk
        self._chat = ExportChat(chats)
        self._links = links
        self.contents = contents
        self._largest = largest

    def ask(self, unit: Unit, *, account: str, telegram_id: int) -> str:
        """Freeze what there is now, and put the copy into the queue; its id. Raises Rejected("export.under_way")."""
        export, manifest = new_id(), freeze(Whose.of(self._fields, account, telegram_id))
        sealed = self._fields.seal(Export.manifest, row=export, account=account, value=manifest)
        asked = Export.insert(id=export, account=account, state=Export.ASKED, manifest=sealed, asked_at=unit.now)
        if not list(asked.on_conflict_ignore().returning(Export.id).execute()):
            raise Rejected("export.under_way")
        self._desk.add(unit, EXPORT, subject=export, account=account)
        request_is_open(unit, kind=ACCESS, account=account)
        return export

    def under_way(self, account: str) -> bool:
        """Whether a copy is still to be sent: who deletes the account at its person's wish waits for it."""
        open_ = (Export.account == account) & Export.state.in_(Export.UNDER_WAY)
        return bool(Export.select().where(open_).exists())

    def do(self, claim: Claim) -> None:
        """ASKED to MADE to SENT, or to OFFERED where it is too large for the chat."""
        row = self._find(claim.subject)
        if row is None or row.state not in Export.UNDER_WAY:
            with claim.finish():
                return
        person = self._chat.person(row.account)
        self._announce(claim, row, person)
        media = self._made(claim, row) or self._make(claim, row, person)
        self._send(claim, row, person, media)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The sealed file goes, and the person is told that there is none."""
        row = self._find(claim.subject)
        if row is None or not move(
            Export, row.id, come_from=Export.UNDER_WAY, to=Export.FAILED, reason=failure.code, manifest=None
        ):
            return
        self._destroy_files(unit, row.account)
        self._desk.add(unit, EXPORT_FAILED, subject=row.id, account=row.account)
        log.error("export.failed", work=claim.id, code=failure.code)

    def tell(self, claim: Claim) -> None:
        """Say that it did not work, where it was announced; then the row is forgotten."""
        row = self._find(claim.subject)
        if row is not None:
            person = self._chat.person(row.account)
            self._chat.say(person, row.message_id or 0, says.failed(person.translate))
        with claim.finish():
            Export.delete().where(Export.id == claim.subject).execute()

    def not_told(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """Nobody is there to be told."""
        Export.delete().where(Export.id == claim.subject).execute()

    def over(self, claim: Claim) -> None:
        """Its time is over: file, addresses and row go."""
        row = self._find(claim.subject)
        with claim.finish() as unit:
            if row is not None and row.state not in Export.UNDER_WAY:
                self._let_go(unit, row)
            elif row is not None:  # still being sent a day later: what is there now would be another copy
                self._give_up(unit, row, "export.over")

    def not_over(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """It took its worker down again and again. That it goes was promised, so it is begun anew."""
        self._desk.add(unit, EXPORT_OVER, subject=claim.subject, account=claim.account, wait=ANEW)

    def end(self, unit: Unit, *, account: str, reason: str) -> None:
        """Nobody may have a copy: one under way ends, and one behind an address goes."""
        for row in list(Export.select().where((Export.account == account) & Export.state.in_(Export.UNDER_WAY))):
            self._give_up(unit, row, reason)
        self._destroy_files(unit, account)

    def _give_up(self, unit: Unit, row: Export, reason: str) -> None:
        self._desk.withdraw(unit, subject=row.id, kinds=(EXPORT,))
        move(Export, row.id, come_from=Export.UNDER_WAY, to=Export.FAILED, reason=reason, manifest=None)
        self._destroy_files(unit, row.account)
        self._desk.add(unit, EXPORT_FAILED, subject=row.id, account=row.account)

    def fetched(self, media: str) -> None:
        """The whole file went out by its address."""
        with self._database.unit() as unit:
            row = Export.get_or_none((Export.media == media) & (Export.state == Export.OFFERED))
            if row is not None:
                move(Export, row.id, come_from=(Export.OFFERED,), to=Export.SENT)
                self._destroy(unit, media, row.account)

    def _announce(self, claim: Claim, row: Export, person: Person) -> None:
        if row.message_id is not None:
            return
        row.message_id = self._chat.announce(person)
        crash.at("export.announced")
        with claim.checkpoint():
            Export.update(message_id=row.message_id).where(Export.id == row.id).execute()

    def _made(self, claim: Claim, row: Export) -> Media | None:
        """The sealed file of an earlier try."""
        if row.state != Export.MADE:
            return None
        with self._database.connection():
            media = Media.get_or_none((Media.id == row.media) & (Media.state == Media.STORED))
        if media is None:
            raise Permanent("custody.media_gone")
        found: Media = media
        return found

    def _make(self, claim: Claim, row: Export, person: Person) -> Media:
        with claim.checkpoint() as unit:
            self._destroy_files(unit, row.account)  # what a killed try has left, or still waits behind an address
        manifest = self._fields.open(Export.manifest, row, purpose=PURPOSE) or "{}"
        entries = self.contents.entries(
            person.translate, manifest=manifest, asked_at=row.asked_at, look=claim.tries > 1
        )

        def go_on() -> None:
            if claim.lost.is_set():
                raise FenceLost("jobs.fence_lost", work=claim.id)

        size = length(entries)
        if size > LARGEST:
            raise Permanent("export.too_large")
        media = self._media.keep_stream(
            account=row.account,
            kind=COPY,
            source=Archive(entries, at=row.asked_at, go_on=go_on),
            length=size,
            mime=ZIP,
        )
        try:
            self._count(claim, row, media)
        except FenceLost:  # whoever took over has destroyed the row, and with it the key
            self._media.store.delete([media.object_name])
            raise
        with self._database.connection():
            return Media.get_by_id(media.id)

    def _count(self, claim: Claim, row: Export, media: Media) -> None:
        with claim.checkpoint() as unit:
            self._media.stored(unit, media)
            made = {"media": media.id, "made_at": unit.now, "manifest": None}
            move(Export, row.id, come_from=(Export.ASKED,), to=Export.MADE, **made)
            day = COPY_OF_DATA.total_seconds()
            self._desk.add(unit, EXPORT_OVER, subject=row.id, account=row.account, wait=day)

    def _send(self, claim: Claim, row: Export, person: Person, media: Media) -> None:
        if media.size <= self._largest:
            try:
                self._send_file(claim, row, person, media)
                return
            except Permanent as error:
                if error.code != "telegram.too_large":
                    raise
        self._send_address(claim, row, person, media)

    def _send_file(self, claim: Claim, row: Export, person: Person, media: Media) -> None:
        name = f"miomio-{row.asked_at:%Y-%m-%d}.zip"
        upload = Upload.stream(lambda: self._media.open(media, purpose=PURPOSE), media.size, name=name, mime=ZIP)
        self._chat.file(person, row.message_id or 0, upload, at=row.asked_at)
        crash.at("export.sent")
        with claim.finish() as unit:
            move(Export, row.id, come_from=(Export.MADE,), to=Export.SENT)
            fulfilled(unit, kind=ACCESS, account=row.account)
            self._destroy(unit, media.id, row.account)
        self._chat.ring(person, row.message_id or 0)

    def _send_address(self, claim: Claim, row: Export, person: Person, media: Media) -> None:
        with claim.checkpoint() as unit:
            Link.delete().where(Link.media == media.id).execute()  # of an earlier try: one address at a time
            address = self._links.make(unit, media, speaks=person.translate)
        said = says.too_large(person.translate, at=row.asked_at, hours=HOURS, address=address)
        self._chat.say(person, row.message_id or 0, said)
        crash.at("export.sent")
        with claim.finish() as unit:
            move(Export, row.id, come_from=(Export.MADE,), to=Export.OFFERED)
            fulfilled(unit, kind=ACCESS, account=row.account)
        self._chat.ring(person, row.message_id or 0)

    def _find(self, export: str) -> Export | None:
        with self._database.connection():
            found: Export | None = Export.get_or_none(Export.id == export)
        return found

    def _let_go(self, unit: Unit, row: Export) -> None:
        if row.media:
            self._destroy(unit, row.media, row.account)
        Export.delete().where(Export.id == row.id).execute()

    def _destroy_files(self, unit: Unit, account: str) -> None:
        """Every sealed copy of this person: there is one at a time."""
        theirs = (Media.account == account) & (Media.kind == COPY) & (Media.state != Media.DESTROYING)
        for media in list(Media.select(Media.id).where(theirs)):
            self._destroy(unit, media.id, account)

    def _destroy(self, unit: Unit, media: str, account: str) -> None:
        Link.delete().where(Link.media == media).execute()
        if destroy.intend(unit, media):
            self._desk.add(unit, DESTROY, subject=media, account=account)
