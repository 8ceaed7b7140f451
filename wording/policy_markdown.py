"""The policy's page as Markdown, for lawyers."""

from __future__ import annotations

from collections.abc import Sequence

from wording.language import Translate
from wording.policy import Document, Paragraph


def markdown(_: Translate, document: Document) -> str:
    """The whole page, its sections numbered."""
    lines = [
        f"# {document.title}",
        "",
        _("Version {version}, published on {published}, in effect from {effective}.").format(
            version=document.version, published=document.published, effective=document.effective
        ),
        _("SHA-256 of what was published: {digest}").format(digest=document.digest),
    ]
    for section in document.sections:
        lines += ["", f"## {section.number}. {section.title}"]
        for part in section.parts:
            lines += ["", *([part.text] if isinstance(part, Paragraph) else table(part.head, part.rows))]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [_row(head), "|" + " --- |" * len(head), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
