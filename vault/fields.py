"""Data keys, and sealing short values with them: one AES-256-GCM call and a concatenation each."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from errors import Permanent
from vault.derive import (
    COMMITMENT_BYTES,
    FIELD,
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    WRAPPED_BY_DATA_KEY,
    Random,
    expand,
)

LABEL = b"miomio field"
HEAD_BYTES = 1 + COMMITMENT_BYTES
OVERHEAD = HEAD_BYTES + NONCE_BYTES + TAG_BYTES  # 45: how much longer a sealed value is than the plain one


def binding(*parts: str) -> bytes:
    """What a sealed value is bound to (table, column, row id, kind, version), so that no two lists look alike."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


class DataKey:
    """32 random bytes that seal the values of one owner.

    Sealed: format byte, 16 bytes of key commitment, 12 bytes of nonce, ciphertext, 16 bytes of tag. Nonces are random:
    below 2**32 seals with one key, two of them are equal with a chance under 2**-32, and that is the bound to keep.
    """

    __slots__ = ("_aead", "_head", "_random", "raw")

    def __init__(self, raw: bytes, *, random: Random = os.urandom) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, this one has {len(raw)}")
        self.raw = raw
        subkey, commitment = expand(raw, label=LABEL)
        self._aead = AESGCM(subkey)
        self._head = FIELD + commitment
        self._random = random

    @classmethod
    def new(cls, random: Random = os.urandom) -> DataKey:
        return cls(random(KEY_BYTES), random=random)

    def seal(self, plaintext: bytes, *, binding: bytes) -> bytes:
        # Nonces are drawn one by one: a store of them would be shared by forked processes, and so used twice.
        nonce = self._random(NONCE_BYTES)
        return self._head + nonce + self._aead.encrypt(nonce, plaintext, FIELD + binding)

    def open(self, sealed: bytes, *, binding: bytes) -> bytes:
        """Permanent: vault.wrong_key, or vault.tampered, which a wrong binding is too."""
        return self._open(sealed, head=self._head, associated=FIELD + binding)

    def wrap(self, other: DataKey, *, binding: bytes) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return self._wrap_head() + nonce + self._aead.encrypt(nonce, other.raw, WRAPPED_BY_DATA_KEY + binding)

    def unwrap(self, wrapped: bytes, *, binding: bytes) -> DataKey:
        """Permanent: vault.wrong_key or vault.tampered."""
        raw = self._open(wrapped, head=self._wrap_head(), associated=WRAPPED_BY_DATA_KEY + binding)
        return DataKey(raw, random=self._random)

    def _wrap_head(self) -> bytes:
        return WRAPPED_BY_DATA_KEY + self._head[1:]

    def _open(self, sealed: bytes, *, head: bytes, associated: bytes) -> bytes:
        if len(sealed) < OVERHEAD or sealed[:1] != head[:1]:
            raise Permanent("vault.tampered")
        if sealed[:HEAD_BYTES] != head:
            raise Permanent("vault.wrong_key")
        return decrypt(self._aead, sealed[HEAD_BYTES:], associated=associated)

    def __repr__(self) -> str:
        return "<DataKey>"


def decrypt(aead: AESGCM, sealed: bytes, *, associated: bytes) -> bytes:
    """Opens nonce and ciphertext; Permanent("vault.tampered") when the tag does not hold."""
    try:
        return aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except InvalidTag:
        pass
    raise Permanent("vault.tampered")
