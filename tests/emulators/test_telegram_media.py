"""Pictures and files, in both directions."""

from __future__ import annotations

import http.server
import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

TOO_HEAVY = "file of size 10485762 bytes is too big for a photo; the maximum size is 10485760 bytes"


def sizes(content: dict[str, Any]) -> list[tuple[int, int]]:
    return [(size["width"], size["height"]) for size in content["photo"]]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_a_persons_photo_comes_in_sizes_upright_and_without_metadata(ann: Any, emulator: Any, picture: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "a private note"
    ann.send(files={"photo": ("p.jpg", picture(1600, 1200, exif=exif))}, data={"caption": "my cat"})
    message = emulator.ok("getUpdates")[-1]["message"]
    assert sizes(message) == [(68, 90), (240, 320), (600, 800), (960, 1280)]
    assert message["caption"] == "my cat"
    for size in message["photo"]:
        data = emulator.download(size["file_id"])
        image = opened(data)
        assert (image.size, image.format) == ((size["width"], size["height"]), "JPEG")
        assert len(data) == size["file_size"]
        assert not image.getexif()
        assert b"private note" not in data


def test_a_small_photo_is_not_blown_up(ann: Any, emulator: Any, picture: Any) -> None:
    ann.send(files={"photo": ("p.png", picture(60, 40, kind="PNG"))})
    assert sizes(emulator.ok("getUpdates")[-1]["message"]) == [(60, 40)]


def test_a_file_keeps_its_bytes_name_and_type(ann: Any, emulator: Any, bot: Any) -> None:
    data = bytes(range(256)) * 40
    ann.send(files={"document": ("Größe.png", data, "image/png")})
    document = emulator.ok("getUpdates")[-1]["message"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "Größe.png",
        "image/png",
        len(data),
    )
    assert bot.download_file(bot.get_file(document["file_id"]).file_path) == data


def test_an_album_is_one_update_each_with_a_common_group(ann: Any, emulator: Any, picture: Any) -> None:
    files = [("photo", (f"{n}.jpg", picture(100 + n, 100))) for n in range(3)]
    assert len(ann.send(files=files, data={"caption": "three"})) == 3
    messages = [update["message"] for update in emulator.ok("getUpdates")[1:]]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three", None, None]


def test_something_that_is_no_picture_cannot_be_sent_as_a_photo(ann: Any, emulator: Any) -> None:
    url = f"{emulator.url}/client/people/{ann.id}/messages"
    answer = emulator.http.post(url, files={"photo": ("p.jpg", b"not a picture")})
    assert answer.status_code == 400
    assert len(ann.messages()) == 1


def test_the_same_bytes_keep_their_unique_id_and_get_new_file_ids(ann: Any, emulator: Any, picture: Any) -> None:
    data = picture(300, 200)
    one, two = (emulator.ok("sendPhoto", {"photo": ("p.jpg", data)}, chat_id=str(ann.id)) for _ in range(2))
    again = emulator.ok("sendPhoto", chat_id=ann.id, photo=one["photo"][-1]["file_id"])
    shown = [message["photo"][-1] for message in (one, two, again)]
    assert len({size["file_unique_id"] for size in shown}) == 1
    assert len({size["file_id"] for size in shown}) == 3
    other = emulator.ok("sendPhoto", {"photo": ("p.jpg", picture(300, 200, quality=50))}, chat_id=str(ann.id))
    assert other["photo"][-1]["file_unique_id"] != shown[0]["file_unique_id"]


def test_a_photo_the_bot_sent_can_be_looked_at_in_its_size(ann: Any, emulator: Any, picture: Any) -> None:
    emulator.ok("sendPhoto", {"photo": ("p.png", picture(2000, 1000, kind="PNG"))}, chat_id=str(ann.id))
    media = ann.messages()[-1]["media"]
    answer = emulator.http.get(emulator.url + media["url"])
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert opened(answer.content).size == (media["width"], media["height"]) == (1280, 640)


def test_a_text_becomes_a_photo_and_that_may_be_repeated(ann: Any, emulator: Any, bot: Any, picture: Any) -> None:
    from telebot.types import InputMediaDocument, InputMediaPhoto

    status = bot.send_message(ann.id, "working")
    data = picture(640, 480)
    place = {"chat_id": ann.id, "message_id": status.message_id}
    for _ in range(2):
        edited = bot.edit_message_media(InputMediaPhoto(io.BytesIO(data), caption="done"), **place)
        assert (edited.message_id, edited.caption, edited.text) == (status.message_id, "done", None)
    again = InputMediaPhoto(edited.photo[-1].file_id, caption="done")
    with pytest.raises(Exception, match="message is not modified"):
        bot.edit_message_media(again, **place)
    original = bot.edit_message_media(InputMediaDocument(io.BytesIO(data)), **place)
    assert emulator.download(original.document.file_id) == data
    shown = ann.messages()[-1]
    assert (shown["media"]["kind"], shown["edited"]) == ("document", 3)


def test_an_album_of_the_bot_shares_a_group(ann: Any, bot: Any, picture: Any) -> None:
    from telebot.types import InputMediaPhoto

    media = [InputMediaPhoto(io.BytesIO(picture(100 + n, 80)), caption=str(n)) for n in range(2)]
    sent = bot.send_media_group(ann.id, media)
    assert sent[0].media_group_id == sent[1].media_group_id
    assert [message.photo[-1].width for message in sent] == [100, 101]
    assert [message["caption"] for message in ann.messages()[1:]] == ["0", "1"]


def test_a_video_is_sent_with_its_shape(ann: Any, emulator: Any, bot: Any) -> None:
    sent = bot.send_video(ann.id, io.BytesIO(b"moving pictures"), width=640, height=360, duration=5, caption="look")
    assert (sent.video.width, sent.video.height, sent.video.duration) == (640, 360, 5)
    assert emulator.download(sent.video.file_id) == b"moving pictures"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file must be non-empty"),
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8" + b"x" * (10 * 1024 * 1024), TOO_HEAVY),
        ((9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        ((2100, 100), "PHOTO_INVALID_DIMENSIONS"),
    ],
    ids=["empty", "garbage", "heavy", "large", "strip"],
)
def test_a_photo_beyond_the_limits_is_refused(ann: Any, emulator: Any, picture: Any, data: Any, reason: str) -> None:
    upload = picture(*data, kind="PNG") if isinstance(data, tuple) else data
    answer = emulator.call("sendPhoto", {"photo": ("p.jpg", upload)}, chat_id=str(ann.id))
    assert answer["description"] == f"Bad Request: {reason}"


def test_file_ids_are_checked(ann: Any, emulator: Any, picture: Any) -> None:
    photo = emulator.ok("sendPhoto", {"photo": ("p.jpg", picture(80, 80))}, chat_id=str(ann.id))["photo"][-1]
    answers = [
        emulator.call("sendPhoto", chat_id=ann.id, photo="forged"),
        emulator.call("sendDocument", chat_id=ann.id, document=photo["file_id"]),
        emulator.call("sendPhoto", chat_id=ann.id),
        emulator.call("sendPhoto", chat_id=ann.id, photo="attach://nowhere"),
        emulator.call("getFile", file_id=photo["file_unique_id"]),
    ]
    assert [answer["description"].removeprefix("Bad Request: ") for answer in answers] == [
        "wrong file identifier/HTTP URL specified",
        "can't use file of type Photo as Document",
        "there is no photo in the request",
        "wrong file identifier/HTTP URL specified: attached file nowhere is missing",
        "wrong file_id or the file is temporarily unavailable",
    ]


def test_a_download_ends_at_twenty_megabytes(ann: Any, emulator: Any) -> None:
    limit = 20 * 1024 * 1024
    for extra in (0, 1):
        ann.send(files={"document": ("big.bin", b"\0" * (limit + extra))})
    just, over = [update["message"]["document"]["file_id"] for update in emulator.ok("getUpdates")[-2:]]
    assert emulator.ok("getFile", file_id=just)["file_size"] == limit
    assert emulator.call("getFile", file_id=over)["description"] == "Bad Request: file is too big"


def test_a_link_ends_and_can_be_renewed(ann: Any, emulator: Any) -> None:
    ann.send(files={"document": ("a.txt", b"hello")})
    file_id = emulator.ok("getUpdates")[-1]["message"]["document"]["file_id"]
    emulator.settings(link_lifetime=0)
    path = emulator.ok("getFile", file_id=file_id)["file_path"]
    assert emulator.http.get(f"{emulator.url}/file/bot12345:demo/{path}").status_code == 404
    emulator.settings(link_lifetime=60)
    assert emulator.download(file_id) == b"hello"
    assert emulator.http.get(f"{emulator.url}/file/bot1:other/{path}").status_code == 401


@pytest.fixture
def site(picture: Any) -> Iterator[str]:
    """A web server with one picture and one page."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/cat.jpg"
            body = picture(120, 90) if found else b"<p>hello</p>"
            self.send_response(404 if self.path == "/none" else 200)
            self.send_header("Content-Type", "image/jpeg" if found else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_photo_may_be_named_by_its_address(ann: Any, emulator: Any, site: str) -> None:
    sent = emulator.ok("sendPhoto", chat_id=ann.id, photo=f"{site}/cat.jpg")
    assert sizes(sent)[-1] == (120, 90)
    media = json.dumps({"type": "photo", "media": f"{site}/cat.jpg", "caption": "c"})
    edited = emulator.ok("editMessageMedia", chat_id=ann.id, message_id=sent["message_id"], media=media)
    assert edited["caption"] == "c"
    page = emulator.call("sendPhoto", chat_id=ann.id, photo=f"{site}/page")
    assert page["description"] == "Bad Request: wrong type of the web page content"
    none = emulator.call("sendPhoto", chat_id=ann.id, photo=f"{site}/none")
    assert none["description"] == "Bad Request: failed to get HTTP URL content"
