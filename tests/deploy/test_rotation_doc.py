"""A rotation as docs/operations.md tells it: while machines restart one by one, old and new understand each other."""

from __future__ import annotations

import base64
import re
from itertools import pairwise

import pytest

from errors import Failure
from tests.deploy.files import ROOT
from vault.master import MasterKeys
from vault.signing import SigningKeys

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("## Secrets and their rotation", 1)[1]
RAW = {name: bytes([number]) * 31 + b"k" for number, name in enumerate(("m1", "m2", "r1", "r2"), start=1)}


def told(name: str, first: str) -> list[str]:
    """The values that the document sets one after the other, with real keys; before them what stood there at first."""
    rings = re.findall(rf"`{name}=([^`]+)`", TEXT.split("## Backups", 1)[0])
    return [
        re.sub(r"(\w+):(public:)?…", lambda match: f"{match[1]}:{material(match[1], match[2])}", ring)
        for ring in (first, *rings)
    ]


def material(key: str, public: str | None) -> str:
    raw = RAW[key]
    if public:
        [held] = SigningKeys.parse(f"{key}:{base64.b64encode(raw).decode()}").public()
        return f"public:{base64.b64encode(held.raw).decode()}"
    return base64.b64encode(raw).decode()


def test_what_one_machine_wraps_the_other_reads_at_each_step_of_a_new_master_key() -> None:
    rings = [MasterKeys.parse(ring) for ring in told("MASTER_KEYS", "m1:…")]
    assert [ring.newest for ring in rings] == ["m1", "m1", "m2", "m2"]
    for before, after in pairwise(rings):
        for one, other in ((before, after), (after, before)):
            assert other.unwrap(one.wrap(bytes(32), binding=b"b"), binding=b"b") == bytes(32)


def test_without_the_step_between_a_machine_could_not_read_what_another_wraps() -> None:
    first, _, last, _ = (MasterKeys.parse(ring) for ring in told("MASTER_KEYS", "m1:…"))
    with pytest.raises(Failure, match="unknown_master"):
        first.unwrap(last.wrap(bytes(32), binding=b"b"), binding=b"b")


def test_what_one_machine_signs_the_other_checks_at_each_step_of_a_new_receipt_key() -> None:
    rings = [SigningKeys.parse(ring) for ring in told("RECEIPT_KEY", "r1:…")]
    for before, after in pairwise(rings):
        for one, other in ((before, after), (after, before)):
            assert other.signed(one.newest, b"a receipt", one.sign(b"a receipt"))
