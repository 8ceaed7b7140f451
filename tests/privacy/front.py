"""A door before a real S3 API: counts what passes, and does to deletions what a script says, as busy services do."""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from vault.s3 import S3Store, s3_client

NAMED = re.compile(rb"<Object><Key>([^<]+)</Key></Object>")
SAID = {"403": "AccessDenied", "500": "InternalError", "503": "SlowDown"}
FAILED = "<Error><Code>{code}</Code><Message>said so by a test</Message></Error>"
KEPT = "<Error><Key>{key}</Key><Code>InternalError</Code><Message>not this one</Message></Error>"


class Door(ThreadingHTTPServer):
    """`script`: what becomes of the next deletions, first to last: a status of `SAID`, "lost" (done, but nobody hears
    of it), or a number, so many of whose objects are kept. `seen`: how many requests there were, by method."""

    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.behind = (host, port)
        self.script: list[str] = []
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()

    def next_fault(self) -> str:
        with self.lock:
            return self.script.pop(0) if self.script else ""

    def count(self, what: str) -> None:
        with self.lock:
            self.seen[what] += 1


class _Passage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        deletion = self.command == "POST" and "delete" in self.path.partition("?")[2]
        self.server.count("delete" if deletion else self.command.lower())
        fault = self.server.next_fault() if deletion else ""
        if fault in SAID:
            self._answer(int(fault), FAILED.format(code=SAID[fault]).encode())
            return
        kept = NAMED.findall(body)[: int(fault)] if fault.isdigit() else []
        for key in kept:
            body = body.replace(b"<Object><Key>" + key + b"</Key></Object>", b"")
        if kept and not NAMED.search(body):
            self._answer(200, b"<DeleteResult>" + _refused(kept) + b"</DeleteResult>")
            return
        status, said, headers = self._behind(body)
        if kept:
            said = said.replace(b"</DeleteResult>", _refused(kept) + b"</DeleteResult>")
        if fault == "lost":
            self.close_connection = True
            self.connection.close()
            return
        self._answer(status, said, headers)

    def _behind(self, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        connection = HTTPConnection(*self.server.behind, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
        connection.request(self.command, self.path, body=body, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, said, answer.getheaders()

    def _answer(self, status: int, said: bytes, headers: list[tuple[str, str]] | None = None) -> None:
        self.send_response(status)
        for name, value in headers or [("Content-Type", "application/xml")]:
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass


def _refused(keys: list[bytes]) -> bytes:
    return "".join(KEPT.format(key=key.decode()) for key in keys).encode()


@contextmanager
def door(*, tries: int = 1) -> Iterator[tuple[Door, S3Store]]:
    """The door, and a store of an empty bucket behind it that tries each request so often."""
    for name, value in (("ACCESS_KEY_ID", "test-id"), ("SECRET_ACCESS_KEY", "test"), ("CONFIG_FILE", os.devnull)):
        os.environ[f"AWS_{name}"] = value
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    bucket = f"test-{uuid.uuid4().hex}"
    boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://{host}:{port}").create_bucket(Bucket=bucket)
    front = Door(host, port)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    client = s3_client(region="us-east-1", endpoint=f"http://127.0.0.1:{front.server_port}", tries=tries)
    try:
        yield front, S3Store(client, bucket)
    finally:
        front.shutdown()
        front.server_close()
        moto.stop()
