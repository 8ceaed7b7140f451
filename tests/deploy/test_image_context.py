"""What .dockerignore lets into the image, and that every part of the program starts from that alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from deploy.image.contents import NEEDED, OURS_ALONE
from tests.deploy.context import ROOT, context, ignored

# What a checkout has besides: caches, secrets, somebody's own data, what the tests wrote.
BESIDES = (
    ".env",
    ".env.local",
    ".venv/bin/python",
    "var/demo/keys.env",
    "web/__pycache__/app.pyc",
    "out/p.jpg",
    ".mypy_cache/x.json",
    "build/policy.md",
    ".git/config",
)

# Every module, with what is not locked for production taken away.
IMPORTS = """
import importlib, json, pathlib, sys
lacking = set(json.loads(sys.argv[1]))
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if path is None and name in lacking:
            raise ModuleNotFoundError(f"{name} is not in requirements.txt")
sys.meta_path.insert(0, Lacking())
sys.path.insert(0, "")
for source in sorted(pathlib.Path().rglob("*.py")):
    if source.parts[0] != "migrations":
        importlib.import_module(".".join(source.with_suffix("").parts).removesuffix(".__init__"))
print("all", len(sys.modules))
"""


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("tests/conftest.py", True),
        ("web/tests.py", False),
        ("a/b/__pycache__/c.pyc", True),
        ("build/proofs.json", False),
        ("build/policy.md", True),
        ("requirements.txt", False),
        ("requirements-dev.txt", True),
        (".env", True),
        (".env.production", True),
        ("environment.py", False),
    ],
)
def test_patterns_are_read_as_docker_reads_them(path: str, out: bool) -> None:
    known = [
        "tests",
        "**/__pycache__",
        "**/*.pyc",
        "build/*",
        "!build/proofs.json",
        "requirements-*.txt",
        ".env",
        ".env.*",
    ]
    assert ignored(known, path) is out


def test_the_image_gets_the_program_and_the_proofs_and_nothing_of_the_developers() -> None:
    copied = context("build/proofs.json", *BESIDES)
    tops = {path.partition("/")[0] for path in copied}
    assert set(NEEDED) <= tops
    assert not set(OURS_ALONE) & tops
    assert not set(BESIDES) & set(copied)
    assert {"build/proofs.json", "requirements.txt"} <= set(copied)
    assert [path for path in copied if path.endswith(".md") or "test" in Path(path).name.lower()] == []


def test_every_part_starts_from_what_is_copied_without_a_package_of_the_developers(tmp_path: Path) -> None:
    for path in context():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    pins = (ROOT / "requirements.txt").read_text()
    locked = {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", pins, re.MULTILINE)}
    known = packages_distributions().items()
    lacking = [module for module, owners in known if not {_normal(owner) for owner in owners} & locked]
    assert {"pytest", "moto", "hypothesis"} <= set(lacking)
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORTS, str(lacking).replace("'", '"')],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("all ")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
