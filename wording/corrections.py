"""What is said about data that are not right: how each is corrected, and the notes that stand beside what stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.categories import CATEGORIES
from wording.language import Translate
from wording.message import Message, escape

NEWEST = 3  # notes in one message of the chat; a copy of one's data has them all


@dataclass(frozen=True, repr=False)
class Note:
    """What a person says about data of a category that stay as they are."""

    at: datetime
    category: str
    words: str


def not_right(_: Translate, *, support_email: str) -> Message:
    """How somebody has data corrected: most by themselves, the rest by us."""
    return Message(
        "\n\n".join(
            (
                _("<b>Something not right?</b>"),
                _(
                    "• Your names and your username follow Telegram: change them there, and we have them with your next "
                    "message."
                ),
                _(
                    "• You choose yourself: your language with /language, a daily limit with /limit, how long photos stay "
                    "with /keep, who may get them with /providers."
                ),
                _(
                    "• Anything else: write what is wrong with /support or to {email}. It costs nothing. What we do not change, "
                    "because we see it differently, gets your note beside it, and you see that here."
                ).format(email=escape(support_email)),
            )
        )
    )


def notes(_: Translate, found: Sequence[Note]) -> Message:
    """Beside /mydata, where there are any. The newest first."""
    lines = [_("<b>Your notes on data that stayed as they are</b>")]
    for note in found[:NEWEST]:
        about = _(CATEGORIES[note.category].name) if note.category in CATEGORIES else note.category
        lines.append(f"{note.at:%Y-%m-%d} · <b>{escape(about)}</b>\n“{escape(note.words)}”")
    if len(found) > NEWEST:
        lines.append(_("Earlier ones stand in the copy of your data: /export"))
    return Message("\n\n".join(lines))
