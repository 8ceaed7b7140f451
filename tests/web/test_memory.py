"""Pages answer from memory: known by a strong ETag, compressed for who can read it, made once."""

from __future__ import annotations

import gzip
import re
import threading
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from web.app import create_app
from web.site import PATHS
from web.site_languages import PREFIXES, address
from web.site_layout import STYLE
from web.site_memory import Kept, Memory
from workers.house import House

PACKED = {"Accept-Encoding": "gzip, br"}
SMALL = 60_000  # bytes of a page with its stylesheet, as they are sent
EVERY = [address(tag, path) for tag in PREFIXES for path in PATHS]


@pytest.mark.parametrize("path", [*EVERY, STYLE, "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"])
def test_who_has_a_page_gets_its_number_only(pages: FlaskClient, path: str) -> None:
    for headers in ({}, PACKED):
        first = pages.get(path, headers=headers)
        etag = first.headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', etag), "strong, not weak"
        again = pages.get(path, headers={**headers, "If-None-Match": etag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert pages.get(path, headers={**headers, "If-None-Match": '"other"'}).status_code == 200


def test_each_form_of_a_page_has_its_own_number(pages: FlaskClient) -> None:
    plain, packed = pages.get("/"), pages.get("/", headers=PACKED)
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert pages.get("/", headers={"If-None-Match": packed.headers["ETag"]}).status_code == 200
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", [*EVERY, STYLE])
def test_a_page_is_packed_for_who_can_unpack_it(pages: FlaskClient, path: str) -> None:
    plain, packed = pages.get(path), pages.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)


@pytest.mark.parametrize("refused", ["gzip;q=0", "identity", "br", ""])
def test_nobody_gets_what_they_cannot_unpack(pages: FlaskClient, refused: str) -> None:
    assert "Content-Encoding" not in pages.get("/", headers={"Accept-Encoding": refused}).headers


def test_a_head_is_a_get_without_its_body(pages: FlaskClient) -> None:
    got, head = pages.get("/terms", headers=PACKED), pages.head("/terms", headers=PACKED)
    assert head.data == b""
    told = ("ETag", "Content-Length", "Content-Type", "Cache-Control", "Vary", "Content-Encoding")
    assert {name: head.headers[name] for name in told} == {name: got.headers[name] for name in told}


@pytest.mark.parametrize("path", EVERY)
def test_a_page_with_its_stylesheet_is_small(pages: FlaskClient, path: str) -> None:
    sent = sum(len(pages.get(part, headers=PACKED).data) for part in (path, STYLE))
    assert sent < SMALL


def test_the_stylesheet_may_be_kept_for_ever_because_its_address_names_its_content(pages: FlaskClient) -> None:
    assert STYLE in pages.get("/").text
    assert "immutable" in pages.get(STYLE).headers["Cache-Control"]
    assert pages.get("/static/site.000000000000.css").status_code == 404


def test_pages_need_neither_database_nor_redis_nor_store(without_database: FlaskClient) -> None:
    assert {path: without_database.get(path).status_code for path in EVERY} == dict.fromkeys(EVERY, 200)


def test_other_settings_make_other_pages(house: House, pages: FlaskClient) -> None:
    other = create_app(replace(house, settings=replace(house.settings, telegram_bot="miomio_bot"))).test_client()
    assert other.get("/").headers["ETag"] != pages.get("/").headers["ETag"]
    assert "https://t.me/miomio_bot" in other.get("/").text
    assert "t.me" not in pages.get("/").text


def test_two_first_visitors_do_not_make_a_page_twice() -> None:
    memory, made = Memory(), []
    both = threading.Barrier(2)

    def make() -> Kept:
        made.append(1)
        return Kept.of("<p>page</p>")

    def visit() -> None:
        both.wait()
        memory.get("page", make)

    for _ in range(20):
        memory, made = Memory(), []
        visitors = [threading.Thread(target=visit) for _ in range(2)]
        for one in visitors:
            one.start()
        for one in visitors:
            one.join()
        assert len(made) == 1


def test_a_page_that_could_not_be_made_is_made_at_the_next_visit() -> None:
    memory = Memory()

    def broken() -> Kept:
        raise RuntimeError("not today")

    with pytest.raises(RuntimeError):
        memory.get("page", broken)
    assert memory.get("page", lambda: Kept.of("here")).body == b"here"
