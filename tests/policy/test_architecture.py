"""The arrows: a name imports only names on lower lines, wherever in a file the import stands."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Upper lines first. Names on one line never import each other.
LINES = (
    ("deploy",),
    ("bench", "chaos"),
    ("ops",),
    ("web",),
    ("bot",),
    ("workers",),
    ("watch",),
    ("privacy",),
    ("generation", "support"),
    ("billing", "consent"),
    ("custody", "jobs", "wording", "traffic"),
    ("states", "database"),
    ("rows", "connecting"),
    ("models",),
    ("tables",),
    ("vault", "providers", "imaging", "moderation"),
    ("policy", "config", "errors", "logs", "silence"),
    ("crash",),
)
# One line, one direction: opening an account grants its trial credits in the same transaction.
ALSO = {("consent", "billing"), ("logs", "errors")}
RANK = {name: rank for rank, line in enumerate(LINES) for name in line}
APART = ("emulators",)


def sources(name: str) -> list[Path]:
    file = ROOT / f"{name}.py"
    return [file] if file.exists() else sorted((ROOT / name).rglob("*.py"))


def imported(source: Path) -> set[str]:
    """First parts of every absolute import, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").partition(".")[0])
    return names


def offences(name: str) -> list[str]:
    found = []
    for source in sources(name):
        for other in imported(source) & (RANK.keys() | set(APART)) - {name}:
            allowed = other in RANK and (RANK[other] > RANK[name] or (name, other) in ALSO)
            if not allowed:
                found.append(f"{source.relative_to(ROOT)} imports {other}")
    return found


def test_every_arrow_points_down() -> None:
    assert [offence for name in RANK for offence in offences(name)] == []


def test_tables_are_had_from_models() -> None:
    assert [str(s) for name in RANK for s in sources(name) if "tables" in imported(s)] == [
        str(ROOT / "models.py"),
        *(str(s) for s in sources("tables") if "tables" in imported(s)),
    ]


def test_the_emulators_import_nothing_of_ours() -> None:
    ours = RANK.keys()
    assert [str(s) for name in APART for s in sources(name) if imported(s) & ours] == []


def test_every_package_at_the_top_has_its_line() -> None:
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} | {p.stem for p in ROOT.glob("*.py")}
    assert packages - RANK.keys() - set(APART) - {"tests"} == set()


def test_no_import_hides_in_a_function() -> None:
    hidden = []
    for name in RANK:
        for source in sources(name):
            tree = ast.parse(source.read_text())
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    inside = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
                    hidden += [f"{source.relative_to(ROOT)}:{node.lineno}" for node in inside]
    assert hidden == []
