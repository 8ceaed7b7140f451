"""Formatted text becomes plain text and entities counted in UTF-16 units."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.telegram.entities import parse


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("😀<i>x</i>", "😀x", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("a &lt; b &amp; &copy; &#233;", "a < b & &copy; é", []),
        ("  <b> x </b>  ", "x", [("bold", 0, 1)]),
        ("<pre><code class='language-py'>x</code></pre>", "x", [("pre", 0, 1), ("pre", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<tg-spoiler>s</tg-spoiler><u></u>", "s", [("spoiler", 0, 1)]),
        ("<code>/start</code> /help", "/start /help", [("code", 0, 6), ("bot_command", 7, 5)]),
    ],
)
def test_html_is_read(source: str, text: str, expected: list[tuple[str, int, int]]) -> None:
    plain, entities = parse(source, "HTML", None)
    assert plain == text
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == expected


def test_a_link_keeps_its_address() -> None:
    _, (link,) = parse('<a href="https://example.org/?a=1&amp;b=2">here</a>', "HTML", None)
    assert link == {"type": "text_link", "offset": 0, "length": 4, "url": "https://example.org/?a=1&b=2"}


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("/start abc", "bot_command", "/start"),
        ("see https://example.org/x.", "url", "https://example.org/x"),
        ("write ann@example.org", "email", "ann@example.org"),
        ("thanks @anna_b", "mention", "@anna_b"),
        ("so #nice", "hashtag", "#nice"),
    ],
)
def test_telegram_finds_some_entities_by_itself(text: str, kind: str, found: str) -> None:
    _, entities = parse(text, "", None)
    assert [(e["type"], text[e["offset"] : e["offset"] + e["length"]]) for e in entities] == [(kind, found)]


def test_entities_may_be_given_and_move_with_trimming() -> None:
    given: list[dict[str, Any]] = [{"type": "bold", "offset": 2, "length": 3}]
    assert parse("  abc  ", "", given) == ("abc", [{"type": "bold", "offset": 0, "length": 3}])
