"""After every flow, its errors and its crashes: what people said, sent and got is in plain nowhere, and what left for
whom is what the register grants."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ops import places
from ops.places import Place
from policy.recipients import RECIPIENTS
from privacy.search import Canary, Search
from tests.canary.conftest import BUCKET, Run
from tests.canary.marks import ACCOUNT, METADATA, PLACE, PROMPT, TICKET, whose
from tests.canary.recorder import Said

# Both runs are made before the first test, with ten people at once.
pytestmark = [pytest.mark.xdist_group("spine"), pytest.mark.timeout(600)]

# Files that are opened for writing and hold nothing: the second is gunicorn's sign of life.
EMPTY = re.compile(r"/dev/null|/dev/shm/wgunicorn-\w+")
HEAD = {"host", "content-type", "content-length", "user-agent", "accept", "accept-encoding", "connection"}
KEY_OF = {"gemini": "x-goog-api-key", "kling": "authorization"}
PAYING = re.compile(r"/(sendInvoice|answerPreCheckoutQuery|refundStarPayment|getStarTransactions|createInvoiceLink)\b")
BARE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}  # what every JPEG says of itself


def at_rest(run: Run) -> list[Place]:
    """Everywhere data of the service stay."""
    service = run.service
    found = [
        Place("logs", places.files(service.logs_of_ours()), b"worker.ready"),
        Place("temporary folder", places.files(service.tmp), b"this folder was looked at"),
        Place("Redis", places.valkey(service.stack.ports.valkey, service.data / "valkey"), b"-ver"),
        Place("lines to Redis", places.streams("line", service.redis.asked), b"miomio"),
    ]
    if service.sqlite is not None:
        found.append(Place("SQLite", places.sqlite(service.sqlite), b'CREATE TABLE "account"'))
        found.append(Place("object folder", places.files(service.data / "objects"), b".object"))
    if run.folder is not None:
        found.append(Place("Postgres", places.postgres(service.postgres), b"ledger_entry"))
        found.append(Place("files of Postgres", places.files(run.folder), b"ledger_entry"))
    if run.client is not None and service.s3 is not None:
        found.append(Place("bucket", places.bucket(run.client, BUCKET), b"photo/"))
        found.append(Place("lines to the bucket", places.streams("line", service.s3.asked), b"PUT /"))
    return found


def of_category(run: Run) -> dict[str, list[Canary]]:
    """Category of the register -> what of it is known."""
    marks = run.service.marks
    pictures = {"photos": ("a photo", "a photo as it was sent"), "results": ("a result", "a video")}
    return {
        "account": [marks.of_kind(ACCOUNT), Canary("a Telegram id", marks.digits)],
        "prompts": [marks.of_kind(PROMPT)],
        "support": [marks.of_kind(TICKET)],
        **{name: [one for one in run.pictures if one.what in whats] for name, whats in pictures.items()},
    }


def categories_in(run: Run, stream: bytes) -> set[str]:
    return {name for name, known in of_category(run).items() if Search(known).within(stream, "")}


def jpeg_of(said: Said) -> bytes:
    """The one picture of a call to a provider."""
    [coded] = re.findall(rb'"(?:data|url)":"(/9j/[A-Za-z0-9+/_-]+=*)"', said.body)
    return base64.b64decode(coded.replace(b"-", b"+").replace(b"_", b"/"))


def generations(run: Run, provider: str) -> Iterator[Said]:
    """Whole calls that ask for a picture or a video."""
    said = [one for one in run.service.lines[provider].requests() if one.method == "POST" and one.whole]
    assert len(said) >= 2, f"{provider} was hardly asked for anything"
    yield from said


@pytest.mark.proves("P7.1", "P4.5", "P5.2")
def test_nothing_of_anybody_stands_in_plain_anywhere(run: Run) -> None:
    search = Search(run.canaries)
    seen = [sighting for place in at_rest(run) for sighting in place.searched(search)]
    assert seen == [], "\n".join(map(str, seen[:20]))


@pytest.mark.proves("P7.1")
def test_a_worker_that_aborts_with_a_photo_in_memory_leaves_no_core_file(run: Run) -> None:
    assert run.service.cores() == []
    for name in ("web", "worker", "rights"):
        limits = Path(f"/proc/{run.service.process(name).pid}/limits").read_text()
        assert re.search(r"Max core file size +0 ", limits), name


@pytest.mark.proves("P4.5", "P7.1")
def test_no_file_is_opened_for_writing_but_those_of_the_store(run: Run) -> None:
    heard = [line.split("\t") for line in run.service.notes.read_text().splitlines()]
    written = {path for what, _, path in heard if what == "write" and not EMPTY.fullmatch(path)}
    store = run.service.data / "objects"
    assert [path for path in written if store not in Path(path).parents] == []
    assert {what for what, _, _ in heard} == {"write", "connect", "resolve"}


@pytest.mark.proves("P5.5")
def test_nobody_is_called_but_those_whom_the_register_names(run: Run) -> None:
    heard = [line.split("\t") for line in run.service.notes.read_text().splitlines()]
    ours = [run.service.redis, *run.service.lines.values()]
    assert {to for what, _, to in heard if what == "connect"} == {f"127.0.0.1:{one.port}" for one in ours}
    assert {to for what, _, to in heard if what == "resolve"} == {"127.0.0.1"}


@pytest.mark.proves("P4.1", "P5.3", "P5.0")
def test_each_recipient_gets_the_categories_that_the_register_grants_and_no_other(run: Run) -> None:
    lines = run.service.lines
    got = {name: categories_in(run, b"\n".join(lines[name].asked)) for name in ("telegram", "gemini", "kling")}
    assert {name: found - RECIPIENTS[name].categories for name, found in got.items()} == {name: set() for name in got}
    assert got["telegram"] == {"account", "prompts", "photos", "results", "support"}  # it is looked at in earnest
    assert got["gemini"] >= {"prompts", "photos"}
    assert "prompts" in got["kling"]


@pytest.mark.proves("P4.1", "P4.3", "P5.3")
@pytest.mark.parametrize("provider", ["gemini", "kling"])
def test_a_provider_gets_one_picture_the_words_for_it_and_nothing_about_the_person(run: Run, provider: str) -> None:
    marks, people = run.service.marks, set()
    for said in generations(run, provider):
        picture = jpeg_of(said)
        people.add(whose(picture))
        named = set(re.findall(rf"{marks.latin}(\w\w\d\d)".encode(), said.raw))
        assert named <= {f"{PROMPT}{whose(picture):02d}".encode()}
        with Image.open(io.BytesIO(picture)) as opened:
            assert opened.info.keys() <= BARE
        assert not said.headers.keys() - HEAD - {KEY_OF[provider]}
    assert len(people) >= (5 if provider == "gemini" else 1)
    for said in run.service.lines[provider].requests():
        assert categories_in(run, said.raw) <= {"prompts", "photos", "results"}


@pytest.mark.proves("P4.3")
def test_gemini_is_told_to_store_nothing_and_gets_no_other_field(run: Run) -> None:
    for said in generations(run, "gemini"):
        asked = json.loads(said.body)
        assert asked.keys() == {"contents", "safetySettings", "store", "generationConfig"}
        assert asked["store"] is False
        [content] = asked["contents"]
        assert [list(part) for part in content["parts"]] == [["inlineData"], ["text"]]
        assert content["parts"][0]["inlineData"].keys() == {"mimeType", "data"}


@pytest.mark.proves("P4.3")
def test_kling_knows_an_attempt_by_a_random_number_only(run: Run) -> None:
    callback = run.service.web.address + "/callbacks/kling/" + run.service.stack.environ["CALLBACK_SECRET"]
    for said in generations(run, "kling"):
        asked = json.loads(said.body)
        assert asked.keys() == {"contents", "settings", "options"}
        assert asked["options"].keys() <= {"callback_url", "external_task_id", "watermark_info"}
        assert re.fullmatch(r"[0-9a-f]{32}-\d+", asked["options"]["external_task_id"])
        assert asked["options"]["callback_url"] == callback
        assert asked["settings"].keys() <= {"resolution", "duration"}


@pytest.mark.proves("P5.1")
def test_what_is_said_about_payments_holds_no_photo_and_no_words(run: Run) -> None:
    calls = [said.raw for said in run.service.telegram.requests() if PAYING.search(said.path)]
    # The last call of an answer goes out in the webhook's own reply.
    replies = [part for stream in run.service.web.answered for part in stream.split(b"HTTP/1.1 ")]
    calls += [reply for reply in replies if b'"sendInvoice"' in reply or b'"answerPreCheckoutQuery"' in reply]
    assert len(calls) >= 6
    for call in calls:
        assert categories_in(run, call) <= {"account"}, call[:300]


@pytest.mark.proves("P2.7")
def test_what_a_photo_tells_besides_its_picture_goes_nowhere(run: Run) -> None:
    """Not even back to Telegram, where it came from."""
    search = Search([run.service.marks.of_kind(METADATA), run.service.marks.of_kind(PLACE)])
    came = b"\n".join(run.service.telegram.answered)
    assert search.within(came, "what Telegram gave us")
    for name, recorder in run.service.lines.items():
        assert search.within(b"\n".join(recorder.asked), name) == []


@pytest.mark.proves("P5.5")
def test_who_calls_back_learns_nothing(run: Run) -> None:
    lines = [line for line in run.service.web.lines if b"/callbacks/kling" in line.asked]
    assert lines
    assert Search(run.canaries).within(b"\n".join(bytes(line.answered) for line in lines), "answers to callbacks") == []
