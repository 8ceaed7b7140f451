"""Photos in: from a reference to a clean, sealed picture. Nothing is fetched before all consents are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import crash
from consent.accounts import AS_KNOWN
from consent.record import AGREED
from custody import destroy
from custody.fields import Fields
from custody.media import PHOTO, MediaVault
from database import Database, Unit
from errors import Failure, Rejected
from generation.chat import PURPOSE
from generation.endings import forget_words
from generation.kinds import DESTROY, GREET, INTAKE
from generation.source import Source
from imaging.intake import Intake
from jobs.claim import Claim
from jobs.desk import Desk
from models import Acceptance, Account, Media, Photo, new_id
from policy.choices import KEEPINGS
from providers.telegram import LARGEST_DOWNLOAD, Telegram
from providers.telegram_files import collect
from rows import Row, insert
from states import move

# Asked in the statement itself: an account may be closed or banned at the same moment.
MAY_SEND = (
    f"EXISTS (SELECT 1 FROM acceptance WHERE {AGREED}) "  # noqa: S608  a constant of ours
    f"AND EXISTS (SELECT 1 FROM account WHERE {AS_KNOWN})"
)


class Photos:
    """A person's photos: received, taken in, listed, deleted."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        media: MediaVault,
        desk: Desk,
        telegram: Telegram,
        intake: Intake,
    ) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk
        self._telegram = telegram
        self._intake = intake

    def receive(
        self, unit: Unit, *, account: str, file_id: str, caption: str | None, message: int, agreed: bool
    ) -> str:
        """Write the photo down. It waits until the person has said that the people in it agree."""
        state = Photo.INCOMING if agreed else Photo.WAITING
        row = self._row(state, account=account, file_id=file_id, caption=caption, message=message, now=unit.now)
        insert(row.model, **row.values)
        photo = str(row.values["id"])
        if agreed:
            self._desk.add(unit, INTAKE, subject=photo, account=account)
        return photo

    def receive_once(
        self,
        seen: Callable[[datetime], Row],
        *,
        account: str,
        names: bytes,
        file_id: str,
        caption: str | None,
        message: int,
    ) -> bool:
        """The same in one statement, for a person who has said that the people agree, and about whom nothing is new;
        whether it was done. `names`: the index of those that Telegram shows.

        `seen` is the row that is there already when this was received before: nothing is done then.
        """
        now = self._database.clock.now()
        photo = self._row(Photo.INCOMING, account=account, file_id=file_id, caption=caption, message=message, now=now)
        work = self._desk.row(INTAKE, subject=str(photo.values["id"]), account=account, now=now)
        may = (account, Acceptance.PEOPLE, account, names, now)
        if not self._database.write_once(seen(now), photo, work, given=MAY_SEND, values=may):
            return False
        self._desk.ring_for(work)
        return True

    def _row(self, state: str, *, account: str, file_id: str, caption: str | None, message: int, now: datetime) -> Row:
        photo = new_id()
        sealed = {
            "file_id": self._fields.seal(Photo.file_id, row=photo, account=account, value=file_id),
            "caption": self._fields.seal(Photo.caption, row=photo, account=account, value=caption),
        }
        known = {"id": photo, "account": account, "state": state, "message_id": message, "created_at": now}
        return Row(Photo, {**known, **sealed})

    def release(self, unit: Unit, account: str) -> int:
        """Take in the photos that waited for the person's word."""
        waiting = list(Photo.select().where((Photo.account == account) & (Photo.state == Photo.WAITING)))
        for photo in waiting:
            if move(Photo, photo.id, come_from=(Photo.WAITING,), to=Photo.INCOMING):
                self._desk.add(unit, INTAKE, subject=photo.id, account=account)
        return len(waiting)

    def take_in(self, claim: Claim) -> None:
        """Fetch, clean, seal, store. Ends in READY; a file we cannot use ends in REFUSED with its reason."""
        with self._database.connection():
            photo = Photo.get_or_none((Photo.id == claim.subject) & (Photo.state == Photo.INCOMING))
        if photo is None:
            with claim.finish():
                return
        file_id = self._fields.open(Photo.file_id, photo, purpose=PURPOSE)
        with self._telegram.download(file_id or "") as pieces:
            data = collect(pieces, largest=LARGEST_DOWNLOAD)
        crash.at("intake.fetched")
        clean = self._intake.clean(data)
        del data
        crash.at("intake.cleaned")
        media = self._media.keep(
            account=photo.account,
            kind=PHOTO,
            data=clean.data,
            mime="image/jpeg",
            width=clean.width,
            height=clean.height,
        )
        with claim.finish() as unit:
            self._media.stored(unit, media)
            if not move(Photo, photo.id, come_from=(Photo.INCOMING,), to=Photo.READY, media=media.id, file_id=None):
                destroy.intend(unit, media.id)  # deleted meanwhile
                self._desk.add(unit, DESTROY, subject=media.id, account=photo.account)
                return
            self.is_here(photo)
            self._desk.add(unit, GREET, subject=photo.id, account=photo.account)

    @staticmethod
    def is_here(photo: Photo) -> None:
        """It is the photo at hand, and has its end where its person chose one. Their row is held until the commit, so
        that a choice made at this moment counts for it, too."""
        at_hand = Account.update(current_photo=photo.id, current_origin=None).where(Account.id == photo.account)
        for owner in at_hand.returning(Account.keep_photos).execute():
            if (end := end_of(photo.created_at, owner.keep_photos)) is not None:
                Photo.update(goes_at=end).where(Photo.id == photo.id).execute()

    def not_taken_in(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The end of an intake that did not work: the person is told what to do. Its caption goes with it."""
        gone = {"file_id": None, "caption": None}
        if move(Photo, claim.subject, come_from=(Photo.INCOMING,), to=Photo.REFUSED, reason=failure.code, **gone):
            self._desk.add(unit, GREET, subject=claim.subject, account=claim.account)

    def delete(self, unit: Unit, *, account: str, photo: str) -> bool:
        """Destroy a photo for good. False when it is not there or not theirs."""
        return delete_photo(unit, self._desk, account=account, photo=photo)

    def ready(self, account: str, photo: str) -> Photo:
        """A photo of this person that can be used.

        Raises Rejected("photo.gone" | "photo.gone_by_choice" | "photo.not_ready").
        """
        row = Photo.get_or_none((Photo.id == photo) & (Photo.account == account))
        if row is None or row.state in (Photo.DELETED, Photo.REFUSED):
            raise Source(account, photo).gone()
        if row.state != Photo.READY:
            raise Rejected("photo.not_ready")
        return row

    def all_ready(self, account: str) -> list[Photo]:
        """Newest first."""
        rows = Photo.select().where((Photo.account == account) & (Photo.state == Photo.READY))
        return list(rows.order_by(Photo.created_at.desc(), Photo.id))

    def picture(self, photo: Photo) -> bytes:
        """The clean picture itself, for showing it to its owner."""
        with self._database.connection():
            media = Media.get_or_none(Media.id == photo.media)
        if media is None:
            raise Rejected("photo.gone")
        with self._media.open(media, purpose=PURPOSE) as source:
            return source.read()


def delete_photo(unit: Unit, desk: Desk, *, account: str, photo: str, reason: str | None = None) -> bool:
    """Destroy a photo for good; `reason` where nobody did it by hand. False when it is not there or not theirs."""
    row = Photo.get_or_none((Photo.id == photo) & (Photo.account == account))
    states = (Photo.WAITING, Photo.INCOMING, Photo.READY, Photo.REFUSED)
    gone = {"file_id": None, "caption": None, "media": None, "goes_at": None, **({"reason": reason} if reason else {})}
    if row is None or not move(Photo, photo, come_from=states, to=Photo.DELETED, **gone):
        return False
    desk.withdraw(unit, subject=photo, kinds=(INTAKE, GREET))
    # What was wanted of it goes with it; results stay, and what is under way ends by itself.
    forget_words(account)
    Account.update(current_photo=None).where((Account.id == account) & (Account.current_photo == photo)).execute()
    if row.media and destroy.intend(unit, row.media):
        desk.add(unit, DESTROY, subject=row.media, account=account)
    return True


def end_of(sent_at: datetime, choice: str | None) -> datetime | None:
    """When a photo goes that is not used, by its person's choice."""
    return sent_at + KEEPINGS[choice].period if choice in KEEPINGS else None
