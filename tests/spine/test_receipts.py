"""A whole account goes at its person's word: both receipts come into the chat, and the website knows them for genuine;
after the last copy is gone, so does the third, under the same number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.spine.person import LONG, until

if TYPE_CHECKING:
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = [pytest.mark.xdist_group("spine"), pytest.mark.proves("P9.3")]


def receipts(person: Person) -> list[dict[str, Any]]:
    """Messages in the chat that are one, oldest first."""
    found = [m for m in person.messages() if m["from"] == "bot" and (m.get("media") or {}).get("kind") == "document"]
    return [m for m in found if str(m["media"].get("file_name") or m["media"].get("name") or "").endswith(".json")]


def posted(spine: Spine, path: str, **data: str) -> str:
    answer = requests.post(f"{spine.stack.web}/receipts/{path}", data=data, timeout=60)
    answer.raise_for_status()
    return answer.text


def test_an_account_is_deleted_and_its_three_receipts_are_genuine(quick: Spine) -> None:
    filmer = quick.filmer()
    filmer.write("/delete")
    filmer.tap("The scopes", "erase:account")
    filmer.tap("The preview", "eraseyes:account")
    until("the first receipt", lambda: receipts(filmer), seconds=LONG)
    filmer.write("/start")
    filmer.tap("What can still be done", "atonce")
    filmer.tap("The last question", "atonce:")
    until("the second receipt", lambda: len(receipts(filmer)) == 2, seconds=LONG)
    until("the end", lambda: not quick.sql("SELECT id FROM account WHERE id = %s", filmer.account), seconds=LONG)
    texts = [filmer.file(message["media"]["url"]).decode() for message in receipts(filmer)]
    papers = [json.loads(text) for text in texts]
    assert [paper["stage"] for paper in papers] == [1, 2]
    number = papers[0]["number"]
    assert {paper["number"] for paper in papers} == {number}
    for text in texts:
        assert '<div class="verdict genuine">' in posted(quick, "check", text=text)
        assert '<div class="verdict altered">' in posted(quick, "check", text=text.replace('"stage":', '"stage":1'))
        assert filmer.account not in text
        assert str(filmer.id) not in text
    assert json.loads(posted(quick, "file", number=number)) == papers[1]
    quick.sql("UPDATE receipt SET due_at = made_at WHERE number = %s AND due_at IS NOT NULL RETURNING id", number)
    quick.house.receipts.last_copies()
    # The rights process may just be at it.
    until("the third", lambda: json.loads(posted(quick, "file", number=number))["stage"] == 3)
    assert "Receipt 3 of 3" in posted(quick, "find", number=number)
    rows = quick.sql("SELECT erasure FROM receipt WHERE number = %s", number)
    assert rows == [(None,)] * 3
