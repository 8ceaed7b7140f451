"""Addresses that give a large video out once: looking uses nothing up, and a stranger learns nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from custody import destroy
from generation.links import PATH
from models import Access, Export, KeyRow, Link, Media, new_id
from policy.categories import ONE_TIME_LINK
from web.site_languages import PREFIXES
from wording.language import LANGUAGES
from workers.house import House

FILM = b"\x00\x00\x00 ftypisom" + bytes(range(256)) * 3000


@pytest.fixture
def media(house: House) -> Media:
    account = new_id()
    with house.database.unit() as unit:
        house.keys.create(unit, account)
    kept = house.media.keep(account=account, kind="video", data=FILM, mime="video/mp4", width=64, height=48)
    with house.database.unit() as unit:
        house.media.stored(unit, kept)
    return kept


@pytest.fixture
def address(house: House, media: Media) -> str:
    with house.database.unit() as unit:
        made = house.links.make(unit, media)
    return made[made.index(PATH) :]


def strict(headers: Any) -> bool:
    policy = headers["Content-Security-Policy"]
    return "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_looking_uses_nothing_up_and_the_button_gives_it_once(client: FlaskClient, address: str) -> None:
    for _ in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    given = client.post(address)
    assert (given.status_code, given.data, given.mimetype) == (200, FILM, "video/mp4")
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 404


@pytest.mark.proves("P10.2")
def test_what_is_locked_is_not_given_and_the_address_stays_as_it_was(
    client: FlaskClient, house: House, media: Media, address: str
) -> None:
    with house.database.unit() as unit:
        house.keys.freeze(unit, media.account)
    assert client.post(address).status_code == 404
    with house.database.unit() as unit:
        house.keys.thaw(unit, media.account)
    assert client.post(address).data == FILM


@pytest.mark.parametrize("tag", PREFIXES)
def test_an_address_speaks_every_language_and_is_the_same_one(client: FlaskClient, address: str, tag: str) -> None:
    page = client.get(PREFIXES[tag] + address)
    assert f'<html lang="{LANGUAGES[tag][1]}">' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert 'rel="canonical"' not in page.text
    assert client.post(PREFIXES[tag] + address).data == FILM
    assert client.get(address).status_code == 404


def test_nothing_of_it_is_kept_by_anybody_between(client: FlaskClient, address: str) -> None:
    page, given = client.get(address), client.post(address)
    for answer in (page, given):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert strict(answer.headers)
        assert "Set-Cookie" not in answer.headers
    assert "form-action 'self'" in page.headers["Content-Security-Policy"], "its own button works"
    assert "form-action 'none'" in given.headers["Content-Security-Policy"]
    assert given.headers["Content-Disposition"] == 'attachment; filename="miomio.mp4"'
    assert given.headers["Content-Length"] == str(len(FILM))


def test_neither_address_nor_page_says_whose_or_what_it_is(client: FlaskClient, media: Media, address: str) -> None:
    page = client.get(address)
    said = address + page.text + str(page.headers) + str(client.post(address).headers)
    for secret in (media.account, media.id, media.object_name):
        assert secret not in said


def test_the_table_could_not_give_anybody_the_address(house: House, address: str) -> None:
    token = address.rpartition("/")[2]
    assert len(token) >= 43
    with house.database.connection():
        rows: Any = Link.select().tuples()
        [row] = list(rows)
    assert token.encode() not in b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "%00", "%ff", "../v/x", "x" * 5000])
def test_a_guessed_address_is_nothing(client: FlaskClient, address: str, token: str) -> None:
    assert client.get(PATH + token).status_code == 404
    assert client.post(PATH + token).status_code == 404
    assert client.get(address).status_code == 200


def test_an_address_ends(house: House, client: FlaskClient, address: str) -> None:
    with house.database.unit() as unit:
        Link.update(expires_at=unit.now).execute()
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_an_address_lives_as_long_as_the_register_says(house: House, address: str) -> None:
    with house.database.connection():
        left = Link.get().expires_at - house.database.clock.now()
    assert 0.99 * ONE_TIME_LINK < left <= ONE_TIME_LINK


def test_deleting_the_result_kills_its_address(house: House, client: FlaskClient, media: Media, address: str) -> None:
    with house.database.unit() as unit:
        assert destroy.intend(unit, media.id)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    destroy.destroy(house.database, house.media.store, media.id)
    assert client.post(address).status_code == 404


def test_one_address_is_no_key_to_another(house: House, client: FlaskClient, media: Media, address: str) -> None:
    with house.database.unit() as unit:
        other = house.links.make(unit, media)
    client.post(address)
    assert client.get(other[other.index(PATH) :]).status_code == 200


def test_a_store_that_is_away_does_not_use_the_address_up(
    house: House, client: FlaskClient, media: Media, address: str
) -> None:
    """The object is out of reach for a moment; the person tries again."""
    name = media.object_name
    with house.media.store.get(name) as stored:
        data = stored.read()
    house.media.store.delete([name])
    assert client.post(address).status_code >= 500
    house.media.store.put(name, io.BytesIO(data), len(data))
    assert client.post(address).data == FILM


def test_without_its_key_an_address_gives_nothing(
    house: House, client: FlaskClient, media: Media, address: str
) -> None:
    with house.database.unit() as unit:
        house.keys.destroy(unit, media.account, (KeyRow.RESULTS,))
    answer = client.post(address)
    assert answer.status_code in (404, 500)
    assert b"ftyp" not in answer.data


@pytest.fixture
def copy(house: House) -> Media:
    """A copy of somebody's data that waits behind an address."""
    account = new_id()
    with house.database.unit() as unit:
        house.keys.create(unit, account)
    kept = house.media.keep(account=account, kind="export", data=FILM, mime="application/zip", width=0, height=0)
    with house.database.unit() as unit:
        house.media.stored(unit, kept)
        Export.insert(account=account, state=Export.OFFERED, media=kept.id, asked_at=unit.now).execute()
    return kept


def address_of(house: House, media: Media) -> str:
    with house.database.unit() as unit:
        made = house.links.make(unit, media)
    return made[made.index(PATH) :]


def state_of(house: House, media: Media) -> str:
    with house.database.connection():
        return str(Media.get_by_id(media.id).state)


@pytest.mark.proves("P9.1")
def test_a_copy_of_ones_data_is_given_once_and_destroyed_when_it_was_taken(
    house: House, client: FlaskClient, copy: Media
) -> None:
    address = address_of(house, copy)
    page = client.get(address).text
    assert "A copy of your data, 1 MB" in page
    assert "Made with AI" not in page
    given = client.post(address)
    assert (given.status_code, given.data, given.mimetype) == (200, FILM, "application/zip")
    assert given.headers["Content-Disposition"] == 'attachment; filename="miomio.zip"'
    assert state_of(house, copy) == Media.DESTROYING
    assert client.post(address).status_code == 404
    with house.database.connection():
        opened = [(row.category, row.purpose) for row in Access.select().where(Access.subject == copy.id)]
    assert opened == [("exports", "rights")]


def test_a_copy_whose_download_breaks_off_stays_sealed_until_its_time_is_over(
    house: House, client: FlaskClient, copy: Media
) -> None:
    given = client.post(address_of(house, copy), buffered=False)
    next(iter(given.response))
    given.close()
    assert state_of(house, copy) == Media.STORED
