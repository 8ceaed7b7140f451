"""A token that comes with a preview and is given back to have just that carried out. It names nobody, and ends soon."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta

from errors import Rejected
from vault.index import BlindIndex

GOOD_FOR = timedelta(hours=1)
FORM = re.compile(r"([0-9a-f]{8})-([0-9a-f]{32})")  # when it ends, in seconds since 1970; half of a keyed digest
HALF = 16  # bytes


class Tokens:
    """Made and checked with `INDEX_KEY`, so that nothing need be kept of one."""

    def __init__(self, index: BlindIndex, *, use: str) -> None:
        self._index = index
        self._use = use

    def give(self, now: datetime, *parts: str) -> str:
        """For exactly these words; they cannot be read from it."""
        ends = f"{int((now + GOOD_FOR).replace(tzinfo=UTC).timestamp()):08x}"
        return f"{ends}-{_half(self._index.of(self._use, _text(ends, parts)))}"

    def demand(self, now: datetime, token: str, *parts: str) -> None:
        """Raises Rejected("token.unclear" | "token.late"), Rejected("token.other") for one given for anything else."""
        if (found := FORM.fullmatch(token.strip().lower())) is None:
            raise Rejected("token.unclear")
        ends, said = found[1], found[2]
        digests = self._index.all_of(self._use, _text(ends, parts))
        if not any(hmac.compare_digest(_half(digest), said) for digest in digests):
            raise Rejected("token.other")
        if int(ends, 16) <= now.replace(tzinfo=UTC).timestamp():
            raise Rejected("token.late")


def _half(digest: bytes) -> str:
    return digest[1 : 1 + HALF].hex()


def _text(ends: str, parts: tuple[str, ...]) -> str:
    return "\x1f".join((ends, *parts))
