"""`python -m ops promises`: how each promise stands, with its tests and their last result."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import click

from ops.tagged import tagged
from policy.promises import OPEN, PROMISES
from privacy.proofs import OPEN_STILL, RECORD, UNTAGGED, Proof, Record, Standing, read, standing
from privacy.release import ROOT, running
from wording.language import translate
from wording.promises import says

NO_RECORD = "No results for this version: `make test` on a commit without changes writes them."


@click.command()
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--release", envvar="RELEASE", default="", help="the commit that runs; a checkout knows it itself")
def promises(as_json: bool, release: str) -> None:
    """Every promise of the policy with its proofs and their last result. Exits 1 while one has neither a proof nor a
    place in the list of open ones."""
    record = read(RECORD)
    now = running(release)
    speaks = record is not None and record.speaks_for(now)
    stand = standings(tagged(ROOT / "tests"), record, speaks=speaks)
    click.echo(as_data(stand) if as_json else table(stand))
    if not speaks:
        click.echo(NO_RECORD, err=True)
    if without := [promise for promise, each in stand.items() if each.state == UNTAGGED]:
        click.echo(f"Without a proof: {', '.join(without)}", err=True)
        sys.exit(1)


def standings(tags: Mapping[str, tuple[str, ...]], record: Record | None, *, speaks: bool) -> dict[str, Standing]:
    """Each promise by id. Where there are no tests, as in the image of production, the record knows them all."""
    ran = record.proofs if record is not None else {}
    if speaks:
        proofs = {**{name: Proof(ids) for name, ids in tags.items()}, **ran}
    else:  # what another version's tests showed is no result of this one
        proofs = {name: Proof(ids) for name, ids in tags.items()} or {n: Proof(p.promises) for n, p in ran.items()}
    return {promise: standing(promise, proofs, speaks=speaks) for promise in PROMISES}


def table(stand: Mapping[str, Standing]) -> str:
    """A line for each promise, and one for each of its tests below it."""
    lines = []
    for promise, each in stand.items():
        words = says(translate(None), PROMISES[promise])
        lines.append(f"{promise:<6} {each.state:<10}  {words}")
        if each.state == OPEN_STILL:
            lines.append(f"{'':<19}{OPEN[promise].area}: {OPEN[promise].why}")
        lines += [f"{'':<19}{name}  {_last(proof)}" for name, proof in each.proofs.items()]
    return "\n".join(lines)


def as_data(stand: Mapping[str, Standing]) -> str:
    """The same as JSON: id -> state and tests."""
    return json.dumps(
        {
            promise: {
                "state": each.state,
                "tests": {name: {"result": proof.result, "at": proof.at} for name, proof in each.proofs.items()},
            }
            for promise, each in stand.items()
        },
        indent=1,
    )


def _last(proof: Proof) -> str:
    if not proof.at:
        return "(not run for this version)"
    many = f"{len(proof.cases)} cases, " if len(proof.cases) > 1 else ""
    return f"({many}{proof.result} {proof.at})"
