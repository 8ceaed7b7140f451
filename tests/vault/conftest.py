"""Both stores, a real S3 API, one that fails as it is told, and sources and disks that misbehave."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto.server import ThreadedMotoServer

from vault.folder import FolderStore
from vault.s3 import S3Store, s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SMALL_DISK = 256 * 1024


@contextmanager
def only_test_credentials() -> Iterator[pytest.MonkeyPatch]:
    """Whatever the machine has: its own profile and endpoint settings would be found otherwise."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY"):
            environment.delenv(name, raising=False)
        environment.setenv("AWS_CONFIG_FILE", os.devnull)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        environment.setenv("AWS_ACCESS_KEY_ID", "test-id")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
        yield environment


@pytest.fixture
def environment() -> Iterator[pytest.MonkeyPatch]:
    with only_test_credentials() as environment:
        yield environment


@pytest.fixture(scope="session")
def moto_client() -> Iterator[S3Client]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with only_test_credentials():
        client = s3_client(region="us-east-1", endpoint=f"http://{host}:{port}")
    yield client
    server.stop()


@pytest.fixture
def s3_store(moto_client: S3Client) -> S3Store:
    bucket = f"test-{uuid.uuid4().hex}"
    moto_client.create_bucket(Bucket=bucket)
    return S3Store(moto_client, bucket)


@pytest.fixture
def folder_store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> FolderStore | S3Store:
    found: FolderStore | S3Store = request.getfixturevalue(f"{request.param}_store")
    return found


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class ScriptedS3:
    """A real HTTP server that gives the answers put in its list, one for each request, and remembers what came."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    clients: dict[int, S3Client] = field(default_factory=dict)

    def then(self, status: int, body: str = "", *, claimed_length: int | None = None) -> ScriptedS3:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            data = body.encode()
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(data) if claimed_length is None else claimed_length))
            handler.end_headers()
            if handler.command != "HEAD":
                handler.wfile.write(data)
            handler.close_connection = claimed_length is not None

        self.answers.append(answer)
        return self

    def then_error(self, status: int, code: str) -> ScriptedS3:
        return self.then(status, f"<Error><Code>{code}</Code><Message>SECRET-TEXT</Message></Error>")

    def then_hang(self) -> ScriptedS3:
        def answer(_: BaseHTTPRequestHandler) -> None:
            self.closing.wait(10)

        self.answers.append(answer)
        return self

    def then_hang_up(self) -> ScriptedS3:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True

        self.answers.append(answer)
        return self

    def store(self, *, tries: int = 1) -> S3Store:
        if tries not in self.clients:  # making one takes half a second
            with only_test_credentials():
                self.clients[tries] = s3_client(
                    region="us-east-1", endpoint=self.address, timeouts=(0.5, 0.5), tries=tries
                )
        return S3Store(self.clients[tries], "bucket")


@pytest.fixture
def scripted_s3(s3_script: ScriptedS3) -> ScriptedS3:
    s3_script.answers.clear()
    s3_script.requests.clear()
    return s3_script


@pytest.fixture(scope="session")
def s3_script() -> Iterator[ScriptedS3]:
    script = ScriptedS3()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.requests.append((self.command, self.path, body))
            script.answers.pop(0)(self)

        do_GET = do_PUT = do_HEAD = do_POST = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield script
    script.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder where 256 KiB fit: a disk of that size where one can be mounted, else a limit on the size of files."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    if shutil.which("mount") and subprocess.run(mount, capture_output=True).returncode == 0:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_DISK, hard))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
