"""Reading tasks: the new form and the legacy one say the same, and whatever Kling may invent breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Failure, Temporary
from providers.http import Answer
from providers.kling_answer import FAILED, PROCESSING, SUBMITTED, SUCCEEDED, Task, made_in, task_in, tasks_in
from providers.kling_callback import external_id_in
from providers.kling_refusal import look_failure_in, submit_failure_in

URL = "https://v21-kling.klingai.com/secret/film.mp4?x=1"
NEW = {
    "id": "893605946402811985", "status": "succeeded", "message": "", "create_time": 1781080778802,
    "update_time": 1781080794151, "external_id": "v-7-1",
    "outputs": [{"type": "video", "id": "1", "url": URL, "watermark_url": "https://x/y", "duration": "5.1"}],
    "billing": [{"charge_type": "unit", "amount": "4", "package_type": "video"},
                {"charge_type": "cash", "amount": "0.112", "currency": "USD", "cash_type": "balance",
                 "list_price": "0.2"}],
}  # fmt: skip
LEGACY = {
    "task_id": "893605946402811985", "task_status": "succeed", "task_status_msg": "",
    "task_info": {"external_task_id": "v-7-1"}, "created_at": 1781080778802, "updated_at": 1781080794151,
    "task_result": {"videos": [{"id": "1", "url": URL, "watermark_url": "https://x/y", "duration": "5.1"}]},
    "final_unit_deduction": "4", "final_balance_deduction": {"quota": "0.112", "list_price": "0.2"},
}  # fmt: skip
FILM = Task("893605946402811985", "v-7-1", SUCCEEDED, url=URL, seconds=5.1, units=4.0, usd=0.112)
NAMES = (
    "code", "message", "data", "id", "task_id", "status", "task_status", "task_status_msg", "external_id", "task_info",
    "external_task_id", "outputs", "task_result", "videos", "url", "type", "duration", "billing", "charge_type",
    "amount", "currency", "final_unit_deduction", "final_balance_deduction", "quota",
)  # fmt: skip
WORDS = ("succeeded", "succeed", "failed", "processing", "video", "unit", "cash", "USD", "v-7-1", "nan", "1e999", "-1")


def body(data: Any, **more: Any) -> bytes:
    return orjson.dumps({"code": 0, "message": "SUCCEED", "request_id": "r", "data": data, **more})


def changed(**changes: Any) -> Task:
    return task_in({**NEW, **changes})


@pytest.mark.parametrize("said", [NEW, LEGACY], ids=["new", "legacy"])
def test_both_generations_say_the_same(said: dict[str, Any]) -> None:
    assert task_in(said) == FILM
    assert tasks_in(body([said]), asked=["v-7-1"]) == {"v-7-1": FILM}
    assert tasks_in(body(said), asked=["v-7-1"]) == {"v-7-1": FILM}, "an object where an array was to be"
    assert made_in(body(said), external_id="v-7-1") == FILM
    assert external_id_in(orjson.dumps(said)) == "v-7-1"


def test_what_is_printed_of_a_task_holds_no_address() -> None:
    assert "secret" not in repr(FILM)


@pytest.mark.parametrize("status, state", [
    ("submitted", SUBMITTED), ("processing", PROCESSING), ("succeeded", SUCCEEDED), ("succeed", SUCCEEDED),
    ("Succeeded", SUCCEEDED), ("failed", FAILED), ("queued", PROCESSING), ("", PROCESSING), (None, PROCESSING),
    (7, PROCESSING), (["failed"], PROCESSING),
])  # fmt: skip
def test_a_word_that_kling_has_yet_to_invent_ends_nothing(status: Any, state: str) -> None:
    task = changed(status=status)
    assert task.state == state
    assert (task.url is not None) == (state == SUCCEEDED)
    assert (task.reason is not None) == (state == FAILED)


@pytest.mark.parametrize("message, reason", [
    ("Failure to pass the risk control system", "provider.refused"),
    ("FAILURE TO PASS THE RISK CONTROL SYSTEM.", "provider.refused"),
    ("The content security check failed", "provider.refused"),
    (
        "The resolution or aspect ratio of the input image is invalid. "
        "Please ensure it meets the required specifications.",
        "provider.bad_input",
    ),
    ("Internal error", "provider.failed"), ("", "provider.failed"), (None, "provider.failed"), (5, "provider.failed"),
])  # fmt: skip
def test_why_a_task_failed_is_told_in_our_words_only(message: Any, reason: str) -> None:
    for said in (
        {"id": "1", "status": "failed", "message": message},
        {"task_id": "1", "task_status": "failed", "task_status_msg": message},
    ):
        task = task_in(said)
        assert (task.state, task.reason) == (FAILED, reason)
        assert not message or str(message) not in repr(task)


@pytest.mark.parametrize("outputs", [
    None, [], {}, "x", [None], [{}], [{"type": "video"}], [{"type": "video", "url": ""}], [{"type": "video", "url": 5}],
    [{"type": "image", "url": URL}],
])  # fmt: skip
def test_a_task_that_succeeded_with_nothing_to_fetch_has_failed(outputs: Any) -> None:
    task = changed(outputs=outputs)
    assert (task.state, task.url, task.reason) == (FAILED, None, "provider.failed")


def test_the_video_is_taken_from_among_other_outputs() -> None:
    outputs = [{"type": "audio", "url": "https://x/a.mp3"}, "odd", NEW["outputs"][0]]  # type: ignore[index]
    assert changed(outputs=outputs) == FILM


@pytest.mark.parametrize("duration, seconds", [
    ("5.1", 5.1), (5, 5.0), (5.04, 5.04), ("0", None), ("-5", None), ("long", None), ("nan", None), ("inf", None),
    (True, None), (None, None), ("601", None), ([5], None), (10**18, None),
])  # fmt: skip
def test_a_duration_is_read_strictly(duration: Any, seconds: float | None) -> None:
    assert changed(outputs=[{"type": "video", "url": URL, "duration": duration}]).seconds == seconds


@pytest.mark.parametrize("bill, units, usd", [
    ([{"charge_type": "unit", "amount": 4}], 4.0, None),
    ([{"charge_type": "unit", "amount": "0.8"}, {"charge_type": "unit", "amount": "0.1"}], 0.9, None),
    ([{"charge_type": "cash", "amount": "0.56", "currency": "USD"}], None, 0.56),
    ([{"charge_type": "cash", "amount": "0.56", "currency": None}], None, 0.56),
    ([{"charge_type": "cash", "amount": "4.1", "currency": "CNY"}], None, None),
    ([{"charge_type": "unit", "amount": "many"}, {"charge_type": "unit", "amount": 2}], 2.0, None),
    ([{"charge_type": "coins", "amount": 2}, None, "x"], None, None),
    ([{"charge_type": "cash", "amount": "nan"}, {"charge_type": "unit", "amount": -1}], None, None),
    ([{"charge_type": "unit", "amount": "1e308"}, {"charge_type": "unit", "amount": 1e308}], None, None),
    ([], None, None), (None, None, None), ("4", None, None),
])  # fmt: skip
def test_the_bill_is_added_up_by_what_was_taken(bill: Any, units: float | None, usd: float | None) -> None:
    assert (changed(billing=bill).units, changed(billing=bill).usd) == (units, usd)


@pytest.mark.parametrize("units, balance, read", [
    ("4", {"quota": "0.5", "list_price": "0.6"}, (4.0, 0.5)), (4, {"quota": 0.5}, (4.0, 0.5)), ("0", 0.56, (0.0, 0.56)),
    ("", {}, (None, None)), (None, None, (None, None)), ([], [], (None, None)),
])  # fmt: skip
def test_the_legacy_bill_is_read_as_text_or_numbers(units: Any, balance: Any, read: tuple[Any, Any]) -> None:
    task = task_in({**LEGACY, "final_unit_deduction": units, "final_balance_deduction": balance})
    assert (task.units, task.usd) == read


def test_long_ids_keep_every_digit() -> None:
    assert task_in(orjson.loads(b'{"id":893605946402811985}')).id == "893605946402811985"
    assert changed(external_id="").external_id is None
    assert changed(id=8.936059464028119e17).id == "", "a fraction has lost some already"


def test_only_the_tasks_asked_for_come_and_unknown_ones_are_absent() -> None:
    others = [{**NEW, "external_id": "v-8-1"}, {**NEW, "external_id": "somebody-elses"}]
    assert set(tasks_in(body(others), asked=["v-7-1", "v-8-1"])) == {"v-8-1"}
    assert tasks_in(body([]), asked=["v-7-1"]) == {}


@pytest.mark.parametrize("odd", [None, 5, "x", {}, {**NEW, "external_id": None}, {**NEW, "external_id": {}}])
def test_nobody_is_called_absent_by_an_answer_with_a_task_that_could_be_theirs(odd: Any) -> None:
    with pytest.raises(Temporary) as caught:
        tasks_in(body([{**NEW, "external_id": "v-8-1"}, odd]), asked=["v-7-1", "v-8-1"])
    assert caught.value.code == "provider.garbage"
    assert set(tasks_in(body([NEW, odd]), asked=["v-7-1"])) == {"v-7-1"}, "and where nobody is missing it does no harm"


@pytest.mark.parametrize("said", [b"", b"<html>", b"[]", b"{}", b'{"code":0}', b'{"code":0,"data":null}', b"\xff"])
def test_an_answer_without_tasks_is_garbage_and_not_an_empty_one(said: bytes) -> None:
    for read in (lambda: tasks_in(said, asked=["v-7-1"]), lambda: made_in(said, external_id="v-7-1")):
        with pytest.raises(Temporary) as caught:
            read()
        assert caught.value.code == "provider.garbage"


def test_a_task_made_under_another_id_or_none_of_klings_is_not_ours() -> None:
    for odd in ({**NEW, "external_id": "v-8-1"}, {**NEW, "id": ""}, {"external_id": "v-7-1"}):
        with pytest.raises(Temporary):
            made_in(body(odd), external_id="v-7-1")
    assert made_in(body({"id": "1", "status": "submitted"}), external_id="v-7-1").external_id == "v-7-1"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=16,
)


@given(JSON)
def test_no_json_whatever_its_shape_makes_anything_but_a_task_or_a_failure(said: Any) -> None:
    task = task_in(said)
    assert task.state in (SUBMITTED, PROCESSING, SUCCEEDED, FAILED)
    assert (task.url is not None) == (task.state == SUCCEEDED)
    assert (task.reason is not None) == (task.state == FAILED)
    assert all(number is None or 0 <= number < float("inf") for number in (task.seconds, task.units, task.usd))


@given(st.binary(max_size=40) | st.builds(lambda said: json.dumps(said).encode(), JSON), st.integers(200, 599))
def test_no_body_whatever_its_bytes_does_more_than_fail(said: bytes, status: int) -> None:
    for read in (lambda: tasks_in(said, asked=["v-7-1"]), lambda: made_in(said, external_id="v-7-1")):
        try:
            read()
        except Temporary as failure:
            assert failure.code == "provider.garbage"
    answer = Answer(status, {}, said)
    assert isinstance(submit_failure_in(answer), Failure | None)
    assert isinstance(look_failure_in(answer), Failure | None)
    external_id_in(said)
