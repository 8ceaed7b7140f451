"""What answers an update: calls as they are, and status messages, whose words are chosen when they are sent."""

from __future__ import annotations

from dataclasses import dataclass

from providers.telegram_calls import Call


@dataclass(frozen=True)
class StatusOf:
    """The status message of this order says how it stands. Sent before the webhook is answered, never in its reply:
    nobody could see whether a worker was quicker."""

    order: str


Step = Call | StatusOf
