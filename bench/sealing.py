"""What sealing costs beside bare AES-GCM: `python -m bench sealing`. Variants take turns."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figures import Found
from bench.share import part
from bench.sides import BARE_AES, OURS, SMALL
from vault.fields import DataKey, binding
from vault.stream import open_stream, seal

ROOT = Path(__file__).resolve().parent.parent
FILE_BYTES = 50_000_000
READ = 128 * 1024  # what boto3 asks for at a time
PLACE = binding("media", "object", "0123456789abcdef", "result", "1")
COLUMN = binding("account", "first_name", "0123456789abcdef")
MIB = 1024 * 1024


def run(share: float = 1.0) -> Found:
    """Throughput of the stream beside one shot, time of a field beside bare AES-GCM, memory beside one byte's."""
    whole, one = _peak_of(FILE_BYTES) / MIB, _peak_of(1) / MIB
    return {
        **_file(rounds=part(9, share)),
        **_field(rounds=part(15, share), seals=4000),
        "memory": {OURS: [whole], SMALL: [one]},
    }


def _file(*, rounds: int) -> Found:
    plain = os.urandom(FILE_BYTES)
    key, bare = DataKey.new(), AESGCM(os.urandom(32))
    sealed = seal(io.BytesIO(plain), key, binding=PLACE).read()
    one_shot = bare.encrypt(bytes(12), plain, PLACE)
    took = _alternate(
        {
            "one_shot": lambda: bare.encrypt(os.urandom(12), plain, PLACE),
            "stream": lambda: _drain(seal(io.BytesIO(plain), key, binding=PLACE)),
            "open_one_shot": lambda: bare.decrypt(bytes(12), one_shot, PLACE),
            "open_stream": lambda: _drain(open_stream(io.BytesIO(sealed), key, binding=PLACE)),
        },
        rounds=rounds,
    )
    rates = {name: [FILE_BYTES / 1e6 / each for each in seconds] for name, seconds in took.items()}
    return {
        "seal": {OURS: rates["stream"], BARE_AES: rates["one_shot"]},
        "open": {OURS: rates["open_stream"], BARE_AES: rates["open_one_shot"]},
    }


def _field(*, rounds: int, seals: int) -> Found:
    plain, raw = os.urandom(30), os.urandom(32)
    key, bare = DataKey(raw), AESGCM(raw)
    took = _alternate(
        {
            "bare": _times(seals, lambda: bare.encrypt(os.urandom(12), plain, COLUMN)),
            "field": _times(seals, lambda: key.seal(plain, binding=COLUMN)),
            "cold": _times(seals, lambda: DataKey(raw).seal(plain, binding=COLUMN)),
        },
        rounds=rounds,
    )
    each = {name: [one / seals * 1e6 for one in seconds] for name, seconds in took.items()}
    return {
        "field": {OURS: each["field"], BARE_AES: each["bare"]},
        "field_cold": {OURS: each["cold"], BARE_AES: each["bare"]},
    }


def _alternate(variants: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round; they take turns because a shared machine's speed drifts."""
    took: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            start = time.perf_counter()
            variant()
            took[name].append(time.perf_counter() - start)
    return took


def _times(count: int, call: Callable[[], object]) -> Callable[[], None]:
    def repeat() -> None:
        for _ in range(count):
            call()

    return repeat


def _drain(stream: io.BufferedIOBase) -> None:
    while stream.read(READ):
        pass


class _Made:
    """Plain bytes made when they are read, so that they take no memory of their own."""

    def __init__(self, length: int) -> None:
        self._left = length

    def read(self, size: int = -1, /) -> bytes:
        size = min(self._left, size)
        self._left -= size
        return bytes(size)


def _peak_of(length: int) -> int:
    """Of a process that seals and opens so many bytes."""
    child = [sys.executable, "-m", "bench.sealing", str(length)]
    return int(subprocess.run(child, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def _print_peak(length: int) -> None:
    """The kernel's high-water mark of this program; ru_maxrss would start at the size of the process that forked it."""
    key = DataKey.new()
    sealed_file = ROOT / "var" / f"bench-{os.getpid()}.sealed"
    sealed_file.parent.mkdir(exist_ok=True)
    try:
        with sealed_file.open("wb") as target:
            sealed = seal(_Made(length), key, binding=PLACE)
            while block := sealed.read(READ):
                target.write(block)
        with sealed_file.open("rb") as source:
            _drain(open_stream(source, key, binding=PLACE))
    finally:
        sealed_file.unlink()
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) * 1024)


if __name__ == "__main__":
    _print_peak(int(sys.argv[1]))
