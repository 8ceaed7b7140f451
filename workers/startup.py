"""What every process does first: settings, logs, the gate, the schema, the keys. Each failure is one clear sentence."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import crash
import logs
from config import Settings, SettingsError, load
from errors import Failure, Temporary
from privacy.gate import Declaration, Surfaces, undeclared
from watch.figures import labels_told
from wording.language import CatalogueError, check_catalogues
from workers.broker import MESSAGE_ARGUMENTS, REDIS_KEYS
from workers.house import House

NO_OTHERS: Mapping[str, Declaration] = {}
SENTENCES = {
    "vault.unknown_master": "MASTER_KEYS lacks the key '{master}' that this database was sealed with.",
    "vault.master_mismatch": "The key '{master}' in MASTER_KEYS is not the one this database was sealed with.",
    "vault.tampered": "A key row of this database was changed from outside.",
    "database.unavailable": "The database of DATABASE_URL does not answer.",
    "store.denied": "The object store refuses these credentials.",
    "store.unavailable": "The object store does not answer.",
    "keys.missing": "This database has accounts and not one key of theirs: a dump was restored without the backup of "
    "the keys. Load that first: python -m ops keys load (docs/operations-restore.md).",
    "erasures.unreadable": "The erasure record '{record}' in the object store cannot be read. Whoever it is about may "
    "come back: see docs/operations-restore.md.",
    "erasures.forgotten": "This database is older than the records of erasures go back: it must not be served. "
    "See docs/operations-restore.md.",
}


UNDONE = """This database lacks {count} erasures that are recorded beside the objects: an older one was restored.
Nobody is served before they are done again: python -m ops replay-erasures (docs/operations-restore.md)."""

PR_SET_DUMPABLE = 4
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries of what may be away for a moment

log = logs.get()


def settings_or_exit(process: str) -> Settings:
    """The settings, with logging set up and core files forbidden; or exit 2 with every problem named."""
    forbid_core_files()
    logs.configure(process=process, pid=os.getpid(), stream=sys.stderr)
    try:
        settings = load(os.environ, dotenv=Path(".env"))
    except SettingsError as error:
        sys.exit(str(error))
    crash.arm(settings.miomio_crash_at)
    return settings


def forbid_core_files() -> None:
    """A core file is all that memory held, keys and opened photos included, in plain on a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":  # a core that is piped to a program has no size that a limit would bind
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def surfaces(settings: Settings, *, redis_keys: Mapping[str, Declaration] = NO_OTHERS) -> Surfaces:
    """What this release declares about Redis and in its figures, for the gate; the other surfaces it reads itself.

    `redis_keys`: patterns of keys that a process has beside the doorbell's.
    """
    return Surfaces(
        settings=settings,
        redis_keys={**REDIS_KEYS, **redis_keys},
        message_arguments=MESSAGE_ARGUMENTS,
        metric_labels=labels_told(),
    )


def check_or_exit(
    house: House, *, redis_keys: Mapping[str, Declaration] = NO_OTHERS, wait: Callable[[float], None] = time.sleep
) -> None:
    """Refuse to run with an undeclared surface, a language that cannot be spoken, an old schema, a wrong master key,
    a store that stays away, or a database that was restored and not brought up to what was erased since.

    What is away for a moment is waited for: a start costs more, and a platform gives up on who leaves too often.
    """
    try:
        check_catalogues()
    except CatalogueError as error:
        sys.exit(f"The sentences of a language cannot be read: {error}")
    problems = undeclared(surfaces(house.settings, redis_keys=redis_keys))
    if problems:
        sys.exit("The register lacks:\n" + "\n".join(f"  - {problem}" for problem in problems))
    for pause in (*PAUSES, None):
        try:
            _demand_what_is_kept(house)
            return
        except Failure as error:
            if pause is None or not isinstance(error, Temporary):
                sentence = SENTENCES.get(error.code, "Cannot start: {code}.")
                sys.exit(sentence.format(code=error.code, **error.facts))
            log.warning("start.waits", code=error.code, seconds=pause)
        wait(pause)


def _demand_what_is_kept(house: House) -> None:
    """Asked in an order in which the first complaint is the cause of the others."""
    if pending := house.database.pending_migrations():
        sys.exit(f"The database lacks {len(pending)} migrations: run `python -m ops migrate` first.")
    house.keys.check()
    house.media.store.check()
    house.keys.demand()
    if undone := house.erasure_marks.undone():
        sys.exit(UNDONE.format(count=len(undone)))
