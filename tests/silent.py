"""A machine that takes every connection and never says a word, as one does whose cable is cut after the handshake."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_machine() -> Iterator[int]:
    """Its port on this machine. The kernel shakes hands, and nobody is behind it."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as nobody:
        yield int(nobody.getsockname()[1])
