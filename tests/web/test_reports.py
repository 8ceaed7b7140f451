"""/report on the website: anybody may, nobody is locked out by it, and what is written stands in plain nowhere."""

from __future__ import annotations

import html
import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import TABLES, KeyRow, Report
from policy.limits import LONGEST_CONTACT, LONGEST_REPORT, REPORT_WITHIN
from policy.reports import KINDS
from privacy.audit import Act
from web.app import create_app
from web.limits import WINDOW, Limiter
from web.reports import FORM, MOST, PATH, TRAP
from web.site_languages import PREFIXES, address
from wording.language import translate
from workers.house import House

MAY = Act("may.chan", "a report of Monday")
SAID = {
    "kind": "child",
    "words": "My daughter is nine.\r\nShe is on the left.",
    "place": "https://example.invalid/picture",
    "contact": "mother@example.invalid",
    TRAP: "",
}
NUMBER = re.compile(r"<code>([2-9a-z]{5}-[2-9a-z]{5})</code>")


def cases(house: House) -> list[Report]:
    with house.database.connection():
        return list(Report.select())


def send(client: FlaskClient, *, path: str = PATH, **changes: str) -> TestResponse:
    return client.post(path, data={**SAID, **changes}, environ_base={"REMOTE_ADDR": "203.0.113.77"})


@pytest.mark.proves("P10.2")
@pytest.mark.parametrize("tag", PREFIXES)
def test_a_stranger_s_report_is_a_case_with_a_clock_in_each_language(
    client: FlaskClient, house: House, tag: str
) -> None:
    answer = send(client, path=address(tag, PATH))
    assert answer.status_code == 200
    found = NUMBER.search(answer.text)
    assert found is not None
    assert translate(tag)("Your report is in") in answer.text
    assert "48" in answer.text
    [row] = cases(house)
    assert row.id == found[1].replace("-", "")
    assert (row.kind, row.source, row.state, row.reporter, row.accused) == ("child", "web", Report.OPEN, None, None)
    assert row.due_at - row.received_at == REPORT_WITHIN
    with house.database.unit() as unit:
        opened = house.reports.show(unit, MAY, found[1])
    assert opened.words == "My daughter is nine.\nShe is on the left."
    assert (opened.place, opened.contact) == (SAID["place"], SAID["contact"])


def test_the_page_has_the_form_and_no_cookie_and_is_sent_back_to_us_only(client: FlaskClient) -> None:
    for answer in (client.get(PATH), send(client), send(client, words="", place="")):
        assert "Set-Cookie" not in answer.headers
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text
    page = client.get(PATH).text
    assert all(f'value="{kind}"' in page for kind in KINDS)
    assert send(client).headers["Cache-Control"] == "no-store"


def test_it_stands_in_the_site_map_and_is_linked_from_safety_and_contact(client: FlaskClient) -> None:
    assert "/zh-hans/report</loc>" in client.get("/sitemap.xml").text
    for path in ("/safety", "/contact", "/"):
        assert f'href="{PATH}"' in client.get(path).text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": ""}, "choose what it is about"),
        ({"kind": "nonsense"}, "choose what it is about"),
        ({"words": " ", "place": "\n"}, "write what is wrong"),
        ({"words": "x" * (LONGEST_REPORT + 1)}, "too long"),
        ({"place": "x" * (LONGEST_REPORT + 1)}, "too long"),
        ({"contact": "x" * (LONGEST_CONTACT + 1)}, "too long"),
        ({TRAP: "https://example.invalid"}, "must stay empty"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(
    client: FlaskClient, house: House, changes: dict[str, str], told: str
) -> None:
    answer = send(client, **changes)
    assert answer.status_code == 400
    assert told in answer.text
    assert cases(house) == []
    with house.database.connection():
        assert not KeyRow.select().where(KeyRow.kind == KeyRow.CASE).exists()


def test_whoever_made_a_mistake_gets_back_what_they_wrote_made_harmless(client: FlaskClient) -> None:
    words = '</textarea><script>alert("x")</script>'
    answer = send(client, kind="", words=words, contact='"><b>')
    assert html.escape(words, quote=False).replace('"', "&#34;") in answer.text
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


def test_the_longest_words_fit_in_any_script(client: FlaskClient, house: House) -> None:
    assert send(client, words="童" * LONGEST_REPORT, place="🧒" * LONGEST_REPORT).status_code == 200
    assert len(cases(house)) == 1


def test_a_body_that_is_too_large_is_not_read(client: FlaskClient, house: House) -> None:
    answer = send(client, words="x" * FORM)
    assert answer.status_code == 413
    assert "too long" in answer.text
    assert cases(house) == []


def test_a_form_without_fields_and_one_of_another_kind_are_told_what_is_missing(
    client: FlaskClient, house: House
) -> None:
    for body in ({"data": b""}, {"data": b"{", "content_type": "application/json"}, {"json": SAID}):
        answer = client.post(PATH, **body)
        assert answer.status_code == 400
    assert cases(house) == []


def test_after_some_reports_an_address_waits_and_others_do_not(house: House) -> None:
    client = create_app(house).test_client()
    assert [send(client).status_code for _ in range(MOST + 1)] == [200] * MOST + [429]
    refused = send(client)
    assert 0 < int(refused.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert client.get(PATH, environ_base={"REMOTE_ADDR": "203.0.113.77"}).status_code == 200
    other = client.post(PATH, data=SAID, environ_base={"REMOTE_ADDR": "203.0.113.78"})
    assert other.status_code == 200
    assert len(cases(house)) == MOST + 1


def test_reports_count_as_visits_too(house: House) -> None:
    client = create_app(house, limiter=Limiter(house.settings, most=1)).test_client()
    assert [send(client).status_code for _ in range(2)] == [200, 429]


def test_by_itself_it_changes_nothing_but_its_own_case(client: FlaskClient, house: House) -> None:
    def rows() -> dict[str, int]:
        with house.database.connection():
            return {model._meta.table_name: model.select().count() for model in TABLES}

    before = rows()
    send(client, words="freeze @annlee at once")
    changed = {name for name, count in rows().items() if count != before[name]}
    assert changed == {"report", "data_key"}


def test_what_was_written_is_in_no_log_and_in_plain_in_no_column(
    client: FlaskClient, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    send(client)
    send(client, kind="")
    out = "".join(capsys.readouterr())
    [row] = cases(house)
    held = json.dumps(row.__data__, default=lambda value: bytes(value).hex() if not hasattr(value, "year") else "")
    for word in ("daughter", "example.invalid", "mother"):
        assert word not in out
        assert word not in held
        assert word.encode().hex() not in held


def test_while_the_database_is_away_whoever_reports_is_told_to_try_again(without_database: FlaskClient) -> None:
    answer = send(without_database)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
