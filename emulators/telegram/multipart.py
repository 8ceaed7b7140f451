"""Reads multipart/form-data held in memory. Searching for the boundary is all the work there is to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PARAMETER = re.compile(r';\s*(\w+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')


class Malformed(Exception):
    pass


@dataclass(slots=True, frozen=True)
class Part:
    name: str
    data: bytes
    file_name: str | None
    mime: str | None


def boundary_of(content_type: str) -> bytes:
    for name, quoted, bare in _PARAMETER.findall(content_type):
        if name.lower() == "boundary":
            return str(quoted or bare).encode()
    raise Malformed


def parts(body: bytes | bytearray, boundary: bytes) -> Iterator[Part]:
    """Raises Malformed when the closing boundary is missing or a part has no name."""
    line = b"--" + boundary
    view = memoryview(body)
    start = body.find(line)
    if start < 0:
        raise Malformed
    start += len(line)
    while not body.startswith(b"--", start):
        end = body.find(b"\r\n" + line, start)
        split = body.find(b"\r\n\r\n", start)
        if end < 0 or split < 0 or split > end:
            raise Malformed
        yield _part(body[start:split].decode("utf-8", "replace"), bytes(view[split + 4 : end]))
        start = end + 2 + len(line)


def _part(head: str, data: bytes) -> Part:
    name = file_name = mime = None
    for header in head.split("\r\n"):
        key, _, value = header.partition(":")
        if key.strip().lower() == "content-disposition":
            found = {k: (q or b) for k, q, b in _PARAMETER.findall(value)}
            name = found.get("name")
            file_name = _plain_name(found)
        elif key.strip().lower() == "content-type":
            mime = value.strip()
    if name is None:
        raise Malformed
    return Part(name, data, file_name, mime)


def _plain_name(found: dict[str, str]) -> str | None:
    if "filename*" in found:
        return found["filename*"].rpartition("''")[2]
    name = found.get("filename")
    return name.replace('\\"', '"').replace("%22", '"') if name is not None else None
