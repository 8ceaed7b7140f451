"""The service around the decoders: many callers, dying children, limits, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from errors import Rejected, Temporary
from imaging.intake import CleanPhoto, Intake
from tests.imaging.conftest import Pictures

HOUSE = Path(__file__).parent.parent.parent
Shown = Callable[[CleanPhoto], Image.Image]
Soon = Callable[[Callable[[], bool]], bool]


def child(intake: Intake) -> psutil.Process:
    assert intake.pid is not None
    return psutil.Process(intake.pid)


def gone(process: psutil.Process) -> bool:
    """Ended, though an orphan's new parent may not have collected it yet."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def at_work(warm: psutil.Process) -> list[psutil.Process]:
    """The forks that are busy decoding, not those that merely have not been collected yet."""
    busy = []
    for fork in warm.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if fork.cpu_times().user >= 0.1:
                busy.append(fork)
    return busy


class Stream(BytesIO):
    """Gives little at a time, as sockets do, and counts what was taken."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(min(100_000, size if size is not None and size >= 0 else 100_000))
        self.taken += len(piece)
        return piece


def test_a_photo_may_come_as_bytes_as_a_view_or_as_a_stream(pictures: Pictures, intake: Intake) -> None:
    data = pictures.saved(pictures.noise(700, 500), quality=95)
    assert len(data) > 200_000
    photos = [intake.clean(data), intake.clean(memoryview(data)), intake.clean(Stream(data))]
    assert photos[0] == photos[1] == photos[2]
    assert (photos[0].width, photos[0].height, photos[0].source_format) == (700, 500, "jpeg")


def test_a_stream_is_not_read_beyond_the_limit(new_intake: Callable[..., Intake]) -> None:
    stream = Stream(bytes(5_000_000))
    with pytest.raises(Rejected) as refusal:
        new_intake(max_bytes=1_000_000).clean(stream)
    assert refusal.value.code == "photo.too_large"
    assert stream.taken == 1_000_001


def test_the_largest_file_allowed_is_taken(pictures: Pictures, new_intake: Callable[..., Intake]) -> None:
    jpeg = pictures.saved()
    padded = jpeg + bytes(1_000_000 - len(jpeg))
    assert new_intake(max_bytes=1_000_000).clean(padded).width == 96


def test_eight_threads_get_each_their_own_picture(
    pictures: Pictures, shown: Shown, soon: Soon, new_intake: Callable[..., Intake]
) -> None:
    shared = new_intake(parallel=8)
    colours = [(30 * n, 255 - 30 * n, 128) for n in range(8)]
    files = [pictures.saved(Image.new("RGB", (64 + n, 64), colour)) for n, colour in enumerate(colours)]
    start = threading.Barrier(8)

    def send(n: int) -> list[CleanPhoto]:
        start.wait()
        return [shared.clean(files[n]) for _ in range(5)]

    with ThreadPoolExecutor(8) as threads:
        for n, photos in enumerate(threads.map(send, range(8))):
            for photo in photos:
                pixel: Any = shown(photo).getpixel((20, 20))
                assert photo.width == 64 + n
                assert max(abs(a - b) for a, b in zip(pixel, colours[n], strict=True)) <= 4
    assert soon(lambda: not child(shared).children())


def test_no_more_pictures_are_decoded_at_once_than_allowed(
    pictures: Pictures, soon: Soon, new_intake: Callable[..., Intake]
) -> None:
    narrow = new_intake(parallel=2, wall_seconds=1.0)
    narrow.start()
    most = 0
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(narrow.clean, pictures.endless_jpeg) for _ in range(4)]
        assert soon(lambda: len(child(narrow).children()) == 2)
        while not all(each.done() for each in slow):
            most = max(most, len(child(narrow).children()))
            time.sleep(0.02)
    assert most == 2
    assert [type(each.exception()) for each in slow] == [Rejected] * 4


def test_who_waits_too_long_for_a_place_is_asked_to_come_again(
    pictures: Pictures, soon: Soon, new_intake: Callable[..., Intake]
) -> None:
    narrow = new_intake(parallel=1, queue_seconds=0.1, wall_seconds=1.0)
    narrow.start()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(narrow.clean, pictures.endless_jpeg)
        assert soon(lambda: bool(at_work(child(narrow))))
        with pytest.raises(Temporary) as failure:
            narrow.clean(pictures.saved())
        assert failure.value.code == "photo.intake_unavailable"
        assert isinstance(slow.exception(), Rejected)
    assert narrow.clean(pictures.saved()).width == 96


def test_a_child_that_was_killed_is_replaced(pictures: Pictures, new_intake: Callable[..., Intake]) -> None:
    intake = new_intake()
    intake.clean(pictures.saved())
    first = child(intake)
    first.kill()
    assert intake.clean(pictures.saved()).width == 96
    assert intake.pid != first.pid
    assert not first.is_running()


def test_a_picture_in_work_survives_the_death_of_the_child(
    pictures: Pictures, soon: Soon, new_intake: Callable[..., Intake]
) -> None:
    intake = new_intake(wall_seconds=1.0)
    intake.start()
    first = child(intake)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(intake.clean, pictures.endless_jpeg)
        assert soon(lambda: bool(at_work(first)))
        (working,) = at_work(first)
        first.kill()
        assert soon(lambda: gone(working))
        error = slow.exception()
    assert isinstance(error, Rejected) and error.code == "photo.too_heavy"
    assert intake.pid != first.pid
    assert intake.clean(pictures.saved()).width == 96


def test_a_child_that_no_longer_answers_is_replaced(pictures: Pictures, new_intake: Callable[..., Intake]) -> None:
    intake = new_intake(wall_seconds=1.0, grace_seconds=0.2)
    intake.clean(pictures.saved())
    frozen = child(intake)
    frozen.suspend()
    assert intake.clean(pictures.saved()).width == 96
    assert intake.pid != frozen.pid and not frozen.is_running()


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_a_child_that_cannot_be_started_says_nothing_about_the_picture(
    pictures: Pictures, new_intake: Callable[..., Intake], python: str
) -> None:
    broken = new_intake(python=python)
    broken.start()
    with pytest.raises(Temporary) as failure:
        broken.clean(pictures.saved())
    assert failure.value.code == "photo.intake_unavailable"
    assert broken.pid is None


def test_a_closed_intake_takes_nothing_and_leaves_no_process(
    pictures: Pictures, new_intake: Callable[..., Intake]
) -> None:
    intake = new_intake()
    intake.clean(pictures.saved())
    process = child(intake)
    intake.close()
    intake.close()
    assert not process.is_running()
    with pytest.raises(Temporary):
        intake.clean(pictures.saved())
    assert intake.pid is None


def test_no_process_is_left_as_a_zombie(pictures: Pictures, soon: Soon, new_intake: Callable[..., Intake]) -> None:
    before = {process.pid for process in psutil.Process().children()}
    intake = new_intake(wall_seconds=0.3)
    for data in (pictures.saved(), pictures.endless_jpeg, b"no picture", pictures.saved()):
        try:
            intake.clean(data)
        except Rejected as refusal:
            assert refusal.code in ("photo.too_heavy", "photo.not_a_picture")
    assert soon(lambda: not child(intake).children())
    child(intake).kill()
    intake.clean(pictures.saved())
    intake.close()
    assert {process.pid for process in psutil.Process().children()} <= before


def test_a_picture_that_dies_in_its_decoder_is_refused_and_others_are_not_touched(
    pictures: Pictures, soon: Soon, new_intake: Callable[..., Intake]
) -> None:
    intake = new_intake()
    intake.start()
    codes = {}
    with ThreadPoolExecutor(1) as threads:
        for sign in (signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT):
            slow = threads.submit(intake.clean, pictures.endless_jpeg)
            assert soon(lambda: bool(at_work(child(intake))))
            (working,) = at_work(child(intake))
            working.send_signal(sign)
            error = slow.exception()
            assert isinstance(error, Rejected)
            codes[sign] = error.code
    assert codes == {
        signal.SIGSEGV: "photo.truncated",
        signal.SIGKILL: "photo.too_heavy",
        signal.SIGABRT: "photo.too_heavy",
    }
    assert intake.clean(pictures.saved()).width == 96


def test_a_child_that_was_taken_over_cannot_slip_metadata_past_the_supervisor(
    pictures: Pictures, tmp_path: Path, new_intake: Callable[..., Intake]
) -> None:
    """The child is played by a program that answers every picture with that picture."""
    fake = tmp_path / "python"
    fake.write_text(
        f"#!{sys.executable}\n"
        "import socket, sys\n"
        f"sys.path.insert(0, {str(HOUSE)!r})\n"
        "from imaging import wire\n"
        "control = socket.socket(fileno=0)\n"
        "control.sendall(wire.READY)\n"
        "while True:\n"
        "    frame, links, _, _ = socket.recv_fds(control, wire.JOB_BYTES, 1)\n"
        "    if not links:\n"
        "        break\n"
        "    with socket.socket(fileno=links[0]) as link:\n"
        "        data = link.makefile('rb').read()\n"
        "        link.sendall(wire.pack_answer(wire.Answer(verdict='clean', kind='jpeg', jpeg=data)))\n"
    )
    fake.chmod(0o755)
    lied_to = new_intake(python=str(fake), long_side=100)
    assert lied_to.clean(pictures.saved()).data == pictures.saved()
    for lie in (
        pictures.saved(comment=b"canary"),
        pictures.saved(plugin="PNG"),
        pictures.saved(Image.new("RGB", (101, 50))),
    ):
        with pytest.raises(Rejected) as refusal:
            lied_to.clean(lie)
        assert refusal.value.code == "photo.truncated"


def test_the_child_knows_none_of_our_secrets(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch, new_intake: Callable[..., Intake]
) -> None:
    monkeypatch.setenv("MASTER_KEYS", "canary")
    with socket.socket() as open_connection:
        os.set_inheritable(open_connection.fileno(), True)
        intake = new_intake()
        intake.clean(pictures.saved())
    assert "MASTER_KEYS" not in child(intake).environ()
    assert not child(intake).net_connections("inet")


LIFE = """
import sys, threading
from imaging.intake import Intake
import imaging.ratio, imaging.result

intake = Intake()
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        assert intake.clean(file).width
decoders = [name for name in sys.modules if name.split(".")[0] in ("PIL", "pi_heif", "_pi_heif")]
assert not decoders, decoders
print(intake.pid, flush=True)
threading.Thread(target=intake.clean, args=(sys.stdin.buffer.read(),)).start()
"""


def test_nothing_is_left_on_disk_and_no_decoder_enters_the_worker(pictures: Pictures, tmp_path: Path) -> None:
    temporary, home = tmp_path / "temporary", tmp_path / "home"
    for folder in (temporary, home):
        folder.mkdir()
    large = tmp_path / "large.png"
    large.write_bytes(pictures.saved(pictures.noise(900, 900), "PNG"))
    assert large.stat().st_size > 700_000
    heic = Path(__file__).parent / "quarters-turned.heic"
    environ = {**os.environ, "TMPDIR": str(temporary), "HOME": str(home), "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-c", LIFE, str(large), str(heic)]
    subprocess.run(
        command, env=environ, input=pictures.saved(), cwd=home, stdout=subprocess.PIPE, timeout=60, check=True
    )
    assert sorted(tmp_path.rglob("*")) == [home, large, temporary]


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_the_death_of_the_worker_ends_the_child_and_the_picture_in_work(
    pictures: Pictures, soon: Soon, sign: signal.Signals
) -> None:
    command = [sys.executable, "-c", LIFE, str(HOUSE / "samples" / "cat.jpg")]
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin and worker.stdout
        warm = psutil.Process(int(worker.stdout.readline()))
        worker.stdin.write(pictures.endless_jpeg)
        worker.stdin.close()
        assert soon(lambda: bool(at_work(warm)))
        (working,) = at_work(warm)
        worker.send_signal(sign)
    assert soon(lambda: gone(warm) and gone(working))


def test_a_worker_that_ends_in_peace_takes_the_child_along(pictures: Pictures, soon: Soon) -> None:
    command = [sys.executable, "-c", LIFE, str(HOUSE / "samples" / "cat.jpg")]
    done = subprocess.run(command, cwd=HOUSE, input=pictures.saved(), stdout=subprocess.PIPE, timeout=60, check=True)
    pid = int(done.stdout)
    assert soon(lambda: not psutil.pid_exists(pid))


def test_a_fork_of_the_worker_gets_a_child_of_its_own(pictures: Pictures, new_intake: Callable[..., Intake]) -> None:
    intake = new_intake()
    intake.clean(pictures.saved())
    ours = intake.pid
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            intake.clean(pictures.saved())
            os.write(writing, str(intake.pid).encode())
            intake.close()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    theirs = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    assert theirs != ours == intake.pid
    assert intake.clean(pictures.saved()).width == 96
