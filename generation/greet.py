"""The answer to a photo: a board of styles, an offer for what the caption asked, or why it cannot be used."""

from __future__ import annotations

from pathlib import Path

import crash
from billing import ledger
from consent.choices import may_get
from custody.fields import Fields
from database import Database
from errors import Permanent, Rejected
from generation.chat import PURPOSE, Chats, Person
from generation.orders import Orders
from generation.source import Source
from generation.styles import Catalogue
from jobs.claim import Claim
from models import Account, Photo
from providers.telegram_calls import Call, Upload, edit_to_photo, send_photo, send_text
from wording import failures
from wording import orders as says_orders
from wording import photos as says_photos
from wording.language import Translate
from wording.message import Message

PREVIEWS = Path(__file__).parent.parent / "web" / "static" / "previews"
PAGE = 6  # styles on a board


class Boards:
    """The picture boards: one picture and its buttons for each page of styles."""

    def __init__(self, catalogue: Catalogue, folder: Path = PREVIEWS, *, animate: bool = False) -> None:
        self._animate = animate
        self.pages = catalogue.pages(PAGE)
        self._catalogue = catalogue
        self._pictures = [(folder / f"board-{page}.jpg").read_bytes() for page in range(1, self.pages + 1)]

    def message(self, _: Translate, *, photo: str, page: int, first: bool = False) -> Message:
        page = min(max(page, 1), self.pages)
        styles = [(style.id, style.name) for style in self._catalogue.page(page, PAGE)]
        return says_photos.board(
            _, photo=photo, styles=styles, page=page, pages=self.pages, first=first, animate=self._animate
        )

    def send(self, chat: int, _: Translate, *, photo: str, page: int = 1, first: bool = False) -> Call:
        text = self.message(_, photo=photo, page=page, first=first)
        return send_photo(chat, self._picture(page), text.text, text.keyboard)

    def turn(self, chat: int, message: int, _: Translate, *, photo: str, page: int) -> Call:
        text = self.message(_, photo=photo, page=page)
        return edit_to_photo(chat, message, self._picture(page), text.text, text.keyboard)

    def _picture(self, page: int) -> Upload:
        return Upload(self._pictures[min(max(page, 1), self.pages) - 1], name="styles.jpg")


class Greet:
    """Answers photos, in the worker that took them in or gave up on them."""

    def __init__(self, *, database: Database, fields: Fields, chats: Chats, orders: Orders, boards: Boards) -> None:
        self._database = database
        self._fields = fields
        self._chats = chats
        self._orders = orders
        self._boards = boards

    def do(self, claim: Claim) -> None:
        with self._database.connection():
            photo = Photo.get_or_none(Photo.id == claim.subject)
        if photo is not None and photo.state in (Photo.READY, Photo.REFUSED):
            person = self._chats.person(photo.account)
            try:
                self._chats.send(person, self._answer(claim, photo, person))
            except Permanent as error:
                if error.code != "telegram.blocked":
                    raise
            crash.at("greet.sent")
        with claim.finish():
            pass

    def _answer(self, claim: Claim, photo: Photo, person: Person) -> Call:
        _ = person.translate
        if photo.state == Photo.REFUSED:
            return self._reply(person, photo, failures.photo_refused(_, photo.reason or ""))
        caption = self._fields.open(Photo.caption, photo, purpose=PURPOSE)
        if not caption:
            return self._boards.send(person.chat, _, photo=photo.id, first=True)
        try:
            prompt = self._orders.check_prompt(caption)
        except Rejected as error:
            return self._reply(person, photo, failures.photo_refused(_, error.code))
        try:
            with claim.checkpoint() as unit:
                order = self._orders.offer(unit, source=Source.of_photo(photo), style=None, prompt=prompt)
                free = ledger.balance(photo.account).free
                allowed = may_get(Account.get(Account.id == photo.account), order.provider)
                outlook = self._orders.outlook(unit, order)
        except Rejected as error:  # nothing of the kind is taken now
            return self._reply(person, photo, failures.photo_refused(_, error))
        text = says_orders.offer(
            _,
            order=order.id,
            title="",
            provider=order.provider,
            price=order.price,
            free=free,
            prompt=prompt,
            allowed=allowed,
            minutes=outlook.minutes,
            away=outlook.away,
        )
        return self._reply(person, photo, text)

    def _reply(self, person: Person, photo: Photo, text: Message) -> Call:
        return send_text(person.chat, text.text, text.keyboard, reply_to=photo.message_id)
