"""The page of receipts: anybody may check one or look one up, without an account, and nothing of it is kept."""

from __future__ import annotations

import io
import json
import logging
import tempfile
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from consent.accounts import Identity
from consent.disclosure import disclose
from models import TABLES, Account, Erasure, Receipt
from policy.versions import CURRENT
from privacy.receipt_form import issue
from vault.signing import SigningKeys
from web.app import create_app
from web.headers import WITH_OWN_FORMS
from web.limits import Limiter
from web.receipts import FORM
from web.site_languages import PREFIXES, address
from wording.language import translate
from wording.receipt_in_words import VERDICTS
from workers.house import House

pytestmark = pytest.mark.proves("P9.3")
NAMES = {verdict: name for verdict, (name, _meaning) in VERDICTS.items()}


def seal(house: House) -> Erasure:
    """Somebody deletes their photos; the first receipt is written."""
    with house.database.unit() as unit:
        account = house.accounts.open(unit, Identity(700100200, "Ann", "Lee", "annlee", "en"), version=CURRENT.id)
        disclose(
            unit,
            account=account.id,
            order="order",
            attempt=1,
            recipient="gemini",
            purpose="generation",
            categories=frozenset({"photos"}),
        )
        row = Erasure(account=account.id, scope=Erasure.PHOTOS, source="bot", asked_at=unit.now, counts='{"files":3}')
        row.save(force_insert=True)
        house.receipts.sealed(unit, row)
    return row


@pytest.fixture
def erasure(house: House) -> Erasure:
    return seal(house)


@pytest.fixture
def receipt(house: House, erasure: Erasure) -> str:
    with house.database.connection():
        return str(Receipt.get(Receipt.erasure == erasure.id).body)


def number(receipt: str) -> str:
    return str(json.loads(receipt)["number"])


def checked(client: FlaskClient, text: str, tag: str = "en") -> TestResponse:
    return client.post(address(tag, "/receipts/check"), data={"text": text})


def verdict(answer: TestResponse) -> str:
    """The one that the page shows in large letters."""
    assert answer.status_code == 200
    head = unescape(answer.text.partition('class="verdict ')[2].partition("<h2>")[2].partition("</h2>")[0])
    return next(verdict for verdict, name in NAMES.items() if name == head)


def test_a_genuine_receipt_is_told_in_words(client: FlaskClient, receipt: str) -> None:
    answer = checked(client, receipt)
    assert verdict(answer) == "genuine"
    said = unescape(answer.text)
    for words in (
        number(receipt),
        "Google (Gemini, Google DeepMind)",
        "files whose keys were destroyed",
        "Account Data",
    ):
        assert words in said


def test_a_file_is_checked_like_its_text_and_goes_before_it(client: FlaskClient, receipt: str) -> None:
    sent = {"file": (io.BytesIO(receipt.encode()), "receipt.json"), "text": "something else"}
    assert verdict(client.post("/receipts/check", data=sent)) == "genuine"
    nothing = {"file": (io.BytesIO(b""), ""), "text": receipt}
    assert verdict(client.post("/receipts/check", data=nothing)) == "genuine"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace('"photos"', '"account"'), "altered"),
        (lambda text: json.dumps({**json.loads(text), "note": "<script>alert(1)</script>"}), "altered"),
        (lambda text: issue(SigningKeys([("r9", bytes(range(3, 35)))]), {"stage": 1}), "unknown key"),
        (lambda text: text[:-1], "no receipt"),
        (lambda text: "<script>alert(1)</script>", "no receipt"),
        (lambda text: "", "no receipt"),
        (lambda text: "{" * 9_000, "no receipt"),
    ],
)
def test_what_is_not_genuine_is_told_apart_and_nothing_of_it_is_shown(
    client: FlaskClient, receipt: str, change: Callable[[str], str], expected: str
) -> None:
    answer = checked(client, change(receipt))
    assert verdict(answer) == expected
    assert number(receipt) not in answer.text
    assert "<script" not in answer.text
    assert 'class="contact"' not in answer.text


@pytest.mark.parametrize("tag", PREFIXES)
def test_every_verdict_is_told_in_the_language_of_the_address(client: FlaskClient, receipt: str, tag: str) -> None:
    _ = translate(tag)
    for text, expected in ((receipt, "genuine"), (receipt.replace('"stage":1', '"stage":2'), "altered")):
        said = unescape(checked(client, text, tag).text)
        assert all(_(words) in said for words in VERDICTS[expected])
        assert f'action="{address(tag, "/receipts/check")}"' in said


def test_a_number_shows_the_newest_stage_and_gives_its_file(
    house: House, client: FlaskClient, erasure: Erasure
) -> None:
    with house.database.connection():
        first = str(Receipt.get().body)
    asked = {"number": f" {number(first).upper()} "}
    assert "Receipt 1 of 3" in client.post("/receipts/find", data=asked).text
    with house.database.unit() as unit:
        house.receipts.gone(unit, erasure)
    shown = client.post("/receipts/find", data=asked)
    assert verdict(shown) == "genuine"
    assert "Receipt 2 of 3" in shown.text
    assert "The last receipt will be here from" in shown.text
    with house.database.unit() as unit:
        Receipt.update(due_at=unit.now).where(Receipt.stage == 2).execute()
    house.receipts.last_copies()
    shown = client.post("/receipts/find", data=asked)
    assert "Receipt 3 of 3" in shown.text
    assert "The last receipt will be here from" not in shown.text
    given = client.post("/receipts/file", data=asked)
    assert given.mimetype == "application/json"
    assert json.loads(given.data)["stage"] == 3
    assert given.headers["Content-Disposition"] == f'attachment; filename="miomio-receipt-{number(first)[:8]}-3.json"'
    assert verdict(checked(client, given.text)) == "genuine"


@pytest.mark.parametrize("wrong", ["", "0" * 32, "x" * 79, "' or '1'='1", "<script>"])
def test_a_number_that_is_none_says_so_and_gives_nothing(client: FlaskClient, receipt: str, wrong: str) -> None:
    shown = client.post("/receipts/find", data={"number": wrong})
    assert shown.status_code == 404
    assert "No such number" in shown.text
    assert "<script" not in shown.text
    assert client.post("/receipts/file", data={"number": wrong}).status_code == 404


@pytest.mark.parametrize("path", ["/receipts/find", "/receipts/file", "/receipts/check"])
def test_a_number_is_never_part_of_an_address(client: FlaskClient, receipt: str, path: str) -> None:
    for address_ in (path, f"{path}?number={number(receipt)}", f"/receipts/{number(receipt)}"):
        assert client.get(address_).status_code in (404, 405)
    assert client.post(f"{path}?number={number(receipt)}").status_code in (200, 404)
    assert number(receipt) not in client.post(f"{path}?number={number(receipt)}").text


def everything(house: House) -> list[Any]:
    with house.database.connection():
        return [sorted(map(repr, model.select().tuples())) for model in TABLES]


def test_what_is_sent_is_kept_nowhere_and_logged_nowhere(
    house: House,
    client: FlaskClient,
    receipt: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = everything(house)
    caplog.set_level(logging.WARNING)  # what a library says more quietly is written nowhere
    long = receipt[:-1] + "," + " " * (FORM - 4_000) + '"note":1}'
    for text in (receipt, long):
        sent = {"file": (io.BytesIO(text.encode()), "receipt.json")}
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(tempfile, "tempdir", "/proc/no-such-folder")  # nothing can be put aside on a disk
            answer = client.post("/receipts/check", data=sent)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert client.post("/receipts/find", data={"number": number(receipt)}).headers["Cache-Control"] == "no-store"
    assert everything(house) == before
    said = caplog.text + "".join(capfd.readouterr())
    assert number(receipt) not in said
    assert "note" not in said


def test_no_more_is_read_than_a_receipt_has(client: FlaskClient) -> None:
    sent = {"file": (io.BytesIO(b"x" * (FORM + 1)), "receipt.json")}
    assert client.post("/receipts/check", data=sent).status_code == 413
    assert client.post("/receipts/find", data={"number": "0" * (FORM + 1)}).status_code == 413


def test_an_answer_forbids_everything_but_our_own_forms(client: FlaskClient, receipt: str) -> None:
    for answer in (client.get("/receipts"), checked(client, receipt)):
        assert answer.headers["Content-Security-Policy"] == WITH_OWN_FORMS
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_who_checks_without_end_is_stopped_and_who_reads_the_page_is_not(house: House, receipt: str) -> None:
    client = create_app(house, limiter=Limiter(house.settings, most=3)).test_client()
    assert [checked(client, receipt).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.post("/receipts/find", data={"number": number(receipt)}).status_code == 429
    assert client.get("/receipts").status_code == 200


def test_the_keys_are_on_the_page_and_in_a_file_and_are_public_ones(house: House, client: FlaskClient) -> None:
    [key] = house.receipts.keys.public()
    assert key.pem.strip() in client.get("/receipts").text
    answer = client.get("/receipts/keys.json")
    assert answer.mimetype == "application/json"
    assert answer.json == {"keys": [{"id": "test", "algorithm": "Ed25519", "pem": key.pem, "signs": True}]}
    assert house.settings.receipt_key.partition(":")[2] not in answer.text + client.get("/receipts").text


def test_checking_needs_no_database(house: House, receipt: str, without_database: FlaskClient) -> None:
    assert verdict(checked(without_database, receipt)) == "genuine"
    assert without_database.post("/receipts/find", data={"number": number(receipt)}).status_code == 503


def test_every_page_leads_to_it(pages: FlaskClient) -> None:
    for tag in PREFIXES:
        assert f'href="{address(tag, "/receipts")}"' in pages.get(address(tag, "/")).text
    assert "/receipts</loc>" in pages.get("/sitemap.xml").text


def test_a_receipt_of_a_newer_program_is_shown_as_it_stands(house: House, client: FlaskClient, receipt: str) -> None:
    said = json.loads(receipt)
    said["stays"] = [{"category": "new", "name": "New things", "kept": "for a while", "until": None}]
    said["copies_elsewhere"] = [{"provider": "new", "name": "New <AI>", "kept": "a day", "until": None}]
    said["destroyed"] = {"shelf": {"boxes": 7}}
    said["scope"] = "boxes"
    for name in ("signature", "key"):
        del said[name]
    answer = checked(client, issue(house.receipts.keys, said))
    assert verdict(answer) == "genuine"
    for words in ("New things", "New &lt;AI&gt;", "shelf: boxes", "<dd>boxes</dd>"):
        assert words in answer.text


def test_a_rotated_ring_shows_both_keys(house: House) -> None:
    retired = house.receipts.keys
    newer = SigningKeys([("r2", bytes(range(9, 41))), ("test", bytes(range(32)))])
    receipts = type(house.receipts)(
        database=house.database,
        desk=house.desk,
        chats=house.chats,
        keys=newer,
        previews=house.erasures,  # type: ignore[arg-type]  # nothing is written here
        site="",
    )
    client = create_app(replace(house, receipts=receipts)).test_client()
    page = client.get("/receipts").text
    assert all(key.pem.strip() in page for key in newer.public())
    assert verdict(checked(client, issue(retired, {**json.loads(_body(house)), "stage": 1}))) == "genuine"


def _body(house: House) -> str:
    seal(house)
    with house.database.connection():
        said = json.loads(Receipt.get().body)
        assert Account.select().count() == 1
    return json.dumps({name: value for name, value in said.items() if name not in ("signature", "key")})
