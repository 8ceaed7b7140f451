"""A task as JSON, in the words of both generations."""

from __future__ import annotations

from typing import Any

from emulators.kling.tasks import FAILED, LEGACY, PROCESSING, SUBMITTED, SUCCEEDED, Task

Json = dict[str, Any]

UNIT_IN_DOLLARS = 0.14
ELSEWHERE = "https://files.elsewhere.example"
PRIVATE = "https://10.0.0.1"
LEGACY_WORDS = {SUCCEEDED: "succeed"}


def created(task: Task, api: str) -> Json:
    """The answer to a create, which is also the whole of a task that waits."""
    if api == LEGACY:
        return {
            "task_id": task.id,
            "task_status": LEGACY_WORDS.get(task.state, task.state),
            "task_info": _info(task),
            "created_at": task.created,
            "updated_at": task.updated,
        }
    brief: Json = {"id": task.id, "status": task.state, "create_time": task.created, "update_time": task.updated}
    return brief | ({"external_id": task.asked.external_id} if task.asked.external_id else {})


def whole(task: Task, api: str, *, files_base: str | None, state: str | None = None) -> Json:
    """As queries and callbacks show it. `state` overrides the true one: what a scenario claims."""
    shown = state or task.state
    done = shown == SUCCEEDED
    if api == LEGACY:
        view = created(task, api) | {"task_status": LEGACY_WORDS.get(shown, shown), "task_status_msg": task.message}
        view["watermark_info"] = {"enabled": task.asked.watermark}
        if done:
            view["task_result"] = {"videos": [_video(task, files_base)]}
            view["final_unit_deduction"] = str(price(task))
        return view
    view = created(task, api) | {"status": shown, "message": task.message}
    if done:
        videos = [] if task.plan.link == "no-output" else [{"type": "video", **_video(task, files_base)}]
        view["outputs"] = videos
        view["billing"] = [{"charge_type": "unit", "amount": str(price(task)), "package_type": "video"}]
    return view


def price(task: Task) -> float:
    """Units of $0.14."""
    return task.asked.model.price(task.asked.resolution, task.asked.seconds, sound=task.asked.sound)


def link(task: Task, files_base: str | None) -> str:
    if task.plan.url is not None:
        return task.plan.url.replace("{task}", task.id)
    base = {"other-host": ELSEWHERE, "private": PRIVATE}.get(task.plan.link) or files_base or task.origin
    return f"{base.rstrip('/')}/files/{task.id}.mp4"


def stale(task: Task) -> str:
    """The state before the present one."""
    return {SUCCEEDED: PROCESSING, FAILED: PROCESSING}.get(task.state, SUBMITTED)


def _video(task: Task, files_base: str | None) -> Json:
    url = link(task, files_base)
    video: Json = {"id": task.id[::-1], "url": url, "duration": f"{task.asked.seconds + 0.1:.1f}"}
    return video | ({"watermark_url": url} if task.asked.watermark else {})


def _info(task: Task) -> Json:
    return {"external_task_id": task.asked.external_id} if task.asked.external_id else {}
