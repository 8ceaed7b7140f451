"""Loaded by every Python process that starts with this folder on its path: notes whom it connects to and which files
it opens for writing, at the moment it does so. Nothing is ever removed from the notes."""

import os
import sys

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _listen(path: str) -> None:
    notes = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(what: str, about: object) -> None:
        os.write(notes, f"{what}\t{os.getpid()}\t{about}\n".encode(errors="replace"))

    def hear(event: str, facts: tuple[object, ...]) -> None:
        if event == "socket.connect":
            address = facts[1]
            note("connect", f"{address[0]}:{address[1]}" if isinstance(address, tuple) else address)
        elif event == "socket.getaddrinfo":
            note("resolve", facts[0])
        elif event == "open" and isinstance(facts[0], str | bytes) and isinstance(facts[2], int) and facts[2] & WRITES:
            note("write", os.fsdecode(facts[0]))

    sys.addaudithook(hear)


if os.environ.get("OVERHEARD"):
    _listen(os.environ["OVERHEARD"])
