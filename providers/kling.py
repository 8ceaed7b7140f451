"""Kling's image-to-video over REST: a picture and a prompt become a task, and tasks are looked at in batches.

A task costs money and cannot be called back, so each failure of `submit` says whether one may have been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import orjson

from errors import Failure, Permanent, Rejected, Temporary
from providers.http import Answer, Outbound, Timeout
from providers.kling_answer import FAILED, PROCESSING, SUBMITTED, SUCCEEDED, Task, made_in, tasks_in
from providers.kling_refusal import look_failure_in, submit_failure_in
from providers.picture_body import PictureBody

__all__ = ["FAILED", "LONGEST_PROMPT", "PROCESSING", "SUBMITTED", "SUCCEEDED", "Kling", "Task"]

# A task is only taken in, not made, before the answer. Each piece of a body is bounded by the time to connect.
PATIENCE: Final = Timeout(connect=10.0, read=60.0)
LARGEST_ANSWER: Final = 4 * 1024 * 1024  # of a look; a task with its result is about 1 KB
LONGEST_PROMPT: Final = 2500  # characters; of the models we may ask, the strictest limit
PLACE: Final = "@picture@"


class Kling:
    """One key and one host. Shared by the threads of a process."""

    def __init__(
        self,
        outbound: Outbound,
        *,
        base_url: str,
        api_key: str,
        callback_url: str | None = None,
        timeout: Timeout = PATIENCE,
    ) -> None:
        self._outbound = outbound
        self._base = base_url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {api_key}"}
        self._callback_url = callback_url
        self._timeout = timeout

    def submit(
        self, picture: bytes, prompt: str, *, seconds: int, model: str, external_id: str, resolution: str = "720p"
    ) -> Task:
        """One task, made at most once for an `external_id`: Kling refuses the second of the same id, free of charge.

        The picture (JPEG or PNG) is let go as it is sent: give it away without keeping it.

        Made or not, nobody knows; look it up before anything else: Temporary("provider.unsure").
        Not made, may be sent again as it is: Temporary("provider.unreachable" | "provider.busy" |
        "provider.slots_full"). Not made, and not to be sent again: Rejected("provider.refused" | "prompt.too_long"),
        Permanent("provider.out_of_money" | "provider.model_retired" | "provider.misconfigured" |
        "provider.bad_request" | "http.undeclared_host").
        """
        if len(prompt) > LONGEST_PROMPT:
            raise Rejected("prompt.too_long")
        frame = self._frame(prompt, seconds=seconds, external_id=external_id, resolution=resolution)
        body = PictureBody(picture, frame)
        del picture
        answer = self._post(f"{self._base}/image-to-video/{quote(model, safe='')}", body)
        failure = submit_failure_in(answer)
        if failure is not None:
            raise failure
        try:
            return made_in(answer.body, external_id=external_id)
        except Temporary:
            raise Temporary("provider.unsure") from None

    def look(self, external_ids: Sequence[str]) -> dict[str, Task]:
        """The tasks of these ids, by one call. An id that is absent from the result is one that Kling does not know.

        Raises Temporary("provider.busy" | "provider.unavailable" | "provider.garbage" | "http.…");
        Permanent("provider.batch_refused") when fewer ids at a time may work;
        Permanent("provider.misconfigured" | "provider.out_of_money" | "http.…").
        """
        if not external_ids:
            return {}
        asked = ",".join(quote(external_id, safe="") for external_id in dict.fromkeys(external_ids))
        try:
            answer = self._outbound.request(
                "GET",
                f"{self._base}/tasks?external_task_ids={asked}",
                headers=self._headers,
                timeout=self._timeout,
                max_bytes=LARGEST_ANSWER,
            )
        except Permanent as failure:
            if failure.code == "http.too_large":
                raise Permanent("provider.batch_refused") from None
            raise
        failure_told = look_failure_in(answer)
        if failure_told is not None:
            raise failure_told
        return tasks_in(answer.body, asked=external_ids)

    def _post(self, url: str, body: PictureBody) -> Answer:
        """The body tells what the error cannot: a task whose JSON was not given whole to the network was not made."""
        try:
            return self._outbound.request("POST", url, headers=self._headers, body=body, timeout=self._timeout)
        except Failure as failure:
            if body.given_whole:
                raise Temporary("provider.unsure") from None
            if isinstance(failure, Temporary):
                raise Temporary("provider.unreachable", retry_after=failure.retry_after) from None
            raise

    def _frame(self, prompt: str, *, seconds: int, external_id: str, resolution: str) -> tuple[bytes, bytes]:
        """The JSON before and after the picture."""
        words = prompt.encode("utf-8", "replace").decode()  # half a surrogate pair is no text that JSON could carry
        callback = {"callback_url": self._callback_url} if self._callback_url is not None else {}
        whole = orjson.dumps(
            {
                "contents": [{"type": "prompt", "text": words}, {"type": "first_frame", "url": PLACE}],
                "settings": {"resolution": resolution, "duration": seconds},
                "options": {**callback, "external_task_id": external_id, "watermark_info": {"enabled": False}},
            }
        )
        # The last place counts: the person's words stand before it, so that they cannot move it.
        head, _, tail = whole.rpartition(PLACE.encode())
        return head, tail
