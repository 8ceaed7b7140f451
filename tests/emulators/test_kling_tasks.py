"""What becomes of a Kling task: its states, its slot, its price, and how a submit or a look goes wrong."""

from __future__ import annotations

import time

import pytest
import requests

from tests.emulators.kling_hands import Json, Kling

# The official table: which HTTP status goes with each code.
TABLE = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1100, 1101, 1102, 1302, 1303, 1304), 429),
    **dict.fromkeys((1200, 1201, 1300, 1301), 400),
    **dict.fromkeys((1202, 1203), 404),
    1103: 403,
    5000: 500,
    5001: 503,
    5002: 504,
}
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@pytest.fixture
def plain(kling: Kling) -> Kling:
    """Without the rule that gives every task the ready clip, which would come before any other."""
    kling.control("scenario", method="DELETE")
    kling.set(canned=True)
    return kling


def until(kling: Kling, external_id: str, state: str, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while kling.state(external_id) != state:
        assert time.monotonic() < ends, f"{external_id} is still {kling.state(external_id)}"
        time.sleep(0.01)


def test_a_task_waits_is_processed_and_ends_in_the_time_that_was_set(plain: Kling) -> None:
    plain.set(seconds=2)
    begun = time.monotonic()
    plain.made("a")
    states = [plain.state("a")]
    while states[-1] not in ("succeeded", "failed"):
        states.append(plain.state("a"))
    assert list(dict.fromkeys(states)) == ["submitted", "processing", "succeeded"]
    assert 1.95 < time.monotonic() - begun < 30


def test_the_same_seed_draws_the_same_seconds_from_a_range(plain: Kling) -> None:
    def ends(round_: int) -> list[int]:
        plain.set(seconds=[0.0, 0.6], seed=7)
        for number in range(6):
            plain.made(f"{round_}-{number}")
        tasks = [plain.ended(f"{round_}-{number}") for number in range(6)]
        lasted = [task["update_time"] - task["create_time"] for task in tasks]
        return sorted(range(6), key=lasted.__getitem__)

    first = ends(1)
    assert first == ends(2)
    assert first != sorted(first)


def test_a_rule_gives_one_task_seconds_of_its_own(plain: Kling) -> None:
    plain.rules({"kind": "ok", "stage": "task", "seconds": 60, "prompt_contains": "slow"})
    plain.made("slow", prompt="a slow one")
    plain.made("quick")
    plain.ended("quick")
    assert plain.state("slow") == "submitted"


@pytest.mark.parametrize(("kind", "message"), [
    ("risk", "Failure to pass the risk control system"),
    ("bad-input", "The resolution or aspect ratio of the input image is invalid. "
                  "Please ensure it meets the required specifications."),
])  # fmt: skip
def test_a_task_may_fail_with_the_words_kling_is_known_for(plain: Kling, kind: str, message: str) -> None:
    plain.rules({"kind": kind})
    plain.made("a")
    task = plain.ended("a")
    assert (task["status"], task["message"]) == ("failed", message)
    assert "outputs" not in task
    assert "billing" not in task
    old = plain.call("GET", "/v1/videos/image2video/a").json()["data"]
    assert (old["task_status"], old["task_status_msg"]) == ("failed", message)


def test_when_every_slot_is_taken_the_next_task_is_refused_in_klings_words(plain: Kling) -> None:
    plain.set(slots=2)
    plain.rules({"kind": "hang", "times": 2}, {"kind": "stuck"})
    plain.made("a")
    plain.made("b")
    full = plain.create("c")
    assert full.status_code == 429
    body = full.json()
    assert (body.pop("request_id") != "", body) == (
        True,
        {"code": 1303, "message": "parallel task over resource pack limit"},
    )
    assert plain.look("c") == []
    assert plain.create("other", model="kling-2.6").status_code == 200  # the limit is of one model
    plain.push("a", "finish")
    plain.made("c")
    assert plain.create("d").json()["code"] == 1303
    plain.push("b", "fail")
    plain.made("d")
    assert plain.submits("c") == (2, 1)


def test_money_runs_out_after_the_tasks_that_were_left(plain: Kling) -> None:
    plain.set(tasks_left=2)
    plain.rules({"kind": "risk"})
    plain.made("failed")
    plain.made("good")
    plain.ended("failed")  # and is given back
    plain.made("another")
    poor = plain.create("poor")
    assert (poor.status_code, poor.json()["code"]) == (429, 1102)
    assert poor.json()["message"] == "Account balance not enough"


@pytest.mark.parametrize(("code", "status"), TABLE.items())
def test_every_code_of_the_table_can_be_asked_for_with_its_status(plain: Kling, code: int, status: int) -> None:
    plain.rules({"kind": str(code)}, {"kind": str(code), "stage": "query"})
    for answer in (plain.create("a"), plain.call("GET", "/tasks", params={"external_task_ids": "a"})):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"code", "message", "request_id"}
    assert plain.look("a") == []
    assert plain.made("a")


@pytest.mark.parametrize(("kind", "status", "code"), [("retired", 404, 1203), ("discontinued", 400, 1201)])
def test_the_sentence_of_a_discontinued_model_comes_with_either_status(
    plain: Kling, kind: str, status: int, code: int
) -> None:
    plain.rules({"kind": kind})
    answer = plain.create()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"] == "The model 'kling-3.0-turbo' has been discontinued and is no longer available."


@pytest.mark.parametrize(("rule", "made"), [
    ({"kind": "drop"}, False),
    ({"kind": "drop_reply"}, True),
    ({"kind": "truncate"}, True),
    ({"kind": "stall", "seconds": 30}, True),
    ({"kind": "slow", "seconds": 30}, True),
    ({"kind": "slow", "seconds": 30, "made": False}, False),
])  # fmt: skip
def test_a_submit_whose_answer_is_lost_has_made_the_task_or_not(plain: Kling, rule: Json, made: bool) -> None:
    plain.rules(rule)
    with pytest.raises(LOST):
        plain.create("a", timeout=2)
    assert [task["external_id"] for task in plain.look("a")] == (["a"] if made else [])
    assert plain.submits("a") == (1, int(made))
    assert plain.create("a").json()["code"] == (1201 if made else 0)


@pytest.mark.parametrize(("rule", "status", "made"), [
    ({"kind": "5000"}, 500, False),
    ({"kind": "5000", "made": True}, 500, True),
    ({"kind": "5001", "made": True}, 503, True),
    ({"kind": "5002", "made": True}, 504, True),
    ({"kind": "html-502"}, 502, False),
    ({"kind": "html-502", "made": True}, 502, True),
    ({"kind": "garbage"}, 200, True),
    ({"kind": "garbage", "made": False}, 200, False),
])  # fmt: skip
def test_an_answer_that_says_nothing_hides_whether_the_task_was_made(
    plain: Kling, rule: Json, status: int, made: bool
) -> None:
    plain.rules(rule)
    assert plain.create("a").status_code == status
    assert len(plain.look("a")) == made


def test_a_task_hangs_until_it_is_told_to_end(plain: Kling) -> None:
    plain.rules({"kind": "hang", "times": 3})
    for name in ("a", "b", "c"):
        plain.made(name)
        until(plain, name, "processing")
    assert plain.push("a", "finish")["state"] == "succeeded"
    assert plain.push("b", "fail", message="out of paint")["message"] == "out of paint"
    plain.push("c", "finish", seconds=2)
    assert [task["status"] for task in plain.look("a", "b", "c")] == ["succeeded", "failed", "processing"]
    assert plain.ended("c")["status"] == "succeeded"


def test_a_task_may_be_stuck_before_it_is_processed(plain: Kling) -> None:
    plain.rules({"kind": "stuck"}, {"kind": "stuck", "seconds": 0.4})
    plain.made("for-ever")
    plain.made("a-while")
    assert plain.ended("a-while")["status"] == "succeeded"
    assert plain.state("for-ever") == "submitted"
    assert plain.push("for-ever", "finish")["state"] == "succeeded"


def test_a_late_result_comes_after_its_seconds(plain: Kling) -> None:
    plain.rules({"kind": "hang", "seconds": 3})  # longer than a busy machine takes to ask
    plain.made("a")
    until(plain, "a", "processing")
    assert plain.ended("a")["status"] == "succeeded"


def test_a_running_task_is_made_to_hang_and_what_has_ended_stays_as_it_is(plain: Kling) -> None:
    plain.set(seconds=4)
    plain.made("a")
    plain.push("a", "hang")
    plain.set(seconds=0.3)
    plain.made("b")
    plain.ended("b")
    time.sleep(4)  # what `a` would have taken
    assert plain.state("a") == "submitted"
    plain.push("a", "finish")
    answer = plain.http.post(f"{plain.url}/control/tasks/a", json={"do": "fail"}, timeout=60)
    assert answer.status_code == 409
    assert plain.state("a") == "succeeded"


@pytest.mark.parametrize(
    ("kind", "seen"), [("empty", []), ("stale", ["processing"]), ("unknown-status", ["reviewing"])]
)
def test_a_look_may_be_behind_the_truth_or_beyond_what_is_known(plain: Kling, kind: str, seen: list[str]) -> None:
    plain.made("a")
    plain.ended("a")
    plain.rules({"kind": kind})
    assert [task["status"] for task in plain.look("a")] == seen
    assert plain.state("a") == "succeeded"


def test_the_answer_to_a_look_is_lost_or_spoilt(plain: Kling) -> None:
    plain.made("a")
    kinds = ("drop", "truncate", "stall", "slow")
    plain.rules(*({"kind": kind, "stage": "query", "seconds": 30} for kind in kinds))
    for _ in kinds:
        with pytest.raises(LOST):
            plain.call("GET", "/tasks", params={"external_task_ids": "a"}, timeout=1.5)
    plain.rules({"kind": "garbage", "stage": "query"}, {"kind": "html-502", "stage": "query"})
    for _ in range(2):
        with pytest.raises(requests.exceptions.JSONDecodeError):
            plain.call("GET", "/tasks", params={"external_task_ids": "a"}).json()
    assert plain.ended("a")


def test_rules_wait_for_the_task_they_are_meant_for(plain: Kling) -> None:
    plain.rules(
        {"kind": "1302", "model": "kling-v3"},
        {"kind": "1301", "external_id": "that-one"},
        {"kind": "5000", "stage": "query", "external_id": "that-one"},
    )
    plain.made("this-one")
    assert plain.create("that-one").json()["code"] == 1301
    assert plain.create(model="kling-3.0").json()["code"] == 1302
    plain.made("that-one")
    assert plain.state("this-one")
    assert plain.call("GET", "/tasks", params={"external_task_ids": "this-one,that-one"}).json()["code"] == 5000


@pytest.mark.parametrize("rules", [
    "x",
    [{"kind": "x"}],
    [{"kind": "risk", "stage": "create"}],
    [{"kind": "ok", "x": 1}],
    [{"kind": "url"}],
])  # fmt: skip
def test_a_rule_that_is_not_understood_is_refused(plain: Kling, rules: object) -> None:
    answer = plain.http.post(f"{plain.url}/control/scenario", json={"rules": rules}, timeout=60)
    assert answer.status_code == 400


@pytest.mark.parametrize("setting", [{"seconds": -1}, {"seconds": [2, 1]}, {"slots": "2"}, {"canned": 1}, {"x": 1}])
def test_a_setting_that_is_not_understood_is_refused(plain: Kling, setting: Json) -> None:
    answer = plain.http.post(f"{plain.url}/control/settings", json=setting, timeout=60)
    assert answer.status_code == 400


def test_after_a_reset_nothing_is_left_but_the_numbers(plain: Kling) -> None:
    plain.set(slots=1, key="x")
    plain.key = "x"
    first = plain.made("a")
    last = plain.calls()[-1]["n"]
    plain.control("reset", {})
    plain.key = "k"
    assert plain.control("tasks", method="GET") == []
    assert plain.look("a") == []
    assert plain.calls()[0]["n"] > last
    assert int(plain.made("a")) > int(first)
