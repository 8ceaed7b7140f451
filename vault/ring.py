"""Reads a ring of keys from one setting. No message of it holds a key."""

from __future__ import annotations

import base64
import re

from vault.derive import KEY_BYTES


def parse_ring(text: str, *, what: str, label: re.Pattern[str]) -> list[tuple[str, bytes]]:
    """`label:base64,label:base64`, newest first; ValueError names the label, or the place where there is none."""
    ring: list[tuple[str, bytes]] = []
    for place, entry in enumerate(text.split(","), start=1):
        name, key = _parse_entry(entry.strip(), what=f"{what} {place}", label=label)
        for other, known in ring:
            if other == name:
                raise ValueError(f"{what} {name}: this id stands twice")
            if known == key:
                raise ValueError(f"{what} {name}: has the same key as {other}")
        ring.append((name, key))
    return ring


def _parse_entry(entry: str, *, what: str, label: re.Pattern[str]) -> tuple[str, bytes]:
    name, colon, encoded = entry.partition(":")
    # What is no valid id may be a key in the wrong place, so it is not repeated.
    if not colon or not label.fullmatch(name):
        raise ValueError(f"{what} in the list: expected id:base64, with an id like {label.pattern}")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = None
    if key is None:
        raise ValueError(f"{what} in the list, {name}: the key is not valid base64")
    if len(key) != KEY_BYTES:
        raise ValueError(f"{what} in the list, {name}: the key has {len(key)} bytes instead of {KEY_BYTES}")
    return name, key
