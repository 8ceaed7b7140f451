"""Media sealed and opened as a stream of AES-256-GCM chunks (the STREAM construction), in constant memory."""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO, Final, NamedTuple, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from errors import Permanent
from vault.derive import COMMITMENT_BYTES, MEDIA, TAG_BYTES, Random, expand
from vault.fields import DataKey
from vault.pieces import Ahead, ByteSource, PieceReader, fill, start_of

DEFAULT_CHUNK: Final = 256 * 1024
LARGEST_CHUNK: Final = 4 * 1024 * 1024  # what a header may make a reader hold in memory
MOST_CHUNKS: Final = 2**32
NOTHING: Final = memoryview(b"")
LABEL: Final = b"miomio media"
SALT_BYTES: Final = 16
PREFIX_BYTES: Final = 7

# format byte, chunk size, salt, nonce prefix, key commitment
_HEADER = struct.Struct(f">cI{SALT_BYTES}s{PREFIX_BYTES}s{COMMITMENT_BYTES}s")
HEADER_BYTES: Final = _HEADER.size


def seal(
    source: ByteSource, key: DataKey, *, binding: bytes, chunk: int = DEFAULT_CHUNK, random: Random = os.urandom
) -> SealingReader:
    """A readable stream of the sealed source, `sealed_length` bytes long; `chunk` is in plain bytes."""
    _check_chunk(chunk)
    return SealingReader(source, key, binding=binding, chunk=chunk, random=random)


def open_stream(source: ByteSource, key: DataKey, *, binding: bytes) -> OpeningReader:
    """A readable stream of the plain bytes, each authenticated before it is given out.

    Permanent: vault.wrong_key here; vault.tampered here or while reading, so what was read is whole only once the
    end was reached without one. Closing the reader closes the source.
    """
    return OpeningReader(source, key, binding=binding)


def sealed_length(plain_length: int, chunk: int = DEFAULT_CHUNK) -> int:
    """Bytes that `seal` makes of `plain_length` bytes. Permanent: vault.too_long."""
    _check_chunk(chunk)
    chunks = max(1, -(-plain_length // chunk))
    if chunks > MOST_CHUNKS:
        raise Permanent("vault.too_long", chunks=chunks)
    return HEADER_BYTES + plain_length + chunks * TAG_BYTES


def _check_chunk(chunk: int) -> None:
    if not 0 < chunk <= LARGEST_CHUNK:
        raise ValueError(f"a chunk has 1 to {LARGEST_CHUNK} bytes, not {chunk}")


class Header(NamedTuple):
    """What a stream starts with; every chunk is bound to all of it."""

    chunk: int
    salt: bytes
    prefix: bytes
    commitment: bytes

    def pack(self) -> bytes:
        return _HEADER.pack(MEDIA, *self)

    @classmethod
    def unpack(cls, packed: bytes) -> Header:
        if len(packed) != HEADER_BYTES or packed[:1] != MEDIA:
            raise Permanent("vault.tampered")
        header = cls(*_HEADER.unpack(packed)[1:])
        if not 0 < header.chunk <= LARGEST_CHUNK:
            raise Permanent("vault.tampered")
        return header


class Chunks:
    """Seals or opens one object's chunks in their order: nonce = prefix, counter (4 bytes), last or not (1 byte).

    The subkey is the object's own, derived with its salt, so equal prefixes of two objects do no harm.
    """

    def __init__(self, header: Header, subkey: bytes, *, binding: bytes, counter: int = 0) -> None:
        self._aead = AESGCM(subkey)
        self._prefix = header.prefix
        self._associated = header.pack() + binding
        self._counter = counter

    def seal(self, plain: memoryview, into: memoryview, *, last: bool) -> memoryview:
        target = into[: len(plain) + TAG_BYTES]
        self._aead.encrypt_into(self._nonce(last), plain, self._associated, target)
        return target

    def open(self, sealed: memoryview, into: memoryview, *, last: bool) -> memoryview:
        """Permanent("vault.tampered"), after which `into` may hold what was not authenticated."""
        nonce = self._nonce(last)
        target = into[: max(0, len(sealed) - TAG_BYTES)]
        try:
            self._aead.decrypt_into(nonce, sealed, self._associated, target)
        except InvalidTag:
            pass
        else:
            return target
        raise Permanent("vault.tampered")

    def _nonce(self, last: bool) -> bytes:
        if self._counter >= MOST_CHUNKS:
            raise Permanent("vault.too_long", chunks=self._counter)
        nonce = self._prefix + self._counter.to_bytes(4, "big") + (b"\x01" if last else b"\x00")
        self._counter += 1
        return nonce


class SealingReader(PieceReader):
    """The sealed bytes of a source.

    Over a seekable source it can go back to its start, so that an upload can be tried again. It then seals anew, with
    a salt of its own: the bytes differ, their number does not, and no nonce is used twice even if the source changed.
    """

    def __init__(self, source: ByteSource, key: DataKey, *, binding: bytes, chunk: int, random: Random) -> None:
        self._source = source
        self._key = key
        self._binding = binding
        self._chunk = chunk
        self._random = random
        self._start = start_of(source)
        self._buffer = memoryview(bytearray(chunk + TAG_BYTES))
        self._begin()

    def _begin(self) -> None:
        salt = self._random(SALT_BYTES)
        subkey, commitment = expand(self._key.raw, label=LABEL, salt=salt)
        header = Header(self._chunk, salt, self._random(PREFIX_BYTES), commitment)
        self._chunks = Chunks(header, subkey, binding=self._binding)
        self._plain: Ahead | None = None
        self._restart(header.pack())

    def _piece(self) -> memoryview:
        if self._plain is None:
            self._plain = Ahead(self._source, self._chunk)
        if self._plain.ended:
            return NOTHING
        plain = self._plain.next()
        return self._chunks.seal(plain, self._buffer, last=self._plain.ended)

    def seekable(self) -> bool:
        return self._start is not None

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if self._start is None or offset != 0 or whence != io.SEEK_SET:
            raise io.UnsupportedOperation("a sealed stream goes back to its start or nowhere")
        cast(BinaryIO, self._source).seek(self._start)
        self._begin()
        return 0


class OpeningReader(PieceReader):
    """The plain bytes of a sealed source, which it owns. Chunks are opened into a buffer that nobody else sees."""

    def __init__(self, source: ByteSource, key: DataKey, *, binding: bytes) -> None:
        super().__init__()
        self._source = source
        packed = bytearray(HEADER_BYTES)
        header = Header.unpack(bytes(packed[: fill(source, memoryview(packed))]))
        subkey, commitment = expand(key.raw, label=LABEL, salt=header.salt)
        if commitment != header.commitment:
            raise Permanent("vault.wrong_key")
        self._chunks = Chunks(header, subkey, binding=binding)
        self._sealed = Ahead(source, header.chunk + TAG_BYTES)
        self._buffer = memoryview(bytearray(header.chunk))

    def _piece(self) -> memoryview:
        if self._sealed.ended:
            return NOTHING
        sealed = self._sealed.next()
        return self._chunks.open(sealed, self._buffer, last=self._sealed.ended)

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None and not self.closed:
            close()
        super().close()
