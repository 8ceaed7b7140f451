"""The register does not change without a new version of the policy."""

from __future__ import annotations

from policy.versions import CURRENT, VERSIONS, register_fingerprint


def test_the_register_is_the_one_that_the_newest_version_was_published_with() -> None:
    assert register_fingerprint() == CURRENT.fingerprint, (
        "The register changed. People must be told: add a Version to policy/versions.py with today's date "
        f"and the fingerprint {register_fingerprint()}"
    )


def test_versions_are_dated_and_in_order() -> None:
    dates = [version.published for version in VERSIONS]
    assert dates == sorted(dates)
    assert len({version.id for version in VERSIONS}) == len(VERSIONS)
