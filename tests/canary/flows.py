"""What people do, from the first word to the last: each story is one person's, and every word of it is a canary."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import requests

from ops.once import button
from tests.canary.doing import (
    asks,
    buys,
    ended,
    gets,
    joins,
    makes,
    offer_of,
    offered,
    said_to_support,
    sends,
    staff,
    words,
)
from tests.canary.leaving import deleting, erased
from tests.canary.service import Bird, Service
from tests.spine.person import LONG, until

Story = Callable[[Service, Bird], None]


def stories() -> dict[int, Story]:
    """Number of a person -> what that person lives through. They share nothing."""
    told = (
        stranger,
        minor,
        member,
        album,
        wordy,
        refused,
        filmed,
        buyer,
        closing,
        visitor,
        asking,
        reporting,
        deleting,
        erased,
    )
    return dict(enumerate(told))


def stranger(service: Service, bird: Bird) -> None:
    """Never agrees: writes, sends a photo, presses what is not there, and is told the notice each time."""
    bird.write(f"/start {words(bird)}")
    message, _ = bird.wait("The notice", lambda m: button(m, "agree:"))
    bird.write(words(bird))
    sends(bird, caption=words(bird))
    bird.write(f"/photos {words(bird)}")
    bird.press(message, f"style:{words(bird)}"[:60])
    bird.wait("Four notices", lambda _: sum(bool(button(m, "agree:")) for m in bird.messages()) >= 4)


def minor(service: Service, bird: Bird) -> None:
    bird.write("/start")
    sends(bird, caption=words(bird))
    bird.tap("The notice", "minor")


def member(service: Service, bird: Bird) -> None:
    """A photo with a caption, the picture, its original, once more, and all of it deleted."""
    joins(bird, caption=words(bird))
    order = makes(bird)
    gets(bird, order)
    bird.tap("The result", f"orig:{order}")
    bird.wait("The original", lambda m: (m.get("media") or {}).get("kind") == "document")
    bird.tap("The result", f"again:{order}")
    bird.tap("The second offer", "drop:")
    for command in ("balance", "help", "limit", "support", "paysupport", "unknown"):
        asks(bird, f"/{command} {words(bird)}")
    knows(bird)
    copies(bird)
    asks(bird, "/photos", shows="pdel:")
    bird.tap("The result", f"del:{order}")
    bird.tap("The question", f"delyes:{order}")
    bird.tap("The photo", "pdel:")
    bird.tap("The question", "pdelyes:")
    bird.wait("That it is gone", lambda m: "Photo deleted" in (m.get("text") or ""))


def knows(bird: Bird) -> None:
    """Asks what is kept and where the photo went, and does so in another language, too."""
    for language in ("zh-hant", "en"):
        message, _ = button(asks(bird, f"/language {words(bird)}", shows="lang:"), "lang:") or (0, "")
        bird.press(message, f"lang:{language}")
        asks(bird, f"/privacy {words(bird)}", shows="where")
        bird.tap("The summary", "where")
        asks(bird, f"/where {words(bird)}")
    asks(bird, "/photos", shows="went:")
    bird.tap("The photo", "went:")


def copies(bird: Bird) -> None:
    """Asks what is held, and for a copy of it: all there is of this person, in one file."""
    asks(bird, f"/mydata {words(bird)}", shows="export")
    bird.tap("What is held", "export")
    bird.wait("The copy", lambda m: "index.html" in (m.get("caption") or ""), seconds=LONG)


def album(service: Service, bird: Bird) -> None:
    """Several photos at once, of several formats, and files that are none."""
    bird.write("/start")
    bird.tap("The notice", "agree:")
    # A photo that overtakes the yes is not kept, and asked for again.
    bird.wait("The welcome", lambda m: not button(m, "agree:") and m["edited"])
    photos = [("photo", ("a.jpg", bird.marks.photo(bird.number))) for _ in range(2)]
    requests.post(
        f"{bird.address}/client/people/{bird.id}/messages",
        files=photos,
        data={"caption": words(bird)},
        timeout=60,
    ).raise_for_status()
    bird.tap("The question about people", "people")
    bird.wait("The first offer", lambda m: button(m, "make:"), seconds=LONG)
    for kind in ("PNG", "WEBP"):
        sends(bird, kind=kind)
    boards = 3  # of the photo without words, and of the two files
    bird.wait("The boards", lambda _: sum(bool(button(m, "style:")) for m in bird.messages()) >= boards, seconds=LONG)
    bird.send_photo(words(bird).encode() * 20, name=f"{words(bird)}.jpg", caption=words(bird))
    asks(bird, f"/styles {words(bird)}", shows="style:")
    for kind, facts in (
        ("location", {}),
        ("contact", {"first_name": words(bird), "phone_number": f"+{bird.marks.digits}"}),
        ("venue", {"title": words(bird), "address": words(bird)}),
        ("voice", {}),
    ):
        requests.post(f"{bird.address}/client/people/{bird.id}/messages", json={kind: facts}, timeout=60)


def wordy(service: Service, bird: Bird) -> None:
    """A style, then free words, edited names, another language, a block and the way back."""
    joins(bird)
    bird.tap("The board", "style:")
    gets(bird, makes(bird))
    bird.write(words(bird, "a harbour at night with"))
    service.gemini_does("slow", words(bird, "a harbour at night with"), seconds=2)
    order = makes(bird)
    requests.patch(
        f"{bird.address}/client/people/{bird.id}",
        json={"last_name": f"{bird.marks.names(bird.number)['last_name']}ß", "language_code": "zh-hant"},
        timeout=60,
    ).raise_for_status()
    closed: dict[str, Any] = {"error_code": 403, "description": f"Forbidden: {words(bird)}"}
    service.telegram_does(method="editMessageMedia", chat_id=bird.id, kind="error", **closed)
    bird.does("block")
    until("the refusal", lambda: service.called("editMessageMedia", bird.id, 403), seconds=LONG)
    bird.does("unblock")

    def back() -> bool:
        """Telegram has said no before our worker writes down that the result is held back."""
        bird.write("/start")
        time.sleep(0.5)
        return any(button(message, f"orig:{order}") for message in bird.messages())

    until("the result", back, seconds=LONG)


def refused(service: Service, bird: Bird) -> None:
    """By our own rules, by the provider in several ways, and after tries in vain."""
    joins(bird)
    bird.wait("The styles", lambda m: button(m, "style:"), seconds=LONG)
    sends(bird, caption=f"undress her {words(bird)}")
    for number, kind in enumerate(("image-safety", "prompt-blocked", "text-only", "400", "403")):
        service.gemini_does(kind, words(bird, f"garden {number}"), times=None)
    bird.wait("Our refusal", lambda m: m["message_id"] if m.get("reply_to") else None)
    bird.write(f"make them naked {words(bird)}")
    for number in range(5):
        bird.write(words(bird, f"garden {number}"))
        message, data = bird.wait("The offer", offer_of(f"garden {number}"))
        bird.press(message, data)
        ended(bird, message)


def filmed(service: Service, bird: Bird) -> None:
    """A pack, a video of the photo by words, one that Kling refuses, and one whose file lies where none may lie."""
    joins(bird, caption=words(bird))
    offered(bird)
    buys(bird)
    for number, kind in enumerate(("ok", "risk", "other-host")):
        service.control.scenario({"kind": kind, "prompt_contains": words(bird, f"waves {number} and"), "times": None})
    for number in range(3):
        bird.write(f"/animate {words(bird, f'waves {number} and')}")
        message, data = bird.wait("The offer", offer_of(f"waves {number}"))
        bird.press(message, data)
        if number:
            ended(bird, message)
            continue
        order = data.partition(":")[2]
        gets(bird, order)
        bird.tap("The result", f"orig:{order}")
        bird.wait("The original", lambda m: (m.get("media") or {}).get("kind") == "document", seconds=LONG)


def buyer(service: Service, bird: Bird) -> None:
    """Buys a pack, gives it back; buys another one, and Telegram refuses the refund in words of its own."""
    joins(bird, caption=words(bird))
    buys(bird)
    asks(bird, "/paysupport", shows="refund:")
    bird.tap("The pack", "refund:")
    bird.wait("The Stars", lambda m: "went back to you" in (m.get("text") or ""), seconds=LONG)
    buys(bird)
    service.telegram_does(
        method="refundStarPayment", kind="error", error_code=400, description=f"Bad Request: {words(bird)} {bird.id}"
    )
    asks(bird, "/paysupport", shows="refund:")
    bird.tap("The pack", "refund:")
    bird.wait("That it stays", lambda m: "did not take your pack back" in (m.get("text") or ""), seconds=LONG)


def closing(service: Service, bird: Bird) -> None:
    """Has a picture, and then says to be under 18: everything goes."""
    joins(bird, caption=words(bird))
    gets(bird, makes(bird))
    bird.press(asks(bird, "/help")["message_id"], "minor")
    bird.wait("That the account is closed", lambda m: "account is closed" in (m.get("text") or ""))


def visitor(service: Service, bird: Bird) -> None:
    """Somebody on the website, with everything a browser may carry, and somebody who forges updates."""
    said = {"User-Agent": words(bird).encode(), "Cookie": f"who={bird.marks.digits}", "Referer": bird.marks.latin}
    for path in ("/", "/privacy", f"/{words(bird)}", f"/d/{bird.marks.latin}", f"/privacy?q={words(bird)}"):
        requests.get(service.web.address + path, headers=said, timeout=60)  # type: ignore[arg-type]
    for path, field in (("check", "text"), ("find", "number"), ("file", "number")):
        address = f"{service.web.address}/receipts/{path}?q={bird.marks.latin}"
        requests.post(address, data={field: words(bird)}, headers=said, timeout=60)  # type: ignore[arg-type]
        file = {"file": (bird.marks.latin, words(bird).encode() * 200)}
        requests.post(address, files=file, headers=said, timeout=60)  # type: ignore[arg-type]
    secret = {"X-Telegram-Bot-Api-Secret-Token": service.stack.environ["TELEGRAM_WEBHOOK_SECRET"]}
    sender = {"id": bird.id, "is_bot": False, "first_name": words(bird)}
    for update in (
        {"update_id": 1, "message": {"message_id": words(bird), "from": sender, "chat": sender, "text": words(bird)}},
        {"update_id": 2, "message": {"message_id": 1, "from": {"id": words(bird)}, "chat": words(bird)}},
        {"update_id": words(bird), "callback_query": {"id": words(bird), "from": sender, "data": words(bird)}},
        [words(bird)],
    ):
        requests.post(f"{service.web.address}/telegram/webhook", json=update, headers=secret, timeout=60)
    broken = words(bird).encode() + b"\xff{"
    requests.post(f"{service.web.address}/telegram/webhook", data=broken, headers=secret, timeout=60)
    requests.post(f"{service.web.address}/callbacks/kling/{bird.marks.latin}", data=broken, timeout=60)


def asking(service: Service, bird: Bird) -> None:
    """Writes to support, with a picture, a text and a file that is neither; is answered, answers, and is helped."""
    bird.write("/start")
    bird.tap("The notice", "agree:")
    bird.wait("The welcome", lambda m: not button(m, "agree:") and m["edited"])
    asks(bird, f"/support {said_to_support(bird)}", shows="supno")
    bird.write(said_to_support(bird))
    taken = bird.wait("That it is kept", lambda m: m if button(m, "supdone") else None)
    [number] = re.findall(r"ticket (\d+)", taken["text"])
    sends(bird, caption=said_to_support(bird))
    bird.send_photo((said_to_support(bird) + "\n").encode() * 120, name=f"{words(bird)}.txt", as_file=True)
    bird.send_photo(b"PK\x03\x04" + said_to_support(bird).encode() * 99, name=f"{words(bird)}.zip", as_file=True)
    bird.wait("That one was not taken", lambda m: "is not in it" in (m.get("text") or ""), seconds=LONG)
    bird.tap("The confirmation", "supdone")
    by = ("--actor", "may.chan", "--reason", said_to_support(bird))
    staff(service, "tickets", "show", number, *by)
    staff(service, "answer", number, *by, says=said_to_support(bird, "We found your order of"))
    answer, data = bird.wait("The answer", lambda m: button(m, "sup:"), seconds=LONG)
    bird.press(answer, data)
    bird.wait("The question", lambda m: button(m, "supno") and number in (m.get("text") or ""))
    bird.write(said_to_support(bird, "Thank you for"))
    until("both files", lambda: staff(service, "tickets", "show", number, *by).count("[file ") == 2, seconds=LONG)
    assert bird.marks.latin in staff(service, "tickets", "show", number, *by)
    assert bird.marks.latin not in staff(service, "tickets")
    staff(service, "resolve", number, *by)
    bird.wait("That it is resolved", lambda m: "Resolved" in (m.get("text") or ""), seconds=LONG)
    asks(bird, "/export")
    bird.wait("The copy", lambda m: "index.html" in (m.get("caption") or ""), seconds=LONG)


def reporting(service: Service, bird: Bird) -> None:
    """Reports a photo of their own in the bot and somebody on the website; is frozen, and then erased by the staff."""
    joins(bird, caption=words(bird))
    offered(bird)
    asks(bird, "/photos", shows="rep:")
    bird.tap("The photo", "rep:")
    bird.tap("The kinds", "repk:")
    taken = bird.wait("That it is in", lambda m: m if button(m, "repd") else None)
    bird.write(said_to_support(bird))
    bird.wait("That it is added", lambda m: "Added to report" in (m.get("text") or ""))
    [number] = re.findall(r"[2-9a-z]{5}-[2-9a-z]{5}", taken["text"])
    form = {name: said_to_support(bird) for name in ("words", "place", "contact")}
    sent = requests.post(f"{service.web.address}/report", data={"kind": "consent", **form}, timeout=60)
    assert "Your report is in" in sent.text
    requests.post(f"{service.web.address}/report", data=form, timeout=60)  # told what is missing, with their words
    by = ("--actor", "may.chan", "--reason", said_to_support(bird))
    staff(service, "report", "open", "--kind", "other", *by, says=said_to_support(bird))
    assert bird.marks.latin in staff(service, "report", "show", number, *by)
    assert bird.marks.latin not in staff(service, "reports")
    staff(service, "freeze", "--case", number, *by)
    bird.wait("That it is locked", lambda m: "pictures are locked" in (m.get("text") or ""), seconds=LONG)
    asks(bird, f"/photos {words(bird)}")
    staff(service, "report", "erase", number, *by)
    until("nothing of it is left", lambda: bool(button(asks(bird, "/start"), "agree:")), seconds=LONG)
