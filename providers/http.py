"""The one way out: every outside call goes through here, to declared origins only, with a timeout and a size cap.

Nothing of a request or an answer gets into an exception: addresses hold tokens, bodies hold people's words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, LocationValueError, NewConnectionError
from urllib3.exceptions import TimeoutError as Late

from errors import Failure, Permanent, Temporary
from silence import OUTSIDE

BLOCK = 256 * 1024  # bytes of a body in one write
PIECE = 1 << 20  # bytes of an answer in one read
PACKED = "gzip, deflate"  # what an answer may be packed with


@dataclass(frozen=True)
class Timeout:
    """Seconds: to connect, and between two bytes of the answer."""

    connect: float = 5.0
    read: float = 30.0


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Body(Protocol):
    """What is read while it is sent: pieces, and how many bytes they are together."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes | memoryview]: ...


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: what a declaration allows."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        parts = urlsplit(url)
        return cls(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


Called = Callable[[Origin, float, str | None], None]  # to whom, how many seconds, the code of what was wrong


class Outbound:
    """A pool of connections to the declared origins. Shared by the threads of a process; holds no cookies."""

    def __init__(
        self,
        origins: Iterable[Origin],
        *,
        connections: int = 32,
        called: Called = lambda _origin, _seconds, _code: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`called` hears of every call that is over."""
        self.origins = frozenset(origins)
        self._called = called
        self._monotonic = monotonic
        # Straight to the pool: what lies above it for cookies, redirects and passwords of the surroundings costs more
        # than the call, and is not wanted. A line that is silent, because somebody works on a picture, is asked whether
        # it is still one.
        self._pool = urllib3.PoolManager(
            num_pools=len(self.origins) or 1,
            maxsize=connections,
            retries=False,
            blocksize=BLOCK,
            socket_options=[*HTTPConnection.default_socket_options, *OUTSIDE.options()],
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body | None = None,
        timeout: Timeout = Timeout(),
        max_bytes: int = 1 << 20,
    ) -> Answer:
        """Raises Permanent("http.undeclared_host"), Temporary("http.unreachable" | "http.timeout" | "http.cut_off")
        and Permanent("http.too_large")."""
        with self.stream(method, url, headers=headers, body=body, timeout=timeout) as (answer, pieces):
            parts, size = [], 0
            for piece in pieces:
                size += len(piece)
                if size > max_bytes:
                    raise Permanent("http.too_large", host=Origin.of(url).host)
                parts.append(piece)
            return Answer(answer.status, answer.headers, parts[0] if len(parts) == 1 else b"".join(parts))

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body | None = None,
        timeout: Timeout = Timeout(),
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The answer's head and an iterator over the pieces of its body. Redirects are not followed."""
        origin = Origin.of(url)
        if origin not in self.origins:
            raise Permanent("http.undeclared_host", host=origin.host)
        begun, wrong = self._monotonic(), None
        try:
            with _words_removed(origin):
                response = self._pool.urlopen(
                    method,
                    url,
                    headers={"Accept-Encoding": PACKED, **(headers or {}), **_length(body)},
                    body=body,
                    timeout=urllib3.Timeout(connect=timeout.connect, read=timeout.read),
                    redirect=False,
                    preload_content=False,
                )
            wrong = _wrong(response.status)
            try:
                head = Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, b"")
                yield head, self._pieces(response, origin)
            finally:
                response.close()  # of one that was read to its end the line is kept, of any other it is not
                response.release_conn()
        except Failure as error:
            wrong = error.code if error.code.startswith("http.") else wrong  # else it is the reader's
            raise
        finally:
            self._called(origin, self._monotonic() - begun, wrong)

    @staticmethod
    def _pieces(response: urllib3.BaseHTTPResponse, origin: Origin) -> Iterator[bytes]:
        packed = "Content-Encoding" in response.headers
        with _words_removed(origin, broken="http.cut_off"):
            while piece := response.read(PIECE, decode_content=packed):  # what is not packed is not copied either
                yield piece

    def close(self) -> None:
        self._pool.clear()


def _length(body: Any) -> dict[str, str]:
    """The header for a body that is read while it is sent; the library knows the length of bytes."""
    return {} if body is None or isinstance(body, bytes) else {"Content-Length": str(len(body))}


def _wrong(status: int) -> str | None:
    """Which kind of error an answer is, if it is one: few, for they are counted by it."""
    if status < 400:
        return None
    return "http.429" if status == 429 else f"http.{status // 100}xx"


@contextmanager
def _words_removed(origin: Origin, *, broken: str = "http.unreachable") -> Iterator[None]:
    """The libraries' errors quote the whole address. Ours name the host, and break the chain to theirs."""
    try:
        yield
    except NewConnectionError:  # which the library counts among what was late
        code = broken
    except (Late, TimeoutError):
        code = "http.timeout"
    except (LocationValueError, ValueError):
        raise Permanent("http.bad_request", host=origin.host) from None
    except (HTTPError, HTTPException, OSError) as error:
        code = "http.timeout" if "timed out" in str(error).lower() else broken
    else:
        return
    raise Temporary(code, host=origin.host) from None
