"""The web process is killed while it gives a file out by its address, or answers a report: the file is still there and
has another address for the asking, and a report that nobody was told of is a case all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from config import Settings
from custody.media import EXPORT, VIDEO
from generation.links import PATH
from models import Export, Media, Report, new_id
from privacy.audit import Act
from tests.crashes.falling import falls
from web.app import create_app
from web.reports import PATH as REPORT
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
FILM = bytes(range(256)) * 3000
SAID = {"kind": "child", "words": "My daughter is nine.", "place": "", "contact": ""}


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    return make_settings(DATABASE_URL=database_url)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    opened = assemble(settings, ring=lambda *_: None)
    yield opened
    opened.close()


def site(settings: Settings) -> FlaskClient:
    """Of a process of its own."""
    return create_app(assemble(settings, ring=lambda *_: None)).test_client()


def kept(house: House, kind: str) -> Media:
    account = new_id()
    with house.database.unit() as unit:
        house.keys.create(unit, account)
    media = house.media.keep(account=account, kind=kind, data=FILM, mime="video/mp4", width=64, height=48)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
    return media


def address(house: House, media: Media) -> str:
    with house.database.unit() as unit:
        made = house.links.make(unit, media)
    return made[made.index(PATH) :]


@pytest.mark.parametrize("point", ["link.taken", "link.given"])
def test_an_address_whose_file_did_not_come_gives_no_second_one_and_another_does(
    settings: Settings, house: House, point: str
) -> None:
    """Once is once, whoever may have read along: the chat's button makes a new one."""
    film = kept(house, VIDEO)
    first = address(house, film)
    falls(point, lambda: site(settings).post(first).data)
    visitor = create_app(house).test_client()
    assert visitor.post(first).status_code == 404
    assert visitor.post(address(house, film)).data == FILM


def test_a_copy_of_data_whose_end_was_not_noted_stays_offered_until_its_time_is_over(
    settings: Settings, house: House
) -> None:
    media = kept(house, EXPORT)
    now = house.database.clock.now()
    with house.database.unit():
        row = Export.create(id=new_id(), account=media.account, media=media.id, state=Export.OFFERED, asked_at=now)
    falls("link.given", lambda: site(settings).post(address(house, media)).data)
    with house.database.connection():
        assert Export.get_by_id(row.id).state == Export.OFFERED
        assert Media.get_by_id(media.id).state == Media.STORED
    assert create_app(house).test_client().post(address(house, media)).data == FILM
    with house.database.connection():
        assert Export.get_by_id(row.id).state == Export.SENT


def test_a_report_whose_number_nobody_saw_is_a_case_that_staff_read(settings: Settings, house: House) -> None:
    falls("report.opened", lambda: site(settings).post(REPORT, data=SAID))
    with house.database.connection():
        [row] = Report.select()
    with house.database.unit() as unit:
        opened = house.reports.show(unit, Act("may.chan", "a report of Monday"), row.id)
    assert opened.words == SAID["words"]
