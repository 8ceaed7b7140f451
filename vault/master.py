"""The ring of master keys: wraps data keys, and tells a ring that does not fit from a row that was changed."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from errors import Permanent
from vault.derive import (
    COMMITMENT_BYTES,
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    WRAPPED_BY_MASTER,
    Random,
    expand,
)
from vault.fields import decrypt
from vault.ring import parse_ring

LABEL = b"miomio master"
MASTER_ID = re.compile(r"[a-z0-9-]{1,16}")


class _Master:
    __slots__ = ("aead", "commitment", "head", "id")

    def __init__(self, id: str, raw: bytes) -> None:
        subkey, self.commitment = expand(raw, label=LABEL)
        self.aead = AESGCM(subkey)
        self.id = id
        self.head = WRAPPED_BY_MASTER + bytes([len(id)]) + id.encode() + self.commitment


class _Wrapped(NamedTuple):
    head: bytes
    master: str
    commitment: bytes
    sealed: bytes


class MasterKeys:
    """`MASTER_KEYS`, newest first: the newest wraps, each unwraps what it wrapped.

    Wrapped: format byte, length of the master's id, the id, 16 bytes of key commitment, 12 bytes of nonce, ciphertext
    and tag; all before the nonce is authenticated with the binding.
    """

    __slots__ = ("_masters", "_newest", "_random")

    def __init__(self, ring: list[tuple[str, bytes]], *, random: Random = os.urandom) -> None:
        self._masters = {id: _Master(id, raw) for id, raw in ring}
        self._newest = self._masters[ring[0][0]]
        self._random = random

    @classmethod
    def parse(cls, text: str, *, random: Random = os.urandom) -> MasterKeys:
        """`id:base64,id2:base64`; ValueError names the id that is wrong, never a key."""
        return cls(parse_ring(text, what="master key", label=MASTER_ID), random=random)

    @property
    def newest(self) -> str:
        return self._newest.id

    def wrap(self, key: bytes, *, binding: bytes) -> bytes:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, this one has {len(key)}")
        master = self._newest
        nonce = self._random(NONCE_BYTES)
        return master.head + nonce + master.aead.encrypt(nonce, key, master.head + binding)

    def unwrap(self, wrapped: bytes, *, binding: bytes) -> bytes:
        """Permanent: vault.unknown_master, vault.master_mismatch (same id, other key) or vault.tampered."""
        parts = _split(wrapped)
        master = self._masters.get(parts.master)
        if master is None:
            raise Permanent("vault.unknown_master", master=parts.master)
        if master.commitment != parts.commitment:
            raise Permanent("vault.master_mismatch", master=parts.master)
        return decrypt(master.aead, parts.sealed, associated=parts.head + binding)

    def rewrap(self, wrapped: bytes, *, binding: bytes) -> bytes:
        return self.wrap(self.unwrap(wrapped, binding=binding), binding=binding)

    def needs_rewrap(self, wrapped: bytes) -> bool:
        return self.wrapped_under(wrapped) != self.newest

    def wrapped_under(self, wrapped: bytes) -> str:
        """The id of the master key that wrapped it, read and not verified; it need not be in this ring."""
        return _split(wrapped).master

    def __repr__(self) -> str:
        return f"<MasterKeys {','.join(self._masters)}>"


def _split(wrapped: bytes) -> _Wrapped:
    length = wrapped[1] if len(wrapped) > 1 else 0
    head_bytes = 2 + length + COMMITMENT_BYTES
    master = wrapped[2 : 2 + length].decode("ascii", "replace")
    too_short = len(wrapped) < head_bytes + NONCE_BYTES + TAG_BYTES
    if too_short or wrapped[:1] != WRAPPED_BY_MASTER or not MASTER_ID.fullmatch(master):
        raise Permanent("vault.tampered")
    head = wrapped[:head_bytes]
    return _Wrapped(head, master, head[2 + length :], wrapped[head_bytes:])
