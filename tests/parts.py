"""The real parts that tests need: where they are, how to get and to start them. `python -m tests.parts` prepares."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ops.postgres import Postgres, postgres_binaries
from ops.processes import free_port as free_port

CI = os.environ.get("CI") == "true"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def missing(what: str) -> None:
    """In CI a missing part is a failure; on a laptop the test is left out, loudly."""
    if CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def beside(name: str) -> str | None:
    """A program beside this interpreter, else one on PATH."""
    return shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def tool(name: str) -> str:
    """A program that `make test` installs. A missing part where there is none."""
    found = beside(name)
    if found is None:
        missing(f"no {name}: run `make test`, which installs it")
        raise AssertionError
    return found


def program(name: str) -> str:
    """A program of the system's own packages."""
    found = shutil.which(name)
    if found is None:
        missing(f"no {name}: apt-get install {name}")
        raise AssertionError
    return found


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the process for port {port} ended with status {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.03)
    raise RuntimeError(f"nothing listens on port {port} after {seconds:.0f} s")


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """A real server with fsync on a folder of its own; yields its port. Trust on loopback, nothing else listens."""
    if postgres_binaries() is None:
        missing("no Postgres: run `make test`, which installs one, or install Debian's postgresql")
    server = Postgres(folder, options=("-c", "max_connections=150"))
    server.create()
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def fetch_promtool() -> None:
    """That one program out of Debian's package of Prometheus, put beside this interpreter: the whole package needs root
    and starts a server."""
    target = Path(sys.executable).parent / "promtool"
    with TemporaryDirectory() as folder:
        _quietly("apt-get", "download", "-q", "prometheus", within=folder)
        if not list(Path(folder).glob("*.deb")) and os.geteuid() == 0:
            _quietly("apt-get", "update", "-q", within=folder)
            _quietly("apt-get", "download", "-q", "prometheus", within=folder)
        for package in Path(folder).glob("*.deb"):
            _quietly("dpkg-deb", "--extract", str(package), "unpacked", within=folder)
        found = Path(folder) / "unpacked" / "usr" / "bin" / "promtool"
        if found.exists():
            part = target.with_suffix(".part")  # whole or not at all
            shutil.copy(found, part)
            part.replace(target)


def _quietly(*command: str, within: str) -> None:
    subprocess.run(command, cwd=within, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def prepare() -> None:
    """What `make test` does before the tests: get what it can of the parts, say how to get the rest."""
    apt = shutil.which("apt-get")
    if chromium() is None and apt and os.geteuid() == 0:
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
            environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environ)
    if compiler() is None and apt and os.geteuid() == 0:
        for words in (("update", "-q"), ("install", "-y", "-q", "gcc", "libc6-dev")):
            _quietly("apt-get", *words, within="/")
    if beside("promtool") is None and apt:
        fetch_promtool()
    lacking = [
        *(["The browser tests need Chromium: apt-get install chromium"] if chromium() is None else []),
        *(["The test of a wrong clock needs a C compiler: apt-get install gcc libc6-dev"] if not compiler() else []),
        *(["The tests of the alert rules need promtool: apt-get install prometheus"] if not beside("promtool") else []),
    ]
    if lacking:
        sys.exit("\n".join(lacking)) if CI else sys.stderr.write("\n".join(lacking) + "\n")


if __name__ == "__main__":
    prepare()
