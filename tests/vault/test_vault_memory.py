"""How much memory a stream takes, seen by the kernel from outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024
FILE_BYTES = 50_000_000

# VmHWM is this program's own peak; ru_maxrss would begin at the size of the test runner that started it.
CHILD = """
import sys
from pathlib import Path
from vault.folder import FolderStore
from vault.fields import DataKey
from vault.stream import open_stream, seal, sealed_length

class Made:
    def __init__(self, length):
        self.left = length
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return b"\\x55" * size

length, key = int(sys.argv[2]), DataKey.new()
store = FolderStore(Path(sys.argv[1]))
store.put("made", seal(Made(length), key, binding=b"here"), sealed_length(length))
with open_stream(store.get("made"), key, binding=b"here") as stream:
    read = sum(len(part) for part in iter(lambda: stream.read(65536), b""))
assert read == length, read
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def peak_bytes(folder: Path, length: int) -> int:
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(length)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(child.stdout) * 1024


def test_sealing_storing_and_opening_50_mb_takes_no_more_memory_than_a_few_chunks(tmp_path: Path) -> None:
    baseline = peak_bytes(tmp_path, 1)

    assert peak_bytes(tmp_path, FILE_BYTES) - baseline < 8 * MIB
