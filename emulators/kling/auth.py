"""Who may call: an API key for both generations, a JWT for the old one only."""

from __future__ import annotations

import base64
import json
from typing import Any

from emulators.kling.faults import OLD_KEY_ON_NEW_API, ApiError
from emulators.kling.tasks import NEW
from emulators.settings import good_key


def admit(header: str | None, *, api: str, key: str | None, now: float) -> None:
    """`key` is the only good one; None takes any that does not begin with "bad". Raise ApiError 1001 to 1004."""
    if not header:
        raise ApiError(1001)
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ApiError(1002)
    parts = token.split(".")
    claims = _claims(parts)
    if claims is not None and api != NEW:
        _in_time(claims, now)
    elif claims is not None:
        raise ApiError(1002, OLD_KEY_ON_NEW_API)
    elif not good_key(token, only=key):
        length = f"The token was expected to have 3 parts, but got {len(parts) if len(parts) > 1 else 0}"
        raise ApiError(1002, OLD_KEY_ON_NEW_API if api == NEW else length)


def _claims(parts: list[str]) -> dict[str, Any] | None:
    """Of a token in the form of a JWT; its signature is not looked at."""
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or header.get("alg") != "HS256" or not isinstance(claims, dict):
        return None
    return claims


def _in_time(claims: dict[str, Any], now: float) -> None:
    if not isinstance(claims.get("iss"), str):
        raise ApiError(1002)
    begins, ends = claims.get("nbf", 0), claims.get("exp", 0)
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        raise ApiError(1002)
    if now < begins:
        raise ApiError(1003)
    if now >= ends:
        raise ApiError(1004)
