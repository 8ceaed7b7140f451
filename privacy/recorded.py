"""What the records of erasures beside the objects say, in each form in which they were ever written.

Reading is strict: what nobody can make sense of is named, because somebody may come back by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from custody.destroy import recorded_at
from custody.media import ERASURES
from errors import Permanent
from models import Erasure
from privacy.erasure_end import ENDED, FILES, UNDONE
from vault.store import Store, check_name

AT_ONCE = 500  # records in one step
READERS = 8  # an object store answers many as soon as one
SCOPES = (Erasure.PHOTOS, Erasure.GENERATED, Erasure.ACCOUNT)
STAGES = (FILES, UNDONE, ENDED)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One record by its name. `objects` went; with a scope also whatever of it the account still had, unless the stage
    says how an account's deletion went on after that."""

    name: str
    at: datetime
    objects: tuple[str, ...] = ()
    scope: str | None = None
    account: str = ""
    erasure: str = ""
    stage: str = FILES
    ends_at: datetime | None = None  # of an account; older records do not tell


def written_after(store: Store, until: datetime | None) -> Iterator[list[Recorded]]:
    """The records from `until` on, oldest first, some hundred at a time; without it all of them, with those whose
    names do not tell their time. Raises Permanent("erasures.unreadable")."""
    if until is None:
        names = store.names(f"{ERASURES}/")
    else:
        # Names from before they told their time are older than any `until`.
        found = store.names(f"{ERASURES}/", after=f"{ERASURES}/{until:%Y-%m-%d/%H%M%S}")
        names = (name for name in found if recorded_at(name) is not None)
    with ThreadPoolExecutor(READERS) as readers:
        while batch := list(islice(names, AT_ONCE)):
            read = readers.map(lambda name: _read(store, name), batch)
            yield [record for record in read if record is not None]


def _read(store: Store, name: str) -> Recorded | None:
    """None for a record that went with its period since it was listed."""
    try:
        with store.get(name) as body:
            return _understood(name, json.loads(body.read()))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Permanent("erasures.unreadable", record=name) from None  # what it holds is not repeated
    except Permanent as failure:
        if failure.code == "store.missing":
            return None
        raise


def _understood(name: str, said: dict[str, Any]) -> Recorded:
    at = datetime.fromisoformat(said["at"])
    if at.tzinfo is not None:
        raise ValueError
    objects = tuple(_names(said["objects"]))
    scope, stage = said.get("scope"), said.get("stage", FILES)
    if scope is None:
        return Recorded(name=name, at=at, objects=objects)
    if scope not in SCOPES or stage not in STAGES:
        raise ValueError
    account, erasure = _id(said["account"]), _id(said["erasure"])
    ends_at = datetime.fromisoformat(said["ends_at"]) if "ends_at" in said else None
    if ends_at is not None and ends_at.tzinfo is not None:
        raise ValueError
    whose = {"account": account, "erasure": erasure}
    return Recorded(name=name, at=at, objects=objects, scope=scope, stage=stage, ends_at=ends_at, **whose)


def _names(said: Iterable[object]) -> Iterator[str]:
    for name in said:
        try:
            yield check_name(_id(name))
        except Permanent:
            raise ValueError from None


def _id(said: object) -> str:
    if not isinstance(said, str) or not said:
        raise ValueError
    return said
