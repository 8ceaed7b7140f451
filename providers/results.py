"""Downloads of finished results from a provider's file hosts, whose addresses come from outside and are not trusted.

The address is judged before anything is resolved, and who answered before a byte is sent to them.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final
from urllib.parse import SplitResult, urlsplit

from errors import Failure, Permanent, Temporary
from providers.http import Origin, Timeout
from providers.result_stream import ResultStream, words_removed

Dial = Callable[[tuple[str, int], float], socket.socket]

PATIENCE: Final = Timeout(connect=5.0, read=30.0)
DEADLINE: Final = 300.0  # seconds for the whole of a result: 50 MB at a slow 170 KB/s
VISIBLE: Final = re.compile(r"[!-\[\]-~]{1,4096}")  # printable ASCII but the backslash, which some read as a slash
HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
DEAD: Final = frozenset({403, 404, 410})  # links are signed and end after a while
WAIT: Final = frozenset({408, 425, 429})
# Bytes as they are kept there; and a line that closes after them, so that it shows when more of them come.
HEADERS: Final = (("Accept", "*/*"), ("Accept-Encoding", "identity"), ("Connection", "close"), ("User-Agent", "miomio"))


class ResultHosts:
    """Hosts that equal one of the suffixes or end in a dot and it. Shared by the threads of a process.

    `stand_ins` are origins of emulators: exactly these may be plain HTTP and on this machine.
    """

    def __init__(
        self,
        suffixes: Iterable[str],
        *,
        stand_ins: Iterable[Origin] = (),
        timeout: Timeout = PATIENCE,
        deadline: float = DEADLINE,
        dial: Dial = socket.create_connection,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._suffixes = tuple(suffixes)
        self._stand_ins = frozenset(stand_ins)
        self._timeout = timeout
        self._deadline = deadline
        self._dial = dial
        self._tls = tls or ssl.create_default_context()
        self._clock = clock

    @contextmanager
    def fetch(self, url: str, *, max_bytes: int) -> Iterator[tuple[int, ResultStream]]:
        """The length in bytes, and a stream of exactly that many.

        Raises Permanent("result.bad_address" | "result.undeclared_host" | "result.private_address" |
        "result.redirected" | "result.dead_link" | "result.refused" | "result.no_length" | "result.too_large");
        Temporary("result.untrusted" | "result.unavailable" | "http.unreachable" | "http.timeout" | "http.cut_off").
        Reading raises Permanent("result.longer_than_promised"), Temporary("http.timeout" | "http.cut_off").
        """
        until = self._clock() + self._deadline
        address, origin = self._judged(url)
        with closing(self._connected(origin)) as line:
            _ask(line, address)
            with closing(http.client.HTTPResponse(line, method="GET")) as response:
                length = _promised(response, max_bytes)
                patience, clock = self._timeout.read, self._clock
                yield length, ResultStream(line, response.fp, length, patience=patience, until=until, clock=clock)

    def _judged(self, url: str) -> tuple[SplitResult, Origin]:
        """Raises Permanent before anything is resolved."""
        try:
            if not VISIBLE.fullmatch(url):
                raise ValueError
            address = urlsplit(url)
            origin = Origin.of(url)
        except ValueError:
            raise Permanent("result.bad_address") from None
        if "@" in address.netloc or not HOST.fullmatch(origin.host):
            raise Permanent("result.bad_address")
        if origin in self._stand_ins:
            return address, origin
        if origin.scheme != "https" or origin.port != 443:
            raise Permanent("result.bad_address")
        if not any(origin.host == suffix or origin.host.endswith("." + suffix) for suffix in self._suffixes):
            raise Permanent("result.undeclared_host", host=origin.host)
        return address, origin

    def _connected(self, origin: Origin) -> socket.socket:
        """A line to a public address, checked on the line itself: a name may resolve anew between check and use."""
        with words_removed("http.unreachable"):
            line = self._dial((origin.host, origin.port), self._timeout.connect)
        try:
            if origin not in self._stand_ins and not _is_public(line):
                raise Permanent("result.private_address")
            line.settimeout(self._timeout.read)
            if origin.scheme == "https":
                with words_removed("http.unreachable"):
                    return self._tls.wrap_socket(line, server_hostname=origin.host)
        except BaseException:
            line.close()
            raise
        return line


def _ask(line: socket.socket, address: SplitResult) -> None:
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection = http.client.HTTPConnection(address.netloc)
    connection.sock = line
    with words_removed("http.cut_off"):
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", address.netloc), *HEADERS):
            connection.putheader(name, value)
        connection.endheaders()


def _is_public(line: socket.socket) -> bool:
    """Not this machine, not our network, and none of the ways to write an IPv4 address as an IPv6 one."""
    with words_removed("http.unreachable"):
        peer = ipaddress.ip_address(line.getpeername()[0])
    if isinstance(peer, ipaddress.IPv6Address) and (peer.ipv4_mapped or peer.sixtofour or peer.is_site_local):
        return False
    return peer.is_global and not peer.is_multicast and not peer.is_reserved


def _failure(status: int) -> Failure | None:
    if status == 200:
        return None
    if 300 <= status < 400:
        return Permanent("result.redirected", status=status)
    if status in DEAD:
        return Permanent("result.dead_link", status=status)
    if status >= 500 or status in WAIT:
        return Temporary("result.unavailable", status=status)
    return Permanent("result.refused", status=status)


def _promised(response: http.client.HTTPResponse, max_bytes: int) -> int:
    """The length in bytes. A body that is framed otherwise, or that two lengths are given for, promises nothing."""
    with words_removed("http.cut_off"):
        response.begin()
    if failure := _failure(response.status):
        raise failure
    given = set(response.headers.get_all("Content-Length", []))
    length = given.pop() if len(given) == 1 and not response.headers.get("Transfer-Encoding") else ""
    if not re.fullmatch(r"[0-9]{1,15}", length):
        raise Permanent("result.no_length")
    if int(length) > max_bytes:
        raise Permanent("result.too_large")
    return int(length)
