"""What is said about receipts in the chat: under the file of each stage that can still be sent."""

from __future__ import annotations

from policy.terms import N_
from wording.language import Translate
from wording.message import Message, escape

PHOTOS, GENERATED, ACCOUNT = "photos", "generated", "account"  # scopes of a deletion

SEALED = {
    PHOTOS: N_("The keys of your photos are destroyed: nobody can open them any more, and neither can we."),
    GENERATED: N_(
        "The keys of your pictures and videos are destroyed: nobody can open them any more, and neither can we."
    ),
    ACCOUNT: N_(
        "The keys of your photos, pictures and videos are destroyed: nobody can open them any more, and neither can we."
    ),
}
GONE = {
    PHOTOS: N_("The files of your photos are gone from our store."),
    GENERATED: N_("The files of your pictures and videos are gone from our store."),
    ACCOUNT: N_(
        "Your account and all files are gone. This is our last message to you: the next thing to go is your Telegram "
        "ID, and then we cannot reach you any more."
    ),
}
UNDONE = N_("Your account is back. The files of your photos, pictures and videos are gone all the same.")


def sealed(_: Translate, *, scope: str, number: str, last: str, address: str) -> Message:
    """Under the first receipt. `last` is the day on which no copy is left; `address` may be empty."""
    return _message(_, _("🧾 <b>Receipt, 1 of 3</b>"), _(SEALED[scope]), number=number, last=last, address=address)


def gone(_: Translate, *, scope: str, number: str, last: str, address: str, undone: bool) -> Message:
    """Under the second one."""
    what = _(UNDONE) if undone else _(GONE[scope])
    return _message(_, _("🧾 <b>Receipt, 2 of 3</b>"), what, number=number, last=last, address=address)


def _message(_: Translate, head: str, what: str, *, number: str, last: str, address: str) -> Message:
    parts = [
        f"{head}\n{what}",
        _(
            "AI providers and backups of keys may have a last copy until {date}. From then on the third receipt is on our "
            "website, under this number:"
        ).format(date=last)
        + f"\n<code>{escape(number)}</code>",
        _("Keep the number or this file. It is signed and does not name you."),
    ]
    if address:
        parts.append(_("Check it, without an account: {address}").format(address=escape(address)))
    return Message("\n\n".join(parts))
