"""Kling's callbacks: which of our ids one speaks of, and whether Kling signed it. What it claims is never believed."""

from __future__ import annotations

import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from errors import Permanent
from providers.kling_answer import PROCESSING, SUBMITTED, external_id_of

TOLERANCE: Final = timedelta(minutes=5)
SECONDS: Final = re.compile(r"[0-9]{1,11}")  # fewer digits than `datetime` can be made to overflow with


def external_id_in(body: bytes) -> str | None:
    """Our id in a callback of the new or the legacy form; None for whatever else was posted."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return external_id_of(said) if isinstance(said, Mapping) else None


def says_it_goes_on(body: bytes) -> bool:
    """Whether it claims that nothing has ended yet, so that there is nothing to ask. A lie costs some seconds."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    status = (said.get("status") or said.get("task_status")) if isinstance(said, Mapping) else None
    return status in (SUBMITTED, PROCESSING)


def signed(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Whether one of the signatures is right and at most five minutes from `now` (UTC, naive like all our times).

    `secret` is the console's, "whsec_…". Permanent("provider.misconfigured") if it is none.
    """
    webhook = _webhook(secret)
    given = {name.lower(): value for name, value in headers.items()}
    sent_id, sent_at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not sent_id or not SECONDS.fullmatch(sent_at):
        return False
    at = datetime.fromtimestamp(int(sent_at), tz=UTC)
    if abs(now.replace(tzinfo=UTC) - at) > TOLERANCE:
        return False
    try:
        # The package's `verify` asks the machine's clock and fails on malformed signatures in its own ways;
        # its `sign` does neither.
        expected = webhook.sign(sent_id, at, body.decode()).encode()
    except UnicodeError:
        return False
    signatures = given.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, signature.encode("utf-8", "replace")) for signature in signatures)


def _webhook(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (EmptyWebhookSecretError, binascii.Error, ValueError):
        raise Permanent("provider.misconfigured") from None
