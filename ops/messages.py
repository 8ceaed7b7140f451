"""Every sentence that a person can see, found in the sources, and the catalogues brought in line with them."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from wording.language import TRANSLATED, catalogue_of, read

ROOT = Path(__file__).parent.parent
PACKAGES = ("policy", "wording", "generation", "billing", "consent", "support", "privacy", "bot", "web")
TEMPLATES = "web/templates"
MARKS = ("_", "N_")
# Files whose words are data: the name of their blocks, and the fields that people see.
TABLES = {
    "generation/styles.toml": ("style", ("name", "description", "group")),
    "generation/motions.toml": ("motion", ("name", "description", "group")),
    "billing/prices.toml": ("pack", ("name",)),
}
# What was published once is still compared with what is published now: words of the register, titles of sections.
PUBLISHED = "policy/published"
SHOWN = ("name", "data", "source", "basis", "note", "role", "receives", "country", "words", "place", "means", "how")
# No dates and no names of programs: a catalogue changes only when its sentences do.
HEADER = """\
msgid ""
msgstr ""
"Language: {folder}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted(root: Path = ROOT) -> dict[str, list[str]]:
    """Sentence -> the files it stands in, both in order."""
    found: dict[str, list[str]] = {}
    for file, sentence in sorted(set(_found(root))):
        found.setdefault(sentence, []).append(file)
    return found


def written(tag: str, sources: dict[str, list[str]], known: dict[str, str]) -> str:
    """A catalogue with the sentences of the sources and no others; what nobody translated yet stays empty."""
    catalogue = Catalog(charset="utf-8")
    for sentence, files in sources.items():
        catalogue.add(sentence, known.get(sentence, ""), locations=[(file, 0) for file in files])
    to = BytesIO()
    write_po(to, catalogue, width=0, omit_header=True, include_lineno=False, sort_output=False)
    return HEADER.format(folder=TRANSLATED[tag]) + to.getvalue().decode()


@click.command()
def messages() -> None:
    """Bring the catalogues in line with the sources, and say how many sentences wait for a translation."""
    sources = extracted()
    for tag in TRANSLATED:
        file = catalogue_of(tag)
        known = read(file) if file.exists() else {}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written(tag, sources, known), encoding="utf-8")
        missing = sum(sentence not in known for sentence in sources)
        click.echo(f"{tag}: {len(sources)} sentences, {missing} to translate")


def _found(root: Path) -> Iterator[tuple[str, str]]:
    """File and sentence, as often as it stands there."""
    for package in PACKAGES:
        for source in (root / package).rglob("*.py"):
            yield from ((_name(source, root), sentence) for sentence in _of_code(source))
    for source in (root / TEMPLATES).rglob("*.html"):
        yield from ((_name(source, root), sentence) for sentence in _of_template(source))
    for source in (root / PUBLISHED).glob("*.json"):
        yield from ((_name(source, root), sentence) for sentence in _of_version(source))
    for name, (block, fields) in TABLES.items():
        content = tomllib.loads((root / name).read_text(encoding="utf-8"))
        yield from ((name, one[field]) for one in content[block] for field in fields)


def _of_code(source: Path) -> Iterator[str]:
    """By the syntax tree: Babel's own reader misses what stands inside an f-string."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value:
                yield said.value


def _of_template(source: Path) -> Iterator[str]:
    found = extract_from_file("jinja2", source, keywords=dict.fromkeys(MARKS), options={"silent": "false"})
    for _line, sentence, _comments, _context in found:
        if isinstance(sentence, str) and sentence:
            yield sentence


def _of_version(source: Path) -> Iterator[str]:
    published = json.loads(source.read_bytes())
    yield from (section["title"] for section in published["sections"])
    for table in published["register"].values():
        yield from _shown(table)


def _shown(said: dict[str, Any]) -> Iterator[str]:
    for field, value in said.items():
        if isinstance(value, dict):
            yield from _shown(value)
        elif field in SHOWN and isinstance(value, str) and value:
            yield value


def _name(source: Path, root: Path) -> str:
    return source.relative_to(root).as_posix()
