"""`/metrics` and `/healthz` on a port of their own, which nobody publishes: figures are for who runs the service."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

import logs

PATIENCE = 10.0  # seconds for whoever asks to say what, so that nobody keeps a thread
BOTH = "::"  # every address of this machine, of the new kind and of the old one

log = logs.get()


class FigureServer:
    """Serves a registry from a thread. A port that is taken is an alarm and no reason not to serve people."""

    def __init__(self, registry: CollectorRegistry, *, host: str, port: int) -> None:
        self._server = _listening(registry, host, port) if port else None

    @property
    def port(self) -> int:
        """Where it listens; 0: nowhere."""
        return int(self._server.server_address[1]) if self._server is not None else 0

    def start(self) -> None:
        if self._server is not None:
            threading.Thread(target=self._server.serve_forever, name="figures", daemon=True).start()
            log.info("metrics.served", port=self.port)

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    registry: CollectorRegistry
    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone. The library would print their address."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, content_type = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, encode(self.server.registry), content_type)
        elif path == "/healthz":
            self._answer(200, b"ok", "text/plain; charset=utf-8")
        else:
            self._answer(404, b"", "text/plain; charset=utf-8")

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "miomio"

    def log_message(self, *_: Any) -> None:
        """No log of who asked."""


def _listening(registry: CollectorRegistry, host: str, port: int) -> _Server | None:
    try:
        server = _Server(host, port)
    except OSError as error:
        log.error("metrics.not_served", port=port, error=type(error).__name__)
        return None
    server.registry = registry
    return server
