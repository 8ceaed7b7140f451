"""What the tests have shown of the promises. It holds for the one version that was tested, and for no other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from policy.promises import OPEN
from privacy.release import ROOT, Release

RECORD = ROOT / "build" / "proofs.json"

PASSED, FAILED, SKIPPED, NOT_RUN = "passed", "failed", "skipped", "not run"
WORSE = (NOT_RUN, PASSED, SKIPPED, FAILED)  # of two results of one case the later one in this row counts

PROVEN, FAILING, UNPROVEN, OPEN_STILL, UNTAGGED = "proven", "failing", "not proven", "open", "no proof"


@dataclass(frozen=True)
class Proof:
    """A test function: the promises it proves, each case's result, and when the last one ended (ISO, UTC)."""

    promises: tuple[str, ...]
    cases: Mapping[str, str] = field(default_factory=dict)
    at: str = ""

    @property
    def result(self) -> str:
        """The worst of all cases; a case that did not run makes the whole not run."""
        results = set(self.cases.values()) or {NOT_RUN}
        return next(result for result in (FAILED, SKIPPED, NOT_RUN, PASSED) if result in results)


@dataclass(frozen=True)
class Record:
    """The results of one version. `clean`: the checkout held this commit and nothing else."""

    commit: str
    sources: str
    clean: bool
    proofs: Mapping[str, Proof]

    def speaks_for(self, release: Release) -> bool:
        same = (self.commit, self.sources) == (release.commit, release.sources)
        return self.clean and bool(self.commit) and same

    def same_version(self, other: Record) -> bool:
        return (self.commit, self.sources, self.clean) == (other.commit, other.sources, other.clean)

    def merged(self, other: Record) -> Record:
        """Both runs as one. What failed in either has failed."""
        names = self.proofs.keys() | other.proofs.keys()
        return Record(
            self.commit,
            self.sources,
            self.clean,
            {name: _merged(self.proofs.get(name), other.proofs.get(name)) for name in sorted(names)},
        )


@dataclass(frozen=True)
class Standing:
    """How a promise stands for a version, and the tests that are about it."""

    state: str
    proofs: Mapping[str, Proof]

    @property
    def at(self) -> str:
        """When the last of its tests passed (ISO, UTC); empty while not proven."""
        return max((p.at for p in self.proofs.values()), default="") if self.state == PROVEN else ""


def standing(promise: str, proofs: Mapping[str, Proof], *, speaks: bool) -> Standing:
    """`proofs` are all tests that are known, whether they ran or not; `speaks` says if they are of this version."""
    mine = {name: proof for name, proof in sorted(proofs.items()) if promise in proof.promises}
    if promise in OPEN:
        return Standing(OPEN_STILL, {})
    if not mine:
        return Standing(UNTAGGED, {})
    results = {proof.result for proof in mine.values()}
    if not speaks:
        return Standing(UNPROVEN, mine)
    if results == {PASSED}:
        return Standing(PROVEN, mine)
    return Standing(FAILING if FAILED in results else UNPROVEN, mine)


def read(path: Path = RECORD) -> Record | None:
    """The record that `make test` left; None where there is none or it is not one."""
    try:
        found = json.loads(path.read_text())
        proofs = {
            str(name): Proof(tuple(proof["promises"]), dict(proof["cases"]), str(proof["at"]))
            for name, proof in found["proofs"].items()
        }
        return Record(str(found["commit"]), str(found["sources"]), found["clean"] is True, proofs)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(record: Record, path: Path) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(record), indent=1, sort_keys=True) + "\n")
    fresh.replace(path)


def _merged(one: Proof | None, other: Proof | None) -> Proof:
    found = [proof for proof in (one, other) if proof is not None]
    cases: dict[str, str] = {}
    for proof in found:
        for case, result in proof.cases.items():
            cases[case] = max(cases.get(case, NOT_RUN), result, key=WORSE.index)
    return Proof(_union(proof.promises for proof in found), cases, max(proof.at for proof in found))


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({part for each in parts for part in each}))
