"""The demo's canary has a chat that exists, however often the demo is started."""

from __future__ import annotations

from ops.stack import CANARY, introduce_canary
from tests.emulators.conftest import Emulator


def test_it_is_there_once_and_has_written_to_the_bot_once(telegram: Emulator) -> None:
    for _ in range(2):
        introduce_canary(telegram.url)
    people = [person["id"] for person in telegram.client("GET", "people")]
    assert people.count(CANARY) == 1
    said = telegram.client("GET", f"people/{CANARY}/chat")["messages"]
    assert [message["text"] for message in said if message["from"] == "person"] == ["/start"]
    assert telegram.ok("sendMessage", chat_id=CANARY, text="hello")["message_id"]
