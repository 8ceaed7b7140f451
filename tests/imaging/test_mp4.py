"""What a video says of itself, from real clips, from boxes put together by hand, and from damaged ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import Permanent, Temporary
from imaging.mp4 import Mp4Facts, VideoFacts

UNITY = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
QUARTER = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)


def encoded(path: Path, *, flags: str = "", video: bool = True, audio: bool = False) -> bytes:
    """Two seconds of 96 × 160 at 12 pictures a second."""
    with av.open(str(path), "w", format="mp4", options={"movflags": flags} if flags else {}) as out:
        sound: Any = out.add_stream("aac", rate=8000) if audio else None
        stream: Any = out.add_stream("mpeg4", rate=12) if video else None
        if stream:
            stream.width, stream.height, stream.pix_fmt = 96, 160, "yuv420p"
            for n in range(24):
                frame = av.VideoFrame(96, 160, "rgb24")
                frame.planes[0].update(bytes([n * 10 % 256]) * frame.planes[0].buffer_size)
                out.mux(stream.encode(frame))
            out.mux(stream.encode())
        if sound:
            for n in range(15):
                silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
                silence.sample_rate, silence.pts = 8000, n * 1024
                silence.planes[0].update(bytes(silence.planes[0].buffer_size))
                out.mux(sound.encode(silence))
            out.mux(sound.encode())
    return path.read_bytes()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("clips")
    return {
        "moov first": encoded(folder / "first.mp4", flags="faststart"),
        "moov last": encoded(folder / "last.mp4"),
        "with sound": encoded(folder / "sound.mp4", audio=True),
        "fragments": encoded(folder / "fragments.mp4", flags="frag_keyframe+empty_moov"),
        "sound only": encoded(folder / "only.mp4", video=False, audio=True),
    }


def read(data: bytes, *, piece: int = 65_536) -> VideoFacts:
    source = Mp4Facts(io.BytesIO(data))
    passed = b"".join(iter(lambda: source.read(piece), b""))
    assert passed == data
    return source.facts()


def refused(data: bytes, *, piece: int = 65_536) -> bool:
    source = Mp4Facts(io.BytesIO(data))
    with pytest.raises(Permanent) as refusal:
        while source.read(piece):
            pass
    return refusal.value.code == "result.not_a_video"


def box(name: bytes, *inside: bytes, long: bool = False, size: int | None = None) -> bytes:
    body = b"".join(inside)
    if long:
        return struct.pack(">I4sQ", 1, name, 16 + len(body) if size is None else size) + body
    return struct.pack(">I4s", 8 + len(body) if size is None else size, name) + body


FTYP = box(b"ftyp", b"isom", bytes(4), b"isomiso2")
MDAT = box(b"mdat", b"pictures")


def mvhd(timescale: int, duration: int, *, version: int = 0) -> bytes:
    times = struct.pack(">QQIQ" if version else ">IIII", 0, 0, timescale, duration)
    return box(b"mvhd", bytes([version, 0, 0, 0]), times, bytes(80))


def tkhd(width: int, height: int, *, version: int = 0, matrix: tuple[int, ...] = UNITY) -> bytes:
    times = bytes(32 if version else 20)
    size = struct.pack(">9iII", *matrix, width << 16, height << 16)
    return box(b"tkhd", bytes([version, 0, 0, 0]), times, bytes(16), size)


def hdlr(kind: bytes = b"vide") -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(13))


def trak(width: int = 720, height: int = 1280, *, kind: bytes = b"vide", **more: Any) -> bytes:
    return box(b"trak", tkhd(width, height, **more), box(b"mdia", hdlr(kind)))


MOOV = box(b"moov", mvhd(1000, 5040), trak())


@pytest.mark.parametrize("name", ["moov first", "moov last", "with sound"])
@pytest.mark.parametrize("piece", [1, 7, 1000, 10**9])
def test_size_and_length_are_found_wherever_moov_stands(clips: dict[str, bytes], name: str, piece: int) -> None:
    data = clips[name]
    assert (data.index(b"moov") < data.index(b"mdat")) == (name == "moov first")
    width, height, seconds = read(data, piece=piece)
    assert (width, height) == (96, 160)
    assert seconds == pytest.approx(2.0, abs=0.1)


def test_a_film_in_fragments_has_a_size_and_no_length(clips: dict[str, bytes]) -> None:
    assert read(clips["fragments"]) == (96, 160, 0.0)


def test_a_film_in_fragments_may_tell_its_length_apart() -> None:
    extends = box(b"mvex", box(b"mehd", bytes(4), struct.pack(">I", 7000)))
    assert read(FTYP + box(b"moov", mvhd(1000, 0), trak(), extends) + MDAT) == (720, 1280, 7.0)


def test_sound_without_pictures_is_no_video(clips: dict[str, bytes]) -> None:
    assert refused(clips["sound only"])


@pytest.mark.parametrize("name", ["moov first", "moov last"])
def test_a_clip_cut_off_anywhere_is_no_video(clips: dict[str, bytes], name: str) -> None:
    data = clips[name]
    for end in {*range(0, len(data), 97), *range(len(data) - 40, len(data))}:
        assert refused(data[:end]), end


class Counted(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff\xe0 a picture", b'{"error": "no such file"}', b"<html><body>", bytes(64), MDAT + FTYP + MOOV],
    ids=["jpeg", "json", "html", "zeros", "another box first"],
)
def test_what_is_no_mp4_is_refused_with_its_first_bytes(start: bytes) -> None:
    source = Counted(start + bytes(1_000_000))
    facts = Mp4Facts(source)
    for _ in range(2):  # and stays refused
        with pytest.raises(Permanent, match=r"result\.not_a_video"):
            facts.read(100)
    assert source.taken == 100
    with pytest.raises(Permanent, match=r"result\.not_a_video"):
        facts.facts()


def test_asking_for_nothing_is_not_the_end() -> None:
    source = Mp4Facts(io.BytesIO(FTYP + MOOV + MDAT))
    assert source.read(0) == b""
    assert source.read() == FTYP + MOOV + MDAT
    assert source.facts() == (720, 1280, 5.04)


def test_the_failure_of_the_source_is_told_as_it_is() -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise Temporary("http.cut_off")

    with pytest.raises(Temporary, match=r"http\.cut_off"):
        Mp4Facts(Cut()).read(10)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (FTYP + MOOV + box(b"mdat", b"x", long=True), (720, 1280, 5.04)),
        (FTYP + box(b"moov", mvhd(1000, 5040), trak(), long=True) + MDAT, (720, 1280, 5.04)),
        (FTYP + MOOV + box(b"mdat", b"to the end", size=0), (720, 1280, 5.04)),
        (FTYP + MDAT + box(b"moov", mvhd(1000, 5040), trak(), size=0), (720, 1280, 5.04)),
        (FTYP + box(b"moov", mvhd(600, 2**32 + 600, version=1), trak(version=1)) + MDAT, (720, 1280, 0.0)),
        (FTYP + box(b"moov", mvhd(600, 3000, version=1), trak(version=1)) + MDAT, (720, 1280, 5.0)),
        (FTYP + box(b"moov", mvhd(90_000, 2**32 - 1), trak()) + MDAT, (720, 1280, 0.0)),
        (FTYP + box(b"moov", mvhd(0, 5040), trak()) + MDAT, (720, 1280, 0.0)),
        (FTYP + box(b"moov", mvhd(1000, 5040), trak(matrix=QUARTER)) + MDAT, (1280, 720, 5.04)),
        (FTYP + box(b"moov", mvhd(1000, 5040), trak(5, 5, kind=b"soun"), trak()) + MDAT, (720, 1280, 5.04)),
        (FTYP + box(b"moov", mvhd(1000, 5040), trak(), trak(320, 240)) + MDAT, (720, 1280, 5.04)),
        (FTYP + box(b"moov", mvhd(1000, 5040), trak(), bytes(4)) + MDAT, (720, 1280, 5.04)),
        (FTYP + box(b"free") + box(b"uuid", bytes(16)) + MOOV + MDAT, (720, 1280, 5.04)),
        (FTYP + box(b"moov", box(b"trak", box(b"mdia", hdlr()), tkhd(8, 6)), mvhd(10, 15)) + MDAT, (8, 6, 1.5)),
    ],
    ids=[
        "long mdat",
        "long moov",
        "mdat to the end",
        "moov to the end",
        "a length nobody believes",
        "long times",
        "unknown length",
        "no timescale",
        "turned by a quarter",
        "sound first",
        "two tracks",
        "a rest in a box",
        "other boxes between",
        "another order",
    ],
)
def test_every_way_a_file_may_be_put_together_is_understood(data: bytes, found: tuple[int, int, float]) -> None:
    for piece in (1, 5, 10**6):
        assert read(data, piece=piece) == found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        FTYP,
        FTYP + MOOV,
        FTYP + MDAT,
        FTYP + MOOV + box(b"mdat"),
        FTYP + MOOV + box(b"mdat", size=0),
        FTYP + MOOV + box(b"mdat", b"x", size=2**32 - 1),
        FTYP + MOOV + box(b"mdat", b"x", long=True, size=2**64 - 1),
        FTYP + MOOV + MDAT + b"\x00\x00\x00",
        FTYP + box(b"moov", mvhd(1000, 5040), box(b"trak", tkhd(720, 1280), size=5000)) + MDAT,
        FTYP + box(b"moov", mvhd(1000, 5040), trak(), size=2**31) + MDAT,
        FTYP + box(b"moov", box(b"mvhd", b"short"), trak()) + MDAT,
        FTYP + box(b"moov", mvhd(1000, 5040), box(b"trak", box(b"tkhd", bytes(10)), box(b"mdia", hdlr()))) + MDAT,
        FTYP + box(b"moov", mvhd(1000, 5040), trak(0, 0)) + MDAT,
        FTYP + MDAT + box(b"moov", mvhd(1000, 5040), trak(), size=2**31),
        FTYP + box(b"moov", mvhd(1000, 5040), trak(), box(b"udta", size=16)) + box(b"mdat", bytes(100)),
        FTYP + box(b"moov", mvhd(1000, 5040), trak(kind=b"soun"), box(b"trak", box(b"mdia", hdlr()))) + MDAT,
        FTYP + trak() + MDAT,
        FTYP + box(b"free", size=7) + MOOV + MDAT,
        FTYP + box(b"fre\x00", size=7) + MOOV[1:] + MDAT,
        FTYP + box(b"free", long=True, size=15) + MOOV + MDAT,
        FTYP + box(b"moov", mvhd(1000, 5040), trak(), box(b"mdia") * 20_000) + MDAT,
    ],
    ids=[
        "nothing",
        "only a type",
        "no media",
        "no moov",
        "empty media",
        "empty media to the end",
        "huge",
        "huge and long",
        "a rest behind",
        "a track beyond moov",
        "moov beyond the file",
        "a short mvhd",
        "a short tkhd",
        "a track without size",
        "an open moov at the end",
        "a box beyond moov",
        "a track whose size is another's",
        "a track outside moov",
        "smaller than its header",
        "smaller than its header, and at one with what follows",
        "smaller than its long header",
        "too many boxes",
    ],
)
def test_what_cannot_be_a_whole_video_is_refused(data: bytes) -> None:
    assert refused(data)
    assert refused(data, piece=3)


def test_media_of_any_length_pass_in_constant_memory() -> None:
    class Long:
        """A head, and then media that are made when they are read."""

        left = 10**9

        def __init__(self) -> None:
            self.head = FTYP + MOOV + box(b"mdat", size=8 + self.left)

        def read(self, size: int = -1, /) -> bytes:
            if self.head:
                head, self.head = self.head, b""
                return head
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    facts = Mp4Facts(Long())
    while facts.read(1 << 20):
        held = [value for value in vars(facts._boxes).values() if isinstance(value, bytearray)]
        assert sum(map(len, held)) < 128
    assert facts.facts() == (720, 1280, 5.04)


Damage = Callable[[bytes], bytes]


@st.composite
def damaged(draw: st.DrawFn) -> Damage:
    """Bytes changed, cut out, doubled or put in, at places drawn."""
    changes = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12), st.integers(0, 40)), max_size=4))

    def damage(data: bytes) -> bytes:
        for where, put, gone in changes:
            at = int(where * len(data))
            data = data[:at] + put + data[at + gone :]
        return data

    return damage


BUILT = FTYP + box(b"free", long=True) + MOOV + box(b"mdat", b"x" * 30, size=0)


@given(damage=damaged(), which=st.sampled_from(["built", "moov first", "moov last"]), piece=st.integers(1, 5000))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_does_more_than_be_refused(clips: dict[str, bytes], damage: Damage, which: str, piece: int) -> None:
    data = damage(BUILT if which == "built" else clips[which])
    source = Mp4Facts(io.BytesIO(data))
    try:
        while source.read(piece):
            pass
        width, height, seconds = source.facts()
    except Permanent as refusal:
        assert refusal.code == "result.not_a_video"
    else:
        assert width > 0
        assert height > 0
        assert 0.0 <= seconds <= 86_400.0


@given(data=st.binary(max_size=400), piece=st.integers(1, 100))
@settings(max_examples=300, deadline=None)
def test_bytes_without_sense_are_refused(data: bytes, piece: int) -> None:
    assert refused(data, piece=piece)
    assert refused(FTYP + data, piece=piece)
