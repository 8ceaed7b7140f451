"""`deliver`: the status message itself becomes the picture. Editing may be repeated; a kill leaves one picture."""

from __future__ import annotations

import crash
from custody.fields import Fields
from custody.media import MediaVault
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import PURPOSE, Chats, Person
from generation.kinds import DELIVER
from generation.orders import Orders, status_message
from imaging.intake import Intake
from jobs.claim import Claim
from jobs.desk import Desk
from models import Media, Order
from providers.telegram import Sent
from providers.telegram_calls import Call, Upload, edit_text, edit_to_photo, send_document, send_photo, send_text
from states import move
from wording import failures
from wording import orders as says
from wording.message import Message

# Telegram's limits for a photo; above them a smaller copy is shown and the original goes as a file.
LARGEST_PHOTO = 10 * 1024 * 1024
LONGEST_SIDES = 10_000
WIDEST = 20.0


class Deliver:
    """Brings the end of an order to its person."""

    def __init__(
        self,
        *,
        database: Database,
        fields: Fields,
        media: MediaVault,
        desk: Desk,
        orders: Orders,
        chats: Chats,
        intake: Intake,
    ) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk
        self._orders = orders
        self._chats = chats
        self._intake = intake

    def picture(self, claim: Claim) -> None:
        """KEPT to DELIVERED; to HELD_BACK where the chat is closed to us."""
        found = self._find(claim, (Order.KEPT, Order.HELD_BACK))
        if found is None:
            return
        order, media = found
        person = self._chats.person(order.account)
        caption = says.picture(
            person.translate, order=order.id, title=self._orders.title(order), provider=order.provider
        )
        upload = Upload(self._shown(media), mime=media.mime)
        try:
            sent = self._show(person, order, upload, caption)
        except Permanent as error:
            if error.code != "telegram.blocked":
                raise
            with claim.finish():
                move(Order, order.id, come_from=(Order.KEPT,), to=Order.HELD_BACK)
            return
        crash.at("deliver.edited")
        file_id = sent.file_id if sent else None
        sealed = self._fields.seal(Order.file_id, row=order.id, account=order.account, value=file_id)
        with claim.finish():
            changes = {"message_id": sent.message_id, "file_id": sealed} if sent else {}
            move(Order, order.id, come_from=(Order.KEPT, Order.HELD_BACK), to=Order.DELIVERED, **changes)
        self._ring(person, sent)
        crash.at("deliver.noted")

    def reason(self, claim: Claim) -> None:
        """The status message says why there is no picture, and that the credit is back."""
        with self._database.connection():
            order = Order.get_or_none((Order.id == claim.subject) & Order.state.in_((Order.REFUSED, Order.FAILED)))
        if order is not None:
            person = self._chats.person(order.account)
            text = failures.ended_badly(person.translate, order.reason or "")
            self._edit_or_send(person, status_message(order), text)
            crash.at("tell.said")
        with claim.finish():
            pass

    def original(self, claim: Claim) -> None:
        """The untouched bytes of the provider as a file."""
        found = self._find(claim, (Order.DELIVERED, Order.HELD_BACK, Order.KEPT))
        if found is None:
            return
        order, media = found
        person = self._chats.person(order.account)
        with self._media.open(media, purpose=PURPOSE) as opened:
            name = "miomio." + media.mime.removeprefix("image/").replace("jpeg", "jpg")
            upload = Upload(opened.read(), name=name, mime=media.mime)
        text = says.original(person.translate, provider=order.provider)
        self._chats.send(person, send_document(person.chat, upload, text.text, reply_to=order.message_id))
        crash.at("original.sent")
        with claim.finish():
            pass

    def not_delivered(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The result is kept and charged; it is offered again when the person comes back."""
        del failure, unit
        move(Order, claim.subject, come_from=(Order.KEPT,), to=Order.HELD_BACK)

    def bring_back(self, unit: Unit, account: str) -> int:
        """The person is back: deliver what was held back."""
        rows = list(Order.select().where((Order.account == account) & (Order.state == Order.HELD_BACK)))
        for order in rows:
            self._desk.add(unit, DELIVER, subject=order.id, account=account)
        return len(rows)

    def _find(self, claim: Claim, states: tuple[str, ...]) -> tuple[Order, Media] | None:
        with self._database.connection():
            order = Order.get_or_none((Order.id == claim.subject) & Order.state.in_(states))
            stored = Media.state == Media.STORED
            media = Media.get_or_none((Media.id == order.media) & stored) if order is not None else None
        if order is None or media is None:
            with claim.finish():
                return None
        return order, media

    def _shown(self, media: Media) -> bytes:
        with self._media.open(media, purpose=PURPOSE) as opened:
            data = opened.read()
        long, short = max(media.width, media.height), min(media.width, media.height)
        fits = len(data) <= LARGEST_PHOTO and media.width + media.height <= LONGEST_SIDES and long / short <= WIDEST
        if fits and media.mime in ("image/jpeg", "image/png"):
            return data
        return self._intake.shrink(data, long_side=4096, max_bytes=LARGEST_PHOTO).data

    def _show(self, person: Person, order: Order, upload: Upload, caption: Message) -> Sent | None:
        try:
            return self._chats.send(
                person, edit_to_photo(person.chat, status_message(order), upload, caption.text, caption.keyboard)
            )
        except Permanent as error:
            if error.code != "telegram.message_gone":
                raise
        return self._chats.send(person, send_photo(person.chat, upload, caption.text, caption.keyboard))

    def _edit_or_send(self, person: Person, message: int, text: Message) -> None:
        try:
            self._chats.do(person, edit_text(person.chat, message, text.text, text.keyboard))
        except Permanent as error:
            if error.code == "telegram.blocked":
                return  # nobody is there to be told; the credit is back all the same
            if error.code != "telegram.message_gone":
                raise
            self._chats.do(person, send_text(person.chat, text.text, text.keyboard))

    def _ring(self, person: Person, sent: Sent | None) -> None:
        """An edit makes no sound; a short note does. Best effort: the picture is there already."""
        if sent is None:
            return
        note: Call = send_text(person.chat, says.ready(person.translate).text, reply_to=sent.message_id)
        try:
            self._chats.do(person, note)
        except Failure:
            return
