"""The one way out: every outside call goes through here, to declared origins only, with a timeout and a size cap.

Nothing of a request or an answer gets into an exception: addresses hold tokens, bodies hold people's words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from errors import Failure, Permanent, Temporary
from silence import OUTSIDE

BLOCK = 256 * 1024  # bytes of a body in one write
PIECE = 1 << 20  # reads of a megabyte: `response.content` joins pieces of 10 KB


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
        self._session = _NoRedirects()
        self._session.trust_env = False  # no proxy and no .netrc from the surroundings
        self._session.cookies.set_policy(_NoCookies())
        adapter = _LargeBlocks(pool_connections=len(self.origins) or 1, pool_maxsize=connections, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
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
        body: bytes | Iterable[bytes] | None = None,
        timeout: Timeout = Timeout(),
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The answer's head and an iterator over the pieces of its body. Redirects are not followed."""
        origin = Origin.of(url)
        if origin not in self.origins:
            raise Permanent("http.undeclared_host", host=origin.host)
        begun, wrong = self._monotonic(), None
        try:
            with _words_removed(origin):
                response = self._session.request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    data=body,
                    timeout=(timeout.connect, timeout.read),
                    allow_redirects=False,
                    stream=True,
                )
            wrong = _wrong(response.status_code)
            try:
                head = Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, b"")
                yield head, self._pieces(response, origin)
            finally:
                response.close()
        except Failure as error:
            wrong = error.code if error.code.startswith("http.") else wrong  # else it is the reader's
            raise
        finally:
            self._called(origin, self._monotonic() - begun, wrong)

    @staticmethod
    def _pieces(response: requests.Response, origin: Origin) -> Iterator[bytes]:
        expected = response.headers.get("Content-Length")
        received = 0
        with _words_removed(origin, broken="http.cut_off"):
            while piece := response.raw.read(PIECE, decode_content=True):
                received += len(piece)
                yield piece
        encoded = response.headers.get("Content-Encoding")
        if expected and expected.isdigit() and not encoded and received < int(expected):
            raise Temporary("http.cut_off", host=origin.host)

    def close(self) -> None:
        self._session.close()


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
    except (requests.Timeout, TimeoutError):
        code = "http.timeout"
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, HTTPError, OSError) as error:
        code = "http.timeout" if "timed out" in str(error).lower() else broken
    except (requests.RequestException, ValueError):
        raise Permanent("http.bad_request", host=origin.host) from None
    else:
        return
    raise Temporary(code, host=origin.host) from None


class _LargeBlocks(HTTPAdapter):
    """Bodies that are read while they are sent go out in large blocks, not in the library's 16 KB ones. A line that is
    silent, because somebody works on a picture, is asked whether it is still one."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        watched = [*HTTPConnection.default_socket_options, *OUTSIDE.options()]
        super().init_poolmanager(connections, maxsize, block, blocksize=BLOCK, socket_options=watched, **options)


class _NoRedirects(requests.Session):
    """Where an answer redirects to is not even looked at: the library would read its whole body for that."""

    def get_redirect_target(self, _resp: requests.Response) -> None:
        return None


class _NoCookies(DefaultCookiePolicy):
    """Never keeps and never sends a cookie."""

    def set_ok(self, *_: Any) -> bool:
        return False

    def return_ok(self, *_: Any) -> bool:
        return False
