"""The grounds on which a request about data must or may be refused, each with its provision. There are no others."""

from __future__ import annotations

from dataclasses import dataclass

from policy.terms import N_


@dataclass(frozen=True, kw_only=True)
class Ground:
    """`kinds` are the requests that it can be held against; `words` are what the person is told."""

    id: str
    kinds: frozenset[str]
    provision: str
    words: str


_ACCESS, _CORRECTION, _DELETION = (frozenset({kind}) for kind in ("access", "correction", "deletion"))
_ALL = _ACCESS | _CORRECTION | _DELETION

GROUNDS: dict[str, Ground] = {
    ground.id: ground
    for ground in (
        Ground(
            id="identity",
            kinds=_ALL,
            provision="PDPO s.20(1)(a), s.24(1); GDPR art. 12(2)",
            words=N_("we could not make sure that it is you who asks; a confirmation in the bot is enough for that"),
        ),
        Ground(
            id="others",
            kinds=_ACCESS,
            provision="PDPO s.20(1)(b); GDPR art. 15(4)",
            words=N_("it cannot be done without showing you the personal data of somebody else, who has not agreed"),
        ),
        Ground(
            id="forbidden",
            kinds=_ACCESS,
            provision="PDPO s.20(1)(c)",
            words=N_("a law forbids us to do it"),
        ),
        Ground(
            id="not-found",
            kinds=_ACCESS,
            provision="PDPO s.20(3)(b)",
            words=N_("we asked for what we need to find the data, and did not get it"),
        ),
        Ground(
            id="repeated",
            kinds=_ALL,
            provision="PDPO s.20(3)(c); GDPR art. 12(5)",
            words=N_("you asked for the same so often before that it is unreasonable to do it again now"),
        ),
        Ground(
            id="accurate",
            kinds=_CORRECTION,
            provision="PDPO s.24(3)(b)",
            words=N_("we are not satisfied that the data is inaccurate"),
        ),
        Ground(
            id="unsupported",
            kinds=_CORRECTION,
            provision="PDPO s.24(3)(c), s.24(3)(d)",
            words=N_("we are not satisfied that what you want to be written instead is accurate"),
        ),
        Ground(
            id="law-keeps",
            kinds=_DELETION,
            provision="PDPO s.26(1); GDPR art. 17(3)(b), 17(3)(e)",
            words=N_("a law makes us keep this data, or we need it for a legal claim, until its period is over"),
        ),
    )
}
