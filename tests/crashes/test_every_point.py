"""Every place between two effects, found in the sources, is one where some test lets a process die."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import crash
from config import Settings
from custody.media import ATTACHMENT, EXPORT, PHOTO, RESULT, VIDEO
from jobs.kinds import Kind
from workers.assembly import assemble

ROOT = Path(__file__).parents[2]
NOT_OURS = ("tests", "emulators", "bench", "chaos", "deploy", "migrations", ".venv", "var", "build")
# What a file of tests does that lets processes die at points.
KILLS = re.compile(r"doomed\.kill\(|falls\(|dies\(|run_and_die\(|killed\(|MIOMIO_CRASH_AT|crash\.arm\(")
PREFIX = re.compile(r"f['\"]([a-z_]+)\.\{\w+\}['\"]")  # of points whose steps are parameters
# Points whose names are put together where they are passed: by the kind of work, or by the kind of object.
CLAIMED, BEFORE, AFTER = "{claim.kind}.claimed", "{self.kind}.{before}", "{self.kind}.{after}"
MEDIA = {"{kind}.recorded": "recorded", "{kind}.stored": "stored"}
# Where a kind of work writes down how far it is.
SAVES = {
    "generation/greet.py": "greet",
    "generation/keeping.py": "shorten",
    "generation/produce.py": "produce",
    "generation/submit.py": "submit",
    "privacy/erase.py": "erase",
    "privacy/erasure_end.py": "erase",
    "privacy/export.py": "export",
    "support/announcements.py": "inform",
}


@cache
def sources() -> Mapping[str, ast.Module]:
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name not in NOT_OURS]
    files = [*ROOT.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in files}


def passed() -> Iterator[str]:
    """What stands in each `crash.at(…)`; a part that is put in later is in braces."""
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.at":
                yield ast.unparse(node.args[0]).removeprefix("f")[1:-1]


def saving() -> set[str]:
    """Files with work that writes down how far it is; not the claim's own, which does it for whoever asks."""
    return {
        name
        for name, tree in sources().items()
        if name != "jobs/claim.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "checkpoint"
    }


def of_kind(kind: Kind) -> Iterator[str]:
    """Where somebody may die who works at one: the claim, the end; a bad end and another try where they change more
    than the work's own row."""
    yield from ("claimed", "finishing", "finished")
    if kind.name in SAVES.values():
        yield from ("saving", "saved")
    if kind.again is not Kind.again:
        yield from ("putting_back", "put_back")
    if kind.ended_badly.__name__ != "nothing":
        yield from ("giving_up", "given_up")


@pytest.fixture
def points(make_settings: Callable[..., Settings]) -> set[str]:
    """All there are."""
    films = {"KLING_API_KEY": "demo", "KLING_API_URL": "http://127.0.0.1:1", "CALLBACK_SECRET": "c" * 24}
    house = assemble(make_settings(**films), ring=lambda *_: None)
    kinds = house.desk.kinds
    house.close()
    named = set(passed())
    together = {name for name in named if "{" in name}
    assert together == {CLAIMED, BEFORE, AFTER, *MEDIA}, "a new form of names wants its expansion here"
    of_work = {f"{kind.name}.{step}" for kind in kinds.values() for step in of_kind(kind)}
    of_objects = {f"{kind}.{step}" for kind in (PHOTO, RESULT, VIDEO, EXPORT, ATTACHMENT) for step in MEDIA.values()}
    return named - together | of_work | of_objects


def modules() -> Iterator[tuple[Path, ModuleType]]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if file != Path(__file__) and KILLS.search(file.read_text()):
            yield file, importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from strings(one)


def parameters(module: ModuleType) -> Iterator[str]:
    """Of its tests."""
    for name, test in vars(module).items():
        for mark in getattr(test, "pytestmark", []) if name.startswith("test_") else []:
            if mark.name == "parametrize":
                yield from strings(list(mark.args[1]))


def killed_at() -> set[str]:
    """Where tests let a process die: said by their parameters, or in their own words."""
    said = set[str]()
    for file, module in modules():
        given = set(parameters(module))
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            elif isinstance(node, ast.JoinedStr) and (begins := PREFIX.fullmatch(ast.unparse(node))):
                said |= {f"{begins[1]}.{step}" for step in given}
        said |= given
    return {one.partition(":")[0] for one in said if crash.FORM.fullmatch(one)}


def test_who_writes_down_how_far_it_is_is_known() -> None:
    assert saving() == set(SAVES)


def test_a_process_is_killed_at_every_point(points: set[str]) -> None:
    assert {"produce.called", "refund.sent", "update.handled", "erase.saving", "result.stored"} <= points
    missing = sorted(points - killed_at())
    assert not missing, ", ".join(missing)
    assert len(points) >= 150
