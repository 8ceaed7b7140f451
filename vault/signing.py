"""The ring of keys that sign: the newest signs, and what an older one signed can still be checked.

A signature is Ed25519's over the bytes as they are; what is signed, and how it is written, is the caller's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vault.ring import parse_ring

KEY_ID = re.compile(r"[a-z0-9-]{1,16}")
PUBLIC = "public:"  # before the base64 of a key that has retired: it checks, and can sign no more


@dataclass(frozen=True)
class PublicKey:
    """What everybody may know of a key. `pem` is its SubjectPublicKeyInfo, as openssl reads it."""

    id: str
    raw: bytes
    pem: str
    signs: bool  # whether new receipts are signed with it


class SigningKeys:
    """`RECEIPT_KEY`: `id:base64` of a private key's 32 bytes, newest first; retired ones as `id:public:base64`."""

    __slots__ = ("_newest", "_public", "_signer")

    def __init__(self, ring: list[tuple[str, bytes]], retired: dict[str, bytes] | None = None) -> None:
        self._newest = ring[0][0]
        self._signer = Ed25519PrivateKey.from_private_bytes(ring[0][1])
        private = {id: Ed25519PrivateKey.from_private_bytes(raw).public_key() for id, raw in ring}
        self._public = private | {id: Ed25519PublicKey.from_public_bytes(raw) for id, raw in (retired or {}).items()}

    @classmethod
    def parse(cls, text: str) -> SigningKeys:
        """ValueError names the id that is wrong, never a key. The first one must be able to sign."""
        retired = {id for id, _, rest in (one.strip().partition(":") for one in text.split(",")) if _retired(rest)}
        plain = ",".join(one.replace(f":{PUBLIC}", ":", 1) for one in text.split(","))
        ring = parse_ring(plain, what="receipt key", label=KEY_ID)
        if ring[0][0] in retired:
            raise ValueError(f"receipt key {ring[0][0]}: the first key is the one that signs, so it cannot be public")
        return cls([one for one in ring if one[0] not in retired], {id: raw for id, raw in ring if id in retired})

    @property
    def newest(self) -> str:
        return self._newest

    def sign(self, message: bytes) -> bytes:
        """64 bytes, by the newest key."""
        return self._signer.sign(message)

    def knows(self, id: str) -> bool:
        return id in self._public

    def signed(self, id: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of this id made this signature over this message. False for an id that is not known."""
        key = self._public.get(id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def public(self) -> tuple[PublicKey, ...]:
        """Every key, the one that signs first."""
        return tuple(
            PublicKey(
                id,
                key.public_bytes(Encoding.Raw, PublicFormat.Raw),
                key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
                id == self._newest,
            )
            for id, key in self._public.items()
        )

    def __repr__(self) -> str:
        return f"<SigningKeys {','.join(self._public)}>"


def _retired(rest: str) -> bool:
    return rest.startswith(PUBLIC)
