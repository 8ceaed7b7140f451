"""How people leave: by their own taps, and by a letter to support. Words of theirs at every step."""

from __future__ import annotations

import re

from ops.once import button
from tests.canary.doing import asks, gets, joins, makes, said_to_support, staff, words
from tests.canary.service import Bird, Service
from tests.spine.person import LONG, until


def deleting(service: Service, bird: Bird) -> None:
    """Deletes what was made, then everything, thinks better of it, and then goes for good."""
    del service
    joins(bird, caption=words(bird))
    gets(bird, makes(bird))
    _taps(bird, "erase:generated", "eraseyes:generated")
    _hears(bird, "Receipt, 2 of 3")
    _taps(bird, "erase:account", "eraseyes:account")
    asks(bird, words(bird), shows="undo")
    bird.tap("The way back", "undo")
    _hears(bird, "Welcome back")
    _taps(bird, "erase:account", "eraseyes:account")
    message, data = button(asks(bird, f"/start {words(bird)}", shows="atonce"), "atonce") or (0, "")
    bird.press(message, data)
    bird.tap("The last question", "atonce:yes")
    _is_gone(bird)


def erased(service: Service, bird: Bird) -> None:
    """Writes a letter: support opens a case, looks, and has the account deleted at once."""
    joins(bird, caption=words(bird))
    gets(bird, makes(bird))
    by = ("--actor", "may.chan", "--reason", said_to_support(bird))
    who = f"{bird.id}\n"
    opened = staff(service, "request", "open", "--kind", "deletion", "--from", "mail", "--confirmed", *by, says=who)
    [case] = re.findall(r"request ([0-9a-f]{32}), due", opened)
    what = ("--scope", "account", "--case", case, "--at-once", *by)
    [token] = re.findall(r"--confirm ([0-9a-f-]+)", staff(service, "erase", *what, says=who))
    staff(service, "erase", *what, "--confirm", token)
    _is_gone(bird)
    staff(service, "request", "letter", case, *by)


def _taps(bird: Bird, *buttons: str) -> None:
    """/delete, and these one after the other in the message that it brings, until that has been answered."""
    message = asks(bird, f"/delete {words(bird)}", shows=buttons[0])["message_id"]
    for data in buttons:
        bird.wait(data, lambda m, data=data: m["message_id"] == message and button(m, data))  # type: ignore[misc]
        bird.press(message, data)
    bird.wait("The answer", lambda m: m["message_id"] == message and not button(m, buttons[-1]))


def _hears(bird: Bird, said: str) -> None:
    bird.wait(said, lambda m: said in (m.get("text") or "") + (m.get("caption") or ""), seconds=LONG)


def _is_gone(bird: Bird) -> None:
    until("nobody knows them", lambda: bool(button(asks(bird, "/start"), "agree:")), seconds=LONG)
