"""Standard Webhooks signatures, as Kling sends them once a secret exists."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

FORGED = "whsec_" + base64.b64encode(b"somebody else's secret").decode()


def signature(secret: str, identity: str, timestamp: int, body: bytes) -> str:
    """`secret` is whsec_ and base64; the timestamp is in seconds."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{identity}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """One signature for each secret: while one replaces another, both sign."""
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, identity, timestamp, body) for secret in secrets),
    }
