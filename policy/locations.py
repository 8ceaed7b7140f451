"""Where data are processed. The servers' place is a setting; the others follow from who receives data."""

from __future__ import annotations

from policy.terms import N_, Location

LOCATIONS: dict[str, Location] = {
    place.id: place
    for place in (
        Location(
            id="servers",
            what=N_("our servers, database and object store"),
            place=N_("as stated under the location of the servers"),
            setting="data_location",
        ),
        Location(
            id="telegram",
            what=N_("Telegram, for the chat and for payments in Stars"),
            place=N_("United Arab Emirates and Telegram's data centres"),
        ),
        Location(id="google", what=N_("Google, for pictures"), place=N_("United States and other Google locations")),
        Location(id="kuaishou", what=N_("Kuaishou, for videos"), place=N_("Singapore and other Kuaishou locations")),
        Location(
            id="authorities",
            what=N_("courts and authorities, if the law demands it"),
            place=N_("Hong Kong, or the place whose law applies"),
        ),
    )
}
