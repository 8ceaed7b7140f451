"""Our client against a server that says what Kling says: what leaves the house, and what comes of it."""

from __future__ import annotations

import base64
import socket
import time
import tracemalloc

import orjson
import pytest

from errors import Rejected
from providers.kling import LONGEST_PROMPT, SUBMITTED, SUCCEEDED, Task
from tests.providers.kling_asked import CAT, KEY, MODEL, PROMPT, client, failure, made, submit
from tests.providers.line_server import LineServer, Reply, http, serving


@pytest.mark.proves("P4.1", "P4.3")
def test_a_task_is_made_of_the_picture_the_prompt_and_our_id() -> None:
    with serving(made()) as server:
        task = submit(client(server, callback_url="https://miomio.example/kling/x"), seconds=7, resolution="1080p")
    assert task == Task("893605946402811985", "v-7-1", SUBMITTED)
    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"POST /image-to-video/{MODEL} HTTP/1.1"
    assert {f"Authorization: Bearer {KEY}", "Content-Type: application/json", f"Content-Length: {len(body)}"} <= set(
        lines
    )
    assert orjson.loads(body) == {
        "contents": [
            {"type": "prompt", "text": PROMPT},
            {"type": "first_frame", "url": base64.b64encode(CAT).decode()},
        ],
        "settings": {"resolution": "1080p", "duration": 7},
        "options": {
            "callback_url": "https://miomio.example/kling/x",
            "external_task_id": "v-7-1",
            "watermark_info": {"enabled": False},
        },
    }


def test_without_a_callback_address_none_is_sent() -> None:
    with serving(made()) as server:
        submit(client(server))
    sent = orjson.loads(server.asked[0].partition(b"\r\n\r\n")[2])
    assert sent["options"] == {"external_task_id": "v-7-1", "watermark_info": {"enabled": False}}
    assert sent["settings"] == {"resolution": "720p", "duration": 5}


@pytest.mark.parametrize("prompt", [
    'with "quotes" and \\ and\nlines', "по-русски, 水彩, 🎨",
    '"@picture@"}, {"url":"@picture@"', "a" * LONGEST_PROMPT, "",
])  # fmt: skip
def test_the_persons_words_arrive_as_they_are(prompt: str) -> None:
    with serving(made()) as server:
        submit(client(server), prompt=prompt)
    words, frame = orjson.loads(server.asked[0].partition(b"\r\n\r\n")[2])["contents"]
    assert words["text"] == prompt
    assert base64.b64decode(frame["url"]) == CAT


def test_half_a_character_in_the_prompt_breaks_nothing() -> None:
    with serving(made()) as server:
        submit(client(server), prompt="a cat \ud83d")
    assert orjson.loads(server.asked[0].partition(b"\r\n\r\n")[2])["contents"][0]["text"] == "a cat ?"


def test_a_prompt_that_is_too_long_is_not_sent() -> None:
    with serving(made()) as server:
        refused = failure(submit, client(server), prompt="a" * (LONGEST_PROMPT + 1))
    assert (type(refused), refused.code) == (Rejected, "prompt.too_long")
    assert server.asked == []


def test_a_look_asks_for_all_ids_by_one_call() -> None:
    tasks = [{"id": "1", "status": "submitted", "external_id": "v-7-1"}]
    with serving(http(200, orjson.dumps({"code": 0, "data": tasks}))) as server:
        kling = client(server)
        assert kling.look(["v-7-1", "v-8-2", "v-7-1", "a,b&c"]) == {"v-7-1": Task("1", "v-7-1", SUBMITTED)}
        assert kling.look([]) == {}
    assert len(server.asked) == 1
    lines = server.asked[0].decode().split("\r\n")
    assert lines[0] == "GET /tasks?external_task_ids=v-7-1,v-8-2,a%2Cb%26c HTTP/1.1"
    assert f"Authorization: Bearer {KEY}" in lines


def test_a_finished_task_comes_with_its_address() -> None:
    outputs = [{"type": "video", "url": "https://v1.klingai.com/a.mp4", "duration": "5.1"}]
    task = {"id": "1", "status": "succeeded", "external_id": "v-7-1", "outputs": outputs}
    with serving(http(200, orjson.dumps({"code": 0, "data": [task]}))) as server:
        found = client(server).look(["v-7-1"])["v-7-1"]
    assert (found.state, found.url, found.seconds) == (SUCCEEDED, "https://v1.klingai.com/a.mp4", 5.1)


def test_the_answer_to_a_look_at_thousands_of_tasks_is_taken() -> None:
    tasks = [
        {"id": str(n), "status": "processing", "external_id": f"v-{n}-1", "message": "m" * 700} for n in range(4000)
    ]
    with serving(http(200, orjson.dumps({"code": 0, "data": tasks}))) as server:
        assert len(client(server).look([f"v-{n}-1" for n in range(4000)])) == 4000


def test_the_body_is_never_in_memory_as_a_whole() -> None:
    def take(line: socket.socket) -> None:
        line.sendall(made())

    class Forgetful(LineServer):
        """Reads what it is sent and keeps none of it."""

        def _serve(self, line: socket.socket, reply: Reply) -> None:
            left, buffer = 8_000_000 * 4 // 3, bytearray(1 << 16)
            while left > 0 and (got := line.recv_into(buffer)):
                left -= got
            take(line)
            line.close()

    server = Forgetful(b"")
    try:
        picture, kling = bytes(8_000_000), client(server)
        tracemalloc.start()
        try:
            submit(kling, picture=picture)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    finally:
        server.close()
    assert peak < 2_000_000


def test_the_picture_is_let_go_while_the_answer_is_awaited() -> None:
    gone: list[float] = []

    class Watched(bytes):
        def __del__(self) -> None:
            gone.append(time.monotonic())

    def late(line: socket.socket) -> None:
        time.sleep(1.5)
        line.sendall(made())

    with serving(late) as server:
        client(server).submit(Watched(CAT), "x", seconds=5, model=MODEL, external_id="v-7-1")
        answered = time.monotonic()
    assert len(gone) == 1
    assert answered - gone[0] > 0.3
