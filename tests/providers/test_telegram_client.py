"""Videos and Stars through the client, against the emulator as a process of its own."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from urllib3.fields import RequestField

from errors import Permanent, Temporary
from providers.http import Origin, Outbound
from providers.telegram import ALLOWED_UPDATES, Telegram
from providers.telegram_calls import (
    Button,
    Upload,
    answer_pre_checkout,
    edit_to_video,
    send_invoice,
    send_text,
    send_video,
)
from tests.emulators.conftest import TOKEN, Emulator, Person, run

CLIP = bytes(range(256)) * 4000
SHAPE: dict[str, Any] = {"seconds": 5.04, "width": 720, "height": 1280}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    running = run()
    yield running
    assert running.stop() == 0
    if running.process.stdout is not None:
        running.process.stdout.close()


@pytest.fixture
def ann(emulator: Emulator) -> Person:
    emulator.client("POST", "reset")
    person = emulator.person("Ann")
    person.says("/start")
    emulator.ok("deleteWebhook", drop_pending_updates=True)
    return person


def client(url: str) -> Telegram:
    return Telegram(Outbound([Origin.of(url)]), api_url=url, token=TOKEN)


@pytest.fixture
def telegram(emulator: Emulator) -> Telegram:
    return client(emulator.url)


def clip(data: bytes = CLIP) -> Upload:
    return Upload.stream(lambda: io.BytesIO(data), len(data), name="miomio.mp4", mime="video/mp4")


def thumbnail() -> Upload:
    return Upload(b"\xff\xd8\xff a small picture")


def test_a_text_becomes_a_video_in_the_same_message(emulator: Emulator, ann: Person, telegram: Telegram) -> None:
    status = telegram.send(send_text(ann.id, "in the making"))
    assert status is not None
    keyboard = [[Button("Again", data="again")]]
    sent = telegram.send(
        edit_to_video(ann.id, status.message_id, clip(), thumbnail(), "<b>ready</b>", keyboard, **SHAPE)
    )
    assert sent is not None
    assert sent.message_id == status.message_id
    [message] = [m for m in ann.messages() if m["message_id"] == sent.message_id]
    assert message["caption"] == "ready"
    video = message["media"]
    assert (video["kind"], video["width"], video["height"], video["duration"]) == ("video", 720, 1280, 5)
    assert (video["file_name"], video["mime_type"]) == ("miomio.mp4", "video/mp4")
    assert message["buttons"] == [[{"text": "Again", "callback_data": "again"}]]
    assert emulator.download(str(sent.file_id)) == CLIP


def test_editing_to_the_same_video_twice_leaves_one_message(ann: Person, telegram: Telegram) -> None:
    status = telegram.send(send_text(ann.id, "in the making"))
    assert status is not None
    before = len(ann.messages())
    for _ in range(2):
        assert telegram.send(edit_to_video(ann.id, status.message_id, clip(), None, "ready", **SHAPE))
    assert len(ann.messages()) == before


def test_a_video_is_sent_and_shown_again_by_its_file_id(emulator: Emulator, ann: Person, telegram: Telegram) -> None:
    first = telegram.send(send_video(ann.id, clip(), thumbnail(), "ready", **SHAPE))
    assert first is not None
    again = telegram.send(send_video(ann.id, Upload(file_id=first.file_id), thumbnail(), "again", **SHAPE))
    assert again is not None
    status = telegram.send(send_text(ann.id, "text"))
    assert status is not None
    edited = telegram.send(edit_to_video(ann.id, status.message_id, Upload(file_id=again.file_id), None, "so", **SHAPE))
    assert edited is not None
    assert emulator.download(str(edited.file_id)) == CLIP


def test_a_video_call_says_that_it_streams_and_names_its_thumbnail() -> None:
    edited = edit_to_video(1, 2, clip(), thumbnail(), "", **SHAPE)
    media = edited.params["media"]
    assert (media["supports_streaming"], media["thumbnail"]) == (True, "attach://thumbnail")
    assert set(edited.files) == {"clip", "thumbnail"}
    sent = send_video(1, clip(), thumbnail(), "", **SHAPE)
    assert (sent.params["supports_streaming"], sent.params["thumbnail"]) == (True, "attach://thumbnail")
    assert set(sent.files) == {"video", "thumbnail"}


def test_a_video_that_telegram_has_takes_no_file_along() -> None:
    known = Upload(file_id="f")
    for call in (send_video(1, known, thumbnail(), "", **SHAPE), edit_to_video(1, 2, known, thumbnail(), "", **SHAPE)):
        assert call.files == {}
        assert "thumbnail" not in str(call.params)


def test_a_video_shorter_than_half_a_second_is_still_given_a_length() -> None:
    assert send_video(1, clip(), None, "", seconds=0.2, width=1, height=1).params["duration"] == 1


def test_a_file_that_telegram_finds_too_large_is_given_up(ann: Person, telegram: Telegram) -> None:
    large = 50 * 1024 * 1024 + 1
    upload = Upload.stream(lambda: io.BytesIO(bytes(large)), large, name="miomio.mp4", mime="video/mp4")
    with pytest.raises(Permanent, match=r"telegram\.too_large"):
        telegram.send(send_video(ann.id, upload, None, "", **SHAPE))


def test_sending_a_file_changes_nothing_about_the_forms_of_others(ann: Person, telegram: Telegram) -> None:
    telegram.send(send_video(ann.id, clip(), None, "", **SHAPE))
    field = RequestField(name="file", data=b"", filename="two words.mp4")
    field.make_multipart()
    assert 'filename="two words.mp4"' in field.render_headers()


class Sealed(io.BytesIO):
    """An opened seal that turns out to be damaged on the way."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 200_000:
            raise Permanent("vault.tampered")
        return super().read(size)


def test_a_damaged_video_ends_the_call_by_its_own_name_and_nothing_is_sent(ann: Person, telegram: Telegram) -> None:
    before = len(ann.messages())
    upload = Upload.stream(lambda: Sealed(CLIP), len(CLIP), name="miomio.mp4", mime="video/mp4")
    with pytest.raises(Permanent, match=r"vault\.tampered"):
        telegram.send(send_video(ann.id, upload, None, "", **SHAPE))
    assert len(ann.messages()) == before


def test_what_cannot_be_opened_is_told_as_it_is(ann: Person, telegram: Telegram) -> None:
    def opens() -> io.BytesIO:
        raise Temporary("store.unavailable")

    upload = Upload.stream(opens, 1, name="miomio.mp4", mime="video/mp4")
    with pytest.raises(Temporary, match=r"store\.unavailable"):
        telegram.send(send_video(ann.id, upload, None, "", **SHAPE))


def paid(person: Person, telegram: Telegram, *, refuse: str | None = None) -> dict[str, Any]:
    """The person pays a new invoice, and the bot answers the question before it."""
    call = send_invoice(person.id, title="Ten pictures", description="A pack of ten", payload="pack:10", stars=50)
    sent = telegram.send(call)
    assert sent is not None
    outcome: list[dict[str, Any]] = []

    def press() -> None:
        body = {"message_id": sent.message_id}
        outcome.append(person.emulator.client("POST", f"people/{person.id}/pay", json=body))

    paying = threading.Thread(target=press)
    paying.start()
    [update] = [update for update in telegram.updates(0, wait=5) if "pre_checkout_query" in update]
    query = update["pre_checkout_query"]
    assert (query["total_amount"], query["invoice_payload"]) == (50, "pack:10")
    assert telegram.call(answer_pre_checkout(query["id"], error_message=refuse)) is True
    paying.join()
    return outcome[0]


def test_the_question_before_a_payment_is_among_the_updates_asked_for() -> None:
    assert "pre_checkout_query" in ALLOWED_UPDATES


def test_an_invoice_is_paid_once_the_bot_has_said_yes(ann: Person, telegram: Telegram) -> None:
    charge = paid(ann, telegram)["telegram_payment_charge_id"]
    [line] = telegram.star_transactions()
    assert (line.id, line.stars, line.user, line.payload) == (charge, 50, ann.id, "pack:10")
    assert line.incoming
    assert line.kind == "invoice_payment"
    assert abs(line.at - datetime.now(UTC).replace(tzinfo=None)) < timedelta(seconds=10)
    assert str(ann.id) not in repr(line)


def test_a_payment_that_the_bot_refuses_is_not_made_and_the_reason_is_shown(ann: Person, telegram: Telegram) -> None:
    assert paid(ann, telegram, refuse="This pack is gone") == {"paid": False, "error": "This pack is gone"}
    assert telegram.star_transactions() == []


def test_an_invoice_may_have_buttons_behind_the_one_that_pays(ann: Person, telegram: Telegram) -> None:
    keyboard = [[Button("Pay 50 Stars", pay=True)], [Button("Back", data="back")]]
    sent = telegram.send(send_invoice(ann.id, title="Ten", description="Ten", payload="p", stars=50, keyboard=keyboard))
    assert sent is not None
    [message] = [m for m in ann.messages() if m["message_id"] == sent.message_id]
    assert [row[0].get("pay", False) for row in message["buttons"]] == [True, False]


def test_a_forwarded_invoice_is_not_payable_by_others() -> None:
    call = send_invoice(1, title="Ten", description="Ten", payload="p", stars=50)
    assert call.params["start_parameter"]
    assert (call.params["currency"], call.params["provider_token"]) == ("XTR", "")


def test_stars_go_back_once_and_both_movements_are_listed(ann: Person, telegram: Telegram) -> None:
    charge = paid(ann, telegram)["telegram_payment_charge_id"]
    telegram.refund_star_payment(ann.id, charge)
    with pytest.raises(Permanent, match=r"telegram\.already_refunded"):
        telegram.refund_star_payment(ann.id, charge)
    came, went = telegram.star_transactions()
    assert (came.id, came.incoming, went.id, went.incoming) == (charge, True, charge, False)
    assert went.user == ann.id
    assert telegram.star_transactions(1, 1) == [went]
    assert telegram.star_transactions(2) == []


def test_a_charge_that_nobody_made_cannot_go_back(ann: Person, telegram: Telegram) -> None:
    with pytest.raises(Permanent, match=r"telegram\.no_such_charge") as failure:
        telegram.refund_star_payment(ann.id, "stx-unknown")
    assert "stx-unknown" not in str(failure.value)


def test_the_username_is_the_one_that_the_person_has_now(emulator: Emulator, ann: Person, telegram: Telegram) -> None:
    bob = emulator.person("Bob", username="bob_of_kowloon")
    bob.says("/start")
    assert telegram.username(bob.id) == "bob_of_kowloon"
    nameless = emulator.person("Cat", username=None)
    nameless.says("/start")
    assert telegram.username(nameless.id) is None
    with pytest.raises(Permanent, match=r"telegram\.blocked"):
        telegram.username(42)


def test_names_are_those_that_the_person_has_now(emulator: Emulator, ann: Person, telegram: Telegram) -> None:
    bob = emulator.person("Bob", last_name="Wong", username="bob_of_kowloon")
    nameless = emulator.person("Cat", username=None)
    for person in (bob, nameless):
        person.says("/start")
    assert telegram.names(bob.id) == ("Bob", "Wong", "bob_of_kowloon")
    assert telegram.names(nameless.id) == ("Cat", None, None)
    with pytest.raises(Permanent, match=r"telegram\.blocked"):
        telegram.names(42)
