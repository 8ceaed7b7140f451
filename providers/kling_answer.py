"""What Kling says of a task, in its new form and in the legacy one. Odd values are read as absent, never as a crash.

A task's message may quote the prompt: it is classified and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from errors import Temporary

Json = Mapping[str, Any]

SUBMITTED: Final = "submitted"
PROCESSING: Final = "processing"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
# A word that Kling has yet to invent counts as PROCESSING: to call it a failure would give money back for a video
# that may still come. The caller's own deadline ends a task that never ends.
STATES: Final = {
    "submitted": SUBMITTED,
    "processing": PROCESSING,
    "succeeded": SUCCEEDED,
    "succeed": SUCCEEDED,
    "failed": FAILED,
}
# Words of a failed task's message, and the reason they stand for. The first hit counts; matched in lower case.
REASONS: Final = (
    (("risk control", "content security", "content policy", "platform policy", "sensitive"), "provider.refused"),
    (("resolution", "aspect ratio"), "provider.bad_input"),
)
LARGEST_AMOUNT: Final = 1e6
LONGEST_VIDEO: Final = 600.0  # seconds; beyond every model, so what is longer is no duration


@dataclass(frozen=True)
class Task:
    """`id` is Kling's ("" where it does not say), `external_id` ours.

    url: of the video, set exactly when the state is SUCCEEDED. seconds: how long the video is.
    reason: set exactly when the state is FAILED: "provider.refused" | "provider.bad_input" | "provider.failed".
    units, usd: what the bill says was taken from a package or from the balance; None where it says nothing.
    """

    id: str
    external_id: str | None
    state: str
    url: str | None = field(default=None, repr=False)
    seconds: float | None = None
    reason: str | None = None
    units: float | None = None
    usd: float | None = None


def made_in(body: bytes, *, external_id: str) -> Task:
    """The task that a submit made. Raises Temporary("provider.garbage") when the answer does not show it."""
    for said in _items(body):
        task = task_in(said)
        if task.id and task.external_id in (None, external_id):
            return replace(task, external_id=external_id)
    raise Temporary("provider.garbage")


def tasks_in(body: bytes, *, asked: Sequence[str]) -> dict[str, Task]:
    """The tasks asked for, by external id. Raises Temporary("provider.garbage").

    Who is absent gets sent again, so absence has to be certain: an answer with a task that cannot be told whose it is
    leaves nobody absent.
    """
    tasks = [task_in(said) for said in _items(body)]
    wanted = set(asked)
    found = {task.external_id: task for task in tasks if task.external_id is not None and task.external_id in wanted}
    if len(found) < len(wanted) and any(task.external_id is None for task in tasks):
        raise Temporary("provider.garbage")
    return found


def task_in(said: Any) -> Task:
    """One task object, of an answer or of a callback."""
    if not isinstance(said, Mapping):
        said = {}
    state = STATES.get(str(_either(said, "status", "task_status")).lower(), PROCESSING)
    video = next(_videos(said), {})
    url = _text(video.get("url"))
    if state == SUCCEEDED and url is None:
        state = FAILED  # it ended and there is nothing to fetch
    return Task(
        id=_id(_either(said, "id", "task_id")) or "",
        external_id=external_id_of(said),
        state=state,
        url=url if state == SUCCEEDED else None,
        seconds=_seconds(video.get("duration")),
        reason=_reason(_either(said, "message", "task_status_msg")) if state == FAILED else None,
        units=_units(said),
        usd=_usd(said),
    )


def external_id_of(said: Json) -> str | None:
    """Our id of a task object, wherever its form keeps it."""
    info = said.get("task_info")
    legacy = info.get("external_task_id") if isinstance(info, Mapping) else None
    return _id(said.get("external_id")) or _id(said.get("external_task_id")) or _id(legacy)


def _items(body: bytes) -> list[Any]:
    """What stands in `data`: an array when looked up, one object when made."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Temporary("provider.garbage") from None
    data = said.get("data") if isinstance(said, Mapping) else None
    if isinstance(data, Mapping):
        return [data]
    if not isinstance(data, list):
        raise Temporary("provider.garbage")
    return data


def _videos(said: Json) -> Iterator[Json]:
    result = said.get("task_result")
    legacy = result.get("videos") if isinstance(result, Mapping) else None
    for outputs in (said.get("outputs"), legacy):
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, Mapping) and output.get("type", "video") == "video" and _text(output.get("url")):
                yield output


def _reason(message: Any) -> str:
    said = message.lower() if isinstance(message, str) else ""
    return next((reason for words, reason in REASONS if any(word in said for word in words)), "provider.failed")


def _units(said: Json) -> float | None:
    entries = [_amount(entry.get("amount")) for entry in _bill(said) if entry.get("charge_type") == "unit"]
    return _sum(entries or [_amount(said.get("final_unit_deduction"))])


def _usd(said: Json) -> float | None:
    """Another currency is none of ours. The legacy form names none; accounts outside China are in dollars."""
    entries = [
        _amount(entry.get("amount"))
        for entry in _bill(said)
        if entry.get("charge_type") == "cash" and entry.get("currency") in (None, "USD")
    ]
    balance = said.get("final_balance_deduction")
    legacy = balance.get("quota") if isinstance(balance, Mapping) else balance
    return _sum(entries or [_amount(legacy)])


def _bill(said: Json) -> list[Json]:
    bill = said.get("billing")
    return [entry for entry in bill if isinstance(entry, Mapping)] if isinstance(bill, list) else []


def _sum(amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 6) if known else None


def _amount(value: Any) -> float | None:
    """A number that is not negative and could be meant, also where it is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= LARGEST_AMOUNT else None


def _seconds(value: Any) -> float | None:
    seconds = _amount(value)
    return seconds if seconds and seconds <= LONGEST_VIDEO else None


def _id(value: Any) -> str | None:
    """Ids are decimal text above 2^53; one that came as a fraction has lost digits already."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _either(said: Json, new: str, legacy: str) -> Any:
    return said[new] if said.get(new) is not None else said.get(legacy)
