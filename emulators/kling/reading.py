"""Reads the fields of a request one by one, and refuses each wrong one by its name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from emulators.kling.faults import ApiError, invalid
from emulators.kling.models import Model
from emulators.kling.pictures import checked, is_address

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One create request, understood. `picture` is None when only an address came, or when nobody looks at it."""

    model: Model
    prompt: str
    picture: bytes | None
    by_address: bool
    seconds: int
    resolution: str
    sound: bool
    external_id: str | None
    callback_url: str | None
    watermark: bool
    names: tuple[str, ...]


def loaded(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except ValueError:
        raise ApiError(1200, "The request body is not valid JSON") from None
    if not isinstance(value, dict):
        raise ApiError(1200, "The request body must be an object")
    return value


def known(fields: Json, names: frozenset[str], where: str) -> None:
    for name in fields:
        if name not in names:
            raise invalid(f"{where} has no parameter '{name}'")


def an_object(value: object, name: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"{name} must be an object")
    return value


def a_list(value: object, name: str) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(f"{name} must be an array of objects")
    return value


def text(value: object, name: str) -> str | None:
    """An empty string is as good as none."""
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    return value or None


def flag(value: object, name: str, *, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid(f"{name} must be a boolean")
    return value


def one_of(value: object, choices: tuple[Any, ...], name: str) -> Any:
    """JSON's true is no number here, nor is "5" five."""
    if any(type(value) is type(choice) and value == choice for choice in choices):
        return value
    raise invalid(f"{name} value '{str(value)[:40]}' is invalid: it must be one of {', '.join(map(str, choices))}")


def prompt(value: object, limit: int) -> str:
    words = text(value, "prompt") or ""
    if len(words) > limit:
        raise invalid(f"The prompt cannot exceed {limit} characters")
    return words


def callback_url(value: object) -> str | None:
    address = text(value, "callback_url")
    if address is not None and not is_address(address):
        raise invalid("callback_url must be an URL")
    return address


def watermark(value: object) -> bool:
    info = an_object(value, "watermark_info")
    known(info, frozenset({"enabled"}), "watermark_info")
    return flag(info.get("enabled"), "watermark_info.enabled", default=False)


def frame(value: object, name: str, *, limit: int, look: bool) -> tuple[bytes | None, bool]:
    """The picture's bytes, and whether an address stood in their place. `look` False leaves the bytes unread."""
    content = text(value, name)
    if content is None:
        raise invalid(f"{name} must be an URL or Base64")
    if is_address(content):
        return None, True
    return (checked(content, limit=limit) if look else None), False
