"""Videos: what Telegram finds in them, how they are edited in and sent again, and how heavy they may be."""

from __future__ import annotations

import io
import json
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from requests_toolbelt import MultipartEncoder

from tests.emulators.moving_pictures import film

MB = 1024 * 1024
Picture = Callable[..., bytes]


@pytest.fixture(scope="module")
def movie() -> bytes:
    return film(320, 180, seconds=2)


def memory_of(pid: int) -> int:
    """The most memory this process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def forget_most(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def test_telegram_finds_shape_length_and_a_poster_by_itself(ann: Any, emulator: Any, movie: bytes) -> None:
    video = emulator.ok("sendVideo", {"video": ("a.mp4", movie, "video/mp4")}, chat_id=str(ann.id))["video"]
    assert (video["width"], video["height"], video["duration"]) == (320, 180, 2)
    assert (video["mime_type"], video["file_size"]) == ("video/mp4", len(movie))
    poster = video["thumbnail"]
    assert (poster["width"], poster["height"]) == (320, 180)
    assert emulator.download(poster["file_id"]).startswith(b"\xff\xd8")
    shown = ann.messages()[-1]["media"]
    assert (shown["kind"], shown["duration"]) == ("video", 2)
    looked = emulator.http.get(emulator.url + shown["poster"])
    assert looked.headers["Content-Type"] == "image/jpeg"
    assert looked.content == emulator.download(poster["file_id"])


def test_what_the_bot_says_of_its_video_counts(
    ann: Any, emulator: Any, bot: Any, movie: bytes, picture: Picture
) -> None:
    thumb = picture(160, 90)
    sent = bot.send_video(
        ann.id,
        io.BytesIO(movie),
        width=1280,
        height=720,
        duration=5,
        thumbnail=io.BytesIO(thumb),
        supports_streaming=True,
    )
    assert (sent.video.width, sent.video.height, sent.video.duration) == (1280, 720, 5)
    assert emulator.download(sent.video.thumbnail.file_id) == thumb
    (call,) = emulator.client("GET", "calls?method=sendVideo")
    assert call["params"]["supports_streaming"] in ("True", "true")


@pytest.mark.parametrize("kind", ["too wide", "not a jpeg", "too heavy", "by its id"])
def test_a_thumbnail_that_is_not_as_asked_is_left_out(
    ann: Any, emulator: Any, movie: bytes, picture: Picture, kind: str
) -> None:
    files = {"video": ("a.mp4", movie)}
    media: dict[str, Any] = {}
    if kind == "by its id":
        media["thumbnail"] = emulator.ok("sendPhoto", {"photo": ("p.jpg", picture(90, 90))}, chat_id=str(ann.id))[
            "photo"
        ][0]["file_id"]
    elif kind == "too wide":
        files["thumbnail"] = ("t.jpg", picture(321, 100))
    elif kind == "not a jpeg":
        files["thumbnail"] = ("t.png", picture(100, 100, kind="PNG"))
    else:
        files["thumbnail"] = ("t.jpg", picture(320, 320) + b"\0" * 200 * 1024)
    video = emulator.ok("sendVideo", files, chat_id=str(ann.id), **media)["video"]
    assert (video["thumbnail"]["width"], video["thumbnail"]["height"]) == (320, 180)


def test_a_text_becomes_a_video_and_then_another(ann: Any, emulator: Any, movie: bytes, picture: Picture) -> None:
    status = emulator.ok("sendMessage", chat_id=ann.id, text="The video is being made")
    place = {"chat_id": str(ann.id), "message_id": str(status["message_id"])}
    media: dict[str, Any] = {
        "type": "video",
        "media": "attach://film",
        "thumbnail": "attach://poster",
        "caption": "done",
    }
    media |= {"width": 640, "height": 360, "duration": 5, "supports_streaming": True}
    files = {"film": ("v.mp4", movie, "video/mp4"), "poster": ("t.jpg", picture(120, 68), "image/jpeg")}
    edited = emulator.ok("editMessageMedia", files, media=json.dumps(media), **place)
    assert (edited["message_id"], edited["caption"], "text" in edited) == (status["message_id"], "done", False)
    assert (edited["video"]["duration"], edited["video"]["thumbnail"]["width"]) == (5, 120)
    assert emulator.download(edited["video"]["file_id"]) == movie
    shown = ann.messages()[-1]
    assert (shown["media"]["kind"], shown["edited"], shown["caption"]) == ("video", 1, "done")
    # Editing may be repeated, which sending may not: the work of a killed worker is done again.
    again = emulator.ok("editMessageMedia", files, media=json.dumps(media), **place)
    assert again["video"]["file_unique_id"] == edited["video"]["file_unique_id"]
    missing = emulator.call("editMessageMedia", media=json.dumps(media), **place)
    assert missing["description"].endswith("attached file film is missing")


def test_a_video_known_by_its_id_keeps_shape_and_poster(ann: Any, emulator: Any, movie: bytes) -> None:
    first = emulator.ok("sendVideo", {"video": ("a.mp4", movie)}, chat_id=str(ann.id), duration="7")["video"]
    second = emulator.ok("sendVideo", chat_id=ann.id, video=first["file_id"], duration=1, width=10)["video"]
    assert second["file_id"] != first["file_id"]
    assert second["file_unique_id"] == first["file_unique_id"]
    kept = ("width", "height", "duration", "thumbnail", "file_size")
    assert [second[name] for name in kept] == [first[name] for name in kept]
    as_photo = emulator.call("sendPhoto", chat_id=ann.id, photo=first["thumbnail"]["file_id"])
    assert as_photo["description"] == "Bad Request: can't use file of type Thumbnail as Photo"


def test_a_video_is_watched_in_ranges(ann: Any, emulator: Any, movie: bytes) -> None:
    emulator.ok("sendVideo", {"video": ("a.mp4", movie, "video/mp4")}, chat_id=str(ann.id))
    url = emulator.url + ann.messages()[-1]["media"]["url"]
    whole = emulator.http.get(url)
    assert (whole.headers["Content-Type"], whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    assert whole.content == movie
    part = emulator.http.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, movie[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(movie)}"
    assert emulator.http.get(url, headers={"Range": "bytes=99999999-"}).status_code == 416


def upload(emulator: Any, ann: Any, size: int, method: str = "sendVideo", field: str = "video") -> requests.Response:
    """As the bot's own client does it: streamed from a file, its length known beforehand."""

    with tempfile.TemporaryFile() as zeros:
        zeros.truncate(size)
        form = MultipartEncoder({"chat_id": str(ann.id), field: ("v.mp4", zeros, "video/mp4")})
        url = f"{emulator.url}/bot12345:demo/{method}"
        return requests.post(url, data=form, headers={"Content-Type": form.content_type}, timeout=60)


@pytest.mark.parametrize("more", [1, 3 * MB], ids=["one byte", "far"])
def test_fifty_megabytes_go_up_and_no_more(ann: Any, emulator: Any, more: int) -> None:
    just = upload(emulator, ann, 50 * MB)
    assert just.json()["result"]["video"]["file_size"] == 50 * MB
    over = upload(emulator, ann, 50 * MB + more)
    assert (over.status_code, over.json()) == (
        413,
        {"ok": False, "error_code": 413, "description": "Request Entity Too Large"},
    )
    assert len(ann.messages()) == 2


def test_a_heavy_upload_is_not_held_in_memory(start: Any) -> None:
    emulator = start()
    ann = emulator.person("Ann")
    ann.says("/start")
    assert upload(emulator, ann, 2 * MB).ok  # everything that is loaded once is loaded
    forget_most(emulator.process.pid)
    before = memory_of(emulator.process.pid)
    assert upload(emulator, ann, 49 * MB).ok
    assert memory_of(emulator.process.pid) - before < 10 * MB
    heavy = emulator.http.get(emulator.url + ann.messages()[-1]["media"]["url"])
    assert len(heavy.content) == 49 * MB
    assert memory_of(emulator.process.pid) - before < 10 * MB


def test_several_heavy_uploads_at_once_leave_others_their_turn(ann: Any, emulator: Any) -> None:
    uploads = [threading.Thread(target=upload, args=(emulator, ann, 20 * MB + n)) for n in range(3)]
    for one in uploads:
        one.start()
    while any(one.is_alive() for one in uploads):
        assert emulator.http.get(f"{emulator.url}/client/health", timeout=60).ok
    assert sorted(m["media"]["size"] for m in ann.messages()[1:]) == [20 * MB, 20 * MB + 1, 20 * MB + 2]


def test_an_upload_that_breaks_off_leaves_nothing_behind(start: Any, tmp_path: Path) -> None:
    emulator = start("--state", str(tmp_path))
    ann = emulator.person("Ann")
    ann.says("/start")
    host, port = emulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        head = "POST /bot12345:demo/sendVideo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
        line.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode())
        line.sendall(b'--b\r\nContent-Disposition: form-data; name="video"; filename="v"\r\n\r\n' + bytes(3 * MB))
    incoming = tmp_path / "telegram" / "incoming"
    for _ in range(6000):
        if incoming.is_dir() and not list(incoming.iterdir()):
            break
        threading.Event().wait(0.01)
    assert list(incoming.iterdir()) == []
    assert len(ann.messages()) == 1
    # The same bytes twice: the second copy is dropped for the first.
    assert upload(emulator, ann, 3 * MB).ok
    assert upload(emulator, ann, 3 * MB).ok
    assert list(incoming.iterdir()) == []
    assert len([p for p in (tmp_path / "telegram" / "files").iterdir() if p.stat().st_size == 3 * MB]) == 1


def test_recording_a_video_is_an_action_of_the_chat(ann: Any, emulator: Any) -> None:
    emulator.ok("sendChatAction", chat_id=ann.id, action="record_video")
    assert ann.chat()["action"]["name"] == "record_video"
