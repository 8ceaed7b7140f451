"""What is said about photos and styles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wording import buttons, choices
from wording.commands import menu
from wording.language import Translate
from wording.message import Message, button, escape
from wording.numbers import NUMBERS
from wording.reports import PHOTO, report_button


def board(
    _: Translate,
    *,
    photo: str,
    styles: Sequence[tuple[str, str]],
    page: int,
    pages: int,
    first: bool = False,
    animate: bool = False,
) -> Message:
    """The styles of one page of the picture board, two a row, with arrows to turn the page."""
    lead = _("Photo saved, its hidden data (place, camera, time) removed. ") if first else ""
    rows = [
        tuple(button(_(name), buttons.data(buttons.STYLE, photo, style)) for style, name in styles[start : start + 2])
        for start in range(0, len(styles), 2)
    ]
    turn = (
        button("‹", buttons.data(buttons.BOARD, photo, (page - 2) % pages + 1)),
        button(_("{page} of {pages}").format(page=page, pages=pages), buttons.data(buttons.BOARD, photo, page)),
        button("›", buttons.data(buttons.BOARD, photo, page % pages + 1)),
    )
    text = lead + _("<b>Choose a style</b> (the pictures are illustrations), or just write me what you want.")
    film = ((button(_("🎬 Make it move instead"), buttons.data(buttons.ANIMATE_PHOTO, photo)),),) if animate else ()
    return Message(text, (*rows, turn, *film))


def own_photo(_: Translate, *, photo: str, number: int, total: int, animate: bool, goes: date | None = None) -> Message:
    """One photo of the person's own collection, newest first. `goes`: when it goes by itself, by their choice."""
    older, newer = (number % total) + 1, ((number - 2) % total) + 1
    turn = (
        (button("‹", buttons.data(buttons.PHOTOS, newer)), button("›", buttons.data(buttons.PHOTOS, older)))
        if total > 1
        else ()
    )
    rows = [
        (button(_("Use this photo"), buttons.data(buttons.PHOTO, photo)),),
        *(((button(_("🎬 Animate"), buttons.data(buttons.ANIMATE_PHOTO, photo)),),) if animate else ()),
        (
            button(_("Where did it go?"), buttons.data(buttons.WENT, photo)),
            button(_("Delete"), buttons.data(buttons.PHOTO_DELETE, photo)),
        ),
    ]
    end = f" · {choices.goes(_, goes)}" if goes else ""
    return Message(
        _("Your photo {number} of {total}").format(number=number, total=total) + end,
        (*([turn] if turn else []), *rows, report_button(_, PHOTO, photo)),
    )


def really_delete_photo(_: Translate, *, photo: str) -> Message:
    return Message(
        _("Delete this photo for good? Pictures made from it stay."),
        (
            (button(_("Yes, delete it"), buttons.data(buttons.PHOTO_DELETE_YES, photo)),),
            (button(_("Keep it"), buttons.data(buttons.PHOTO_KEEP, photo)),),
        ),
    )


def photo_deleted(_: Translate) -> Message:
    return Message(_("Photo deleted: its key and its sealed copy are destroyed."))


def no_photos(_: Translate) -> Message:
    return Message(_("You have no photos here yet. 📷 Send me one."))


def send_first(_: Translate) -> Message:
    return Message(_("📷 Send me a photo first; then write what you want, or choose a style."))


def help_text(_: Translate, *, support_email: str) -> Message:
    """How it works, and Telegram's menu in words."""
    how = _(
        "📷 Send a photo (or a picture file: JPEG, PNG, WebP, HEIC, up to {megabytes} MB). Then tap a style, or write what "
        "you want. You see the price before anything is made."
    ).format(megabytes=NUMBERS["megabytes"])
    commands = "\n".join(f"/{name} – {does}" for name, does in menu(_).items() if name != "help")
    questions = _("Questions: {email}").format(email=escape(support_email))
    return Message("\n\n".join((how, commands, questions)))
