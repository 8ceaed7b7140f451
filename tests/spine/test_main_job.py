"""The whole main job through the real processes, on Postgres: what the person sees, what is kept, what leaves."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
import requests
from PIL import Image

from ops.once import button
from policy.categories import ADDRESS_HASH
from web.limits import KEY

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

SAMPLES = Path(__file__).parents[2] / "samples"
STYLE = "watercolor"
NAMES = {"first_name": "Quillonzara", "last_name": "Brackenthorpe", "username": "zarafinch_canary"}
WORDS = "a teapot of vermillionsky porcelain"
GPS = 0x8825


class Listener:
    """Everything that Valkey is told, as it is told."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(b"MONITOR\r\n")
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while piece := self._socket.recv(65536):
            self.heard += piece

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@dataclass
class Story:
    """What happened when one person had two pictures made."""

    spine: Spine
    person: Person
    board: dict[str, Any]
    offer: dict[str, Any]
    first: dict[str, Any]
    balance: str
    original: bytes
    told_valkey: bytes

    @property
    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.spine.gemini}/control/calls", timeout=60).json()
        return found

    def body(self, call: dict[str, Any]) -> bytes:
        return requests.get(f"{self.spine.gemini}/control/calls/{call['n']}/body", timeout=60).content


@pytest.fixture(scope="module")
def story(spine: Spine) -> Iterator[Story]:
    requests.post(f"{spine.gemini}/control/reset", timeout=60).raise_for_status()
    listener = Listener(spine.stack.ports.valkey)
    person = spine.person(**NAMES)
    person.agrees()
    person.send_photo((SAMPLES / "portrait-exif-gps-rotated.jpg").read_bytes(), name="DSC_0001.jpg")
    person.tap("The question about people", "people")
    board = person.wait("The board", lambda m: m if button(m, "style:") else None)
    pressed, data = button(board, "style:") or (0, "")
    person.press(pressed, f"style:{data.split(':')[1]}:{STYLE}")
    offer = person.wait("The offer", lambda m: m if button(m, "make:") else None)
    person.tap("The offer", "make:")
    first = person.picture()
    person.says("Your picture is ready")
    person.write("/balance")
    balance = person.wait("The balance", lambda m: (m.get("text") or "").startswith("You have") and m["text"])
    person.tap("The result", "orig:")
    document = person.wait("The file", lambda m: m if (m.get("media") or {}).get("kind") == "document" else None)
    original = person.file(document["media"]["url"])
    person.send_photo((SAMPLES / "portrait.jpg").read_bytes(), name="p.jpg", as_file=False, caption=WORDS)
    person.tap("The second offer", "make:")
    person.wait("The second picture", lambda m: len(person.pictures()) == 2)
    listener.close()
    yield Story(spine, person, board, offer, first, balance, original, bytes(listener.heard))


@pytest.mark.proves("P5.3")
def test_the_offer_says_price_and_provider_before_anything_is_sent(story: Story) -> None:
    assert "Price: 1 credit (you have 3)" in story.offer["text"]
    assert "Google (Gemini" in story.offer["text"]


def test_the_status_message_itself_becomes_the_picture(story: Story) -> None:
    assert story.first["message_id"] == story.offer["message_id"]
    assert story.first["edited"] >= 2  # queued or working, then the picture
    edits = story.spine.calls("editMessageMedia", story.person.id)
    assert next(int(e["params"]["message_id"]) for e in edits) == story.offer["message_id"]


def test_the_caption_says_that_it_was_made_with_ai(story: Story) -> None:
    assert "Made with AI (Google Gemini)" in story.first["caption"]


def test_one_picture_costs_one_credit(story: Story) -> None:
    assert story.balance.splitlines()[0] == "You have 2 credits."


@pytest.mark.proves("P2.3")
def test_the_original_is_byte_for_byte_what_the_provider_sent_marks_included(story: Story) -> None:
    assert hashlib.sha256(story.original).hexdigest() == story.calls[0]["picture_sha256"]
    assert b"c2pa" in story.original
    assert b"trainedAlgorithmicMedia" in story.original


@pytest.mark.proves("P4.1", "P5.3", "P5.5")
def test_each_sending_to_the_provider_has_its_disclosure_row(story: Story) -> None:
    rows = story.spine.sql(
        "SELECT recipient, purpose, fields, kept_until IS NOT NULL FROM disclosure d "
        "JOIN orders o ON o.id = d.order_id WHERE o.message_id = %s",
        story.first["message_id"],
    )
    assert rows == [("gemini", "generation", "photos,prompts", True)]


@pytest.mark.proves("P4.3")
def test_the_provider_is_told_to_store_nothing(story: Story) -> None:
    assert [call["store"] for call in story.calls] == [False, False]


@pytest.mark.proves("P4.3")
def test_no_name_and_no_telegram_id_reaches_the_provider(story: Story) -> None:
    person = [*NAMES.values(), str(story.person.id)]
    for call in story.calls:
        body = story.body(call)
        assert b"inlineData" in body
        assert [word for word in person if word.encode().lower() in body.lower()] == []


@pytest.mark.proves("P2.7", "P4.3")
def test_place_camera_and_orientation_data_do_not_reach_the_provider(story: Story) -> None:
    source = Image.open(SAMPLES / "portrait-exif-gps-rotated.jpg")
    assert source.getexif().get_ifd(GPS), "the sample must have what the test looks for"
    [photo] = [part["inlineData"] for part in _parts(story.body(story.calls[0])) if "inlineData" in part]
    sent = Image.open(io.BytesIO(base64.b64decode(photo["data"])))
    assert dict(sent.getexif()) == {}
    assert sent.info.keys().isdisjoint({"exif", "xmp", "icc_profile", "comment", "photoshop"})
    upright = sent.height > sent.width
    assert upright == (source.width > source.height)  # turned in the pixels, as its orientation mark said


@pytest.mark.proves("P4.5", "P5.2", "P7.1")
def test_nothing_of_the_person_is_plain_in_the_objects_folder(story: Story) -> None:
    files = [p for p in (story.spine.stack.data / "objects").rglob("*") if p.is_file()]
    assert len(files) >= 4  # two photos, two results
    for file in files:
        held = file.read_bytes()
        assert _found(held, story) == []
        assert story.original[2000:2064] not in held
        assert b"JFIF" not in held[:32]
        assert _found(file.name.encode(), story) == []


@pytest.mark.proves("P7.1")
def test_valkey_is_told_nothing_but_actors_and_row_ids(story: Story) -> None:
    assert b"produce" in story.told_valkey
    assert _found(story.told_valkey, story) == []
    client = redis.Redis(port=story.spine.stack.ports.valkey)
    for key in client.scan_iter():
        assert key.startswith((b"miomio", KEY.encode()))
        if key.startswith(KEY.encode()):  # a keyed hash of an address, for an hour at most
            assert 0 < client.ttl(key) <= ADDRESS_HASH.total_seconds()
        assert _found(key + (client.dump(key) or b""), story) == []
    client.close()


@pytest.mark.proves("P7.1")
def test_nothing_of_the_person_is_in_the_logs(story: Story) -> None:
    logs = {p.name: p.read_bytes() for p in (story.spine.stack.data / "logs").iterdir() if p.name != "emulators.log"}
    assert b"order.kept" in logs["worker.log"]
    assert {name: found for name, held in logs.items() if (found := _found(held, story))} == {}


@pytest.mark.proves("P7.1")
def test_nothing_of_the_person_is_plain_in_any_table(story: Story) -> None:
    tables = story.spine.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    seen = 0
    for (table,) in tables:
        for row in story.spine.sql(f'TABLE "{table}"'):
            seen += 1
            held = b"\x00".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
            assert _found(held, story) == [], table
    assert seen > 20


def _parts(body: bytes) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = json.loads(body)["contents"][0]["parts"]
    return parts


def _found(held: bytes, story: Story) -> list[str]:
    """Which of the person's own words stand there: as they are, in hexadecimal, or in base64."""
    low = held.lower()
    words = [*NAMES.values(), "vermillionsky", str(story.person.id)]
    forms = {word: (word.lower().encode(), word.encode().hex().encode()) for word in words}
    plain = [word for word, looks in forms.items() if any(look in low for look in looks)]
    return plain + [word for word in words if base64.b64encode(word.encode())[:-4] in held]
