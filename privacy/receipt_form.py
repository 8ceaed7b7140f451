"""How a receipt is written and checked: JSON in one form only, signed, so that whoever has it needs nobody's word.

The form is that of `jq -cS`: keys in order, no spaces, UTF-8. What is signed is all of it but the signature.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vault.signing import SigningKeys

FORMAT = "miomio-receipt-1"
LARGEST = 64 * 1024  # bytes; a receipt has about three thousand
GENUINE, ALTERED, UNKNOWN_KEY, NO_RECEIPT = "genuine", "altered", "unknown key", "no receipt"  # verdicts
VERDICTS = (GENUINE, ALTERED, UNKNOWN_KEY, NO_RECEIPT)
SIGNATURE, KEY = "signature", "key"
NUMBER = re.compile(r"[0-9a-f]{32}")

Body = Mapping[str, Any]


class _Twice(ValueError):
    """A name that stands twice in an object: two readers would see two receipts."""


@dataclass(frozen=True)
class Checked:
    """A verdict, and what the receipt says where it is genuine; nothing of it is to be believed otherwise."""

    verdict: str
    body: Body = field(default_factory=dict)


def canonical(body: Body) -> bytes:
    """The one form of these words. Raises ValueError for what JSON has no one form of."""
    if not _has_one_form(body):
        raise ValueError("a receipt holds text, whole numbers, yes and no, lists and objects")
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def issue(keys: SigningKeys, body: Body) -> str:
    """The receipt, signed with the newest key."""
    said = {**body, "format": FORMAT, KEY: keys.newest}
    signature = base64.b64encode(keys.sign(canonical(said))).decode()
    return canonical({**said, SIGNATURE: signature}).decode()


def check(keys: SigningKeys, text: str | bytes) -> Checked:
    """What a text is. Spaces between the words of JSON may differ, nothing else."""
    said = _read(text)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        return Checked(NO_RECEIPT)
    signature, key = _signature(said.pop(SIGNATURE, None)), said.get(KEY)
    if signature is None or not isinstance(key, str):
        return Checked(ALTERED)
    if not keys.knows(key):
        return Checked(UNKNOWN_KEY)
    try:
        signed = keys.signed(key, canonical(said), signature)
    except (ValueError, RecursionError):
        return Checked(ALTERED)
    return Checked(GENUINE, said) if signed else Checked(ALTERED)


def _read(text: str | bytes) -> object:
    """The JSON in it; None where there is none. A byte order mark, which editors put before, does not count."""
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        if len(plain) > LARGEST:
            return None
        return json.loads(plain, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _signature(said: object) -> bytes | None:
    """64 bytes; None for what is written in another way than ours, though it may mean the same."""
    try:
        raw = base64.b64decode(said, validate=True) if isinstance(said, str) else b""
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 64 and base64.b64encode(raw).decode() == said else None


def _has_one_form(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _has_one_form(one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return all(_has_one_form(one) for one in value)
    return value is None or isinstance(value, str | int)  # a yes or no is an int; a fraction is neither
