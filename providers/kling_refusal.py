"""What Kling's error codes mean for whoever asked. The code counts, then the HTTP status.

Kling's message may quote the prompt: two of its sentences are recognised, and it is kept nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from errors import Failure, Permanent, Rejected, Temporary
from providers.http import Answer

OK: Final = 0
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 3600.0  # seconds
MISCONFIGURED: Final = frozenset({1000, 1001, 1002, 1003, 1004, 1100, 1103, 1304})  # key, account, permission, address
OUT_OF_MONEY: Final = frozenset({1101, 1102})  # they come as HTTP 429, which they are not
REFUSED: Final = frozenset({1300, 1301})
TOO_FAST, SLOTS_FULL, BAD_VALUE, NO_SUCH_MODEL = 1302, 1303, 1201, 1203
TROUBLE: Final = frozenset({5000, 5001, 5002})
ALREADY_THERE: Final = re.compile(r"external.*already exist", re.DOTALL)
DISCONTINUED: Final = re.compile(r"\bmodel\b.*\bdiscontinued\b", re.DOTALL)


def submit_failure_in(answer: Answer) -> Failure | None:
    """None: a task was made. See `Kling.submit` for what each failure tells."""
    code, message = _said(answer.body)
    if answer.status == 200 and code in (OK, None):
        return None  # whether there is a task in it is for the reader of tasks to say
    if code in REFUSED:
        return Rejected("provider.refused", reason="prompt" if code == 1300 else "safety")
    if code == SLOTS_FULL:
        return Temporary("provider.slots_full", retry_after=_wait(answer.headers))
    if code == BAD_VALUE and ALREADY_THERE.search(message):
        return Temporary("provider.unsure")
    shared = _shared(answer, code)
    if shared is not None:
        return shared
    if code in TROUBLE:
        return Temporary("provider.unsure")
    if code == NO_SUCH_MODEL or (DISCONTINUED.search(message) and _is_parameter(code, answer.status)):
        return Permanent("provider.model_retired")
    if _is_parameter(code, answer.status):
        return Permanent("provider.bad_request", status=answer.status)
    return Temporary("provider.unsure")


def look_failure_in(answer: Answer) -> Failure | None:
    """None: it was answered. See `Kling.look` for what each failure tells."""
    code, _ = _said(answer.body)
    if answer.status == 200 and code in (OK, None):
        return None
    if code == SLOTS_FULL:
        return Temporary("provider.busy", retry_after=_wait(answer.headers))
    shared = _shared(answer, code)
    if shared is not None:
        return shared
    if answer.status in (400, 413, 414) or (code is not None and 1200 <= code < 1300):
        return Permanent("provider.batch_refused", status=answer.status)
    return Temporary("provider.unavailable", status=answer.status)


def _shared(answer: Answer, code: int | None) -> Failure | None:
    """What submitting and looking have in common."""
    if code in OUT_OF_MONEY:
        return Permanent("provider.out_of_money")
    if code in MISCONFIGURED or (code is None and (answer.status in (401, 403) or 300 <= answer.status < 400)):
        return Permanent("provider.misconfigured", status=answer.status)
    if code == TOO_FAST or (code is None and answer.status == 429):
        return Temporary("provider.busy", retry_after=_wait(answer.headers))
    return None


def _is_parameter(code: int | None, status: int) -> bool:
    """Whether the request itself was turned down, so that no task was made of it. 408 is a gateway that gave up."""
    return (code is not None and 1200 <= code < 1300) or (400 <= status < 500 and status != 408)


def _said(body: bytes) -> tuple[int | None, str]:
    """The code, and the message in lower case. A proxy's page has neither."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, ""
    if not isinstance(said, Mapping):
        return None, ""
    message = said.get("message")
    return _code(said.get("code")), message.lower() if isinstance(message, str) else ""


def _code(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _wait(headers: Mapping[str, str]) -> float:
    """Seconds. Kling documents no header for it; a gateway before it may send one."""
    given = headers.get("retry-after", "")
    seconds = float(given) if re.fullmatch(r"[0-9]{1,9}", given) else SHORTEST_WAIT
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)
