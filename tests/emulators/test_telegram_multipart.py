"""Forms are read as they come, however the network cuts them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from emulators.telegram.multipart import Malformed, Reader, boundary_of
from emulators.telegram.spool import IN_MEMORY

BODIES = {
    "empty": b"",
    "short": b"x",
    "nearly": b"\r\n--edg\r\n--edge\r\r\n-",  # beginnings of a boundary, which are not one
    "long": bytes(range(256)) * 40,
}


def form(bodies: dict[str, bytes], *, before: bytes = b"", after: bytes = b"") -> bytes:
    parts = [
        b'--edge-1\r\nContent-Disposition: form-data; name="%s"; filename="a.bin"\r\n\r\n%s\r\n' % (name.encode(), body)
        for name, body in bodies.items()
    ]
    return before + b"".join(parts) + b"--edge-1--" + after


def read(data: bytes, cuts: list[int], folder: Path | None = None) -> dict[str, bytes]:
    reader = Reader(b"edge-1", folder)
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        reader.feed(data[start:end])
    return {part.name: part.body.data() for part in reader.finish()}


@pytest.mark.parametrize("around", [{}, {"before": b"\r\n"}, {"before": b"hello\r\n", "after": b"\r\nbye"}])
def test_a_form_is_the_same_wherever_it_is_cut(around: dict[str, bytes]) -> None:
    data = form(BODIES, **around)
    assert read(data, list(range(1, len(data)))) == BODIES, "byte by byte"
    chance = random.Random(7)
    for _ in range(200):
        cuts = sorted(chance.sample(range(1, len(data)), chance.randint(1, 9)))
        assert read(data, cuts) == BODIES, cuts


def test_what_grows_large_waits_in_a_file_and_is_the_same(tmp_path: Path) -> None:
    bodies = {"large": random.Random(1).randbytes(IN_MEMORY + 3), "small": b"y"}
    data = form(bodies)
    assert read(data, list(range(65536, len(data), 65536)), tmp_path) == bodies
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == bodies["large"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no boundary at all",
        form({"a": b"1"})[:-12],
        b"--edge-1\r\nContent-Type: text/plain\r\n\r\nx\r\n--edge-1--",
        b"--edge-1\r\n" + b"h" * 20_000,
    ],
    ids=["nothing", "no boundary", "cut off", "no name", "endless head"],
)
def test_a_broken_form_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data, [])


def test_a_form_must_name_its_boundary() -> None:
    assert boundary_of('multipart/form-data; charset=utf-8; boundary="a b"') == b"a b"
    with pytest.raises(Malformed):
        boundary_of("multipart/form-data")
