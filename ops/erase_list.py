"""A list of deletions as CSV. A line that cannot be read is a failure of its own, named by its number."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import click

from errors import Rejected
from privacy.deletion_cases import SCOPES, Wanted

YES = {"": False, "no": False, "yes": True}
COLUMNS = "case,scope,person (or token),at_once"
CONFIRMED = ("case", "scope", "at_once", "token")  # what a preview gives back: nobody's name stands in it


@dataclass(frozen=True, repr=False)
class Line:
    """`person` is asked for where there is no token yet."""

    wanted: Wanted
    person: str
    token: str


def lines(source: TextIO) -> Iterator[tuple[int, Line | Rejected]]:
    """Each with its number in the file. Empty ones are none. Raises click.UsageError for other columns."""
    reader = csv.reader(source)
    head = [name.strip().lower() for name in next(reader, [])]
    if not {"case", "scope"} <= set(head) or not {"person", "token"} & set(head):
        raise click.UsageError(f"the first line names the columns: {COLUMNS}")
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, Rejected("line.unreadable")
            continue
        if any(cells):
            yield reader.line_num, _read(head, cells)


def confirmed(line: Line, token: str) -> tuple[str, ...]:
    """The line that has it carried out."""
    return (line.wanted.case, line.wanted.scope, "yes" if line.wanted.at_once else "", token)


def _read(head: Sequence[str], cells: Sequence[str]) -> Line | Rejected:
    if len(cells) != len(head):
        return Rejected("line.columns")
    said = dict(zip(head, cells, strict=True))
    if said["scope"] not in SCOPES:
        return Rejected("line.scope")
    if (at_once := YES.get(said.get("at_once", "").lower())) is None:
        return Rejected("line.at_once")
    return Line(Wanted(said["case"], said["scope"], at_once), said.get("person", ""), said.get("token", ""))
