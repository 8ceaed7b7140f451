"""Reads multipart/form-data as it comes in. Searching for the boundary is all the work there is to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .spool import Spool

_PARAMETER = re.compile(r';\s*(\w+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')
LONGEST_HEAD = 16 * 1024


class Malformed(Exception):
    pass


@dataclass(slots=True, frozen=True)
class Part:
    name: str
    body: Spool
    file_name: str | None
    mime: str | None


def boundary_of(content_type: str) -> bytes:
    for name, quoted, bare in _PARAMETER.findall(content_type):
        if name.lower() == "boundary":
            return str(quoted or bare).encode()
    raise Malformed


class Reader:
    """Fed with pieces of any length; what cannot belong to a boundary any more goes to its part at once."""

    def __init__(self, boundary: bytes, folder: Path | None = None) -> None:
        """Parts that grow large are kept in files of the folder."""
        self.parts: list[Part] = []
        self._line = b"\r\n--" + boundary
        self._held = bytearray(b"\r\n")  # the first boundary has no line before it
        self._folder = folder
        self._body = Spool()  # what comes before the first boundary is nobody's
        self._step = self._in_body
        self._ended = False

    def feed(self, piece: bytes) -> None:
        """Raises Malformed for a part without a name, or a head that does not end."""
        self._held += piece
        while not self._ended and self._step():
            pass

    def finish(self) -> list[Part]:
        """Raises Malformed when the closing boundary is missing."""
        if not self._ended:
            raise Malformed
        return self.parts

    def discard(self) -> None:
        for part in self.parts:
            part.body.discard()

    def _in_body(self) -> bool:
        """True when what is held may still hold more, as it is for the other step."""
        at = self._held.find(self._line)
        self._body.write(self._held[: at if at >= 0 else max(0, len(self._held) - len(self._line))])
        if at < 0:
            del self._held[: -len(self._line)]
            return False
        self._body.close()
        del self._held[: at + len(self._line)]
        self._step = self._in_head
        return True

    def _in_head(self) -> bool:
        """After a boundary: two dashes at the very end, else the head of a part."""
        if self._held.startswith(b"--"):
            self._ended = True
            return False
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            if len(self._held) > LONGEST_HEAD:
                raise Malformed
            return False
        self._body = Spool(self._folder)
        self.parts.append(_part(self._held[:end].decode("utf-8", "replace"), self._body))
        del self._held[: end + 4]
        self._step = self._in_body
        return True


def _part(head: str, body: Spool) -> Part:
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
    return Part(name, body, file_name, mime)


def _plain_name(found: dict[str, str]) -> str | None:
    if "filename*" in found:
        return found["filename*"].rpartition("''")[2]
    name = found.get("filename")
    return name.replace('\\"', '"').replace("%22", '"') if name is not None else None
