"""What Telegram says when it refuses, and what that means for us."""

from __future__ import annotations

from collections.abc import Callable

from errors import Permanent, Rejected, Temporary

# The first hit counts; matched in lower case. None: nothing is left to do, and nobody need know.
MEANINGS: tuple[tuple[int, str, Callable[[], Exception] | None], ...] = (
    (400, "message is not modified", None),  # it says already what we wanted it to say
    (400, "query is too old", None),
    (400, "message to edit not found", lambda: Permanent("telegram.message_gone")),
    (400, "message can't be edited", lambda: Permanent("telegram.message_gone")),
    (400, "message to delete not found", None),
    (400, "message can't be deleted", lambda: Permanent("telegram.message_kept")),
    (400, "chat not found", lambda: Permanent("telegram.blocked")),
    (400, "file is too big", lambda: Rejected("photo.too_large")),  # one that a person sent and we ask for
    (400, "too big for a photo", lambda: Permanent("telegram.too_large")),
    (400, "request entity too large", lambda: Permanent("telegram.too_large")),
    (413, "", lambda: Permanent("telegram.too_large")),
    (400, "wrong file_id", lambda: Permanent("telegram.file_gone")),
    (400, "charge_already_refunded", lambda: Permanent("telegram.already_refunded")),
    (400, "charge_not_found", lambda: Permanent("telegram.no_such_charge")),
    (403, "", lambda: Permanent("telegram.blocked")),
    (401, "", lambda: Permanent("telegram.misconfigured")),
    (404, "", lambda: Permanent("telegram.misconfigured")),
    (409, "", lambda: Permanent("telegram.conflict")),
    (400, "", lambda: Permanent("telegram.bad_request")),
)


def failure_of(status: int, said: str) -> Exception | None:
    """The failure to raise, or None where it was like that already."""
    said = said.lower()
    for code, words, meaning in MEANINGS:
        if status == code and words in said:
            return None if meaning is None else meaning()
    return Temporary("telegram.unavailable", status=status)
