"""The canary person against the real thing: processes of their own, Postgres, Valkey, and everybody outside played."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ops.once import button
from tests.ops.shell import ops
from tests.spine.service import Spine

OURS = ("web.log", "worker.log", "rights.log")


@pytest.mark.proves("P7.1")
def test_it_is_served_by_the_running_service_and_found_in_none_of_four_places(spine: Spine, tmp_path: Path) -> None:
    person = spine.person(first_name="Test")
    person.write("/start")
    person.wait("The notice", lambda message: button(message, "agree:"))
    for name in OURS:  # the emulators' is the outside world's
        os.link(spine.stack.data / "logs" / name, tmp_path / name)
    settings = {"CANARY_CHAT": str(person.id), "CANARY_LOGS": str(tmp_path)}
    done = ops("canary", environ={**os.environ, **spine.stack.environ, **settings}, timeout=300)
    assert (done.returncode, "4 places hold nothing of it" in done.stdout) == (0, True), done.stdout + done.stderr
    assert spine.sql("SELECT state, places FROM canary_run") == [("clean", 4)]
    assert spine.sql("SELECT COUNT(*) FROM account a JOIN canary_run c ON c.account = a.id") == [(0,)]
    assert [message for message in person.messages() if (message.get("media") or {}).get("kind") == "photo"] == []
    # As if it had been now: another day may have begun since.
    spine.sql("UPDATE canary_run SET begun_at = now() AT TIME ZONE 'utc' + interval '1 hour'")
    again = ops("canary", environ={**os.environ, **spine.stack.environ, **settings}, timeout=300)
    assert (again.returncode, "had its picture today" in again.stderr) == (1, True)
    unset = ops("canary", environ={**os.environ, **spine.stack.environ})
    assert (unset.returncode, "CANARY_CHAT is not set" in unset.stderr) == (1, True)
