"""The body of an upload: exact to the byte, and never held whole."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from errors import Permanent
from providers.http import Origin, Outbound
from providers.telegram import CONNECT, Telegram
from providers.telegram_calls import Readable, Upload, send_video
from providers.telegram_form import form
from tests.emulators.conftest import TOKEN, run

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024
CLIP_BYTES = 50_000_000
CLIP = bytes(range(256)) * 300
SHAPE: dict[str, Any] = {"seconds": 5.0, "width": 720, "height": 1280}

# VmHWM is this program's own peak; ru_maxrss would begin at the size of the test runner that started it.
CHILD = """
import sys
from pathlib import Path
from providers.http import Origin, Outbound
from providers.telegram import Telegram
from providers.telegram_calls import Upload, send_text, edit_to_video
from vault.fields import DataKey
from vault.folder import FolderStore
from vault.stream import open_stream, seal, sealed_length

class Made:
    def __init__(self, length):
        self.left = length
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return b"\\x55" * size

folder, url, token, chat, length = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
store, key = FolderStore(folder), DataKey.new()
store.put("video", seal(Made(length), key, binding=b"here"), sealed_length(length))
telegram = Telegram(Outbound([Origin.of(url)]), api_url=url, token=token)
video = Upload.stream(
    lambda: open_stream(store.get("video"), key, binding=b"here"), length, name="miomio.mp4", mime="video/mp4"
)
status = telegram.send(send_text(chat, "in the making"))
sent = telegram.send(
    edit_to_video(chat, status.message_id, video, None, "ready", seconds=5.0, width=720, height=1280)
)
assert sent.file_id
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


class Dripping(io.BytesIO):
    """Gives little at a time, as sockets and seals may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(700, size) if size is not None and size >= 0 else 700)


def stream(source: io.BytesIO, length: int) -> Upload:
    return Upload.stream(lambda: source, length, name="miomio.mp4", mime="video/mp4")


def body_of(upload: Upload) -> tuple[bytes, int]:
    with form({"chat_id": "1"}, {"video": upload}) as sent:
        assert not isinstance(sent.body, bytes)
        return b"".join(sent.body), len(sent.body)


def test_the_body_is_as_long_as_announced_and_holds_the_file() -> None:
    body, length = body_of(stream(Dripping(CLIP), len(CLIP)))
    assert len(body) == length
    head, _, rest = body.partition(b'filename="miomio.mp4"\r\nContent-Type: video/mp4\r\n\r\n')
    assert b'name="chat_id"\r\n\r\n1\r\n' in head
    assert rest.startswith(CLIP + b"\r\n--")


@pytest.mark.parametrize("length", [len(CLIP) - 1, len(CLIP) + 1], ids=["longer", "shorter"])
def test_a_file_that_is_longer_or_shorter_than_announced_is_not_sent_to_its_end(length: int) -> None:
    with pytest.raises(Permanent, match=r"telegram\.upload_length"):
        body_of(stream(Dripping(CLIP), length))


def test_a_file_is_opened_anew_for_each_sending_and_closed_after_it() -> None:
    opened: list[io.BytesIO] = []

    @contextmanager
    def opens() -> Iterator[Readable]:
        with io.BytesIO(CLIP) as source:
            opened.append(source)
            yield source

    upload = Upload.stream(opens, len(CLIP), name="miomio.mp4", mime="video/mp4")
    assert body_of(upload)[1] == body_of(upload)[1]
    with pytest.raises(RuntimeError), form({}, {"video": upload}):
        raise RuntimeError("nobody answers")
    assert [source.closed for source in opened] == [True, True, True]


def test_a_file_does_not_show_in_what_may_be_logged() -> None:
    shown = repr(stream(io.BytesIO(b"secret"), 6))
    assert "secret" not in shown
    assert "BytesIO" not in shown


class TooLarge(BaseHTTPRequestHandler):
    """A server before Telegram's that refuses by the announced length, in HTML, and hangs up."""

    def do_POST(self) -> None:
        body = b"<html>413 Request Entity Too Large</html>"
        self.send_response(413)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        while self.rfile.read(1 << 16):
            pass

    def log_message(self, *_: Any) -> None:
        pass


class Sleepy(BaseHTTPRequestHandler):
    """Stops reading for longer than connecting may take, and then goes on."""

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"]) - len(self.rfile.read(10_000))
        time.sleep(CONNECT + 1)
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        body = b'{"ok": true, "result": {"message_id": 7, "video": {"file_id": "f"}}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[Telegram]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        yield Telegram(Outbound([Origin.of(url)]), api_url=url, token=TOKEN)
    finally:
        server.shutdown()
        server.server_close()


def test_a_413_that_is_not_telegrams_own_means_the_same() -> None:
    with serving(TooLarge) as telegram, pytest.raises(Permanent, match=r"telegram\.too_large"):
        telegram.send(send_video(1, stream(io.BytesIO(CLIP), len(CLIP)), None, "", **SHAPE))


def test_an_upload_outlives_a_line_that_stands_still_for_some_seconds() -> None:
    length = 20_000_000  # more than the machine's own buffers take
    with serving(Sleepy) as telegram:
        sent = telegram.send(send_video(1, stream(io.BytesIO(bytes(length)), length), None, "", **SHAPE))
    assert sent is not None
    assert sent.file_id == "f"


@pytest.mark.alone
def test_a_video_of_50_mb_goes_from_its_opened_seal_to_telegram_in_constant_memory(tmp_path: Path) -> None:
    emulator = run()
    try:
        ann = emulator.person("Ann")
        ann.says("/start")

        def peak_bytes(length: int) -> int:
            arguments = [str(tmp_path), emulator.url, TOKEN, str(ann.id), str(length)]
            child = subprocess.run([sys.executable, "-c", CHILD, *arguments], cwd=ROOT, capture_output=True, text=True)
            assert child.returncode == 0, child.stderr
            return int(child.stdout) * 1024

        baseline = peak_bytes(1)
        growth = peak_bytes(CLIP_BYTES) - baseline
        assert [message["media"]["size"] for message in ann.messages()[1:]] == [1, CLIP_BYTES]
        assert growth < 8 * MIB, f"{growth / MIB:.1f} MiB"
    finally:
        emulator.stop()
        if emulator.process.stdout is not None:
            emulator.process.stdout.close()
