"""docs/operations-restore.md is followed to the letter, on a service that is lost in between."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.ops.rehearsal import TOKEN, Rehearsal
from tests.ops.shell import ROOT, ops
from tests.ops.test_ops_backup import service as service
from workers.startup import check_or_exit

TEXT = (ROOT / "docs" / "operations-restore.md").read_text(encoding="utf-8")
BEFORE, _, AFTER = TEXT.partition("## The way back")
WHERE = (("/backups/data", "data"), ("/backups/objects", "objects-apart"), ("/backups-of-keys", "keys-apart"))
LATE, HANDS = 1, 2  # what `status` ends with when something is late, or needs a hand: no worker runs here


def commands(text: str) -> list[str]:
    """Those that are to be pasted, in their order."""
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("python -m ops ")]


@pytest.mark.proves("P9.3")
def test_who_follows_it_has_the_service_back(service: Rehearsal, tmp_path: Path) -> None:
    assert (len(commands(BEFORE)), len(commands(AFTER))) == (5, 6)
    for line in commands(BEFORE):
        assert run(service, line, tmp_path) == 0, line
    service.goes_on()
    service.loses_objects(*service.dan.objects)
    asked, answered, *others = commands(AFTER)
    assert run(service, asked, tmp_path) == 1
    assert run(service, answered, tmp_path) == 0
    for line in others:
        expected = {0, LATE, HANDS} if line.endswith("status") else {0}
        assert run(service, line, tmp_path) in expected, line
    check_or_exit(service.house)
    assert service.accounts() == {who.id for who in (service.bob, service.cat, service.dan)}
    assert service.opens(service.dan) == [b"photo of Dan", b"result of Dan"]


def run(service: Rehearsal, line: str, folder: Path) -> int:
    """As it stands there, but for where the disks are, and the token of the command before."""
    for word, is_here in WHERE:
        line = line.replace(word, str(folder / is_here))
    line = line.replace("TOKEN", service.environ.get("TOKEN", ""))
    service.house.database.close()
    done = ops(*shlex.split(line)[3:], environ=service.environ, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    if (found := TOKEN.search(done.stderr)) is not None:
        service.environ["TOKEN"] = found[1]
    return done.returncode
