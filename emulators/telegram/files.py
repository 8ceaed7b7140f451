"""Files as the Bot API names them: new ids for each sending, one unique id for the same bytes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import mimetypes
import secrets
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from . import images
from .blobs import Blobs
from .settings import Settings
from .spool import Spool
from .store import Store

_PREFIX = {"photo": "AgACAgIAAxk", "video": "BAACAgIAAxk", "document": "BQACAgIAAxk", "thumbnail": "AAMCAgADGQ"}
_FOLDER = {"photo": "photos", "video": "videos", "document": "documents", "voice": "voice", "thumbnail": "thumbnails"}


@dataclass(slots=True, frozen=True)
class File:
    """`source` names the uploaded bytes; `side` is the longest side of a copy made of them, 0 for themselves.

    A video's `duration` is in seconds, its `thumbnail` the file id of its poster.
    """

    file_id: str
    unique_id: str
    kind: str
    source: str
    side: int = 0
    size: int | None = None
    width: int | None = None
    height: int | None = None
    full_width: int | None = None
    full_height: int | None = None
    name: str | None = None
    mime: str | None = None
    duration: int | None = None
    thumbnail: str | None = None


class Files:
    def __init__(self, store: Store, blobs: Blobs, settings: Settings) -> None:
        self.blobs = blobs
        self._store = store
        self._settings = settings
        self._files: dict[str, File] = {}
        self._copies: dict[str, str] = {}  # "source/side" -> the copy's own hash
        self._uploads: dict[str, tuple[str, int, int]] = {}  # a client's picture -> what it uploads of it
        self._shapes: dict[str, tuple[int, int]] = {}
        self._links: dict[str, tuple[str, float]] = {}
        store.keep("file", self._file_row)
        store.keep("copy", self._copies.get)
        store.keep("link", self._links.get)
        self._load()

    def get(self, file_id: str) -> File | None:
        return self._files.get(file_id)

    def add_document(
        self, body: Spool, *, kind: str = "document", name: str | None = None, mime: str | None = None, **facts: Any
    ) -> File:
        """`facts` are further fields of the file, as a video's shape."""
        source = self.blobs.take(body)
        guessed = mime or mimetypes.guess_type(name or "")[0] or "application/octet-stream"
        return self._add(kind, source, size=body.size, name=name, mime=guessed, **facts)

    def add_thumbnail(self, data: bytes) -> File:
        """Raises NotAPicture."""
        width, height = images.dimensions(data)
        source = self.blobs.add(data)
        return self._add("thumbnail", source, size=len(data), width=width, height=height, mime="image/jpeg")

    def again(self, file: File) -> File:
        """The same file in a new message: a new id."""
        return self._keep(replace(file, file_id=_file_id(file.kind)))

    def add_photo(self, body: Spool) -> list[File]:
        """The sizes of a photo a bot sends; copies are drawn only when somebody looks. Raises NotAPicture."""
        source = body.digest
        if source not in self._shapes:
            self._shapes[source] = images.dimensions(body.data())
        return self.photo(self.blobs.take(body), *self._shapes[source])

    async def add_client_photo(self, data: bytes) -> list[File]:
        """The sizes of a photo a person sends: re-encoded at once, as clients do. Raises NotAPicture."""
        original = hashlib.sha256(data).hexdigest()
        known = self._uploads.get(original)
        if known is None:
            upload, width, height = await asyncio.to_thread(images.upright, data)
            known = self._uploads[original] = (self.blobs.add(upload), width, height)
        source, width, height = known
        self._copy(f"{source}/{max(width, height)}", source)  # the largest is the upload itself
        sizes = self.photo(source, width, height)
        return [self._keep(replace(file, size=len(await self.read(file)))) for file in sizes]

    def photo(self, source: str, width: int, height: int) -> list[File]:
        return [
            self._add(
                "photo",
                source,
                side=side,
                width=wide,
                height=high,
                full_width=width,
                full_height=height,
                mime="image/jpeg",
            )
            for side, wide, high in images.sizes(width, height)
        ]

    async def read(self, file: File) -> bytes:
        """The bytes. Raises NotAPicture for a photo whose bytes turn out to be broken."""
        if not file.side:
            return await self.blobs.get(file.source)
        key = f"{file.source}/{file.side}"
        copy = self._copies.get(key)
        if copy is None:
            whole = await self.blobs.get(file.source)
            copy = self.blobs.add(await asyncio.to_thread(images.resized, whole, file.width or 1, file.height or 1))
            self._copy(key, copy)
        return await self.blobs.get(copy)

    def link(self, file: File) -> str:
        """A path for downloading; asking again renews its life."""
        suffix = mimetypes.guess_extension(file.mime or "") or ""
        path = f"{_FOLDER.get(file.kind, 'documents')}/file_{file.unique_id[4:]}{suffix}"
        self._links[path] = (file.file_id, time.time() + self._settings.link_lifetime)
        self._store.mark("link", path)
        return path

    def linked(self, path: str) -> File | None:
        file_id, ends = self._links.get(path, ("", 0.0))
        return self.get(file_id) if ends > time.time() else None

    def forget(self) -> None:
        for table in (self._files, self._copies, self._uploads, self._shapes, self._links):
            table.clear()
        self.blobs.empty()

    def _add(self, kind: str, source: str, *, side: int = 0, **facts: Any) -> File:
        unique = _unique_id(f"{kind}/{source}/{side}")
        return self._keep(File(_file_id(kind), unique, kind, source, side, **facts))

    def _keep(self, file: File) -> File:
        self._files[file.file_id] = file
        self._store.mark("file", file.file_id)
        return file

    def _copy(self, key: str, copy: str) -> None:
        self._copies[key] = copy
        self._store.mark("copy", key)

    def _file_row(self, key: str) -> Any:
        file = self._files.get(key)
        return asdict(file) if file else None

    def _load(self) -> None:
        for key, row in self._store.rows("file"):
            self._files[key] = File(**row)
        for key, row in self._store.rows("copy"):
            self._copies[key] = row
        for key, (file_id, ends) in self._store.rows("link"):
            self._links[key] = (file_id, ends)


def _file_id(kind: str) -> str:
    return _PREFIX.get(kind, "CQACAgIAAxk") + secrets.token_urlsafe(39)


def _unique_id(facts: str) -> str:
    digest = hashlib.blake2b(facts.encode(), digest_size=9).digest()
    return "AQAD" + base64.urlsafe_b64encode(digest).decode()
