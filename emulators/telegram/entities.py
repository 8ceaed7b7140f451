"""Formatted text: Telegram's HTML, entities given as JSON, and what Telegram finds by itself."""

from __future__ import annotations

import re
from typing import Any

from .errors import ApiError, bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_VALUE = r"\"[^\"]*\"|'[^']*'|[^\s>\"'][^\s>]*"
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[\w-]+(?:\s*=\s*(?:{_VALUE}))?)*)\s*>")
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(lt|gt|amp|quot|#\d{1,8}|#x[0-9a-f]{1,8});?", re.IGNORECASE)
_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b")),
    ("url", re.compile(r"\bhttps?://[^\s<>\"]+[^\s<>\".,;:!?)]")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)


def _plain(source: str) -> str:
    """Telegram knows four named characters, and numbers; anything else stays as it stands."""
    return _CHARACTER.sub(_character, source) if "&" in source else source


def _character(match: re.Match[str]) -> str:
    name = match[1].lower()
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(name[2:], 16) if name.startswith("#x") else int(name[1:])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how entities count."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def parse(text: str, mode: str, given: Any) -> tuple[str, list[dict[str, Any]]]:
    """The plain text, trimmed, and its entities. Raises ApiError for markup Telegram refuses."""
    mode = mode.lower()
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in ("", "none"):
        entities = _checked(given)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("this emulator reads parse_mode HTML only")
    else:
        raise bad_request("unsupported parse_mode")
    text, entities = _trim(text, entities)
    return text, sorted(entities + _automatic(text, entities), key=lambda e: (e["offset"], -e["length"]))


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    out: list[str] = []
    length = 0
    open_tags: list[tuple[str, int, str]] = []
    entities: list[dict[str, Any]] = []
    position = 0
    while position < len(source):
        start = source.find("<", position)
        piece = _plain(source[position : start if start >= 0 else len(source)])
        out.append(piece)
        length += units(piece)
        if start < 0:
            break
        tag = _TAG.match(source, start)
        if tag is None:
            raise _unreadable(source, start)
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if closing:
            _close(source, start, name, open_tags, entities, length)
        elif name not in _TAGS:
            raise _complaint(f'Unsupported start tag "{name}" at byte offset {_offset(source, start)}')
        else:
            open_tags.append((name, length, attributes))
        position = tag.end()
    if open_tags:
        raise _complaint(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(out), entities


def _close(
    source: str,
    start: int,
    name: str,
    open_tags: list[tuple[str, int, str]],
    entities: list[dict[str, Any]],
    length: int,
) -> None:
    where = f"at byte offset {_offset(source, start)}"
    if not open_tags:
        raise _complaint(f"Unexpected end tag {where}")
    expected, begin, attributes = open_tags.pop()
    if name != expected:
        raise _complaint(f'Unmatched end tag {where}, expected "</{expected}>", found "</{name}>"')
    if length > begin:
        entity = {"offset": begin, "length": length - begin, "type": _TAGS[name]}
        found = _entity(entity, name, attributes)
        if found:
            entities.append(found)


def _entity(entity: dict[str, Any], name: str, attributes: str) -> dict[str, Any] | None:
    values = {m[1].lower(): _plain(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)}
    if name == "a":
        return {**entity, "url": values["href"]} if values.get("href") else None
    if name == "tg-emoji":
        return {**entity, "custom_emoji_id": values.get("emoji-id", "")}
    if name == "blockquote" and "expandable" in values:
        return {**entity, "type": "expandable_blockquote"}
    if name == "span" and values.get("class") != "tg-spoiler":
        raise _complaint('Tag "span" must have class "tg-spoiler"')
    if name == "code" and values.get("class", "").startswith("language-"):
        return {**entity, "type": "pre", "language": values["class"].removeprefix("language-")}
    return entity


def _checked(given: Any) -> list[dict[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad_request("expected an Array of MessageEntity")
    for entity in given:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse MessageEntity: expected an Object with a type")
        if not all(isinstance(entity.get(key), int) for key in ("offset", "length")):
            raise bad_request("can't parse MessageEntity: offset and length must be of type Number")
    return list(given)


def _trim(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    cut = units(text) - units(text.lstrip())
    text = text.strip()
    end = units(text)
    kept = []
    for entity in entities:
        first = max(0, entity["offset"] - cut)
        last = min(end, entity["offset"] - cut + entity["length"])
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return text, kept


def _automatic(text: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not any(mark in text for mark in "/@#"):
        return []
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _EXCLUSIVE]
    found: list[dict[str, Any]] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            first = units(text[: match.start()])
            last = first + units(match[0])
            if all(last <= begin or first >= end for begin, end in taken):
                taken.append((first, last))
                found.append({"offset": first, "length": last - first, "type": kind})
    return found


_EXCLUSIVE = ("code", "pre", "text_link", "text_mention", "url", "email", "mention", "hashtag", "bot_command")


def _unreadable(source: str, start: int) -> ApiError:
    where = _offset(source, start)
    if source.startswith("</", start):
        return _complaint(f"Unclosed end tag at byte offset {where}")
    word = re.split(r"[\s>]", source[start + 1 :], maxsplit=1)
    if len(word) == 1 or word[0].lower() in _TAGS:
        return _complaint(f"Unclosed start tag at byte offset {where}")
    return _complaint(f'Unsupported start tag "{word[0].lower()}" at byte offset {where}')


def _complaint(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def _offset(source: str, index: int) -> int:
    return len(source[:index].encode())
