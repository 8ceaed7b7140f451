"""What comes back when a button is tapped: a verb and ids, at most 64 bytes, read as strictly as all outside input."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy.choices import ALWAYS, KEEPINGS, REFUSABLE
from policy.reports import KINDS
from wording.language import LANGUAGES

AGREE, MINOR = "agree", "minor"  # the notice
PEOPLE = "people"  # the people in my photos agree
BOARD, STYLE = "board", "style"  # photo and page; photo and style
MAKE, DROP, CANCEL = "make", "drop", "cancel"  # an order
ORIGINAL, AGAIN, OTHER = "orig", "again", "other"  # an order
DELETE, DELETE_YES, KEEP = "del", "delyes", "keep"  # an order's result
PHOTO, PHOTO_DELETE, PHOTO_DELETE_YES, PHOTO_KEEP, PHOTOS = "photo", "pdel", "pdelyes", "pkeep", "photos"
ANIMATE, ANIMATE_PHOTO = "anim", "panim"  # a result of an order; a photo
MOTION_OF_RESULT, MOTION_OF_PHOTO = "motr", "motp"  # the same and a motion
LENGTH = "len"  # an order and the seconds its video shall have
LANGUAGE = "lang"  # a language's tag
PACKS, PACK, REFUND = "packs", "pack", "refund"  # the packs; one of them; a payment
RENEW, NOT_RENEW = "renew", "norenew"  # a version of the policy, and the order that waits for the answer, if one does
EXPORT, MY_DATA = "export", "mydata"  # a copy of everything; what is held
PROMOTIONS = "promo"  # yes or no, or neither to be asked
ERASE, ERASE_YES, ERASE_KEEP = "erase", "eraseyes", "erasekeep"  # a scope; for the choice of one none, or "again"
ERASE_REFUND = "eraserefund"  # a payment that goes back before the account does
UNDO, AT_ONCE = "undo", "atonce"  # an account that waits for its end; with a yes it ends
SUPPORT, SUPPORT_DONE, SUPPORT_CANCEL = "sup", "supdone", "supno"  # a ticket to answer in, or none
REPORT, REPORT_KIND, REPORT_DONE = "rep", "repk", "repd"  # a thing, or none; a kind and a thing; no more words
NOT_RIGHT = "wrong"  # how data are corrected
STAY, STAY_YES = "stay", "stayyes"  # how long photos stay: a choice, or none to be asked
RECEIVERS, SEND, ALLOW = "who", "send", "allow"  # who gets photos; a provider and yes or no; an order's provider
WHERE, WENT = "where", "went"  # where photos went: a page, or none for a new message; one photo

_ID = r"[0-9a-f]{32}"
_THING = rf"[pr]:{_ID}"  # a photo; a result by its order
_VERSION = r"[0-9a-z-]{1,20}"
_SCOPE = "photos|generated|account"
_STAYS = "|".join((ALWAYS, *KEEPINGS))
_PATTERNS = {
    AGREE: _VERSION,
    RENEW: rf"{_VERSION}(:{_ID})?",
    NOT_RENEW: rf"{_VERSION}:{_ID}",
    WHERE: r"\d{0,4}",
    WENT: _ID,
    MINOR: None,
    PEOPLE: None,
    BOARD: rf"{_ID}:\d{{1,2}}",
    STYLE: rf"{_ID}:[a-z0-9-]{{1,24}}",
    MOTION_OF_RESULT: rf"{_ID}:[a-z0-9-]{{1,24}}",
    MOTION_OF_PHOTO: rf"{_ID}:[a-z0-9-]{{1,24}}",
    LENGTH: rf"{_ID}:\d{{1,2}}",
    LANGUAGE: "|".join(LANGUAGES),
    PACKS: None,
    PROMOTIONS: "(yes|no)?",
    SUPPORT: rf"({_ID})?",
    SUPPORT_DONE: None,
    SUPPORT_CANCEL: None,
    EXPORT: None,
    MY_DATA: None,
    PACK: r"[a-z0-9]{1,16}",
    REFUND: _ID,
    ERASE: rf"({_SCOPE}|{AGAIN})?",
    ERASE_YES: _SCOPE,
    ERASE_KEEP: None,
    ERASE_REFUND: _ID,
    UNDO: None,
    AT_ONCE: "(yes)?",
    STAY: rf"({_STAYS})?",
    STAY_YES: _STAYS,
    RECEIVERS: None,
    NOT_RIGHT: None,
    SEND: rf"({'|'.join(REFUSABLE)}):(yes|no)",
    ALLOW: _ID,
    PHOTOS: r"\d{1,4}",
    REPORT: rf"({_THING})?",
    REPORT_KIND: rf"({'|'.join(KINDS)})(:{_THING})?",
    REPORT_DONE: None,
    **dict.fromkeys((MAKE, DROP, CANCEL, ORIGINAL, AGAIN, OTHER, DELETE, DELETE_YES, KEEP, ANIMATE), _ID),
    **dict.fromkeys((PHOTO, PHOTO_DELETE, PHOTO_DELETE_YES, PHOTO_KEEP, ANIMATE_PHOTO), _ID),
}


@dataclass(frozen=True)
class Tap:
    """A parsed button: its verb, the id it names (or ""), and a second word (or "")."""

    verb: str
    id: str = ""
    word: str = ""


def data(verb: str, *words: str | int) -> str:
    """The callback data of a button of ours."""
    made = ":".join((verb, *map(str, words)))
    if len(made.encode()) > 64 or parse(made) is None:
        raise ValueError(f"not a button of ours: {verb}")
    return made


def parse(text: str | None) -> Tap | None:
    """None for anything that is not exactly a button of ours: forged, old, or somebody's experiment."""
    verb, _, rest = (text or "").partition(":")
    if verb not in _PATTERNS:
        return None
    pattern = _PATTERNS[verb]
    if (pattern is None and rest) or (pattern is not None and not re.fullmatch(pattern, rest)):
        return None
    first, _, second = rest.partition(":")
    return Tap(verb, first, second)
