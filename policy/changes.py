"""What differs between two published versions, as facts. The words for them stand in `wording/changes.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from policy.snapshots import Snapshot

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
TABLES = ("categories", "purposes", "recipients", "locations", "rights", "periods")
TEXT = "sections"
UNTOLD = frozenset({"id", "short"})  # names of the program's own, as the first version had them
ALL = "all categories"  # the key for those that are granted every category


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference. `table` and `id` say where; `name` is how people know it, in English.

    For a changed declaration `field` is what changed of it; for a section's text it is empty. `before` and `after` are
    values as published: text, a list of hosts, categories as id and name, a period as its words and seconds; a whole
    declaration for what was added or removed.
    """

    table: str
    id: str
    name: str
    kind: str
    field: str = ""
    before: Any = None
    after: Any = None


def differences(old: Snapshot, new: Snapshot) -> list[Change]:
    """Everything that differs, the register first, then the sentences, each in the new version's order of the page."""
    found: list[Change] = []
    for table in TABLES:
        found += _declared(table, _named(old, table), _named(new, table))
    return [*found, *_sections(old["sections"], new["sections"])]


def _named(snapshot: Snapshot, table: str) -> dict[str, Any]:
    """The declarations of a table as people know them: by name, with categories by theirs, each period beside its
    words, and without what is nobody's business."""
    register = snapshot["register"]
    names = {id: said["name"] for id, said in register["categories"].items()}
    if table == "periods":
        return {id: {"name": id, "period": {"seconds": seconds}} for id, seconds in register[table].items()}
    found = {}
    for id, declared in register[table].items():
        said = {field: value for field, value in declared.items() if field not in UNTOLD}
        if "retention" in said:
            kept = said.pop("retention")
            said["kept"] = {"words": kept["words"], "seconds": kept["period"]}
        if "keeps" in said:
            said["keeps"] = {"words": said.pop("keeps_words"), "seconds": said["keeps"]}
        if "categories" in said:
            ids = said["categories"]
            said["categories"] = {ALL: ALL} if len(ids) == len(names) else {id: names[id] for id in ids}
        if "what" in said:
            said["name"] = said.pop("what")
        found[id] = said
    return found


def _declared(table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for id, said in new.items():
        if id not in old:
            yield Change(table=table, id=id, name=said["name"], kind=ADDED, after=said)
            continue
        for field in said:
            before, after = old[id].get(field), said[field]
            if field == "categories" and before.keys() == after.keys():
                continue  # a category that got another name is told of once
            if before != after:
                name = said["name"]
                yield Change(table=table, id=id, name=name, kind=CHANGED, field=field, before=before, after=after)
    for id in old:
        if id not in new:
            yield Change(table=table, id=id, name=old[id]["name"], kind=REMOVED, before=old[id])


def _sections(old: list[Any], new: list[Any]) -> Iterator[Change]:
    earlier = {section["id"]: section for section in old}
    for section in new:
        id, title = section["id"], section["title"]
        if id not in earlier:
            yield Change(table=TEXT, id=id, name=title, kind=ADDED)
            continue
        if title != (was := earlier[id]["title"]):
            yield Change(table=TEXT, id=id, name=title, kind=CHANGED, field="title", before=was, after=title)
        yield from _sentences(id, title, _texts(earlier[id]), _texts(section))
    kept = {section["id"] for section in new}
    for section in old:
        if section["id"] not in kept:
            yield Change(table=TEXT, id=section["id"], name=section["title"], kind=REMOVED)


def _texts(section: Any) -> list[str]:
    """A section's paragraphs. Its tables are compared as the register they were made from."""
    return [part["text"] for part in section["parts"] if "text" in part]


def _sentences(id: str, title: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = old[a:b], new[c:d]
        for number in range(max(len(gone), len(come))):
            before = gone[number] if number < len(gone) else None
            after = come[number] if number < len(come) else None
            how = CHANGED if before and after else ADDED if after else REMOVED
            yield Change(table=TEXT, id=id, name=title, kind=how, field="text", before=before, after=after)
