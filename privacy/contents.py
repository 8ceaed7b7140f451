"""What a copy of somebody's data consists of: a page to read, the information sheet, a file for each category, and
their photos, pictures and videos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custody.fields import Fields
from custody.media import ATTACHMENT, PHOTO, RESULT, VIDEO, MediaVault
from database import Database
from errors import Permanent, Rejected, Temporary
from models import Account, Media
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from privacy.archive import Entry
from privacy.holdings import category_of, given_out, home, key_of, personal
from privacy.manifest import PURPOSE, Records, Row, read
from privacy.story import Titles, story
from providers.telegram_calls import Readable
from wording.copy_of_data import page
from wording.information_sheet import sheet
from wording.language import Translate
from wording.periods import kept
from wording.policy import Facts

FOLDERS = {PHOTO: "photos", RESULT: "pictures", VIDEO: "videos", ATTACHMENT: "support"}
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
# Destroyed, or frozen, while it was being packed.
GONE = ("custody.media_gone", "custody.key_destroyed", "store.missing", "account.frozen")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Packs. `titles` name styles and motions; `facts` are those of the policy's page."""

    database: Database
    fields: Fields
    media: MediaVault
    titles: Titles
    facts: Facts

    def entries(self, _: Translate, *, manifest: str, asked_at: datetime, look: bool = False) -> list[Entry]:
        """The files of the copy, texts ready and pictures to be opened when their turn comes.

        With `look` the store is asked for every object first, and what is missing there is left out. Raises
        Permanent("custody.key_destroyed") where the account has ended meanwhile.
        """
        records = read(self.database, self.fields, manifest)
        files, missing, locked = self._files(records, look=look)
        person = next((str(row["id"]) for row in records.of(Account)), None)
        names = {media.id: name for media, name in files}
        gone = sum(records.gone.values()) + missing
        told = story(
            _,
            records,
            names=names,
            counts=counts(records),
            titles=self.titles,
            asked_at=asked_at,
            gone=gone,
            locked=locked,
        )
        return [
            Entry.of_text("index.html", page(_, told)),
            Entry.of_text("information.html", sheet(_, self.facts)),
            *(Entry.of_text(f"data/{id}.json", text) for id, text in self._by_category(records, asked_at)),
            *(Entry(name, media.size, self._opener(media, person)) for media, name in files),
        ]

    def _files(self, records: Records, *, look: bool) -> tuple[list[tuple[Media, str]], int, int]:
        """Objects that are still there, with their paths; how many of the manifest's are not, and how many nobody may
        open for now."""
        wanted = [row for row in records.of(Media) if row["kind"] in FOLDERS]
        with self.database.connection():
            stored = {
                media.id: media
                for start in range(0, len(wanted), 500)
                for media in Media.select().where(
                    Media.id.in_([row["id"] for row in wanted[start : start + 500]]) & (Media.state == Media.STORED)
                )
            }
            owners = {media.account for media in stored.values()}  # a person, and their tickets
            frozen = {owner for owner in owners if self.media.held_back(owner)}
        here = [stored[row["id"]] for row in wanted if row["id"] in stored]
        if look:
            here = [media for media in here if self.media.store.exists(media.object_name)]
        files = [(media, _path(media)) for media in here if media.account not in frozen]
        return files, len(wanted) - len(here), len(here) - len(files)

    def _opener(self, media: Media, person: str | None) -> Any:
        @contextmanager
        def opened() -> Iterator[Readable]:
            with self.database.connection():  # as it is now
                now = Media.get_or_none(Media.id == media.id)
            if now is None:
                raise Temporary("export.changed", retry_after=1.0)
            try:
                with self.media.open(now, purpose=PURPOSE, person=person) as stream:
                    yield stream
            except (Permanent, Rejected) as error:
                if error.code in GONE:  # packed anew, without it
                    raise Temporary("export.changed", retry_after=1.0) from None
                raise

        return opened

    def _by_category(self, records: Records, asked_at: datetime) -> Iterator[tuple[str, str]]:
        """Category -> its records as JSON; one with nothing in it says so."""
        found = by_category(records)
        for id, category in CATEGORIES.items():
            said = {
                "category": id,
                "name": category.name,
                "data": category.data,
                "source": category.source,
                "kept": kept(str, category.retention),
                "purposes": [p.name for p in PURPOSES.values() if id in p.categories],
                "as_of": asked_at.isoformat(timespec="seconds") + "Z",
                "records": found[id],
                "deleted_since": {
                    model._meta.table_name: records.gone[model._meta.table_name]
                    for model in personal()
                    if model._meta.table_name in records.gone and home(model) == id
                },
            }
            yield id, json.dumps(said, ensure_ascii=False, indent=1)


def by_category(records: Records) -> dict[str, dict[str, list[Row]]]:
    """Category -> table -> rows, each with its key and the columns of that category; what tells nothing about a
    person stands with the row's own category."""
    found: dict[str, dict[str, list[Row]]] = {id: {} for id in CATEGORIES}
    for model in personal():
        rows, whole, key = records.of(model), home(model), key_of(model).name
        groups: dict[str, list[str]] = {}
        for column in given_out(model):
            groups.setdefault(category_of(column) or whole, []).append(column.name)
        for id, names in groups.items() if rows else ():
            shown = [key, *(name for name in names if name != key)]
            found[id][model._meta.table_name] = [{name: row[name] for name in shown} for row in rows]
    return found


def counts(records: Records) -> list[tuple[str, int]]:
    """Category -> how many records it has, for those that have any."""
    found = by_category(records)
    totals = ((id, sum(len(rows) for rows in tables.values())) for id, tables in found.items())
    return [(id, total) for id, total in totals if total]


def _path(media: Media) -> str:
    """By day and chance: nothing of a person."""
    return f"{FOLDERS[media.kind]}/{media.created_at:%Y-%m-%d-%H%M%S}-{media.id[:8]}.{ENDINGS.get(media.mime, 'bin')}"
