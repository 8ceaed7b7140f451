"""What both stores promise, the folder and a real S3 API."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta

import pytest

from errors import Permanent, Temporary
from vault.fields import DataKey, binding
from vault.store import Store, new_object_name
from vault.stream import open_stream, seal, sealed_length

HERE = binding("media", "object", "row-1", "photo", "1")


def put(store: Store, name: str, data: bytes) -> None:
    store.put(name, io.BytesIO(data), len(data))


def got(store: Store, name: str) -> bytes:
    with store.get(name) as stream:
        return stream.read()


class OnlyReadable:
    """A source like a socket: no seek, few bytes at a time; calls back before each read."""

    def __init__(self, data: bytes, *, before_read: object = None) -> None:
        self._data = io.BytesIO(data)
        self._before_read = before_read

    def read(self, size: int = -1, /) -> bytes:
        if callable(self._before_read):
            self._before_read()
        return self._data.read(min(size, 10_000) if size >= 0 else size)


class Breaking(OnlyReadable):
    def read(self, size: int = -1, /) -> bytes:
        if self._data.tell() >= 20_000:
            raise Temporary("provider.reset")
        return super().read(size)


@pytest.mark.parametrize("length", [0, 1, 70_000])
def test_an_object_comes_back_as_it_was_put(store: Store, length: int) -> None:
    data = os.urandom(length)
    put(store, "photo/ab/abcd", data)

    assert got(store, "photo/ab/abcd") == data
    assert store.exists("photo/ab/abcd")


def test_an_object_is_read_as_a_stream(store: Store) -> None:
    data = os.urandom(70_000)
    put(store, "photo/ab/abcd", data)

    with store.get("photo/ab/abcd") as stream:
        assert stream.read(10) == data[:10]
        buffer = bytearray(20)
        filled = stream.readinto(buffer)  # type: ignore[attr-defined]  # typing's BinaryIO leaves it out
        assert buffer[:filled] == data[10 : 10 + filled]
        assert stream.read() == data[10 + filled :]
        assert stream.read(1) == b""


@pytest.mark.proves("P5.2", "P7.1")
def test_a_sealed_stream_of_known_length_goes_through_a_store_and_opens(store: Store) -> None:
    plain, key = b"a canary sat here " * 40_000, DataKey.new()
    name = new_object_name("photo")
    store.put(name, seal(OnlyReadable(plain), key, binding=HERE), sealed_length(len(plain)))

    assert b"canary" not in got(store, name)
    with open_stream(store.get(name), key, binding=HERE) as stream:
        assert stream.read() == plain


def test_what_is_listed_says_how_large_it_is_and_when_it_was_put(store: Store) -> None:
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    put(store, "photo/ab/abcd", bytes(70_000))
    put(store, "photo/ab/abce", b"")
    [first, second] = store.listed("photo/")
    assert [(one.name, one.size) for one in (first, second)] == [("photo/ab/abcd", 70_000), ("photo/ab/abce", 0)]
    after = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=1)
    assert before <= first.at <= second.at <= after
    assert [one.name for one in store.listed(after="photo/ab/abcd")] == ["photo/ab/abce"]


def test_a_missing_object_says_so(store: Store) -> None:
    assert not store.exists("photo/ab/none")
    with pytest.raises(Permanent, match=r"^store\.missing \(object=photo/ab/none\)$"):
        store.get("photo/ab/none")


def test_putting_again_replaces_the_object(store: Store) -> None:
    put(store, "photo/ab/abcd", b"first and longer")
    put(store, "photo/ab/abcd", b"second")

    assert got(store, "photo/ab/abcd") == b"second"


def test_a_reader_never_sees_half_an_object(store: Store) -> None:
    put(store, "photo/ab/old", b"old")
    seen: list[object] = []

    def look() -> None:
        seen.append((store.exists("photo/ab/new"), got(store, "photo/ab/old"), list(store.names())))

    data = os.urandom(50_000)
    for name in ("photo/ab/new", "photo/ab/old"):
        store.put(name, OnlyReadable(data, before_read=look), len(data))
        assert got(store, name) == data
        assert set(map(repr, seen)) == {repr((False, b"old", ["photo/ab/old"]))}
        store.delete(["photo/ab/new"])


@pytest.mark.parametrize(("length", "claimed"), [(40_000, 40_001), (40_000, 39_999), (0, 1), (1, 0)])
def test_a_source_that_is_not_as_long_as_was_said_leaves_nothing(store: Store, length: int, claimed: int) -> None:
    with pytest.raises(Permanent, match=r"^store\.wrong_length"):
        store.put("photo/ab/abcd", OnlyReadable(bytes(length)), claimed)

    assert not store.exists("photo/ab/abcd")
    assert list(store.names()) == []


def test_a_source_that_breaks_is_reported_as_it_is_and_leaves_the_old_object(store: Store) -> None:
    put(store, "photo/ab/abcd", b"old")

    with pytest.raises(Temporary, match=r"^provider\.reset$"):
        store.put("photo/ab/abcd", Breaking(bytes(40_000)), 40_000)
    assert got(store, "photo/ab/abcd") == b"old"


def test_deleting_takes_present_and_missing_alike_and_may_be_repeated(store: Store) -> None:
    put(store, "photo/ab/one", b"1")
    put(store, "photo/ab/two", b"2")
    put(store, "photo/ab/stays", b"3")

    for _ in range(2):
        assert store.delete(["photo/ab/one", "photo/ab/two", "photo/zz/never"]) == []
        assert list(store.names()) == ["photo/ab/stays"]
    assert store.delete(iter([])) == []


def test_names_come_sorted_and_by_prefix(store: Store) -> None:
    names = ["a", "a-b/c", "a/b", "photo/ab/abcd", "photo/ab/abce", "photo/b", "photos/ab/x", "result/ab/abcd"]
    for name in reversed(names):
        put(store, name, b"x")

    assert list(store.names()) == sorted(names)
    for prefix in ["a", "a/", "photo", "photo/", "photo/ab", "photo/ab/abc", "photo/ab/abcd", "photo/b", "none/x/"]:
        assert list(store.names(prefix)) == [name for name in sorted(names) if name.startswith(prefix)]


def test_names_after_another_one_need_not_start_like_it(store: Store) -> None:
    names = ["a", "a-b/c", "a/b", "photo/ab/abcd", "photo/ab/abce", "photo/b", "photos/ab/x", "result/ab/abcd"]
    for name in names:
        put(store, name, b"x")
    for after in (*names, "a-", "a/", "photo/ab/", "photo/ab/abcd1", "photo/ac", "z"):
        assert list(store.names(after=after)) == [name for name in sorted(names) if name > after]
    assert list(store.names("photo/", after="photo/ab/abcd")) == ["photo/ab/abce", "photo/b"]
    assert list(store.names("photo/", after="result")) == []


BAD_NAMES = [
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    "..",
    "a/../b",
    "a/./b",
    "A",
    "a b",
    "a.b",
    "a\n",
    "a\0",
    "ä",
    "a\\b",
    "a" * 201,
]


def test_a_name_out_of_pattern_reaches_no_store_and_no_message(store: Store) -> None:
    for name in BAD_NAMES:
        for use in (store.get, store.exists, lambda bad: put(store, bad, b"x"), lambda bad: store.delete([bad])):
            with pytest.raises(Permanent) as caught:
                use(name)
            assert str(caught.value) == "store.bad_name"


def test_a_prefix_out_of_pattern_is_refused_at_once(store: Store) -> None:
    for prefix in ["..", "/", "a//", "A", "a" * 60 + "!"]:
        with pytest.raises(Permanent, match=r"^store\.bad_name$"):
            list(store.names(prefix))


def test_the_longest_name_is_kept(store: Store) -> None:
    put(store, "a" * 200, b"x")

    assert list(store.names()) == ["a" * 200]


def test_a_store_that_works_passes_its_check_and_is_left_as_it_was(store: Store) -> None:
    store.check()

    assert list(store.names()) == []


def test_new_names_are_random_and_sharded() -> None:
    assert new_object_name("photo", lambda length: bytes(range(0xA0, 0xA0 + length))) == (
        "photo/a0/a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    )
    assert len({new_object_name("photo") for _ in range(100)}) == 100
    with pytest.raises(Permanent, match=r"^store\.bad_name$"):
        new_object_name("Photo of Anna")
