"""A server that says exactly the bytes a test gives it, over plain TCP or TLS, and remembers what it was sent."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Reply = bytes | Callable[[socket.socket], None]


def http(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer; a Content-Length that fits is added unless one is given ("" for none at all)."""
    named = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in named.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class LineServer:
    """One thread a connection, each of which gets the next reply, and the last one from then on."""

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.replies = list(replies)
        self.asked: list[bytes] = []
        self.ended = threading.Event()  # a connection has been dealt with
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            self._threads.append(threading.Thread(target=self._serve, args=(line, reply)))
            self._threads[-1].start()

    def _serve(self, line: socket.socket, reply: Reply) -> None:
        with contextlib.suppress(OSError):
            line.settimeout(5)
            if self._tls is not None:
                line = self._tls.wrap_socket(line, server_side=True)
            self.asked.append(_request(line))
            reply(line) if callable(reply) else line.sendall(reply)
        line.close()
        self.ended.set()


@contextlib.contextmanager
def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[LineServer]:
    server = LineServer(*replies, tls=tls)
    try:
        yield server
    finally:
        server.close()


def _request(line: socket.socket) -> bytes:
    """One request with its body, or what came of it before the line closed."""
    said = b""
    while b"\r\n\r\n" not in said:
        if not (more := line.recv(65536)):
            return said
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0)
    while len(body) < length:
        if not (more := line.recv(65536)):
            break
        body += more
    return head + b"\r\n\r\n" + body


def hold(head: bytes = b"") -> Callable[[socket.socket], None]:
    """Says `head` and nothing more, with the line open until the other side has enough."""

    def reply(line: socket.socket) -> None:
        line.sendall(head)
        line.recv(1)

    return reply


def drip(head: bytes, *, every: float) -> Callable[[socket.socket], None]:
    """Says `head`, then a byte every so many seconds until the other side has enough."""

    def reply(line: socket.socket) -> None:
        line.sendall(head)
        while True:
            line.sendall(b".")
            time.sleep(every)

    return reply


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and the side of a client that trusts it: a certificate of its own for names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    today = datetime.datetime.now(datetime.UTC)
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())
