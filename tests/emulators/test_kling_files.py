"""Results: real videos that move the picture as the prompt says, one ready clip for all, and broken promises."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import socket
import time
from pathlib import Path

import aiohttp
import av
import pytest
import requests
from PIL import Image, ImageChops, ImageStat

from emulators.kling.clips import canned_clip, clip, dimensions, padded
from emulators.kling.motion import KEYWORDS, MOTIONS, choose
from tests.emulators.kling_hands import Kling, picture

MIB = 1024 * 1024
PORTRAIT = (Path(__file__).parents[2] / "samples" / "portrait.jpg").read_bytes()
SEEN_APART = 4.0  # mean difference of a channel, of 255


def boxes(movie: bytes) -> list[tuple[str, int]]:
    """The top level of an MP4: names and sizes."""
    found, place = [], 0
    while place < len(movie):
        size = int.from_bytes(movie[place : place + 4], "big")
        assert size >= 8
        found.append((movie[place + 4 : place + 8].decode(), size))
        place += size
    assert place == len(movie)
    return found


def frames(movie: bytes) -> list[Image.Image]:
    with av.open(io.BytesIO(movie), "r") as container:
        return [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]  # PyAV types all but this


def distance(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


@pytest.fixture(scope="module")
def films() -> dict[str, list[Image.Image]]:
    """A second of every motion, small, seen at five moments."""
    small = picture_of(PORTRAIT, 160)
    films = {}
    for name, words in KEYWORDS.items():
        seen = frames(clip(small, words[0], seconds=1, sound=False))
        films[name] = [seen[len(seen) * moment // 10].resize((80, 80)) for moment in (1, 3, 5, 7, 9)]
    return films


def picture_of(photo: bytes, side: int) -> bytes:
    with Image.open(io.BytesIO(photo)) as image:
        buffer = io.BytesIO()
        image.resize((side, side)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_result_is_a_film_that_plays_while_it_loads_and_lasts_as_asked(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    photo = base64.b64encode(picture(800, 601)).decode()
    kling.made("a", image=photo, settings={"duration": 3})
    answer = kling.file("a")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "video/mp4")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    names = [name for name, _ in boxes(answer.content)]
    assert names.index("moov") < names.index("mdat")
    with av.open(io.BytesIO(answer.content), "r") as film:
        (video,), (audio,) = film.streams.video, film.streams.audio  # this model always has sound
        assert (video.codec_context.name, video.pix_fmt, audio.codec_context.name) == ("h264", "yuv420p", "aac")
        assert (video.width, video.height) == (640, 480)
        assert video.average_rate is not None
        assert video.average_rate <= 24
        assert film.duration is not None
        assert abs(film.duration / av.time_base - 3) < 0.2
    seen = frames(answer.content)
    assert distance(seen[0], seen[-1]) > SEEN_APART
    with Image.open(io.BytesIO(picture(800, 601))) as sent:
        assert distance(seen[0], sent.resize((640, 480))) < 6  # a zoom begins with the whole picture


@pytest.mark.parametrize("size", [(301, 307), (750, 300), (300, 750), (1200, 481)])
def test_a_film_has_even_sides_and_the_ratio_of_its_picture(size: tuple[int, int]) -> None:
    width, height = dimensions(*size)
    assert (width % 2, height % 2) == (0, 0)
    assert max(width, height) <= 640
    assert abs(width / height / (size[0] / size[1]) - 1) < 0.02
    film = frames(clip(picture(*size), "roll", seconds=1, sound=False))
    assert film[0].size == (width, height)


def test_every_motion_moves_and_any_two_can_be_told_apart(films: dict[str, list[Image.Image]]) -> None:
    moved = {name: max(distance(seen[0], later) for later in seen[1:]) for name, seen in films.items()}
    assert min(moved.values()) > SEEN_APART, moved
    apart = {
        (one, other): max(map(distance, films[one], films[other])) for one, other in itertools.combinations(films, 2)
    }
    assert min(apart.values()) > SEEN_APART, sorted(apart.items(), key=lambda item: item[1])[:5]


def test_words_of_the_prompt_choose_the_motion() -> None:
    assert set(KEYWORDS) == set(MOTIONS)
    assert [choose(f"The camera should {words[0].upper()}s") for words in KEYWORDS.values()] == list(KEYWORDS)
    assert choose("a slow zoom out over the company") == "zoom-out"
    assert len({choose(f"a company, number {number}") for number in range(20)}) > 1  # no pan is meant
    nameless = [f"a wish without a name, number {number}" for number in range(60)]
    assert [choose(prompt) for prompt in nameless] == [choose(prompt) for prompt in nameless]
    assert len({choose(prompt) for prompt in nameless}) > 6


def test_no_window_reaches_beyond_the_picture() -> None:
    for motion, step in itertools.product(MOTIONS.values(), range(101)):
        window = motion(step / 100)
        assert 0 < window.share <= 1
        if not window.degrees:
            assert window.share / 2 - 1e-9 <= min(window.x, window.y, 1 - window.x, 1 - window.y)


def test_a_picture_that_breaks_off_makes_the_task_fail(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    kling.made("a", image=base64.b64encode(picture(600, 600, "PNG")[:-400]).decode())
    assert kling.ended("a")["message"] == "The input image could not be processed."


def test_the_loop_stays_free_while_films_are_made(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    photo = base64.b64encode(PORTRAIT).decode()
    for number in range(2):
        kling.made(f"long-{number}", image=photo, settings={"duration": 5})
    waits = []
    while any(task["status"] != "succeeded" for task in kling.look("long-0", "long-1")):
        begun = time.monotonic()
        kling.http.get(kling.url + "/healthz", timeout=60)
        waits.append(time.monotonic() - begun)
    waits.sort()
    assert len(waits) > 10
    assert waits[len(waits) // 2] < sum(waits) / 10  # not a good part of what the films take


def test_the_ready_clip_is_one_file_for_all_of_the_size_that_was_set(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    kling.set(canned=True, canned_mib=3)
    kling.made("a", image="bm90IGEgcGljdHVyZQ==")  # nobody looks
    kling.made("b")
    movie = kling.file("a").content
    assert len(movie) == 3 * MIB
    assert movie == kling.file("b").content
    assert boxes(movie)[-1][0] == "free"
    assert len(frames(movie)) > 60


def test_padding_never_cuts_a_film() -> None:
    movie = canned_clip()
    assert padded(movie, 10) == movie
    assert padded(movie, len(movie) + 4) == movie
    assert boxes(padded(movie, len(movie) + 8))[-1] == ("free", 8)


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_a_link_may_be_dead_and_come_back(kling: Kling, status: int) -> None:
    kling.made("a")
    kling.rules({"kind": str(status)})
    assert kling.file("a").status_code == status
    assert kling.file("a").status_code == 200
    assert kling.control("tasks", method="GET")[0]["fetched"] == 2


def test_a_file_is_not_there_before_the_end_nor_after_it_was_cleared(kling: Kling) -> None:
    kling.set(seconds=60)
    task_id = kling.made("a")
    url = f"{kling.url}/files/{task_id}.mp4"
    assert kling.http.get(url, timeout=60).status_code == 404
    kling.push("a", "finish")
    assert kling.http.get(url, timeout=60).status_code == 200
    kling.push("a", "clear")
    assert kling.http.get(url, timeout=60).status_code == 404


@pytest.mark.parametrize(("rule", "url"), [
    ({"kind": "other-host"}, "https://files.elsewhere.example/files/{task}.mp4"),
    ({"kind": "private"}, "https://10.0.0.1/files/{task}.mp4"),
    ({"kind": "url", "url": "http://127.0.0.1:1/{task}"}, "http://127.0.0.1:1/{task}"),
    ({"kind": "private", "url": "https://[::1]/x"}, "https://[::1]/x"),
])  # fmt: skip
def test_a_link_may_lead_where_nobody_should_go(kling: Kling, rule: dict[str, str], url: str) -> None:
    kling.rules({"stage": "link", **rule})
    task_id = kling.made("a")
    assert kling.ended("a")["outputs"][0]["url"] == url.replace("{task}", task_id)


def test_a_success_may_bring_no_video(kling: Kling) -> None:
    kling.rules({"kind": "no-output"})
    kling.made("a")
    assert kling.ended("a")["outputs"] == []


def test_links_begin_as_the_setting_says(kling: Kling) -> None:
    kling.set(files_base="https://cdn.kling.example/")
    task_id = kling.made("a")
    assert kling.ended("a")["outputs"][0]["url"] == f"https://cdn.kling.example/files/{task_id}.mp4"


def test_a_link_may_lead_on_to_another(kling: Kling) -> None:
    kling.made("a")
    kling.rules({"kind": "redirect", "times": 2}, {"kind": "redirect", "url": "https://10.0.0.1/x"})
    assert kling.file("a", allow_redirects=False).status_code == 302
    assert kling.file("a").status_code == 200
    assert kling.file("a", allow_redirects=False).headers["Location"] == "https://10.0.0.1/x"


def test_a_file_may_be_no_video_though_it_says_so(kling: Kling) -> None:
    kling.made("a")
    kling.rules({"kind": "not-video"})
    answer = kling.file("a")
    assert answer.headers["Content-Type"] == "video/mp4"
    with pytest.raises(av.error.InvalidDataError):
        av.open(io.BytesIO(answer.content))


def test_a_body_may_be_shorter_than_promised(kling: Kling) -> None:
    kling.made("a")
    kling.rules({"kind": "shorter"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        kling.file("a")


def test_a_body_may_be_longer_than_promised(kling: Kling) -> None:
    kling.made("a")
    whole = kling.file("a").content
    kling.rules({"kind": "longer"})
    host, port = kling.url.removeprefix("http://").split(":")
    path = kling.look("a")[0]["outputs"][0]["url"].removeprefix(kling.url)
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: line.recv(MIB), b"")).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(whole)}".encode() in head
    assert body.startswith(whole)
    assert len(body) > len(whole)


def test_a_body_may_promise_nothing(kling: Kling) -> None:
    kling.made("a")
    whole = kling.file("a").content
    kling.rules({"kind": "no-length"})
    chunked = kling.file("a")
    assert "Content-Length" not in chunked.headers
    assert chunked.content == whole


def test_a_huge_file_is_still_a_film_and_comes_without_being_held(kling: Kling) -> None:
    kling.made("a")
    kling.rules({"kind": "huge", "mib": 101}, {"kind": "huge", "mib": 2})
    answer = kling.file("a", stream=True)
    assert int(answer.headers["Content-Length"]) == 101 * MIB
    assert sum(len(piece) for piece in answer.iter_content(MIB)) == 101 * MIB
    small = kling.file("a").content
    assert len(small) == 2 * MIB
    assert boxes(small)[-1][0] == "free"
    assert frames(small)


def test_a_file_may_drip(kling: Kling) -> None:
    kling.made("a")
    kling.ended("a")
    kling.rules({"kind": "drip", "seconds": 0.6})
    begun = time.monotonic()
    assert boxes(kling.file("a").content)
    assert time.monotonic() - begun > 0.5


def test_two_thousand_tasks_in_flight_cost_timers_and_no_threads(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    kling.set(canned=True, seconds=60)
    count = 2000
    before = threads_and_kib(kling)
    asyncio.run(submit(kling, count))
    threads, kib = threads_and_kib(kling)
    tasks = kling.look(*(f"n-{number}" for number in range(0, count, 20)))
    assert {task["status"] for task in tasks} <= {"submitted", "processing"}
    assert len(tasks) == 100
    assert threads <= before[0] + 1
    assert (kib - before[1]) / count < 30


async def submit(kling: Kling, count: int) -> None:
    names = iter(range(count))
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer k"}) as session:

        async def hand() -> None:
            for number in names:
                contents = [{"type": "first_frame", "url": "bm90IGEgcGljdHVyZQ=="}]
                body = {"contents": contents, "options": {"external_task_id": f"n-{number}"}}
                async with session.post(f"{kling.url}/image-to-video/kling-3.0", json=body) as answer:
                    assert answer.status == 200

        await asyncio.gather(*(hand() for _ in range(16)))


def threads_and_kib(kling: Kling) -> tuple[int, int]:
    lines = Path(f"/proc/{kling.process.pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return int(values["Threads"]), int(values["VmRSS"].split()[0])
