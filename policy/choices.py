"""What a person may choose about their photos. A choice only shortens what the register allows, and only takes away who
may receive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from policy.categories import CATEGORIES
from policy.recipients import RECIPIENTS
from policy.terms import DAY

KEEP_PHOTOS, SEND_TO = "keep_photos", "send_to"  # what a choice is about
ALWAYS = "always"  # as long as the register says: what is so while nothing was chosen
WEEK, DAY_ONLY, EACH = "week", "day", "each"


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """`period` counts from the sending of the photo. `after_result`: it goes earlier, with the first result of it."""

    id: str
    period: timedelta
    after_result: bool = False


# From the longest to the shortest.
KEEPINGS: dict[str, Keeping] = {
    one.id: one
    for one in (
        Keeping(id=WEEK, period=7 * DAY),
        Keeping(id=DAY_ONLY, period=DAY),
        Keeping(id=EACH, period=DAY, after_result=True),
    )
}
_LONGEST = CATEGORIES["photos"].retention.period
assert all(_LONGEST is None or one.period < _LONGEST for one in KEEPINGS.values()), "a choice only shortens"


def shorter(one: str | None, than: str | None) -> bool:
    """Whether a choice keeps photos less long than another; None, or one that is not known here, is no choice."""
    order = tuple(KEEPINGS)
    first, second = (order.index(choice) if choice in KEEPINGS else -1 for choice in (one, than))
    return first > second


# Who may be refused: those that get photos because a model works on them. Nobody else gets any for a generation.
REFUSABLE: tuple[str, ...] = tuple(id for id, recipient in RECIPIENTS.items() if recipient.model)
