"""Neither the register nor the page's text changes without a new version; what was published stays as it was."""

from __future__ import annotations

import hashlib

import pytest

from policy.snapshots import PUBLISHED, digest, fingerprint, written
from policy.versions import BY_ID, CURRENT, VERSIONS
from wording.snapshot import snapshot

TO_DO = f"""
The register or the text of the policy is not what version {CURRENT.id} says. People must be able to read what
changed. If {CURRENT.id} is not older than today, run: python -m ops policy publish
Else add a Version with today's date at the end of policy/versions.py first, `material=True` if people must be told and
asked again, with a date of effect that leaves them time; then run the same, and commit policy/published/."""


@pytest.mark.proves("P13.1")
def test_a_change_of_the_register_or_of_the_text_needs_a_new_version() -> None:
    assert digest(written(snapshot())) == CURRENT.fingerprint, TO_DO


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize("version", [version.id for version in VERSIONS])
def test_what_was_published_is_kept_to_the_byte(version: str) -> None:
    kept = (PUBLISHED / f"{version}.json").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == fingerprint(version)


def test_versions_are_dated_in_order_and_named_by_their_day() -> None:
    days = [version.published for version in VERSIONS]
    assert days == sorted(days)
    assert [v.effective for v in VERSIONS] == sorted(v.effective for v in VERSIONS)
    assert all(v.id.startswith(v.published.isoformat()) and v.effective >= v.published for v in VERSIONS)
    assert len(BY_ID) == len(VERSIONS)
