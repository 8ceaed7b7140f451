"""Videos on their way into the store: sealed while they pass, counted only when all of them have."""

from __future__ import annotations

import io
from typing import Any

import pytest

from custody.media import PREFIXES, VIDEO
from errors import Failure, Permanent, Temporary
from models import KeyRow, Media

CLIP = bytes(range(256)) * 4000


class Dripping:
    """A source that cannot seek, gives little at a time, and breaks where it is told to."""

    def __init__(self, data: bytes, failure: Failure | None = None) -> None:
        self._data = io.BytesIO(data)
        self._failure = failure

    def read(self, size: int = -1, /) -> bytes:
        data = self._data.read(min(1000, size) if size >= 0 else 1000)
        if not data and self._failure is not None:
            raise self._failure
        return data


def keep(custody: Any, source: Any = None, *, length: int = len(CLIP)) -> Any:
    source = Dripping(CLIP) if source is None else source
    return custody.media.keep_stream(account="ann", kind=VIDEO, source=source, length=length, mime="video/mp4")


def counted(custody: Any, media: Any, **facts: Any) -> Any:
    with custody.database.unit() as unit:
        custody.media.stored(unit, media, **facts)
    with custody.database.connection():
        return Media.get_by_id(media.id)


def test_a_stream_that_cannot_seek_is_kept_and_opens_again(custody: Any) -> None:
    media = counted(custody, keep(custody))
    with custody.media.open(media, purpose="generation") as stream:
        assert stream.read() == CLIP
    assert media.size == len(CLIP)


def test_what_only_the_passing_bytes_told_is_written_down_when_it_counts(custody: Any) -> None:
    kept = keep(custody)
    assert (kept.width, kept.height, kept.seconds) == (0, 0, None)
    media = counted(custody, kept, width=720, height=1280, seconds=5.04)
    assert (media.width, media.height, media.seconds) == (720, 1280, 5.04)


def test_what_was_known_before_stays_when_nothing_new_is_said(custody: Any) -> None:
    kept = custody.media.keep_stream(
        account="ann", kind=VIDEO, source=io.BytesIO(b"x"), length=1, mime="video/mp4", width=3, height=4
    )
    media = counted(custody, kept)
    assert (media.width, media.height) == (3, 4)


@pytest.mark.proves("P2.3", "P5.2", "P7.1")
def test_a_video_stands_sealed_under_a_prefix_of_its_own_that_is_a_result(custody: Any) -> None:
    media = keep(custody)
    assert media.object_name.startswith("video/")
    assert PREFIXES["video"] == "results"
    [file] = [path for path in custody.folder.rglob("*") if path.is_file()]
    assert CLIP[:64] not in file.read_bytes()


@pytest.mark.proves("P6.3")
def test_a_video_goes_with_the_key_of_results_and_not_with_that_of_photos(custody: Any) -> None:
    media = counted(custody, keep(custody))
    with custody.database.unit() as unit:
        custody.keys.destroy(unit, "ann", [KeyRow.PHOTOS])
    custody.media.open(media, purpose="generation").close()
    with custody.database.unit() as unit:
        custody.keys.destroy(unit, "ann", [KeyRow.RESULTS])
    with pytest.raises(Permanent, match="key_destroyed"):
        custody.media.open(media, purpose="generation")


@pytest.mark.parametrize("failure", [Permanent("result.not_a_video"), Temporary("http.cut_off")])
def test_a_source_that_fails_leaves_nothing_in_the_store_and_its_own_failure(custody: Any, failure: Failure) -> None:
    with pytest.raises(type(failure)) as raised:
        keep(custody, Dripping(CLIP[:-5000], failure))
    assert raised.value is failure
    assert list(custody.store.names()) == []
    with custody.database.connection():
        assert [row.state for row in Media.select()] == [Media.STORING]


@pytest.mark.parametrize("length", [len(CLIP) - 1, len(CLIP) + 1])
def test_a_length_that_is_not_the_sources_keeps_nothing(custody: Any, length: int) -> None:
    with pytest.raises(Permanent, match=r"store\.wrong_length"):
        keep(custody, length=length)
    assert list(custody.store.names()) == []
