"""A copy of one's data, asked for in the chat: it comes there, whole, in one's language; too large, by an address that
works once; and once, wherever the process that makes it is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from custody.media import VIDEO
from models import Media
from ops.once import button
from tests.privacy.packing import files
from tests.spine.doomed import Doomed, points
from tests.spine.person import LONG, small_photo, until

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = [pytest.mark.xdist_group("spine"), pytest.mark.proves("P9.1")]

PACKED = points(
    "export",
    "announced",
    "saving",
    "saved",
    "export.recorded",
    "packed",
    "export.stored",
    "sent",
)
# Each checkpoint is one pass more: the message's number, what a killed try has left, the sealed file.
VISITED = [*PACKED, "export.saving:2", "export.saved:2", "export.saving:3", "export.saved:3", "export.packed:5"]


@pytest.fixture(scope="module")
def doomed(spine: Spine) -> Iterator[Doomed]:
    yield Doomed(spine, VISITED, rights=VISITED)
    spine.end_forks()


def zips(person: Person) -> list[dict[str, Any]]:
    """Messages in the chat that are a copy."""
    found = [m for m in person.messages() if m["from"] == "bot" and (m.get("media") or {}).get("kind") == "document"]
    return [m for m in found if str(m["media"].get("file_name") or m["media"].get("name") or "").endswith(".zip")]


def copy_of(person: Person) -> dict[str, bytes]:
    until("the copy", lambda: zips(person), seconds=LONG)
    [message] = zips(person)
    return files(person.file(message["media"]["url"]))


def nothing_left(spine: Spine, account: str) -> bool:
    """Whether the sealed copy is gone, object and row."""
    until("the end", lambda: not spine.sql("SELECT id FROM media WHERE account = %s AND kind = 'export'", account))
    return not [name for name in spine.objects() if name.startswith("export/")]


def account_of(spine: Spine, order: str) -> str:
    [(account,)] = spine.sql("SELECT account FROM orders WHERE id = %s", order)
    return str(account)


def test_a_copy_asked_for_in_the_chat_comes_there_with_the_photo_and_speaks_chinese(quick: Spine) -> None:
    person = quick.person(first_name="可兒", language_code="zh-hk")
    person.write("/start")
    person.tap("The notice", "agree:")
    # A photo that overtakes the yes is not kept.
    person.wait("The welcome", lambda m: not button(m, "agree:") and m["edited"])
    person.send_photo(small_photo(), name="p.jpg", as_file=False, caption="一座燈塔")
    person.tap("The question about people", "people")
    _, data = person.offer()
    order = data.partition(":")[2]
    person.press(*person.offer())
    until("the delivery", lambda: quick.order_state(order) == "delivered", seconds=LONG)
    person.write("/privacy")
    person.tap("The copy", "export")
    found = copy_of(person)
    account = account_of(quick, order)
    [(photo,)] = quick.sql("SELECT id FROM media WHERE account = %s AND kind = 'photo'", account)
    with quick.house.database.connection():
        media = Media.get_by_id(photo)
    with quick.house.media.open(media, purpose="generation") as stream:
        kept = stream.read()
    assert [data for name, data in found.items() if name.startswith("photos/")] == [kept]
    assert len([name for name in found if name.startswith("pictures/")]) == 1
    page = found["index.html"].decode()
    assert '<html lang="zh-Hant">' in page
    assert "一座燈塔" in page
    assert "可兒" in page
    assert "Your " not in page
    [row] = json.loads(found["data/account.json"])["records"]["account"]
    assert row["telegram_id"] == str(person.id)
    assert nothing_left(quick, account)


@pytest.mark.parametrize("point", VISITED)
def test_a_copy_whose_packer_is_killed_comes_once_and_leaves_nothing_behind(
    quick: Spine, doomed: Doomed, point: str
) -> None:
    filmer = quick.filmer()
    doomed.kill(point, lambda: filmer.write("/export"))
    found = copy_of(filmer)
    assert len([name for name in found if name.startswith("photos/")]) == 1
    until("the end", lambda: not quick.sql("SELECT id FROM work WHERE state IN ('due', 'held') AND kind = 'export'"))
    assert len(zips(filmer)) == 1
    assert nothing_left(quick, filmer.account)


def grown(spine: Spine, filmer: Filmer, size: int) -> None:
    """A video of so many bytes is theirs."""
    house = spine.house
    media = house.media.keep(
        account=filmer.account, kind=VIDEO, data=bytes(size), mime="video/mp4", width=64, height=48
    )
    with house.database.unit() as unit:
        house.media.stored(unit, media)


def test_a_copy_too_large_for_the_chat_has_an_address_that_works_once_and_then_nothing_is_left(quick: Spine) -> None:
    filmer = quick.filmer()
    grown(quick, filmer, 46_000_000)
    filmer.write("/export")

    def addresses() -> list[str]:
        rows = [one for m in filmer.messages() for row in m.get("buttons") or [] for one in row]
        return [one["url"] for one in rows if "/v/" in str(one.get("url"))]

    until("the address", addresses, seconds=LONG)
    [address] = addresses()
    page = requests.get(address, timeout=60)
    assert (page.status_code, "A copy of your data, 46 MB" in page.text) == (200, True)
    whole = requests.post(address, timeout=60)
    assert (whole.headers["Content-Type"], whole.headers["Cache-Control"]) == ("application/zip", "no-store")
    assert [len(data) for name, data in files(whole.content).items() if name.startswith("videos/")] == [46_000_000]
    assert [requests.post(address, timeout=60).status_code, requests.get(address, timeout=60).status_code] == [404, 404]
    assert nothing_left(quick, filmer.account)
    assert not zips(filmer)
