"""How a result looks in the chat: as a picture, as a video with its first frame, or as an address if it is too large.
Editing may be repeated; a kill leaves one message."""

from __future__ import annotations

from collections.abc import Callable

from custody.media import VIDEO, MediaVault
from database import Database
from errors import Failure, Permanent
from generation.chat import PURPOSE, Chats, Person
from generation.links import HOURS, Links
from generation.orders import Orders, status_message
from generation.source import Source
from imaging.intake import Intake
from models import Media, Order
from providers.telegram import Sent
from providers.telegram_calls import (
    Call,
    Upload,
    edit_text,
    edit_to_photo,
    edit_to_video,
    send_document,
    send_photo,
    send_text,
    send_video,
)
from wording import orders as says
from wording.message import Message, link

# Telegram's limits for a photo; above them a smaller copy is shown and the original goes as a file.
LARGEST_PHOTO = 10 * 1024 * 1024
LONGEST_SIDES = 10_000
WIDEST = 20.0
LARGEST_UPLOAD = 50 * 1024 * 1024 - 64 * 1024  # of any kind, the form around it included
LATE = "video.late"


class Show:
    """Every method sends; what it raises is what `Chats.send` raises."""

    def __init__(
        self,
        *,
        database: Database,
        media: MediaVault,
        orders: Orders,
        chats: Chats,
        intake: Intake,
        links: Links,
        videos: bool,
    ) -> None:
        self._database = database
        self._media = media
        self._orders = orders
        self._chats = chats
        self._intake = intake
        self._links = links
        self._videos = videos

    def caption(self, person: Person, order: Order, *, video: bool) -> Message:
        """What stands under a result, with its buttons."""
        return says.result(
            person.translate,
            order=order.id,
            title=self._orders.title(order),
            provider=order.provider,
            video=video,
            animate=self._videos,
            gift=order.reason == LATE,
        )

    def result(self, person: Person, order: Order, media: Media) -> Sent | None:
        """The status message becomes the result. None: it was so already."""
        caption = self.caption(person, order, video=media.kind == VIDEO)
        if media.kind != VIDEO:
            upload = Upload(self._photo(media), mime=media.mime)
            return self._in_place(
                person,
                edit_to_photo(person.chat, status_message(order), upload, caption.text, caption.keyboard),
                lambda: send_photo(person.chat, upload, caption.text, caption.keyboard),
            )
        if media.size > LARGEST_UPLOAD:
            return self._address(person, order, media, caption)
        edit, send = self._video_calls(person, order, media, caption)
        try:
            return self._in_place(person, edit, lambda: send)
        except Permanent as error:
            if error.code != "telegram.too_large":
                raise
        return self._address(person, order, media, caption)

    def _video_calls(self, person: Person, order: Order, media: Media, caption: Message) -> tuple[Call, Call]:
        """To make the status message a video, and to send one where that message is gone."""
        upload, thumbnail = self._stream(media, "miomio.mp4"), self._thumbnail(order)
        chat, text, keyboard = person.chat, caption.text, caption.keyboard
        seconds, width, height = media.seconds or 0.0, media.width, media.height
        return (
            edit_to_video(
                chat,
                status_message(order),
                upload,
                thumbnail,
                text,
                keyboard,
                seconds=seconds,
                width=width,
                height=height,
            ),
            send_video(chat, upload, thumbnail, text, keyboard, seconds=seconds, width=width, height=height),
        )

    def original(self, person: Person, order: Order, media: Media) -> None:
        """The untouched bytes of the provider as a file; as an address where they are too large for the chat."""
        if media.size <= LARGEST_UPLOAD:
            upload = self._stream(media, "miomio." + media.mime.partition("/")[2].replace("jpeg", "jpg"))
            text = says.original(person.translate, provider=order.provider)
            try:
                self._chats.send(person, send_document(person.chat, upload, text.text, reply_to=order.message_id))
                return
            except Permanent as error:
                if error.code != "telegram.too_large":
                    raise
        text = self._with_address(person, order, media)
        self._chats.send(person, send_text(person.chat, text.text, text.keyboard, reply_to=order.message_id))

    def text(self, person: Person, message: int, text: Message) -> None:
        """The status message says something else; a new message does where that one is gone."""
        try:
            self._chats.do(person, edit_text(person.chat, message, text.text, text.keyboard))
        except Permanent as error:
            if error.code == "telegram.blocked":
                return  # nobody is there to be told
            if error.code != "telegram.message_gone":
                raise
            self._chats.do(person, send_text(person.chat, text.text, text.keyboard))

    def _in_place(self, person: Person, edit: Call, send: Callable[[], Call]) -> Sent | None:
        try:
            return self._chats.send(person, edit)
        except Permanent as error:
            if error.code != "telegram.message_gone":
                raise
        return self._chats.send(person, send())

    def _address(self, person: Person, order: Order, media: Media, caption: Message) -> Sent | None:
        text = self._with_address(person, order, media)
        keyboard = (*text.keyboard, *caption.keyboard)
        return self._in_place(
            person,
            edit_text(person.chat, status_message(order), text.text, keyboard),
            lambda: send_text(person.chat, text.text, keyboard),
        )

    def _with_address(self, person: Person, order: Order, media: Media) -> Message:
        _ = person.translate
        with self._database.unit() as unit:
            address = self._links.make(unit, media, speaks=_)
        said = says.too_large(_, title=self._orders.title(order), provider=order.provider, hours=HOURS)
        return Message(said.text, ((link(_("Download"), address),),))

    def _stream(self, media: Media, name: str) -> Upload:
        return Upload.stream(lambda: self._media.open(media, purpose=PURPOSE), media.size, name=name, mime=media.mime)

    def _thumbnail(self, order: Order) -> Upload | None:
        """A video begins with the picture it was made from. Without it the chat shows a grey field, and no more."""
        with self._database.connection():
            source = Source.of(order).media()
        if source is None:
            return None
        try:
            with self._media.open(source, purpose=PURPOSE) as opened:
                return Upload(self._intake.thumbnail(opened.read()).data, name="first.jpg")
        except Failure:
            return None

    def _photo(self, media: Media) -> bytes:
        with self._media.open(media, purpose=PURPOSE) as opened:
            data = opened.read()
        long, short = max(media.width, media.height), min(media.width, media.height)
        fits = len(data) <= LARGEST_PHOTO and media.width + media.height <= LONGEST_SIDES and long / short <= WIDEST
        if fits and media.mime in ("image/jpeg", "image/png"):
            return data
        return self._intake.shrink(data, long_side=4096, max_bytes=LARGEST_PHOTO).data
