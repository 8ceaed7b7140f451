"""A website that does what ours must not, one fault for each address: whoever looks after ours must see every one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 4
SCRIPTS = {
    "cookie": "document.cookie = 'visitor=1'",
    "local storage": "localStorage.visitor = 1",
    "session storage": "sessionStorage.visitor = 1",
    "database": "indexedDB.open('visitor', 1)",
    "cache": "caches.open('visitor')",
    "file": "navigator.storage.getDirectory().then(root => root.getFileHandle('visitor', { create: true }))",
    "worker": "navigator.serviceWorker.register('/worker.js')",
    "name": "window.name = 'visitor'",
    "state": "history.replaceState({ visitor: 1 }, '')",
    "error": "console.error('visitor')",
    "warning": "console.warn('visitor')",
    "exception": "setTimeout(() => { throw new Error('visitor') })",
    "elsewhere": "fetch('http://localhost:1/visitor', { mode: 'no-cors' }).catch(() => undefined)",
    "beacon": "navigator.sendBeacon('http://localhost:1/visitor')",
    "socket": "new WebSocket('ws://localhost:1/visitor')",
}
BODIES = {
    "clean": "<h1>Nothing</h1>",
    "set-cookie": "<h1>A cookie in a header</h1>",
    "missing picture": '<img src="/missing.png" alt="" loading="lazy" style="margin-top: 9000px">',
    "policy": '<p style="color: red">A style that the policy forbids</p>',
    "gone": "<h1>404</h1>",
    "pale": '<p class="pale">Letters that are hardly to be seen in the dark</p>',
    "nameless": '<a href="/clean"><img src="/icon.svg"></a>',
    "wide": f"<p>{LONG_WORD}</p>",
    "hidden": f'<div class="hides"><p>{LONG_WORD}</p></div>',
    "unseen": '<a class="unseen" href="/clean">A link that nobody sees focused</a>',
    "skipped": '<a href="/clean">One</a> <a href="/clean" tabindex="-1">Two</a>',
}
STYLE = """
html { color-scheme: light dark; } body { margin: 1rem; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } .pale { color: #333; } }
.hides { overflow-x: hidden; } .unseen:focus { outline: none; }
"""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path[1:].replace("%20", " ")
        if name == "site.css":
            self._say(STYLE, "text/css")
        elif name == "worker.js":
            self._say("", "text/javascript")
        elif name == "icon.svg":
            self._say('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "image/svg+xml")
        elif name in SCRIPTS:
            self._say(_page(f"<h1>{name}</h1><script>{SCRIPTS[name]}</script>"), "text/html")
        else:
            self._say(
                _page(BODIES.get(name, "")), "text/html", status=200 if name in BODIES and name != "gone" else 404
            )

    def _say(self, text: str, kind: str, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        if self.path == "/set-cookie":
            self.send_header("Set-Cookie", "visitor=1; Max-Age=0")  # gone at once, and set all the same
        if self.path == "/policy":
            self.send_header("Content-Security-Policy", "style-src 'self'")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _page(body: str) -> str:
    head = '<meta charset="utf-8"><title>Faulty</title><meta name="viewport" content="width=device-width">'
    links = '<link rel="stylesheet" href="/site.css"><link rel="icon" href="/icon.svg">'
    return f'<!doctype html><html lang="en"><head>{head}{links}</head><body><main>{body}</main></body></html>'


@contextmanager
def faulty_site() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
