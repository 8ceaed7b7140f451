"""Kling on the wire: what it takes, what it refuses, and how both generations speak of one task."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from tests.emulators.kling_hands import PICTURE, Json, Kling, picture

FIRST_FRAME = {"type": "first_frame", "url": PICTURE}


def encoded(width: int, height: int, form: str = "JPEG") -> str:
    return base64.b64encode(picture(width, height, form)).decode()


def token(**claims: Any) -> str:
    """In the form of a JWT, signed by nobody."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"iss": "access-key", **claims}]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*texts, "signature"])


def test_a_task_is_made_and_its_end_tells_where_the_video_lies_and_what_it_cost(kling: Kling) -> None:
    answer = kling.create("order-1", settings={"duration": 7, "resolution": "1080p"})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["external_id"]) == ("submitted", "order-1")
    assert set(data) == {"id", "status", "create_time", "update_time", "external_id"}
    assert int(data["id"]) > 2**53
    task = kling.ended("order-1")
    assert (task["id"], task["status"], task["message"]) == (data["id"], "succeeded", "")
    (output,) = task["outputs"]
    assert (output["type"], output["duration"]) == ("video", "7.1")
    assert output["url"] == f"{kling.url}/files/{data['id']}.mp4"
    assert task["billing"] == [{"charge_type": "unit", "amount": "7.0", "package_type": "video"}]
    assert task["create_time"] <= task["update_time"]


def test_the_old_generation_speaks_of_the_same_task_in_its_own_words(kling: Kling) -> None:
    data = kling.create_legacy(external_task_id="order-2").json()["data"]
    assert (data["task_status"], data["task_info"]) == ("submitted", {"external_task_id": "order-2"})
    assert kling.ended("order-2")["id"] == data["task_id"]
    for any_id in ("order-2", data["task_id"]):
        task = kling.call("GET", f"/v1/videos/image2video/{any_id}").json()["data"]
        assert (task["task_status"], task["final_unit_deduction"]) == ("succeed", "3.0")
        assert task["task_result"]["videos"][0]["duration"] == "5.1"


@pytest.mark.parametrize(("more", "model"), [
    ({"negative_prompt": "rain"}, "kling-3.0-turbo"),
    ({"settings": {"duration": 5, "cfg_scale": 0.5}}, "kling-3.0-turbo"),
    ({"settings": {"duration": 5, "mode": "pro"}}, "kling-3.0-turbo"),
    ({"settings": {"duration": 5, "aspect_ratio": "1:1"}}, "kling-3.0-turbo"),
    ({"settings": {"duration": "5"}}, "kling-3.0-turbo"),
    ({"settings": {"duration": True}}, "kling-3.0-turbo"),
    ({"settings": {"duration": 2}}, "kling-3.0-turbo"),
    ({"settings": {"duration": 16}}, "kling-3.0-turbo"),
    ({"settings": {"duration": 7}}, "kling-2.6"),
    ({"settings": {"resolution": "4k"}}, "kling-3.0-turbo"),
    ({"settings": {"resolution": "480p"}}, "kling-3.0"),
    ({"settings": {"audio": "native"}}, "kling-3.0-turbo"),
    ({"settings": {"audio": "native", "resolution": "720p"}}, "kling-2.6"),
    ({"settings": {"multi_shot": "yes"}}, "kling-3.0"),
    ({"contents": [{"type": "prompt", "text": "zoom"}]}, "kling-3.0"),
    ({"contents": [FIRST_FRAME, FIRST_FRAME]}, "kling-3.0"),
    ({"contents": [FIRST_FRAME, {"type": "last_frame", "url": PICTURE}]}, "kling-3.0-turbo"),
    ({"contents": [FIRST_FRAME, {"type": "last_frame", "url": PICTURE}]}, "kling-2.5-turbo"),
    ({"contents": [{"type": "first_frame", "url": PICTURE, "name": "me"}]}, "kling-3.0"),
    ({"contents": [FIRST_FRAME, {"type": "prompt", "text": "x" * 2501}]}, "kling-3.0-turbo"),
    ({"contents": [FIRST_FRAME, {"type": "prompt", "text": "x" * 3073}]}, "kling-3.0"),
    ({"options": {"callback_url": "not an address"}}, "kling-3.0"),
    ({"options": {"watermark_info": {"enabled": "no"}}}, "kling-3.0"),
    ({"options": {"image_tail": PICTURE}}, "kling-3.0"),
])  # fmt: skip
def test_what_the_new_generation_does_not_know_is_refused_by_name(kling: Kling, more: Json, model: str) -> None:
    answer = kling.call("POST", f"/image-to-video/{model}", json={"contents": [FIRST_FRAME]} | more)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text
    assert "data" not in answer.json()
    assert kling.control("tasks", method="GET") == []


@pytest.mark.parametrize(("body", "model"), [
    ({"contents": [FIRST_FRAME]}, "kling-3.0-turbo"),
    ({"contents": [FIRST_FRAME, {"type": "prompt", "text": "x" * 2500}]}, "kling-3.0-turbo"),
    ({"contents": [FIRST_FRAME], "settings": {"resolution": "4k", "duration": 15, "audio": "native"}}, "kling-3.0"),
    ({"contents": [FIRST_FRAME, {"type": "last_frame", "url": PICTURE}], "settings": {"resolution": "1080p"}},
     "kling-2.5-turbo"),
    ({"contents": [FIRST_FRAME], "settings": {"resolution": "1080p", "audio": "native", "duration": 10}}, "kling-2.6"),
    ({"contents": [FIRST_FRAME], "options": {"external_task_id": "", "watermark_info": {"enabled": True}}},
     "kling-2.6"),
])  # fmt: skip
def test_what_the_tables_allow_is_taken(kling: Kling, body: Json, model: str) -> None:
    assert kling.call("POST", f"/image-to-video/{model}", json=body).status_code == 200


@pytest.mark.parametrize("more", [
    {"duration": 5},
    {"duration": "7", "model_name": "kling-v2-6"},
    {"mode": "4k", "model_name": "kling-v2-6"},
    {"mode": "fast"},
    {"sound": "on", "model_name": "kling-v2-5-turbo"},
    {"cfg_scale": 0.5},
    {"camera_control": {"type": "simple"}},
    {"image": ""},
    {"image": "data:image/jpeg;base64," + PICTURE},
    {"model_name": "kling-v3-omni"},
    {"element_list": [{}, {}, {}, {}]},
])  # fmt: skip
def test_what_the_old_generation_does_not_take_is_refused(kling: Kling, more: Json) -> None:
    answer = kling.create_legacy(**more)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201), answer.text


def test_a_body_that_is_no_object_is_refused(kling: Kling) -> None:
    for body in (b"{not json", b"[]"):
        answer = kling.call("POST", "/image-to-video/kling-3.0", data=body)
        assert (answer.status_code, answer.json()["code"]) == (400, 1200)


@pytest.mark.parametrize("image", [
    encoded(320, 320, "WEBP"),
    encoded(299, 400),
    encoded(752, 300),
    encoded(300, 752),
    "this is not base64!",
    base64.urlsafe_b64encode(b"\xff\xfe" * 40).decode(),
    base64.b64encode(b"not a picture" * 40).decode(),
])  # fmt: skip
def test_pictures_that_kling_does_not_take_are_refused(kling: Kling, image: str) -> None:
    answer = kling.create(image=image)
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)


def test_a_data_address_is_refused_for_its_prefix(kling: Kling) -> None:
    for answer in (kling.create(image="data:image/jpeg;base64," + PICTURE), kling.create(image="data:," + PICTURE)):
        assert answer.status_code == 400
        assert "without the prefix data:" in answer.json()["message"]


@pytest.mark.parametrize("image", [encoded(300, 750), encoded(750, 300), encoded(300, 300, "PNG")])
def test_pictures_at_the_edge_of_what_is_allowed_are_taken(kling: Kling, image: str) -> None:
    assert kling.create(image=image).status_code == 200


def test_the_old_generation_takes_smaller_files_than_the_new(kling: Kling) -> None:
    heavy = base64.b64encode(picture() + bytes(10 * 1024 * 1024)).decode()
    assert kling.create(image=heavy).status_code == 200
    assert kling.create_legacy(image=heavy).json()["code"] == 1201


def test_a_picture_given_as_an_address_makes_a_task_that_fails(kling: Kling) -> None:
    kling.made("far", image="https://pictures.example/me.jpg")
    task = kling.ended("far")
    assert (task["status"], task["message"]) == ("failed", "Failed to download the input image.")


def test_without_a_key_or_with_a_bad_one_nobody_gets_in(kling: Kling) -> None:
    kling.set(key="the-right-one")
    kling.key = None
    assert (kling.create().status_code, kling.create().json()["code"]) == (401, 1001)
    kling.key = "another"
    new, old = kling.create(), kling.create_legacy()
    assert (new.status_code, new.json()["code"], old.status_code, old.json()["code"]) == (401, 1002, 401, 1002)
    assert "does not support AK/SK" in new.json()["message"]
    assert old.json()["message"] == "The token was expected to have 3 parts, but got 0"
    kling.key = "the-right-one"
    assert (kling.create().status_code, kling.create_legacy().status_code) == (200, 200)


def test_a_signed_token_opens_the_old_generation_only(kling: Kling) -> None:
    now = time.time()
    kling.key = token(exp=now + 1800, nbf=now - 5)
    assert kling.create_legacy().status_code == 200
    assert (kling.create().status_code, kling.create().json()["code"]) == (401, 1002)
    kling.key = token(exp=now - 1, nbf=now - 5)
    assert kling.create_legacy().json()["code"] == 1004
    kling.key = token(exp=now + 1800, nbf=now + 600)
    assert kling.create_legacy().json()["code"] == 1003
    kling.set(clock_skew=900)
    assert kling.create_legacy().status_code == 200


def test_an_external_id_is_taken_once_and_never_again(kling: Kling) -> None:
    kling.made("order-3")
    again = kling.create("order-3")
    assert again.status_code == 400
    assert (again.json()["code"], again.json()["message"]) == (1201, "External_task_id order-3 already exists")
    assert kling.create_legacy(external_task_id="order-3").json()["code"] == 1201
    assert kling.submits("order-3") == (3, 1)
    assert kling.twins("order-3") == 2


def test_what_was_asked_for_again_because_it_was_not_made_is_no_twin(kling: Kling) -> None:
    kling.rules({"kind": "5001"})
    assert kling.create("order-4").status_code == 503
    kling.made("order-4")
    assert kling.submits("order-4") == (2, 1)
    assert kling.twins("order-4") == 0


def test_many_tasks_are_asked_for_at_once_and_strangers_are_left_out(kling: Kling) -> None:
    ids = [kling.made(f"many-{number}") for number in range(3)]
    assert [task["id"] for task in kling.look("many-2", "nobody", "many-0", "many-2")] == [ids[2], ids[0]]
    answer = kling.call("GET", "/tasks", params={"task_ids": ",".join(ids)}).json()
    assert [task["external_id"] for task in answer["data"]] == ["many-0", "many-1", "many-2"]
    assert kling.look("nobody") == []
    call = kling.calls()[-1]
    assert (call["path"], call["external_ids"], call["batch"]) == ("/tasks", ["nobody"], 1)


def test_own_and_external_ids_are_never_asked_for_together(kling: Kling) -> None:
    both = kling.call("GET", "/tasks", params={"task_ids": "1", "external_task_ids": "a"})
    neither = kling.call("GET", "/tasks")
    assert [(one.status_code, one.json()["code"]) for one in (both, neither)] == [(400, 1200)] * 2


def test_a_query_for_more_ids_than_the_limit_is_refused(kling: Kling) -> None:
    kling.set(max_batch=2)
    kling.made("a")
    assert len(kling.look("a", "b")) == 1
    refused = kling.call("GET", "/tasks", params={"external_task_ids": "a,b,c"})
    assert (refused.status_code, refused.json()["code"]) == (400, 1201)
    assert kling.calls()[-1]["batch"] == 3


def test_lists_are_read_page_by_page(kling: Kling) -> None:
    ids = [kling.made(f"page-{number}") for number in range(5)]
    seen: list[str] = []
    cursor, more = "", True
    while more:
        page = kling.call("POST", "/tasks", json={"limit": 2, "cursor": cursor}).json()["data"]
        seen += [task["id"] for task in page["result"]]
        cursor, more = page["next_cursor"], page["has_more"]
        assert page["count"] == len(page["result"])
    assert seen == ids[::-1]
    old = kling.call("GET", "/v1/videos/image2video", params={"pageNum": 2, "pageSize": 2}).json()["data"]
    assert [task["task_id"] for task in old] == [ids[2], ids[1]]
    for wrong in ({"limit": 501}, {"cursor": "x"}, {"start_time": 2, "end_time": 1}, {"filters": [{"key": "x"}]}):
        assert kling.call("POST", "/tasks", json=wrong).json()["code"] == 1201
    assert kling.call("GET", "/v1/videos/image2video", params={"pageSize": 501}).json()["code"] == 1201


def test_lists_are_filtered_by_state_and_product(kling: Kling) -> None:
    kling.control("scenario", method="DELETE")
    kling.rules({"kind": "risk", "prompt_contains": "bad"}, {"kind": "hang", "prompt_contains": "slow"})
    for number, prompt in enumerate(("a bad one", "a slow one")):
        kling.made(f"f-{number}", prompt=prompt)
    kling.ended("f-0")

    def listed(*filters: Json) -> list[str]:
        page = kling.call("POST", "/tasks", json={"filters": list(filters)}).json()["data"]
        return [task["external_id"] for task in page["result"]]

    assert listed({"key": "status", "values": ["failed"]}) == ["f-0"]
    assert listed({"key": "status", "values": ["submitted", "processing", "failed"]}) == ["f-1", "f-0"]
    assert listed({"key": "product_type", "values": ["image"]}) == []


def test_models_that_are_gone_say_so(kling: Kling) -> None:
    gone = "The model 'kling-v1' has been discontinued and is no longer available."
    assert kling.create_legacy(model_name="kling-v1").json()["message"] == gone
    assert kling.create_legacy(model_name=None).json()["message"] == gone  # the documented default is gone too
    unknown = kling.create(model="kling-9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 1203)
    kling.set(retired=["kling-3.0"])
    for answer in (kling.create(model="kling-3.0"), kling.create_legacy(model_name="kling-v3")):
        assert (answer.status_code, answer.json()["code"]) == (404, 1203)
        assert "has been discontinued" in answer.json()["message"]
    assert kling.create().status_code == 200


def test_wrong_paths_and_wrong_methods_have_their_own_codes(kling: Kling) -> None:
    answers = [kling.call("GET", "/text-to-nothing"), kling.call("PUT", "/tasks")]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, 1203), (404, 1202)]
    unknown = kling.call("GET", "/v1/videos/image2video/nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 1203)


def test_calls_are_remembered_without_their_pictures(kling: Kling) -> None:
    kling.made("seen", prompt="zoom slowly")
    call = kling.calls()[-1]
    assert (call["method"], call["path"]) == ("POST", "/image-to-video/kling-3.0-turbo")
    assert (call["external_ids"], call["prompt"], call["code"]) == (["seen"], "zoom slowly", 0)
    assert call["image_bytes_len"] == len(base64.b64decode(PICTURE))
    assert PICTURE[:60] not in json.dumps(call)
    body = kling.control(f"calls/{call['n']}/body", method="GET")
    assert body["contents"][1]["url"] == PICTURE
