"""The promises of the policy by id. Each is proven by tests that carry its id, or stands in the list of open ones."""

from __future__ import annotations

from policy.promises_of_keeping import FROM_RETENTION_TO_CONTACT
from policy.promises_of_use import FROM_CONTROLLER_TO_SHARING
from policy.terms import N_, Open, Promise

PROMISES: dict[str, Promise] = {
    promise.id: promise for promise in (*FROM_CONTROLLER_TO_SHARING, *FROM_RETENTION_TO_CONTACT)
}

ORDERS = N_("lawful orders")
STAFF = N_("staff and their audit log")
INCIDENTS = N_("incidents")

# This list only gets shorter; tests/proofs see to it. Who closes one writes its `how`, tags a test and takes it out.
OPEN: dict[str, Open] = {
    "P5.4": Open(ORDERS, N_("There is no procedure in the program for an order of an authority.")),
    "P7.3": Open(
        STAFF,
        N_("Each opening is recorded, and the log of the staff shows tampering; there are no staff roles yet."),
    ),
    "P12.1": Open(
        INCIDENTS,
        N_(
            "A breach can be declared and recorded, and an alarm comes before the Commissioner must be told; the "
            "people it affects are not computed yet, and notices are written by hand."
        ),
    ),
}
