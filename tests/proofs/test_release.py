"""Which version runs, read without git; and a digest that any change of the program's files shows in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from privacy.release import ROOT, checked_out, running, sources_digest
from tests.parts import tool
from tests.proofs.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def commit_by_git(folder: Path) -> str:
    done = subprocess.run([tool("git"), "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([tool("git"), *arguments], cwd=folder, check=True, capture_output=True)


def test_a_checkout_knows_its_commit(project: Project) -> None:
    assert checked_out(project.folder) == commit_by_git(project.folder)


def test_packed_detached_and_linked_checkouts_know_it_too(project: Project, tmp_path: Path) -> None:
    commit = commit_by_git(project.folder)
    git(project.folder, "worktree", "add", "-q", "-b", "beside", str(tmp_path / "beside"))
    assert checked_out(tmp_path / "beside") == commit
    git(project.folder, "pack-refs", "--all")
    assert checked_out(project.folder) == checked_out(tmp_path / "beside") == commit
    git(project.folder, "checkout", "-q", "--detach")
    assert checked_out(project.folder) == commit


def test_where_there_is_no_checkout_the_setting_says_it_or_nobody(tmp_path: Path) -> None:
    assert running(root=tmp_path).commit == ""
    assert running("c" * 40, tmp_path).commit == "c" * 40


def test_the_setting_counts_before_the_checkout(project: Project) -> None:
    assert running("c" * 40, project.folder).commit == "c" * 40


@pytest.mark.parametrize(
    "path", ["program.py", "room/rules.toml", "room/page.html", "room/deep/a.py", "migrations/0001.py", "locales/a.po"]
)
def test_any_file_of_the_program_changes_the_digest(tmp_path: Path, path: str) -> None:
    (tmp_path / "room" / "deep").mkdir(parents=True)
    (tmp_path / "room" / "__init__.py").touch()
    before = sources_digest(tmp_path)
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("1")
    added = sources_digest(tmp_path)
    file.write_text("2")
    assert len({before, added, sources_digest(tmp_path)}) == 3


def test_what_the_image_does_not_carry_changes_nothing(tmp_path: Path) -> None:
    before = sources_digest(tmp_path)
    for name in ("tests/__init__.py", "bench/__init__.py", "emulators/__init__.py", "docs/a.py", "build/a.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert sources_digest(tmp_path) == before


def test_what_the_image_leaves_out_is_not_part_of_the_digest() -> None:
    """Else no image would ever be the version that was tested."""
    left_out = {line for line in (ROOT / ".dockerignore").read_text().split() if "*" not in line}
    assert {"tests", "bench", "emulators", "docs"} <= left_out
    assert "build" not in left_out, "the record of proofs goes along"


def test_an_image_can_be_told_which_commit_it_is() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text().splitlines()
    assert dockerfile.index("COPY . .") < dockerfile.index("ARG RELEASE=") < dockerfile.index("ENV RELEASE=$RELEASE")
