"""The canary person, who is nobody: who it is, why it is there, and when it comes by itself."""

from __future__ import annotations

from datetime import time

from policy.terms import N_

AT = time(3, 40)  # UTC: late in the morning in Hong Kong, when somebody is there to look
WHO = N_(
    "The canary is nobody: an account of the service's own, which comes once a day with a drawn picture and made-up "
    "names and words that occur nowhere else."
)
WHY = N_(
    "It agrees, gets a picture and a copy of its data, and is deleted, as anybody would be. Then its words and its "
    "pictures are looked for in the database, among the objects, in the queue and in the logs that are at hand."
)
