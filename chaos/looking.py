"""Looks for words of people in plain wherever the service keeps or writes anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

from chaos.links import VALKEY
from chaos.marks import Marks, slices
from chaos.stack import BUCKET, Stack
from models import Media
from ops.places import Place, bucket, files, postgres, valkey
from privacy.search import Canary, Search, Sighting
from workers.house import House

OTHERS_LOGS = ("emulators.log", "moto.log", "valkey.log")  # they play the outside world
PICTURES = 1  # of each kind, opened as our own program opens them


def sightings(stack: Stack, marks: Marks, house: House) -> tuple[list[str], list[Sighting]]:
    """Where was looked, and what was seen. Raises LookupError for a place that is empty or not what it should be."""
    search = Search([*marks.canaries(), *unsealed(house), *slices("a photo as it was sent", marks.photo(0))])
    places = list(_places(stack))
    seen = [sighting for place in places for sighting in place.searched(search)]
    return [place.name for place in places], seen


def unsealed(house: House) -> list[Canary]:
    """Slices of some photos and results."""
    with house.database.connection():
        kept = list(Media.select().where(Media.state == Media.STORED).order_by(Media.id))
    kinds: dict[str, list[Media]] = {}
    for media in kept:
        kinds.setdefault(media.kind, []).append(media)
    found = []
    for kind, several in kinds.items():
        for media in several[:PICTURES]:
            with house.media.open(media, purpose="rights") as opened:
                found += slices(f"a {kind}", opened.read())
    return list({canary.value: canary for canary in found}.values())


def _places(stack: Stack) -> Iterable[Place]:
    ours = stack.folder / "logs-of-ours"
    shutil.copytree(stack.folder / "logs", ours, ignore=shutil.ignore_patterns(*OTHERS_LOGS))
    yield Place("Postgres", postgres(stack.address_of()), b"ledger_entry")
    yield Place("Postgres's log", files(stack.folder / "postgres", apart=[stack.folder / "postgres" / "data"]), b"LOG:")
    yield Place("Valkey", valkey(stack.ports[VALKEY], stack.folder / "valkey"), b"miomio")
    yield Place("the store", bucket(stack.bucket(), BUCKET), b"photo/")
    yield Place("our logs", files(ours), b"worker.ready")
    yield Place("temporary files", files(stack.folder / "tmp"), os.fsencode("this folder was looked at"))
