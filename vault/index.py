"""Blind indexes, by which a sealed value is found: the same value gives the same bytes, which tell nothing alone."""

from __future__ import annotations

import hmac
import re

from vault.fields import binding
from vault.ring import parse_ring

VERSION = re.compile(r"[1-9][0-9]{0,2}")
NEWEST_POSSIBLE = 255


class BlindIndex:
    """`INDEX_KEY`: new rows are written with the newest version; look-ups try each while a rotation runs.

    A value is indexed as it is: whoever wants `Anna` and `anna` to be one folds case before.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: list[tuple[int, bytes]]) -> None:
        versions = [version for version, _ in keys]
        if versions[0] > NEWEST_POSSIBLE:
            raise ValueError(f"index key {versions[0]}: versions end at {NEWEST_POSSIBLE}")
        if versions != sorted(versions, reverse=True):
            raise ValueError(f"index keys {versions}: list the highest version first, it is the newest")
        self._keys = [(bytes([version]), key) for version, key in keys]

    @classmethod
    def parse(cls, text: str) -> BlindIndex:
        """`version:base64,older version:base64`; ValueError names the version that is wrong, never a key."""
        return cls([(int(name), key) for name, key in parse_ring(text, what="index key", label=VERSION)])

    def of(self, name: str, value: str) -> bytes:
        """33 bytes for the index called `name`: a version byte and HMAC-SHA256."""
        return _digest(*self._keys[0], binding(name, value))

    def all_of(self, name: str, value: str) -> list[bytes]:
        """One per version, newest first: what a look-up searches for."""
        message = binding(name, value)
        return [_digest(version, key, message) for version, key in self._keys]

    def __repr__(self) -> str:
        return f"<BlindIndex {','.join(str(version[0]) for version, _ in self._keys)}>"


def _digest(version: bytes, key: bytes, message: bytes) -> bytes:
    return version + hmac.digest(key, message, "sha256")
