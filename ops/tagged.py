"""Which tests say that they prove a promise, read from their sources: nothing is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path


def tagged(tests: Path) -> dict[str, tuple[str, ...]]:
    """Test function, as pytest names it -> the ids that its marks carry.

    Raises ValueError for a mark whose ids are not written out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        name = path.relative_to(tests.parent).as_posix()
        try:
            tree = ast.parse(path.read_text())
            tests_of = _tests(tree.body, _of_module(tree), "")
            found.update({f"{name}::{test}": ids for test, ids in tests_of if ids})
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"{name}: {error}") from error
    return found


def _tests(body: Sequence[ast.stmt], outer: frozenset[str], prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, outer | _ids(node.decorator_list), f"{prefix}{node.name}::")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield prefix + node.name, tuple(sorted(outer | _ids(node.decorator_list)))


def _of_module(tree: ast.Module) -> frozenset[str]:
    marks = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
    ]
    return _ids(marks)


def _ids(expressions: Sequence[ast.expr]) -> frozenset[str]:
    """Of every `….proves("P1.1", …)` anywhere in these, also inside pytest.param(marks=…)."""
    ids: set[str] = set()
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "proves":
                if not all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in node.args):
                    raise ValueError(f"line {node.lineno}: write the ids of the promises out")
                ids |= {str(each.value) for each in node.args if isinstance(each, ast.Constant)}
    return frozenset(ids)
