"""Files as they stand inside a Bot API message."""

from __future__ import annotations

from typing import Any

from .files import File


def photo_sizes(sizes: list[File]) -> list[dict[str, Any]]:
    """Smallest first, largest last. `file_size` is there once a copy was made."""
    return [_ids(file) | {"width": file.width, "height": file.height} for file in sizes]


def document(file: File) -> dict[str, Any]:
    return {"file_name": file.name or "file", "mime_type": file.mime, **_ids(file)}


def video(file: File, thumbnail: File | None) -> dict[str, Any]:
    shape = {"width": file.width or 0, "height": file.height or 0, "duration": file.duration or 0}
    named = {**shape, "file_name": file.name or "video.mp4", "mime_type": file.mime, **_ids(file)}
    return named | ({"thumbnail": photo_sizes([thumbnail])[0]} if thumbnail else {})


def plain(file: File) -> dict[str, Any]:
    """For voice, sticker and other kinds, whose remaining fields the sender names."""
    return _ids(file)


def _ids(file: File) -> dict[str, Any]:
    ids: dict[str, Any] = {"file_id": file.file_id, "file_unique_id": file.unique_id}
    if file.size is not None:
        ids["file_size"] = file.size
    return ids
