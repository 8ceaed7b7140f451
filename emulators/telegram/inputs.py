"""A file a call names: uploaded under its own name, attached, known by its id, or to be fetched from an address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientTimeout

from . import videos
from .arguments import Arguments, Upload
from .context import Telegram
from .errors import bad_request, too_large
from .files import File
from .images import NotAPicture
from .spool import Spool

PHOTO_BYTES = 10 * 1024 * 1024
FILE_BYTES = 50 * 1024 * 1024
PHOTO_URL_BYTES = 5 * 1024 * 1024
FILE_URL_BYTES = 20 * 1024 * 1024
MAX_SIDES = 10_000
MAX_RATIO = 20
FETCH_SECONDS = 20.0


@dataclass(slots=True, frozen=True)
class Source:
    """Either bytes or a file already known."""

    upload: Upload | None = None
    file: File | None = None


async def source(tg: Telegram, arguments: Arguments, name: str, value: str, *, kind: str) -> Source:
    """`name` is the parameter's own name, `value` what stands in it. Raises ApiError."""
    if name in arguments.uploads:
        return Source(upload=_sized(arguments.uploads[name], kind))
    if value.startswith("attach://"):
        upload = arguments.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"wrong file identifier/HTTP URL specified: attached file {value[9:]} is missing")
        return Source(upload=_sized(upload, kind))
    if value.startswith(("http://", "https://")):
        return Source(upload=await _fetched(tg, value, kind))
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    return Source(file=_known(tg, value, kind))


def photo(tg: Telegram, origin: Source) -> list[File]:
    if origin.file is not None:
        file = origin.file
        return tg.files.photo(file.source, file.full_width or 0, file.full_height or 0)
    assert origin.upload is not None
    try:
        sizes = tg.files.add_photo(origin.upload.body)
    except NotAPicture as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    width, height = sizes[-1].full_width or 1, sizes[-1].full_height or 1
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return sizes


def document(tg: Telegram, origin: Source) -> File:
    if origin.file is not None:
        return tg.files.again(origin.file)
    assert origin.upload is not None
    upload = origin.upload
    return tg.files.add_document(upload.body, name=upload.name, mime=upload.mime)


async def video(tg: Telegram, arguments: Arguments, origin: Source, facts: Mapping[str, Any]) -> File:
    """What `facts` leave open is found in the video itself. One known by its id stays as it was first sent."""
    if origin.file is not None:
        return tg.files.again(origin.file)
    assert origin.upload is not None
    body, mime = origin.upload.body, origin.upload.mime or ""
    found = await asyncio.to_thread(_look, body)
    poster = _thumbnail(arguments, facts) or found.poster
    return tg.files.add_document(
        body,
        kind="video",
        name=origin.upload.name,
        mime=mime if mime.startswith("video/") else "video/mp4",
        width=_count(facts.get("width")) or found.width,
        height=_count(facts.get("height")) or found.height,
        duration=_count(facts.get("duration")) or found.duration,
        thumbnail=tg.files.add_thumbnail(poster).file_id if poster else None,
    )


def _look(body: Spool) -> videos.Facts:
    with body.open() as file:
        return videos.look(file)


def _thumbnail(arguments: Arguments, facts: Mapping[str, Any]) -> bytes:
    """Only an upload counts: a thumbnail cannot be sent again by its id."""
    value = facts.get("thumbnail")
    name = value.removeprefix("attach://") if isinstance(value, str) and value.startswith("attach://") else ""
    upload = arguments.uploads.get(name) or (arguments.uploads.get("thumbnail") if value is None else None)
    data = upload.body.data() if upload and upload.body.size <= videos.THUMB_BYTES else b""
    return data if videos.is_thumbnail(data) else b""


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0


def _sized(upload: Upload, kind: str) -> Upload:
    size = upload.body.size
    if size == 0:
        raise bad_request("file must be non-empty")
    if kind == "photo" and size > PHOTO_BYTES:
        raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes")
    if size > FILE_BYTES:
        raise too_large()
    return upload


def _known(tg: Telegram, file_id: str, kind: str) -> File:
    file = tg.files.get(file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


async def _fetched(tg: Telegram, url: str, kind: str) -> Upload:
    limit = PHOTO_URL_BYTES if kind == "photo" else FILE_URL_BYTES
    assert tg.http is not None
    try:
        async with tg.http.get(url, timeout=ClientTimeout(total=FETCH_SECONDS)) as response:
            data = await response.content.read(limit + 1)
            while response.status == 200 and len(data) <= limit and not response.content.at_eof():
                data += await response.content.read(limit + 1 - len(data))
            mime = response.content_type
    except (ClientError, TimeoutError, ValueError) as error:
        raise bad_request("failed to get HTTP URL content") from error
    if response.status != 200 or not data or len(data) > limit:
        raise bad_request("failed to get HTTP URL content")
    if kind == "photo" and not mime.startswith("image/"):
        raise bad_request("wrong type of the web page content")
    return Upload(urlsplit(url).path.rpartition("/")[2] or "file", Spool.of(data), mime)
