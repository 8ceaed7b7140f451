"""What sealing costs against bare AES-GCM: `python -m bench.sealing`. Variants take turns, figures are medians."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.fields import DataKey, binding
from vault.stream import open_stream, seal

ROOT = Path(__file__).resolve().parent.parent
FILE_BYTES = 50_000_000
READ = 128 * 1024  # what boto3 asks for at a time
PLACE = binding("media", "object", "0123456789abcdef", "result", "1")
COLUMN = binding("account", "first_name", "0123456789abcdef")
MIB = 1024 * 1024


def run() -> dict[str, float]:
    """Throughput of the stream against one shot, peak memory growth in MiB, time of a field against bare AES-GCM."""
    return {**_file(rounds=9), **_field(rounds=15, seals=4000), "memory_growth_mib": _memory_growth()}


def _file(*, rounds: int) -> dict[str, float]:
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
    return {
        "seal_50mb_throughput_ratio": took["one_shot"] / took["stream"],
        "open_50mb_throughput_ratio": took["open_one_shot"] / took["open_stream"],
        "seal_50mb_ms": took["stream"] * 1e3,
    }


def _field(*, rounds: int, seals: int) -> dict[str, float]:
    plain, raw = os.urandom(30), os.urandom(32)
    key, bare, fixed = DataKey(raw), AESGCM(raw), os.urandom(12)
    took = _alternate(
        {
            "bare": _times(seals, lambda: bare.encrypt(os.urandom(12), plain, COLUMN)),
            "bare_fixed_nonce": _times(seals, lambda: bare.encrypt(fixed, plain, COLUMN)),
            "field": _times(seals, lambda: key.seal(plain, binding=COLUMN)),
            "cold": _times(seals, lambda: DataKey(raw).seal(plain, binding=COLUMN)),
        },
        rounds=rounds,
    )
    return {
        "field_time_ratio": took["field"] / took["bare"],
        "field_time_ratio_fixed_nonce": took["field"] / took["bare_fixed_nonce"],
        "field_cold_time_ratio": took["cold"] / took["bare"],
        "field_us": took["field"] / seals * 1e6,
    }


def _alternate(variants: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Median seconds of each; they take turns because a shared machine's speed drifts."""
    took: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            start = time.perf_counter()
            variant()
            took[name].append(time.perf_counter() - start)
    return {name: median(seconds) for name, seconds in took.items()}


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


def _memory_growth() -> float:
    """MiB by which the peak of a process that seals and opens 50 MB is above that of one that seals a byte."""
    return (_peak_of(FILE_BYTES) - _peak_of(1)) / MIB


def _peak_of(length: int) -> int:
    child = [sys.executable, "-m", "bench.sealing", "peak", str(length)]
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
    if sys.argv[1:2] == ["peak"]:
        _print_peak(int(sys.argv[2]))
    else:
        for name, figure in run().items():
            print(f"{name:32} {figure:8.2f}")
