"""Content a person can send that is neither text nor a picture: the fields Telegram would fill in."""

from __future__ import annotations

import random
from typing import Any

from . import images
from .client_answers import Refused
from .files import Files
from .media import plain
from .spool import Spool

_FILES: dict[str, dict[str, Any]] = {
    "voice": {"duration": 2, "mime_type": "audio/ogg"},
    "audio": {"duration": 60, "mime_type": "audio/mpeg", "file_name": "song.mp3"},
    "video": {"duration": 3, "width": 640, "height": 360, "mime_type": "video/mp4"},
    "video_note": {"duration": 3, "length": 240},
    "animation": {"duration": 2, "width": 320, "height": 180, "mime_type": "video/mp4"},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "🙂",
    },
}
_PLACE = {"latitude": 22.2793, "longitude": 114.1628}
_PLAIN: dict[str, dict[str, Any]] = {
    "location": _PLACE,
    "venue": {"location": _PLACE, "title": "Star Ferry Pier", "address": "Central, Hong Kong"},
    "contact": {"phone_number": "+85200000000", "first_name": "Someone"},
    "dice": {"emoji": "🎲", "value": 1},
    "poll": {
        "id": "1",
        "question": "Which one?",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
    },
    "passport_data": {"data": [], "credentials": {"data": "", "hash": "", "secret": ""}},
}


def content(files: Files, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """`facts` stand over the defaults. An unknown kind is taken as it is: Telegram grows."""
    if kind in _FILES:
        return {kind: {**_FILES[kind], **_file(files, kind), **facts}}
    if kind == "dice":
        return {kind: {**_PLAIN[kind], "value": random.randint(1, 6), **facts}}
    if kind == "venue":
        venue = {**_PLAIN[kind], **facts}
        return {"venue": venue, "location": venue["location"]}
    if kind in ("photo", "document"):
        raise Refused(400, f"send a {kind} as multipart")
    return {kind: {**_PLAIN.get(kind, {}), **facts}}


def _file(files: Files, kind: str) -> dict[str, Any]:
    data = images.sticker() if kind == "sticker" else b"OggS" + random.randbytes(64)
    mime = "image/webp" if kind == "sticker" else _FILES[kind].get("mime_type")
    return plain(files.add_document(Spool.of(data), kind=kind, mime=mime))
