from __future__ import annotations

import hashlib
import io
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import Permanent, Temporary
from vault.derive import TAG_BYTES, expand
from vault.fields import DataKey, binding
from vault.pieces import ByteSource
from vault.stream import DEFAULT_CHUNK, HEADER_BYTES, Chunks, Header, open_stream, seal, sealed_length

HERE = binding("media", "object", "row-1", "photo", "1")
MANY = settings(deadline=None, database=None, max_examples=100)
CHUNK = 16
SEALED_CHUNK = CHUNK + TAG_BYTES
# lengths around the borders of the first chunks
lengths = st.sampled_from([0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 80])
KEY = DataKey(bytes(range(32)))


def sealed_bytes(plain: bytes, *, key: DataKey = KEY, place: bytes = HERE, chunk: int = CHUNK) -> bytes:
    return seal(io.BytesIO(plain), key, binding=place, chunk=chunk).read()


def opened_bytes(sealed: bytes, *, key: DataKey = KEY, place: bytes = HERE) -> bytes:
    return open_stream(io.BytesIO(sealed), key, binding=place).read()


class Dribble:
    """A source that gives few bytes at a time, as sockets do, and has nothing but `read`."""

    def __init__(self, data: bytes, most: int) -> None:
        self._data = io.BytesIO(data)
        self._most = most

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(size, self._most) if size >= 0 else -1)


class Breaking:
    """A source whose connection breaks once after some bytes, and would then go on."""

    def __init__(self, data: bytes, *, after: int) -> None:
        self._data = io.BytesIO(data)
        self._after: int | None = after

    def read(self, size: int = -1, /) -> bytes:
        if self._after is not None and self._data.tell() >= self._after:
            self._after = None
            raise Temporary("provider.reset")
        return self._data.read(min(size, 8))


@MANY
@given(length=lengths, chunk=st.sampled_from([1, 15, 16, 17, 1000]), most=st.sampled_from([1, 7, 16, 1000]))
def test_what_was_sealed_opens_to_the_same_bytes(length: int, chunk: int, most: int) -> None:
    plain = os.urandom(length)
    sealed = seal(Dribble(plain, most), KEY, binding=HERE, chunk=chunk).read()

    assert len(sealed) == sealed_length(length, chunk)
    assert open_stream(Dribble(sealed, most), KEY, binding=HERE).read() == plain


@pytest.mark.parametrize("around", [-1, 0, 1])
def test_the_default_chunk_holds_at_its_borders(around: int) -> None:
    plain = os.urandom(2 * DEFAULT_CHUNK + around)

    assert opened_bytes(seal(io.BytesIO(plain), KEY, binding=HERE).read()) == plain


@MANY
@given(length=lengths, sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_it_can_be_read_in_any_sizes_and_ways(length: int, sizes: list[int]) -> None:
    plain = os.urandom(length)
    sealed = sealed_bytes(plain)

    assert in_sizes(open_stream(io.BytesIO(sealed), KEY, binding=HERE), sizes) == plain
    assert b"".join(open_stream(io.BytesIO(sealed), KEY, binding=HERE)) == plain
    assert into_buffers(open_stream(io.BytesIO(sealed), KEY, binding=HERE), sizes[0]) == plain
    assert opened_bytes(in_sizes(seal(io.BytesIO(plain), KEY, binding=HERE, chunk=CHUNK), sizes)) == plain


def in_sizes(stream: ByteSource, sizes: list[int]) -> bytes:
    found = b""
    while True:
        for size in sizes:
            part = stream.read(size)
            found += part
            if len(part) < size:
                return found + stream.read(1)


def into_buffers(stream: io.BufferedIOBase, size: int) -> bytes:
    buffer, found = bytearray(size), b""
    while got := stream.readinto(buffer):
        found += buffer[:got]
    return found


def read_until_refused(sealed: bytes, *, key: DataKey = KEY, place: bytes = HERE) -> bytes:
    """What came out before the refusal, which must come."""
    found = b""
    with pytest.raises(Permanent, match=r"^vault\.(tampered|wrong_key)$"):
        stream = open_stream(io.BytesIO(sealed), key, binding=place)
        while part := stream.read(5):
            found += part
    return found


@MANY
@given(length=lengths, data=st.data())
def test_a_single_flipped_bit_is_refused_and_nothing_wrong_comes_out(length: int, data: st.DataObject) -> None:
    plain = os.urandom(length)
    sealed = bytearray(sealed_bytes(plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    assert plain.startswith(read_until_refused(bytes(sealed)))


@pytest.mark.parametrize("length", [0, 1, 16, 33, 48])
def test_every_truncation_is_refused_at_chunk_borders_too(length: int) -> None:
    plain = os.urandom(length)
    sealed = sealed_bytes(plain)

    for cut in range(len(sealed)):
        assert plain.startswith(read_until_refused(sealed[:cut]))


@pytest.mark.parametrize("extra", [b"\0", bytes(SEALED_CHUNK), bytes(100)])
@pytest.mark.parametrize("length", [0, 15, 16, 32])
def test_bytes_after_the_end_are_refused(length: int, extra: bytes) -> None:
    read_until_refused(sealed_bytes(os.urandom(length)) + extra)


def chunks_of(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER_BYTES:]
    return [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]


@MANY
@given(data=st.data())
def test_chunks_in_another_order_left_out_or_doubled_are_refused(data: st.DataObject) -> None:
    sealed = sealed_bytes(os.urandom(5 * CHUNK))
    right = list(range(5))
    order = data.draw(st.lists(st.sampled_from(right), max_size=7).filter(lambda order: order != right))
    chunks = chunks_of(sealed)

    read_until_refused(sealed[:HEADER_BYTES] + b"".join(chunks[index] for index in order))


def test_a_chunk_of_another_object_with_the_same_key_and_place_is_refused() -> None:
    one, two = sealed_bytes(os.urandom(48)), sealed_bytes(os.urandom(48))
    mine, other = chunks_of(one), chunks_of(two)

    for index in range(3):
        mixed = [*mine[:index], other[index], *mine[index + 1 :]]
        read_until_refused(one[:HEADER_BYTES] + b"".join(mixed))


def test_an_object_put_in_the_place_of_another_is_refused() -> None:
    sealed = sealed_bytes(b"a picture")

    assert read_until_refused(sealed, place=binding("media", "object", "row-2", "photo", "1")) == b""


def test_two_objects_sealed_with_equal_randomness_but_other_keys_do_not_mix() -> None:
    def fixed(length: int) -> bytes:
        return bytes(length)

    other = DataKey.new()
    one = seal(io.BytesIO(b"a" * 40), KEY, binding=HERE, chunk=CHUNK, random=fixed).read()
    two = seal(io.BytesIO(b"b" * 40), other, binding=HERE, chunk=CHUNK, random=fixed).read()

    read_until_refused(one[:HEADER_BYTES] + two[HEADER_BYTES:])


def test_another_key_is_named_before_anything_is_read() -> None:
    with pytest.raises(Permanent, match=r"^vault\.wrong_key$"):
        open_stream(io.BytesIO(sealed_bytes(b"a picture")), DataKey.new(), binding=HERE)


@pytest.mark.parametrize("chunk", [0, 4 * 1024 * 1024 + 1, 2**32 - 1])
def test_a_header_cannot_make_a_reader_take_much_memory(chunk: int) -> None:
    salt, prefix = bytes(16), bytes(7)
    header = Header(chunk, salt, prefix, expand(KEY.raw, label=b"miomio media", salt=salt)[1])

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        open_stream(io.BytesIO(header.pack() + bytes(64)), KEY, binding=HERE)


@pytest.mark.parametrize("chunk", [0, -1, 4 * 1024 * 1024 + 1])
def test_a_chunk_size_out_of_bounds_is_refused(chunk: int) -> None:
    with pytest.raises(ValueError, match="a chunk has"):
        seal(io.BytesIO(b""), KEY, binding=HERE, chunk=chunk)
    with pytest.raises(ValueError, match="a chunk has"):
        sealed_length(1, chunk)


def test_the_counter_never_starts_again() -> None:
    chunks = Chunks(Header(CHUNK, bytes(16), bytes(7), bytes(16)), bytes(32), binding=HERE, counter=2**32 - 1)
    room = memoryview(bytearray(SEALED_CHUNK))
    chunks.seal(memoryview(b"the last one"), room, last=False)

    with pytest.raises(Permanent, match=r"^vault\.too_long"):
        chunks.seal(memoryview(b"one more"), room, last=True)
    with pytest.raises(Permanent, match=r"^vault\.too_long"):
        sealed_length(2**32 * CHUNK + 1, CHUNK)
    assert sealed_length(2**32 * CHUNK, CHUNK) == HEADER_BYTES + 2**32 * SEALED_CHUNK


def test_the_format_is_the_documented_one() -> None:
    """Opened by hand: format byte, chunk size, salt, prefix, commitment; prefix, counter and last flag as nonce."""
    sealed = sealed_bytes(b"x" * 20)
    header, salt, prefix = sealed[:HEADER_BYTES], sealed[5:21], sealed[21:28]
    derived = hashlib.blake2b(key=KEY.raw, salt=salt, person=b"miomio media", digest_size=48).digest()
    cipher, (first, second) = AESGCM(derived[:32]), chunks_of(sealed)

    assert header[:5] == b"\x04" + (16).to_bytes(4, "big")
    assert header[28:] == derived[32:]
    assert cipher.decrypt(prefix + b"\0\0\0\0\0", first, header + HERE) == b"x" * 16
    assert cipher.decrypt(prefix + b"\0\0\0\1\1", second, header + HERE) == b"x" * 4


def test_streams_sealed_by_earlier_releases_still_open() -> None:
    sealed = seal(
        io.BytesIO(b"earlier " * 5), KEY, binding=HERE, chunk=CHUNK, random=lambda length: bytes(range(length))
    ).read()

    assert hashlib.sha256(sealed).hexdigest() == "f328854153e9b9fa791c3d404ae930cd51d507574df93166584e243087d37992"
    assert opened_bytes(sealed) == b"earlier " * 5


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    one, two = sealed_bytes(bytes(64)), sealed_bytes(bytes(64))

    assert not set(chunks_of(one)) & set(chunks_of(two))
    assert len(set(chunks_of(one))) == 4


def test_going_back_to_the_start_seals_anew_at_the_same_length() -> None:
    source = io.BytesIO(b"before" + bytes(40))
    source.seek(6)
    stream = seal(source, KEY, binding=HERE, chunk=CHUNK)
    first = stream.read()
    assert stream.tell() == len(first)

    assert stream.seek(0) == stream.tell() == 0
    second = stream.read()

    assert len(first) == len(second)
    assert not set(chunks_of(first)) & set(chunks_of(second))
    assert opened_bytes(first) == opened_bytes(second) == bytes(40)
    with pytest.raises(io.UnsupportedOperation):
        stream.seek(3)


def test_a_source_that_cannot_go_back_makes_a_stream_that_cannot() -> None:
    stream = seal(Dribble(b"x", 1), KEY, binding=HERE)

    assert not stream.seekable()
    with pytest.raises(io.UnsupportedOperation):
        stream.seek(0)


@pytest.mark.parametrize("after", [0, 8, 16, 24, 40, 72])
def test_a_source_that_broke_never_ends_in_a_stream_that_looks_whole(after: int) -> None:
    stream = seal(Breaking(os.urandom(72), after=after), KEY, binding=HERE, chunk=CHUNK)
    for _ in range(3):
        with pytest.raises(Temporary, match=r"provider\.reset"):
            stream.read()


def test_a_refused_stream_stays_refused() -> None:
    sealed = bytearray(sealed_bytes(os.urandom(64)))
    sealed[HEADER_BYTES + SEALED_CHUNK] ^= 1
    stream = open_stream(io.BytesIO(sealed), KEY, binding=HERE)

    assert len(stream.read(CHUNK)) == CHUNK
    for _ in range(3):
        with pytest.raises(Permanent, match=r"^vault\.tampered$"):
            stream.read(CHUNK)


def test_closing_the_reader_closes_its_source_and_ends_reading() -> None:
    source = io.BytesIO(sealed_bytes(bytes(64)))
    with open_stream(source, KEY, binding=HERE) as stream:
        stream.read(1)

    assert source.closed
    with pytest.raises(ValueError, match="closed"):
        stream.read(1)


def test_a_buffer_filled_before_is_not_touched_by_a_chunk_that_is_refused() -> None:
    """AES-GCM decrypts before it knows: the bytes of a refused chunk must not reach the caller's memory."""
    sealed = bytearray(sealed_bytes(b"y" * 32))
    sealed[-1] ^= 1
    stream, buffer = open_stream(io.BytesIO(sealed), KEY, binding=HERE), bytearray(CHUNK)
    assert stream.readinto(buffer) == CHUNK
    buffer[:] = b"-" * CHUNK

    with pytest.raises(Permanent, match=r"^vault\.tampered$"):
        stream.readinto(buffer)
    assert buffer == b"-" * CHUNK
